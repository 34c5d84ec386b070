// Commands: every write goes through Takt.send, with one key per attempt.
(() => {
  const { say } = Takt;

  // a fetch that gives up: a dead network must not leave anybody waiting
  const patient = async (url, options, ms) => {
    const patience = new AbortController(), timer = setTimeout(() => patience.abort(), ms);
    try {
      const answer = await fetch(url, Object.assign({ credentials: "same-origin", signal: patience.signal }, options));
      if (answer.status !== 401) Takt.used();
      return answer;
    }
    finally { clearTimeout(timer); }
  };

  // a password that must be changed first: there, and back to where one was
  Takt.toPassword = () => location.assign("/password?next=" + encodeURIComponent(location.pathname + location.search));

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
    if (body && body.code === "PASSWORD_CHANGE_REQUIRED") Takt.toPassword();
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

  const boxOf = (form, path) => {
    const names = String(path || "").replace(/^[/#.]+/, "").split(/[./[\]]+/).filter(Boolean);
    for (let n = names.length; n > 0; n--) {                         // the innermost field that is named: /steps/3/stepNo, /spec/lsl, /roles/0
      const box = form.querySelector('[data-field="' + CSS.escape(names.slice(0, n).join(".")) + '"]');
      if (box) return box;
    }
    return null;
  };
  const clear = (form) => {
    form.querySelectorAll("[data-field][data-status]").forEach((f) => { delete f.dataset.status; });
    form.querySelectorAll("[data-field] > .error").forEach((n) => n.remove());
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
    for (let outer = box.closest("details:not([open])"); outer; outer = outer.parentElement.closest("details:not([open])")) outer.open = true;
    return true;
  };

  // stay, reload, goto:/path/{field}, or with:/path/{field}: on the page of a thing that may have another code now
  Takt.after = (then, message, answer) => {
    if (then === "stay") { Takt.toast(message); return; }
    Takt.later(message);
    const [way, to] = /^(goto|with):(.*)$/.exec(then || "") ? [RegExp.$1, RegExp.$2] : ["", ""];
    const filled = Takt.fill(to, Object.fromEntries(Object.entries((answer && answer.body) || {}).map(([k, v]) => [k, encodeURIComponent(v)])));
    if (way === "goto" || (way === "with" && location.pathname.startsWith(to.slice(0, to.indexOf("{"))))) location.assign(filled);
    else location.reload();
  };

  const submit = async (form) => {
    if (form.getAttribute("aria-busy") === "true") return;
    clear(form);
    if (!Takt.check(form, (path, text) => wrong(form, path, text))) return;
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
      if (Takt.answered(form, answer.body)) return;
      if (box) box.close();
      const warned = Takt.warned(answer.body);
      Takt.after(form.dataset.then, warned.length ? { status: "warn", what: say("done-warned", { name: verb }), todo: warned.join(" "), code: answer.body.warnings.map((w) => w.code).join(", ") } : { status: "done", what: say("done-named", { name: verb }) }, answer);
      return;
    }
    const p = answer.body || {};
    const cells = Takt.cells(p.errors), fields = (p.errors || []).filter((e) => !Takt.isCell(e));
    const placed = fields.filter((e) => wrong(form, e.path, e.message || say("field-wrong")));
    if (!Takt.forward.has(p.code)) Takt.sound("error");
    show(Takt.problem(p, placed.length && placed.length === (p.errors || []).length ? { todo: say("fields-wrong", { n: placed.length }) } : {}));
    if (cells) messages(form).append(cells);
    const first = form.querySelector("[aria-invalid]");
    if (first) first.focus(); else messages(form).scrollIntoView({ block: "nearest" });
  };
  Takt.submit = submit;
  Takt.mayBeSent = (form) => { clear(form); return Takt.check(form, (path, text) => wrong(form, path, text)); };

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
    if (e.target.matches("textarea, button, a, summary")) return;
    const fields = [...form.elements].filter((i) => i.name && i.type !== "hidden" && !i.readOnly);
    if (fields.length > 1) e.preventDefault();
  });
})();
