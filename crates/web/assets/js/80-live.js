// Live: one event stream per page says which topic changed; the parts that named it fetch themselves again (R-SCR-020).
(() => {
  const { say } = Takt;
  const STALE_MS = 30000, POLL_MS = 10000, WAIT_MS = 300, EVERY_MS = 1000;
  const due = new Set();
  let source = null, beat = Date.now(), poll = 0, tries = 0, timer = 0, last = 0, broken = false;

  // changes are gathered for a moment and asked for once; many changes never push the next look away
  const soon = (ms) => { if (!timer) timer = setTimeout(refetch, Math.max(ms, last + EVERY_MS - Date.now())); };
  const want = (node, ms) => { due.add(node.id); soon(ms); };
  Takt.refresh = (id) => { const node = document.getElementById(id); if (node) want(node, 0); };
  const changed = (topics) => {
    document.querySelectorAll("[data-live][id]").forEach((n) => { const mine = n.dataset.live.split(/\s+/); if (!topics || mine.some((t) => topics.includes(t))) want(n, WAIT_MS); });
    document.dispatchEvent(new CustomEvent("takt:changed", { detail: { topics } }));
  };

  // somebody hands something over to a role of this person
  const told = (about) => {
    const [kind, ...key] = about.split(":"), page = { work_order: "/mes/work-orders/", run: "/mes/runs/", unit: "/mes/units/" }[kind];
    const code = key.join(":"), here = page && location.pathname === page + encodeURIComponent(code);
    Takt.toast({ status: "current", what: say("handover-heard", { code }), link: page && !here ? page + encodeURIComponent(code) : null, linkText: code });
  };

  const refetch = async () => {
    timer = 0;
    last = Date.now();
    if (document.querySelector("dialog[open]")) {                              // never replace what lies under an open dialog
      const form = document.querySelector("dialog[open] .form-messages");
      if (form && !form.querySelector("[data-changed]") && !form.closest("[data-sent]")) {                 // who has sent it sees what came of it
        const note = Takt.msg({ status: "warn", what: say("changed"), todo: say("changed-todo"), actions: [{ label: say("reload"), run: () => location.reload() }] });
        note.dataset.changed = "1";
        form.append(note);
      }
      document.addEventListener("takt:dialog-closed", () => soon(0), { once: true });
      return;
    }
    const nodes = [...due].map((id) => document.getElementById(id)).filter(Boolean);
    const typing = (n) => n.contains(document.activeElement) && Takt.typing(document.activeElement);
    const now = nodes.filter((n) => !typing(n));
    due.clear();
    nodes.filter(typing).forEach((n) => want(n, 3000));
    if (!now.length) return;
    let answer;
    try { answer = await Takt.page(location.href, now.map((n) => n.id).join(" ")); } catch { return; }       // the dot tells
    if (answer.status === 401) { stopPoll(); dot("stale", "signed-out"); return; }
    if (!answer.ok) return;
    now.forEach((n) => Takt.replace(n.id, answer.html));
    heard();
  };
  // one part by the new one; what is typed, opened, scrolled and has the focus stays
  Takt.replace = (id, html) => {
    const fresh = html.getElementById(id), old = document.getElementById(id);
    if (!fresh || !old) return;
    const focus = old.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = [...old.querySelectorAll(".table-wrap")].map((n) => [n.scrollTop, n.scrollLeft]);
    const neu = document.importNode(fresh, true);
    keep(old, neu);
    old.replaceWith(neu);
    neu.querySelectorAll(".table-wrap").forEach((n, k) => { if (scrolled[k]) [n.scrollTop, n.scrollLeft] = scrolled[k]; });
    const again = focus && Takt.twin(focus, neu);
    if (again) again.focus({ preventScroll: true });
    if (window.htmx) window.htmx.process(neu);
    Takt.fresh(neu);
  };
  // the same place in the new part: a row, a link, a button, a box
  const same = (a, b) => ["href", "data-href", "data-action", "data-prefill", "value", "id"].every((k) => a.getAttribute(k) === b.getAttribute(k));
  Takt.twin = (node, root) => [...root.querySelectorAll(node.tagName)].find((n) => same(n, node));
  const PARTS = "details:not(.drop)", TYPED = "select[id], textarea[id], input[id]:not([type='checkbox'], [type='radio'], [type='hidden'])";
  const isTyped = (n) => n.options ? [...n.options].some((o) => o.selected && !o.defaultSelected && o.index) : n.value !== n.defaultValue;
  const keep = (old, neu) => {
    const parts = [...neu.querySelectorAll(PARTS)];
    old.querySelectorAll(PARTS).forEach((d, k) => { const mine = d.id ? parts.find((n) => n.id === d.id) : parts[k]; if (mine && d.open) mine.open = true; });
    old.querySelectorAll(TYPED).forEach((n) => { const mine = isTyped(n) && neu.querySelector("#" + CSS.escape(n.id)); if (mine) mine.value = n.value; });
  };

  const dot = (cls, key, args) => document.querySelectorAll("#live").forEach((n) => { n.hidden = false; n.className = "live" + (cls ? " " + cls : ""); if (n.textContent !== say(key, args)) n.replaceChildren(Takt.word(key, args)); });
  const heard = () => { beat = Date.now(); dot("", poll ? "polling" : "live"); };
  setInterval(() => { if (source !== null || poll) if (Date.now() - beat > STALE_MS) dot("stale", "stale", { time: Takt.clock(new Date(beat)) }); }, 1000);

  const startPoll = () => { if (!poll) poll = setInterval(() => { if (navigator.onLine && !document.hidden) changed(null); }, POLL_MS); };
  const stopPoll = () => { clearInterval(poll); poll = 0; };
  const open = () => {
    const topics = (document.body.dataset.topics || "").trim().split(/\s+/).filter(Boolean);
    if (!topics.length) return;
    if (!window.EventSource) { startPoll(); return; }
    source = new EventSource("/events/stream?topics=" + topics.map(encodeURIComponent).join(","));
    source.addEventListener("open", () => { tries = 0; stopPoll(); heard(); back(); });
    source.addEventListener("heartbeat", heard);
    source.addEventListener("changed", (e) => { heard(); let m = {}; try { m = JSON.parse(e.data); } catch { m = {}; } if (m.about) told(m.about); changed(m.topics || null); });
    source.addEventListener("permissionsChanged", () => Takt.toast({ status: "warn", what: say("rights-changed"), actions: [{ label: say("reload"), primary: true, run: () => location.reload() }] }));
    source.addEventListener("error", () => {
      broken = true;
      startPoll();                                                             // until the stream is there again
      if (source && source.readyState === EventSource.CLOSED) {                  // refused for good: try again later
        source.close();
        setTimeout(open, Math.min(60000, 5000 * ++tries));
      }
    });
  };
  // the server answers again after it did not: whoever holds something back may send it
  const back = () => { if (broken) { broken = false; changed(null); document.dispatchEvent(new CustomEvent("takt:back")); } };

  // offline: says so over everything, blocks commands, keeps what was typed
  const offline = () => {
    let bar = document.getElementById("offline");
    if (navigator.onLine) { if (bar) { bar.remove(); Takt.toast({ status: "done", what: say("online") }); } delete document.documentElement.dataset.offline; broken = true; back(); return; }
    document.documentElement.dataset.offline = "1";
    if (bar) return;
    bar = Takt.el("div", { id: "offline", class: "offline-bar", role: "alert" }, Takt.icon("offline"), say("offline"));
    document.body.prepend(bar);
    Takt.sound("warn");
  };
  Takt.ready(() => {
    open();
    if (!navigator.onLine) offline();
    addEventListener("online", offline);
    addEventListener("offline", offline);
    addEventListener("pagehide", () => { if (source) source.close(); });
  });
})();
