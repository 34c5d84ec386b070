// Keys: everything works without a mouse (R-SCR-027).
(() => {
  const { el, say } = Takt;
  const SURE_MS = 50;
  let going = 0, last = 0, meant = 0;
  const rows = () => [...document.querySelectorAll("tr[data-row]")];

  const help = () => {
    const keys = [["/", "key-search"], ["?", "key-help"], ["g", "key-go"], ["n", "key-new"], ["f", "key-filter"], ["j k", "key-rows"], ["Enter", "key-open"], ["Ctrl+Enter", "key-submit"], ["Esc", "key-close"], ["F8", "key-scan"]];
    const list = el("dl", { class: "help-keys" }, keys.map(([k, w]) => [el("dt", {}, k.split(" ").map((x) => el("kbd", {}, x))), el("dd", {}, say(w))]));
    const go = el("dl", { class: "help-keys" }, pages().map(([k, a]) => [el("dt", {}, el("kbd", {}, "g"), " ", el("kbd", {}, k)), el("dd", {}, a.title)]));
    Takt.dialog([el("header", {}, el("h2", { id: "help-title" }, say("help"))), el("div", { class: "body" }, list, go),
      el("footer", {}, el("button", { type: "button", class: "btn", "data-close": true }, say("close")))]);
  };
  // each menu entry gets the first free letter of its address, so it is the same in both languages
  const pages = () => {
    const used = new Set(), found = [];
    document.querySelectorAll(".nav a").forEach((a) => {
      const name = a.pathname.split("/").filter(Boolean).pop() || "";
      const key = a.dataset.key || [...name.replace(/[^a-z]/g, "")].find((c) => !used.has(c));
      if (key && !used.has(key)) { used.add(key); found.push([key, a]); }
    });
    return found;
  };

  document.addEventListener("click", (e) => { if (e.target.closest("[data-help]")) help(); });
  document.addEventListener("keydown", (e) => {
    // a scanner types much faster than a person: a key that follows another at once, or is followed by one, is none of these
    const now = e.timeStamp, alone = now - last > SURE_MS;
    last = now;
    clearTimeout(meant);
    if (!alone) { going = 0; return; }
    if (e.defaultPrevented || e.ctrlKey || e.altKey || e.metaKey || Takt.typing(e.target) || document.querySelector("dialog[open]")) return;
    const act = (f) => { e.preventDefault(); meant = setTimeout(f, SURE_MS); };
    if (going && now - going < 1500) {
      going = 0;
      const hit = pages().find(([k]) => k === e.key);
      if (hit) { act(() => location.assign(hit[1].href)); return; }
    }
    const all = rows(), at = all.indexOf(document.activeElement && document.activeElement.closest ? document.activeElement.closest("tr[data-row]") : null);
    switch (e.key) {
      case "?": act(help); break;
      case "/": { const find = document.getElementById("find"); if (find) act(() => { find.focus(); find.select(); }); break; }
      case "g": going = now; break;
      case "n": { const button = document.querySelector(".page-head .btn.primary[data-form]"); if (button) act(() => button.click()); break; }
      case "f": { const field = document.querySelector("[data-filters] input:not([type=hidden]), [data-filters] select"); if (field) act(() => field.focus()); break; }
      case "j": if (all.length) act(() => all[Math.min(at + 1, all.length - 1)].focus()); break;
      case "k": if (all.length) act(() => all[Math.max(at - 1, 0)].focus()); break;
      case "Enter": if (document.activeElement && document.activeElement.matches("tr[data-row][data-href]")) { e.preventDefault(); location.assign(document.activeElement.dataset.href); } break;
      case "Escape": document.querySelectorAll("details.drop[open]").forEach((d) => { d.open = false; }); break;
    }
  });
})();
