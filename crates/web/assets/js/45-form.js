// Buttons with data-form open the form of their command in a dialog.
(() => {
  const { say } = Takt;

  Takt.openForm = async (command, prefill, then) => {
    const q = new URLSearchParams();
    for (const [k, v] of Object.entries(prefill || {})) if (v !== null && v !== undefined) q.append(k, typeof v === "object" ? JSON.stringify(v) : v);
    const url = "/forms/" + encodeURIComponent(command) + (q.toString() ? "?" + q : "");
    let answer;
    try { answer = await Takt.page(url, "form"); }
    catch { Takt.toast({ status: "warn", what: say("load-failed"), actions: [{ label: say("retry"), run: () => Takt.openForm(command, prefill, then) }] }); return null; }
    if (answer.status === 401) { if (await Takt.signInAgain()) return Takt.openForm(command, prefill, then); return null; }
    const form = answer.html && answer.html.querySelector("form[data-command]");
    if (!form) {
      const said = answer.html && answer.html.querySelector("[data-code]");
      Takt.toast({ status: "fail", what: said ? said.textContent.trim().replace(/\s+/g, " ").slice(0, 300) : say("load-failed"), code: said ? said.dataset.code : "HTTP_" + answer.status });
      return null;
    }
    if (then) form.dataset.then = then;
    form.dataset.key = Takt.newKey();
    const box = Takt.dialog(document.importNode(form, true), { url, size: form.querySelector("[data-steps]") ? "full" : form.querySelector("textarea.mono, .checks.many, .parts, [data-map]") ? "wide" : "" });
    begin(box.querySelector("form"));
    return box;
  };

  // the field that is to be mended, also one of a step: stationGroupCode, operationCode@20
  const begin = (form) => {
    const [name, step] = (form.dataset.focus || "").split("@");
    if (!name) return;
    const row = step && [...form.querySelectorAll("[data-steps] tbody tr")].find((r) => r.querySelector("[data-cell='stepNo']").value === step);
    const field = row ? row.querySelector('[data-cell="' + CSS.escape(name) + '"]') : form.querySelector('[data-field="' + CSS.escape(name) + '"] [data-level-body] :is(input, select, textarea), [data-field="' + CSS.escape(name) + '"] :is(input, select, textarea)');
    if (!field) return;
    field.scrollIntoView({ block: "center" });
    field.focus();
  };
  Takt.ready(() => { const form = document.querySelector("[data-form-page] form[data-focus]"); if (form) begin(form); });

  // a link to a closed part opens it
  const openTarget = () => { const part = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1))); if (part && part.matches("details")) { part.open = true; part.scrollIntoView({ block: "start" }); } };
  addEventListener("hashchange", openTarget);
  Takt.ready(openTarget);

  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-form]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    e.preventDefault();
    const drop = button.closest("details.drop");
    if (drop) drop.open = false;
    let prefill = {};
    try { prefill = JSON.parse(button.dataset.prefill || "{}"); } catch { prefill = {}; }
    Takt.openForm(button.dataset.form, prefill, button.dataset.then);
  });
  // a refused button takes focus and explains itself, but does nothing
  document.addEventListener("click", (e) => { if (e.target.closest("[aria-disabled='true']")) { e.preventDefault(); e.stopImmediatePropagation(); } }, true);

  // a file fills its text field (CSV)
  document.addEventListener("change", async (e) => {
    const id = e.target.dataset && e.target.dataset.fills;
    if (!id || !e.target.files[0]) return;
    const field = document.getElementById(id);
    if (field) { field.value = await e.target.files[0].text(); field.dispatchEvent(new Event("input", { bubbles: true })); }
  });

  document.addEventListener("click", async (e) => {
    const copy = e.target.closest("[data-copy], [data-handover]");
    if (!copy) return;
    const text = copy.dataset.copy !== undefined ? copy.dataset.copy : copy.dataset.handover + "\n" + location.href;
    try { await navigator.clipboard.writeText(text); Takt.toast({ status: "done", what: say("copied") }); }
    catch { Takt.toast({ status: "warn", what: say("copy-failed"), todo: text }); }
  });
  // tell those who can take the next step; told within ten minutes, they are not told again (R-SCR-006)
  const notify = async (button, key) => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const answer = await Takt.send({ url: "/api/v1/handovers", body: JSON.parse(button.dataset.notify), key });
    button.removeAttribute("aria-busy");
    if (answer.ok) Takt.toast({ status: answer.body.told ? "done" : "waiting", what: say(answer.body.told ? "notified" : "notified-before", { roles: button.dataset.roles }) });
    else if (answer.lost) { const note = Takt.toast({ status: "warn", what: say("not-saved"), todo: say("not-saved-todo"), actions: [{ label: say("retry"), primary: true, run: () => { note.remove(); notify(button, key); } }] }); }
    else Takt.toast(Takt.problem(answer.body || {}));
  };
  document.addEventListener("click", (e) => { const button = e.target.closest("[data-notify]"); if (button) notify(button, Takt.newKey()); });
  document.addEventListener("click", (e) => { if (e.target.closest("[data-reload]")) location.reload(); if (e.target.closest("[data-print]")) window.print(); });
  document.addEventListener("click", (e) => {                         // a click elsewhere closes menus
    document.querySelectorAll("details.drop[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
    const toggle = e.target.closest("[data-nav-toggle]"), shell = document.querySelector(".shell");
    if (shell && toggle) { const open = shell.dataset.nav !== "open"; shell.dataset.nav = open ? "open" : ""; toggle.setAttribute("aria-expanded", open); }
    else if (shell && shell.dataset.nav === "open" && !e.target.closest(".nav")) shell.dataset.nav = "";
  });
})();
