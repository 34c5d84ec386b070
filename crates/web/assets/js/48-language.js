// The other language in place: the page is fetched in it, and its words are put onto what stands here. What was typed, scanned
// or opened, and the focus, stay (R-SCR-090).
(() => {
  const { say } = Takt;
  // what people and scripts change of an element, what a form opened with (its version, so that a save over it is refused), and the contents that scripts keep themselves
  const THEIRS = new Set(["id", "for", "class", "style", "value", "checked", "selected", "open", "hidden", "disabled", "aria-expanded", "aria-pressed", "aria-selected", "aria-disabled", "data-step", "data-type", "data-if-match", "data-was", "data-given"]);
  const OWN = "[data-own], [data-picks] > ul, textarea";
  // rows may have come and gone since: these parts are taken as they are now
  const WHOLE = "main.page [data-live][id], main.page section[id]:not(:has(form))";
  const valueOf = (label) => label.querySelector("input").value;

  const bring = (fresh, place) => {
    const neu = document.importNode(fresh, true);
    place(neu);
    if (neu.nodeType !== 1) return;
    if (window.htmx) window.htmx.process(neu);
    Takt.fresh(neu);
  };
  const dress = (old, fresh) => {
    if (old.nodeName !== fresh.nodeName || fresh.nodeType === 1 && fresh.matches(WHOLE) && fresh.id !== old.id) { bring(fresh, (neu) => old.replaceWith(neu)); return; }
    if (old.nodeType !== 1) { if (old.data !== fresh.data) old.data = fresh.data; return; }
    if (old.matches(WHOLE)) { Takt.replace(old.id, fresh.ownerDocument); return; }
    for (const { name, value } of fresh.attributes) if (!THEIRS.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.matches(OWN)) return;
    if (old.matches("select")) {
      const chosen = old.selectedOptions[0];
      old.innerHTML = fresh.innerHTML;
      if (chosen && ![...old.options].some((o) => o.value === chosen.value)) old.append(chosen);
      if (chosen) old.value = chosen.value;
      return;
    }
    if (old.matches(".checks")) {                                       // what can be chosen may have changed: each finds its own
      for (const mine of old.children) { const theirs = [...fresh.children].find((n) => valueOf(n) === valueOf(mine)); if (theirs) dress(mine, theirs); }
      return;
    }
    if (old.matches("template")) { old.innerHTML = fresh.innerHTML; return; }
    if (old.matches("[data-rows]")) {                                   // rows came, went and changed places: all are like the empty one
      const row = fresh.closest("[data-steps], [data-map]").querySelector("template").content.firstElementChild;
      for (const mine of old.children) dress(mine, row);
      return;
    }
    const mine = [...old.childNodes], theirs = [...fresh.childNodes];
    theirs.forEach((n, k) => mine[k] ? dress(mine[k], n) : bring(n, (neu) => old.append(neu)));
    if (!old.closest("form")) mine.slice(theirs.length).forEach((n) => n.remove());
  };
  const twin = (n) => document.querySelector(":scope > body > " + n.localName + (n.id ? "#" + n.id : n.classList.length ? "." + n.classList[0] : ""));

  const change = async (link) => {
    const to = new URL(link.href), box = document.querySelector("dialog[open]"), form = box && box.querySelector("form[data-command]:not([data-bulk], [data-sent])");
    to.searchParams.set("next", location.pathname + location.search);
    let page, part = null;
    try {
      page = await Takt.page(to, "main");
      if (page.ok && form && box.dataset.url) part = await Takt.page(box.dataset.url, "form");
    } catch { page = { status: 0 }; }
    if (page.status === 401 && await Takt.signInAgain()) return change(link);
    const html = page.html;
    const isElsewhere = html && html.body.dataset.page !== document.body.dataset.page;
    if (isElsewhere && page.ok && ![...document.querySelectorAll("form[data-command]")].some(Takt.isDirtyForm)) { location.reload(); return; }  // it leads elsewhere now
    if (!html || isElsewhere) { Takt.toast({ status: "warn", what: say("load-failed") }); return; }
    document.documentElement.lang = html.documentElement.lang;
    document.title = html.title;
    document.body.dataset.lang = html.body.dataset.lang;
    document.getElementById("words").textContent = html.getElementById("words").textContent;
    Takt._words = null;
    for (const n of html.body.children) { const old = twin(n); if (old) dress(old, n); }
    const fresh = part && part.html && part.html.querySelector("form[data-command]");
    if (fresh) dress(form, fresh);
    document.querySelectorAll("[data-say]").forEach(Takt.resay);
    document.dispatchEvent(new CustomEvent("takt:language"));
  };
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-action='language']");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    change(link);
  });
})();
