// Live: one event stream per page says which topic changed; the part that named it fetches itself again (R-SCR-020).
(() => {
  const { say } = Takt;
  const STALE_MS = 30000, POLL_MS = 10000, WAIT_MS = 300;
  const waiting = new Map();
  let source = null, beat = Date.now(), poll = 0, tries = 0;

  const refetch = async (node) => {
    const id = node.id;
    if (!id || !node.isConnected) return;
    if (document.querySelector("dialog[open]")) {                              // never replace what lies under an open dialog
      const form = document.querySelector("dialog[open] .form-messages");
      if (form && !form.querySelector("[data-changed]")) {
        const note = Takt.msg({ status: "warn", what: say("changed"), todo: say("changed-todo"), actions: [{ label: say("reload"), run: () => location.reload() }] });
        note.dataset.changed = "1";
        form.append(note);
      }
      document.addEventListener("takt:dialog-closed", () => Takt.refresh(node.id), { once: true });
      return;
    }
    if (node.contains(document.activeElement) && Takt.typing(document.activeElement)) { later(node, 3000); return; }
    try {
      const answer = await fetch(location.href, { headers: { "Takt-Block": id, Accept: "text/html", "Accept-Language": Takt.lang() }, credentials: "same-origin" });
      if (!answer.ok) return;
      const html = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = html.getElementById(id), old = document.getElementById(id);
      if (!fresh || !old) return;
      const row = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.href : null;
      const scrolled = [...old.querySelectorAll(".table-wrap")].map((n) => [n.scrollTop, n.scrollLeft]);
      const neu = document.importNode(fresh, true);
      old.replaceWith(neu);
      neu.querySelectorAll(".table-wrap").forEach((n, k) => { if (scrolled[k]) [n.scrollTop, n.scrollLeft] = scrolled[k]; });
      if (row) { const again = neu.querySelector('[data-href="' + CSS.escape(row) + '"]'); if (again) again.focus(); }
      if (window.htmx) window.htmx.process(neu);
      Takt.fresh(neu);
      heard();
    } catch { /* the dot tells */ }
  };
  const later = (node, ms) => { clearTimeout(waiting.get(node.id)); waiting.set(node.id, setTimeout(() => { waiting.delete(node.id); const now = document.getElementById(node.id); if (now) refetch(now); }, ms)); };
  Takt.refresh = (id) => { const node = document.getElementById(id); if (node) later(node, 0); };
  const changed = (topics) => {
    document.querySelectorAll("[data-live][id]").forEach((n) => { const mine = n.dataset.live.split(/\s+/); if (!topics || mine.some((t) => topics.includes(t))) later(n, WAIT_MS); });
    document.dispatchEvent(new CustomEvent("takt:changed", { detail: { topics } }));
  };

  const dot = (cls, text) => document.querySelectorAll("#live").forEach((n) => { n.className = "live" + (cls ? " " + cls : ""); if (n.textContent !== text) n.textContent = text; });
  const heard = () => { beat = Date.now(); dot("", say(poll ? "polling" : "live")); };
  setInterval(() => { if (source !== null || poll) if (Date.now() - beat > STALE_MS) dot("stale", say("stale", { time: Takt.clock(new Date(beat)) })); }, 1000);

  const startPoll = () => { if (!poll) poll = setInterval(() => { if (navigator.onLine && !document.hidden) changed(null); }, POLL_MS); };
  const stopPoll = () => { clearInterval(poll); poll = 0; };
  const open = () => {
    const topics = (document.body.dataset.topics || "").trim().split(/\s+/).filter(Boolean);
    if (!topics.length) return;
    if (!window.EventSource) { startPoll(); return; }
    source = new EventSource("/events/stream?topics=" + topics.map(encodeURIComponent).join(","));
    source.addEventListener("open", () => { tries = 0; stopPoll(); heard(); });
    source.addEventListener("heartbeat", heard);
    source.addEventListener("changed", (e) => { heard(); let m = {}; try { m = JSON.parse(e.data); } catch { m = {}; } changed(m.topics || null); });
    source.addEventListener("permissionsChanged", () => Takt.toast({ status: "warn", what: say("rights-changed"), actions: [{ label: say("reload"), primary: true, run: () => location.reload() }] }));
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {                  // refused for good: poll, and try the stream again later
        source.close();
        startPoll();
        setTimeout(open, Math.min(60000, 5000 * ++tries));
      }
    });
  };

  // offline: says so over everything, blocks commands, keeps what was typed
  const offline = () => {
    let bar = document.getElementById("offline");
    if (navigator.onLine) { if (bar) { bar.remove(); Takt.toast({ status: "done", what: say("online") }); changed(null); } delete document.documentElement.dataset.offline; return; }
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
