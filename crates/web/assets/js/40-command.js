// Commands: every write goes through Takt.send, with one key per attempt.
(() => {
  const { say } = Takt;

  // a fetch that gives up: a dead network must not leave anybody waiting
  const patient = async (url, options, ms) => {
    const patience = new AbortController(), timer = setTimeout(() => patience.abort(), ms);
    try { return await fetch(url, Object.assign({ credentials: "same-origin", signal: patience.signal }, options)); }
    finally { clearTimeout(timer); }
  };

  // call = {method, url, body?: URLSearchParams | object, key?, ifMatch?, csrf?, patience?} → {ok, status, body, lost}
  Takt.send = async (call) => {
    if (!navigator.onLine) return { ok: false, lost: true, offline: true };
    const headers = { Accept: "application/json", "Accept-Language": Takt.lang(), "Takt-Csrf": call.csrf || document.body.dataset.csrf || "", "Idempotency-Key": call.key || Takt.newKey() };
    if (call.ifMatch) headers["If-Match"] = call.ifMatch;
    const method = (call.method || "POST").toUpperCase();
    const options = { method, headers };
    if (call.body instanceof URLSearchParams) { headers["Content-Type"] = "application/x-www-form-urlencoded;charset=UTF-8"; options.body = call.body.toString(); }
    else if (call.body !== undefined) { headers["Content-Type"] = "application/json"; options.body = JSON.stringify(call.body); }
    let answer;
    try { answer = await patient(call.url, options, call.patience || 30000); } catch { return { ok: false, lost: true }; }
    const text = await answer.text().catch(() => "");
    let body = null;
    try { body = text ? JSON.parse(text) : null; } catch { body = null; }
    if (answer.status === 401 && !call.again) {
      if (await Takt.signInAgain()) return Takt.send(Object.assign({}, call, { again: true, csrf: null }));
    }
    return { ok: answer.ok, status: answer.status, body: body || (answer.ok ? null : { status: answer.status, code: "HTTP_" + answer.status, detail: answer.statusText || String(answer.status) }), etag: answer.headers.get("ETag"), lost: answer.status >= 500 };
  };

  // read: same manners, no key
  Takt.ask = async (url) => {
    try {
      const answer = await patient(url, { headers: { Accept: "application/json", "Accept-Language": Takt.lang() } }, 10000);
      const body = await answer.json().catch(() => null);
      return { ok: answer.ok, status: answer.status, body, lost: answer.status >= 500 };
    } catch { return { ok: false, lost: true, status: 0, body: null }; }
  };

  // a page, or the part of one that `block` names
  Takt.page = async (url, block) => {
    const answer = await patient(url, { headers: { Accept: "text/html", "Takt-Block": block, "Accept-Language": Takt.lang() } }, 10000);
    const html = answer.ok || answer.headers.get("content-type")?.startsWith("text/html") ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    return { ok: answer.ok, status: answer.status, html };
  };

  const nodesOf = (form, name) => [...form.elements].filter((i) => i.name === name);
  const boxOf = (form, path) => {
    const name = String(path || "").replace(/^[/#.]+/, "").split(/[./[]/)[0];
    return name ? form.querySelector('[data-field="' + CSS.escape(name) + '"]') : null;
  };
  const clear = (form) => {
    form.querySelectorAll(".field[data-status]").forEach((f) => { delete f.dataset.status; });
    form.querySelectorAll(".field > .error").forEach((n) => n.remove());
    form.querySelectorAll("[aria-invalid]").forEach((n) => n.removeAttribute("aria-invalid"));
    messages(form).replaceChildren();
  };
  const messages = (form) => form.querySelector(".form-messages") || form.insertBefore(Takt.el("div", { class: "form-messages", role: "alert" }), form.firstChild);
  const wrong = (form, path, text) => {
    const box = boxOf(form, path);
    if (!box) return false;
    box.dataset.status = "fail";
    box.append(Takt.el("p", { class: "error" }, Takt.icon("fail"), Takt.el("span", {}, text)));
    box.querySelectorAll("input, select, textarea").forEach((i) => i.setAttribute("aria-invalid", "true"));
    return true;
  };

  // what can be seen without asking: empty required fields, text where a number belongs, limits
  const check = (form) => {
    let good = true;
    const fail = (i, text) => { good = false; wrong(form, i.name, text); };
    for (const i of form.elements) {
      if (!i.name || i.disabled || i.type === "hidden") continue;
      const text = i.value.trim(), kind = i.dataset.kind;
      if (i.required && i.type !== "checkbox" && !text) { fail(i, say("required")); continue; }
      if (!text) continue;
      if (kind === "number" || kind === "qty" || kind === "integer") {
        const n = Number(text.replace(/,/g, ""));
        if (!Number.isFinite(n) || (kind === "integer" && !Number.isInteger(n))) fail(i, say("not-a-number"));
        else if (i.dataset.min !== undefined && n < Number(i.dataset.min)) fail(i, say("too-low", { min: i.dataset.min }));
        else if (i.dataset.max !== undefined && n > Number(i.dataset.max)) fail(i, say("too-high", { max: i.dataset.max }));
      } else if (kind === "json") { try { JSON.parse(text); } catch { fail(i, say("not-json")); } }
    }
    if (!good) { const first = form.querySelector("[aria-invalid]"); if (first) first.focus(); }
    return good;
  };

  // fields → URL and body. Empty = absent; lists repeat their name; path fields fill {name}
  Takt.collect = (form) => {
    let url = form.getAttribute("action");
    const body = new URLSearchParams(), query = new URLSearchParams(), json = {};
    const seen = new Set();
    for (const i of form.elements) {
      if (!i.name || i.disabled || seen.has(i.name) && i.type !== "radio") continue;
      if (i.type === "radio" && !i.checked) continue;
      seen.add(i.name);
      const kind = i.dataset.kind;
      let values;
      if (i.type === "checkbox") values = kind === "bool" ? [i.checked ? "true" : "false"] : nodesOf(form, i.name).filter((n) => n.checked).map((n) => n.value);
      else if (kind === "list") values = i.value.split(/\r?\n/).map((s) => s.trim()).filter(Boolean);
      else if (kind === "number" || kind === "qty" || kind === "integer") values = [i.value.trim().replace(/,/g, "")].filter(Boolean);
      else if (kind === "time" && i.value) values = [i.value.length === 16 ? i.value + ":00" : i.value];
      else values = i.value === "" ? [] : [i.value];
      const where = i.dataset.in || "body";
      if (where === "path") { url = url.replace("{" + i.name + "}", encodeURIComponent(values[0] || "")); continue; }
      if (where === "query") { values.forEach((v) => query.append(i.name, v)); continue; }
      values.forEach((v) => body.append(i.name, v));
      if (values.length || kind === "list") json[i.name] = kind === "bool" ? values[0] === "true" : kind === "list" ? values : kind === "json" ? JSON.parse(values[0]) : kind === "integer" || kind === "number" ? Number(values[0]) : values[0];
    }
    const q = query.toString();
    return { url: q ? url + (url.includes("?") ? "&" : "?") + q : url, body: form.dataset.body === "json" ? json : body };
  };

  Takt.after = (then, message, answer) => {
    if (then === "stay") { Takt.toast(message); return; }
    Takt.later(message);
    if (then && then.startsWith("goto:")) location.assign(Takt.fill(then.slice(5), Object.fromEntries(Object.entries((answer && answer.body) || {}).map(([k, v]) => [k, encodeURIComponent(v)]))));
    else location.reload();
  };

  const submit = async (form) => {
    if (form.getAttribute("aria-busy") === "true") return;
    clear(form);
    if (!check(form)) return;
    const button = form.querySelector("[type=submit], button:not([type])");
    const verb = button ? button.textContent.trim() : "";
    const show = (m) => messages(form).replaceChildren(Takt.msg(Object.assign({ close: false }, m)));
    if (!navigator.onLine) { Takt.sound("warn"); show({ status: "warn", what: say("offline-command") }); return; }
    const { url, body } = Takt.collect(form);
    form.dataset.key = form.dataset.key || Takt.newKey();
    form.setAttribute("aria-busy", "true");
    if (button) button.setAttribute("aria-busy", "true");
    const answer = await Takt.send({ method: form.getAttribute("method") || "POST", url, body, key: form.dataset.key, ifMatch: form.dataset.ifMatch });
    form.removeAttribute("aria-busy");
    if (button) button.removeAttribute("aria-busy");
    if (answer.lost) {                                             // the same key again: it counts once
      Takt.sound("warn");
      show({ status: "warn", what: say("not-saved"), todo: say("not-saved-todo"), code: answer.body && answer.body.code, ref: answer.body && answer.body.requestId, actions: [{ label: say("retry"), primary: true, run: () => submit(form) }] });
      return;
    }
    form.dataset.key = Takt.newKey();
    if (answer.ok) {
      form.dataset.sent = "1";
      const done = new CustomEvent("takt:done", { bubbles: true, cancelable: true, detail: { command: form.dataset.command, body: answer.body } });
      const handled = !form.dispatchEvent(done);
      const box = form.closest("dialog");
      if (handled) { if (box) box.close(); return; }
      if (answer.body && (answer.body.secret || answer.body.token || answer.body.pairingCode)) {      // shown once: it stays until closed
        Takt.secretOnce(form, answer.body);
        return;
      }
      if (box) box.close();
      Takt.after(form.dataset.then, { status: "done", what: say("done-named", { name: verb }) }, answer);
      return;
    }
    const p = answer.body || {};
    const placed = (p.errors || []).filter((e) => wrong(form, e.path, e.message || say("field-wrong")));
    if (!Takt.forward.has(p.code)) Takt.sound("error");
    show(Takt.problem(p, placed.length && placed.length === (p.errors || []).length ? { todo: say("fields-wrong", { n: placed.length }) } : {}));
    const first = form.querySelector("[aria-invalid]");
    if (first) first.focus(); else messages(form).scrollIntoView({ block: "nearest" });
  };
  Takt.submit = submit;
  Takt.mayBeSent = (form) => { clear(form); return check(form); };

  Takt.secretOnce = (form, body) => {
    const text = body.secret || body.token || body.pairingCode;
    const where = form.querySelector(".body") || form;
    where.replaceChildren(Takt.msg({ status: "warn", what: say("secret-once"), close: false }),
      Takt.el("p", {}, Takt.el("code", { class: "tree", style: "display:block" }, text)),
      Takt.el("p", {}, Takt.el("button", { type: "button", class: "btn", "data-copy": text }, Takt.icon("copy"), say("copy"))));
    const foot = form.querySelector("footer");
    if (foot) foot.replaceChildren(Takt.el("button", { type: "button", class: "btn primary", click: () => { const box = form.closest("dialog"); if (box) box.close(); location.reload(); } }, say("close")));
  };

  document.addEventListener("submit", (e) => {
    const form = e.target.closest("form[data-command]");
    if (!form) return;
    e.preventDefault();
    form.dataset.bulk ? Takt.submitAll(form) : submit(form);
  });

  // Enter sends only forms with one field; Ctrl+Enter sends any
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.isComposing) return;
    const form = e.target.closest && e.target.closest("form[data-command]");
    if (!form) return;
    if (e.ctrlKey || e.metaKey) { e.preventDefault(); form.requestSubmit(); return; }
    if (e.target.tagName === "TEXTAREA" || e.target.tagName === "BUTTON") return;
    const fields = [...form.elements].filter((i) => i.name && i.type !== "hidden" && !i.readOnly);
    if (fields.length > 1) e.preventDefault();
  });
})();
