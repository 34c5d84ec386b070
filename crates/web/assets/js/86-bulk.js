// Chosen rows: one command for all of them, each with its own key and answer (R-SCR-015).
(() => {
  const { el, say } = Takt;
  const chosen = new Set();
  let attempts = new Map();                                                    // keys of calls whose answer was lost
  const boxes = () => [...document.querySelectorAll("input[data-choose]")];
  const show = () => {
    for (const b of boxes()) b.checked = chosen.has(b.value);
    const all = document.querySelector("[data-choose-all]");
    if (all) { const n = boxes().filter((b) => b.checked).length; all.checked = n > 0 && n === boxes().length; all.indeterminate = n > 0 && !all.checked; }
    const bar = document.querySelector("[data-bulk-bar]");
    if (!bar) return;
    bar.hidden = chosen.size === 0;
    bar.querySelector("[data-bulk-n]").textContent = say("chosen-n", { n: chosen.size });
  };
  Takt.eachPart(show);
  document.addEventListener("takt:language", show);

  document.addEventListener("change", (e) => {
    if (e.target.matches("input[data-choose]")) e.target.checked ? chosen.add(e.target.value) : chosen.delete(e.target.value);
    else if (e.target.matches("[data-choose-all]")) boxes().forEach((b) => { e.target.checked ? chosen.add(b.value) : chosen.delete(b.value); });
    else return;
    show();
  });
  document.addEventListener("click", async (e) => {
    if (e.target.closest("[data-bulk-clear]")) { chosen.clear(); show(); return; }
    const button = e.target.closest("button[data-bulk]");
    if (!button || !chosen.size) return;
    const keys = [...chosen], same = JSON.parse(button.dataset.prefill || "{}"), box = await Takt.openForm(button.dataset.bulk, Object.assign({ [button.dataset.bulkField]: keys[0] }, same));
    const form = box && box.querySelector("form[data-command]");
    if (!form) return;
    Object.keys(same).forEach((name) => { const field = form.querySelector('[data-field="' + name + '"]'); if (field) field.hidden = true; });      // the button has said it
    const first = form.querySelector(".field:not([hidden]) :is(input, select, textarea)") || form.querySelector("[type=submit]");
    first.focus();
    attempts = new Map();
    Object.assign(form.dataset, { bulk: JSON.stringify(keys), bulkField: button.dataset.bulkField });
    form.querySelector("h2").textContent = say("bulk-title", { name: button.textContent.trim(), n: keys.length });
  });

  // the filled form, once for each; what failed can be tried again
  Takt.submitAll = async (form) => {
    if (form.getAttribute("aria-busy") === "true" || !Takt.mayBeSent(form)) return;
    const field = form.elements[form.dataset.bulkField], keys = JSON.parse(form.dataset.bulk);
    const button = form.querySelector("[type=submit]"), results = [];
    form.setAttribute("aria-busy", "true");
    button.setAttribute("aria-busy", "true");
    for (const key of keys) {
      field.value = key;
      const { url, body } = Takt.collect(form);
      const call = url + " " + JSON.stringify(body), attempt = attempts.get(call) || Takt.newKey();
      const answer = await Takt.send({ method: form.getAttribute("method"), url, body, key: attempt });
      answer.lost ? attempts.set(call, attempt) : attempts.delete(call);         // the same call again counts once
      const warned = Takt.warned(answer.body);
      results.push({ key, ok: answer.ok, warn: warned.length > 0, code: answer.ok ? "" : (answer.body || {}).code || "–", said: answer.ok ? [say("bulk-done"), ...warned].join(" ") : answer.lost ? say("not-saved") : (answer.body || {}).detail });
      if (answer.ok) chosen.delete(key);
    }
    form.removeAttribute("aria-busy");
    button.removeAttribute("aria-busy");
    const failed = results.filter((r) => !r.ok);
    Takt.sound(failed.length ? "warn" : "ok");
    form.dataset.bulk = JSON.stringify(failed.map((r) => r.key));
    form.dataset.sent = "1";
    const table = Takt.results(results);
    table.dataset.bulkResults = "";
    const old = form.querySelector("[data-bulk-results]");
    old ? old.replaceWith(table) : form.querySelector(".body").prepend(table);
    const foot = form.querySelector("footer"), close = el("button", { type: "button", class: "btn primary", "data-close": true }, say("close"));
    const copy = el("button", { type: "button", class: "btn quiet", "data-copy": Takt.resultsText(results) }, say("copy"));
    foot.replaceChildren(...[copy, failed.length ? el("button", { type: "submit", class: "btn" }, say("bulk-retry", { n: failed.length })) : null, close].filter(Boolean));
    if (!failed.length) form.querySelectorAll(".field").forEach((f) => { f.hidden = true; });
    close.focus();
    show();
    document.addEventListener("takt:dialog-closed", () => { const list = document.querySelector("[data-bulk-list]"); if (list) Takt.refresh(list.id); }, { once: true });
  };
})();
