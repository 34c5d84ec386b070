// A session that is about to end says so while there is still time to stay (R-SCR-092).
(() => {
  const { say } = Takt;
  // the server writes down a session's last use at most once a minute: the end may come two minutes before it seems due
  const WARN_MS = 180000, LOOK_MS = 5000, KEY = "takt-session", USED = "takt-session-used";
  let note = null, known = null, asked = null;
  const kept = () => { try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; } };

  // whatever the server was asked for counts, also by another tab of this browser
  Takt.used = () => Takt.keep.set(USED, String(Date.now()));
  const stay = async () => { await Takt.ask("/api/v1/auth/session"); close(); };
  const close = () => { if (note) note.remove(); note = null; };

  // a session that began on this page is not the one it was made for
  const read = async () => {
    const csrf = asked = document.body.dataset.csrf, answer = await Takt.ask("/api/v1/auth/session");
    if (!answer.ok || !answer.body || !Number.isInteger(answer.body.idleSec)) return null;
    const read = { csrf, idleSec: answer.body.idleSec, ends: Date.now() + answer.body.leftSec * 1000 };
    try { sessionStorage.setItem(KEY, JSON.stringify(read)); } catch { /* asked again on the next page */ }
    return read;
  };

  const look = async () => {
    if (asked !== document.body.dataset.csrf) { close(); known = null; known = await read(); }
    if (!known) return;
    const idle = Number(Takt.keep.get(USED)) + known.idleSec * 1000, left = Math.min(idle, known.ends) - Date.now();
    if (left > WARN_MS || left <= 0) { close(); return; }
    if (note && note.isConnected) return;
    const over = known.ends <= idle;                                          // staying does not help: signing in does
    note = Takt.toast({ status: "warn", what: Takt.word(over ? "session-ends-sure" : "session-ends", { time: Takt.clock(new Date(Math.min(idle, known.ends))) }), actions: [{ label: Takt.word(over ? "sign-in-again" : "session-stay"), primary: true, run: over ? () => Takt.signInAgain().then(look) : stay }] });
    Takt.sound("warn");
  };

  Takt.ready(() => {
    if (!document.body.dataset.user) return;
    Takt.used();
    const before = kept();
    if (before && before.csrf === document.body.dataset.csrf) { known = before; asked = before.csrf; }
    look();
    setInterval(look, LOOK_MS);
  });
})();
