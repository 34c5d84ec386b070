// Station queue: what waits here, with the reason where it may not; and the number pad for gloves.
Takt.ready(() => {
  const S = Takt.station;
  if (!S) return;
  const { el, icon, say } = Takt;
  const list = document.getElementById("queue-list"), find = document.getElementById("queue-find"), more = document.getElementById("queue-more");
  let view = "waiting", cursor = null, timer = 0, turn = 0;

  const tags = (u) => [u.isRework ? ["warn", "wrench", say("tag-rework")] : null, u.executionMode === "FAI_TRIAL" ? ["trial", "trial", say("tag-fai")] : null, u.status === "ON_HOLD" ? ["fail", "hold", say("tag-hold")] : null]
    .filter(Boolean).map(([status, glyph, word]) => el("span", { class: "badge", "data-status": status }, icon(glyph), word));
  const item = (u) => {
    const why = (u.blockers || [])[0], age = Takt.ago(new Date(Date.now() - u.dwellSec * 1000).toISOString());
    return el("li", { class: why ? "blocked" : "", "data-status": why ? "fail" : null, "data-sn": u.sn },
      el("span", { class: "code" }, u.sn), el("span", {}, tags(u)),
      el("span", { class: "small" }, [S.stepWord(u.currentStep || u.currentStepNo), u.runNo, age].map((x, k) => [k ? " · " : "", el("span", { class: "num" }, x)])),
      why ? el("span", { class: "why", "data-code": why.code }, icon("blocked"), why.detail || why.code) : "");
  };
  const say4 = (glyph, text) => list.replaceChildren(el("li", {}, el("div", { class: "state", style: "grid-column:1/-1" }, icon(glyph), el("p", {}, text))));

  // the run at hand: the one of the last board, else the first with boards for this station
  const strip = (runs) => {
    const at = runs.find((r) => S.unit && r.runNo === S.unit.runNo) || runs[0];
    if (!S.unit) S.strip(at && at.runNo, at && at.productCode);
    document.getElementById("strip-done").textContent = at ? at.done.toLocaleString(Takt.lang()) + " / " + at.planQty.toLocaleString(Takt.lang()) : "–";
  };

  const ask = async (next) => {
    const mine = ++turn, q = new URLSearchParams({ view, limit: "50" });
    if (find.value.trim()) q.set("sn", find.value.trim());
    if (next && cursor) q.set("cursor", cursor);
    const answer = await Takt.ask(S.api + "/queue?" + q);
    if (mine !== turn) return;
    if (!answer.ok) {
      const b = answer.body || {};
      if (answer.status === 403) say4("lock", say("queue-denied")); else if (answer.status === 404) say4("station", say("queue-unknown")); else if (!list.children.length) say4("offline", b.detail || say("load-failed"));
      return;
    }
    const b = answer.body, rows = b.queue;
    for (const [k, n] of Object.entries(b.counts)) { const c = document.querySelector('[data-count="' + k + '"]'); if (c) c.textContent = n; }
    strip(b.runs);
    if (!rows.length && !next) say4("box", find.value.trim() ? say("queue-no-match") : say("queue-empty-" + view));
    else next ? list.append(...rows.map(item)) : list.replaceChildren(...rows.map(item));
    cursor = b.nextCursor || null;
    more.hidden = !cursor;
    document.getElementById("queue-time").textContent = Takt.clock();
  };
  // many changes are one look: the first of them starts the wait, the others do not begin it anew
  S.queue = () => { if (!timer) timer = setTimeout(() => { timer = 0; ask(false); }, 400); };

  const tabs = [...document.querySelectorAll("[data-view]")];
  tabs.forEach((tab) => tab.addEventListener("click", () => {
    view = tab.dataset.view;
    tabs.forEach((t) => t.setAttribute("aria-selected", t === tab));
    ask(false);
    S.focus();
  }));
  find.addEventListener("input", S.queue);
  more.addEventListener("click", () => ask(true));
  document.addEventListener("takt:changed", S.queue);
  ask(false);

  // number pad: opens at number fields on touch, shows unit and limits
  if (!matchMedia("(pointer: coarse)").matches) return;
  let pad = null;
  const close = () => { if (pad) pad.remove(); pad = null; };
  document.addEventListener("focusin", (e) => {
    const field = e.target.closest && e.target.closest("input[data-pad]");
    if (!field) { if (pad && !pad.contains(e.target)) close(); return; }
    close();
    field.setAttribute("inputmode", "none");
    const read = el("b", {}, field.value || "0");
    const put = (v) => { field.value = v; read.textContent = v || "0"; field.dispatchEvent(new Event("input", { bubbles: true })); };
    const key = (k) => el("button", { type: "button", "aria-label": k === "⌫" ? say("erase") : k === "±" ? say("sign") : k, mousedown: (ev) => ev.preventDefault(), click: () => put(k === "⌫" ? field.value.slice(0, -1) : k === "±" ? (field.value.startsWith("-") ? field.value.slice(1) : "-" + field.value) : field.value + k) }, k);
    pad = el("div", { class: "numpad" }, el("div", { class: "pad" }, el("div", { class: "read" }, el("span", { class: "small" }, field.dataset.limits || ""), read, el("span", { class: "unit" }, field.dataset.pad || "")),
      ["7", "8", "9", "⌫", "4", "5", "6", "±", "1", "2", "3"].map(key), el("button", { type: "button", class: "ok", mousedown: (ev) => ev.preventDefault(), click: () => { close(); S.focus(); } }, say("done-key")), key("0"), key("."), key("00")));
    document.body.append(pad);
  });
});
