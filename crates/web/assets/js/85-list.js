// Lists: filters in the address, columns and density per terminal, relative times.
(() => {
  const { say } = Takt;
  const send = (i) => { const form = i.form || i.closest("form"); if (form) form.requestSubmit(); };
  let timer = 0;
  // a choice made with the mouse counts at once; with the keyboard the arrows only look, Enter or the button sends
  let byKey = null;
  document.addEventListener("keydown", (e) => { byKey = e.target.matches("select[data-autosubmit]") ? e.target : null; if (byKey && e.key === "Enter") send(byKey); });
  document.addEventListener("pointerdown", () => { byKey = null; });
  document.addEventListener("change", (e) => { if (e.target.matches("[data-autosubmit]") && e.target !== byKey) send(e.target); });
  document.addEventListener("input", (e) => { if (e.target.matches("input[type=search][data-autosubmit]")) { clearTimeout(timer); timer = setTimeout(() => send(e.target), 500); } });
  document.addEventListener("submit", (e) => {                        // empty filters stay out of the address
    if (!e.target.matches("[data-filters], [data-search]")) return;
    for (const i of e.target.elements) if (i.name && i.value === "") { i.disabled = true; setTimeout(() => { i.disabled = false; }, 0); }
  }, true);

  const columns = (box) => {
    const key = "takt-columns-" + box.dataset.list, hidden = new Set((Takt.keep.get(key) || "").split(",").filter(Boolean));
    const apply = () => box.querySelectorAll("[data-col]").forEach((n) => n.toggleAttribute("data-hidden", hidden.has(n.dataset.col)));
    box.querySelectorAll("[data-column]").forEach((i) => {
      i.checked = !hidden.has(i.dataset.column);
      i.addEventListener("change", () => { i.checked ? hidden.delete(i.dataset.column) : hidden.add(i.dataset.column); Takt.keep.set(key, [...hidden].join(",")); apply(); });
    });
    apply();
  };
  const density = (root) => {
    const on = Takt.keep.get("takt-density") === "compact";
    document.body.toggleAttribute("data-density", on);
    if (on) document.body.dataset.density = "compact";
    root.querySelectorAll("[data-density]").forEach((b) => { if (b !== document.body) b.setAttribute("aria-pressed", on); });
  };
  document.addEventListener("click", (e) => {
    const button = e.target.closest("button[data-density]");
    if (button) { Takt.keep.set("takt-density", Takt.keep.get("takt-density") === "compact" ? null : "compact"); density(document); }
    const row = e.target.closest("tr[data-href]");
    if (row && !e.target.closest("a, button, input, label, summary, .menu") && !String(getSelection())) location.assign(row.dataset.href);
  });

  // relative times beside the absolute ones: <time data-ago datetime=…>
  Takt.ago = (iso, now) => {
    const s = Math.round(((now || Date.now()) - Date.parse(iso)) / 1000), a = Math.abs(s), way = s >= 0 ? "ago" : "in";
    if (a < 60) return say("ago-now");
    if (a < 3600) return say(way + "-min", { n: Math.floor(a / 60) });
    if (a < 86400) return say(way + "-h", { n: Math.floor(a / 3600) });
    return say(way + "-d", { n: Math.floor(a / 86400) });
  };
  const times = (root) => root.querySelectorAll("time[data-ago]").forEach((n) => { if (Number.isFinite(Date.parse(n.dateTime))) n.textContent = Takt.ago(n.dateTime); });
  setInterval(() => times(document), 30000);
  document.addEventListener("takt:language", () => times(document));

  Takt.eachPart((root) => {
    (root.matches && root.matches("[data-list]") ? [root] : [...root.querySelectorAll("[data-list]")]).forEach(columns);
    density(root);
    times(root);
  });
  // parts brought in by htmx get their manners too; sort and page keep the list in place
  document.addEventListener("htmx:afterSwap", (e) => { const node = document.getElementById(e.detail.target.id); Takt.fresh(node || document); });
  document.addEventListener("htmx:sendError", () => Takt.toast({ status: "warn", what: say("load-failed") }));
  document.addEventListener("htmx:responseError", (e) => { if (e.detail.xhr.status === 401) Takt.signInAgain(); else Takt.toast({ status: "fail", what: say("load-failed"), code: "HTTP_" + e.detail.xhr.status }); });
})();
