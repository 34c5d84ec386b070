// The station: one scan decides. Waiting here → in; inside → out form; again at once → repeat (R-SCR-040 … 048).
Takt.ready(() => {
  const root = document.getElementById("station");
  if (!root) return;
  const { el, icon, say, bi, word } = Takt;
  const station = root.dataset.station, api = "/api/v1/stations/" + encodeURIComponent(station);
  const byId = (id) => document.getElementById(id);
  const scan = byId("scan"), result = byId("result"), now = byId("now"), ready = byId("ready"), undo = byId("undo");
  const S = Takt.station = { station, api, unit: null, lastIn: null, held: null };
  Takt.keep.set("takt-station", station);

  S.focus = () => { if (!document.querySelector("dialog[open]")) scan.focus({ preventScroll: true }); };
  const isLong = (verdict) => /\S{7}|[^\x00-\xff]{5}/.test(say(verdict));
  S.result = (r) => {
    const said = (what) => what instanceof Node ? what : bi(what, r.args);
    result.dataset.own = "";
    result.className = "result " + (r.compact ? "compact" : "grow") + (r.idle ? " idle" : "") + (isLong(r.verdict) ? " long" : "");
    r.status ? (result.dataset.status = r.status) : delete result.dataset.status;
    r.code ? (result.dataset.code = r.code) : delete result.dataset.code;
    result.replaceChildren(icon(r.icon || r.status), el("p", { class: "verdict" }, bi(r.verdict)), el("p", { class: "where" }, said(r.where)),
      el("p", { class: "then" }, r.then ? said(r.then) : "", r.code ? [" ", el("span", { class: "code small" }, r.code)] : null));
    if (r.more) result.append(el("p", { class: "then" }, r.more));
    if (r.retry) result.append(el("p", { class: "then" }, el("button", { type: "button", class: "btn", "data-action": "scan.retry", click: () => Takt.take(RETRY) }, icon("refresh"), word("retry"))));
    if (r.sound) Takt.sound(r.sound);
    S.focus();
  };
  S.log = (status, glyph, sn, text) => {
    const list = byId("last");
    list.prepend(el("div", { class: "item", "data-status": status }, icon(glyph), el("div", {}, el("b", { class: "code" }, sn), " ", el("span", { class: "soft" }, text)), el("span", { class: "muted num" }, Takt.clock())));
    while (list.children.length > 3) list.lastElementChild.remove();
  };
  let isBusy = false;
  const busy = (on) => {
    isBusy = on;
    const [glyph, text, color] = on ? ["waiting", "busy", "var(--ink-3)"] : S.held ? ["offline", "bi-offline", "var(--warn-fg)"] : ["done", "ready", ""];
    ready.replaceChildren(icon(glyph), word(text));
    ready.style.color = color;
  };
  S.idle = () => { S.unit = null; S.hideForms(); now.hidden = true; byId("advanced").hidden = true; };
  S.hideForms = () => { byId("out").hidden = true; byId("defect").hidden = true; byId("last").hidden = false; byId("last-head").hidden = false; };
  S.stepWord = (s) => !s ? "–" : typeof s === "object" ? [s.stepNo, s.operationName || s.operationCode].filter((x) => x !== undefined && x !== null).join(" ") : String(s);
  const stationsOf = (s) => ((s && (s.eligibleStations || s.stations)) || []).map((x) => typeof x === "object" ? x.stationCode || x.code : x).filter(Boolean);
  S.stationsOf = stationsOf;

  S.showUnit = (u) => {
    const step = u.currentStep, next = u.nextStep, nextAt = stationsOf(next);
    now.hidden = false;
    now.replaceChildren(el("dl", { class: "facts" }, [["bi-unit", u.sn], ["bi-run", u.runNo], ["bi-product", u.productCode]].filter(([, v]) => v).map(([k, v]) => el("div", {}, el("dt", {}, bi(k)), el("dd", { class: "code" }, String(v))))),
      el("div", { class: "path" }, el("div", { "data-status": u.executionMode === "FAI_TRIAL" ? "trial" : "current" }, el("span", { class: "small" }, bi("bi-this-step")), el("b", {}, S.stepWord(step))),
        el("div", {}, el("span", { class: "small" }, bi("bi-next-step")), el("b", {}, next ? S.stepWord(next) : word("last-step")), nextAt.length ? el("span", { class: "code small" }, nextAt.join(", ")) : "")));
    S.strip(u.runNo, u.productCode);
  };
  S.strip = (runNo, productCode) => { byId("strip-run").textContent = runNo || "–"; byId("strip-product").textContent = productCode || ""; };
  S.trial = (u) => {
    if (!u || u.executionMode !== "FAI_TRIAL") return;
    root.classList.add("trial");
    byId("trial").hidden = false;
  };
  // whoever may correct takes back the track-in of the board that is in here
  S.mayUndo = (sn) => {
    S.lastIn = sn;
    if (undo) sn ? undo.removeAttribute("aria-disabled") : undo.setAttribute("aria-disabled", "true");
  };

  // one key for one act: the same call again after a lost answer is the same act (R-CORE-001)
  S.post = async (path, body, key) => {
    busy(true);
    const answer = await Takt.send({ method: "POST", url: api + path, body, key, patience: 10000 });
    busy(false);
    return answer.status === 401 ? Object.assign(answer, { lost: true }) : answer;      // nobody signed in again: it is not lost either
  };
  // What could not be sent is held with its key, and sent when the server is there again: nothing is lost, nothing counts twice.
  const RETRY = { kind: "command", raw: "RETRY", value: "RETRY" };
  S.lost = (sn, again, answer) => {
    S.held = { sn, again };
    busy(false);
    S.result({ status: "warn", icon: "offline", verdict: "bi-offline", where: "bi-offline-keep", args: { sn }, then: "bi-offline-retry", sound: "warn", retry: true, code: answer && answer.body ? answer.body.code : undefined });
    return false;
  };
  S.resume = () => { const held = S.held; S.held = null; return held ? held.again() : true; };
  document.addEventListener("takt:back", () => { if (S.held) Takt.take(RETRY); });

  // a refusal in its own words: where the unit belongs, what holds it, who decides (R-SCR-043, R-SCR-044)
  const TEXTS = { STATION_MISMATCH: ["bi-not-here", "blocked"], STEP_MISMATCH: ["bi-not-here", "blocked"], STATION_LINE_MISMATCH: ["bi-not-here", "blocked"], TRACK_AT_OTHER_STATION: ["bi-not-here", "blocked"], UNIT_NOT_IN_STATION: ["bi-not-in", "blocked"], UNIT_ALREADY_IN_STATION: ["bi-already-in", "repeat", "waiting"],
    UNIT_OUT_FAILED: ["bi-failed-unit", "fail"], UNIT_ON_HOLD: ["bi-on-hold", "hold"], RUN_ON_HOLD: ["bi-on-hold", "hold"], UNIT_ALREADY_DONE: ["bi-already-done", "done", "waiting"], UNIT_SCRAPPED: ["bi-scrapped", "fail"], UNIT_NOT_FOUND: ["bi-unknown", "fail"], TIME_RULE_EXPIRED: ["bi-expired", "expired", "expired"], IPQC_BLOCKED: ["bi-first-piece", "eye"], QUALIFICATION_MISSING: ["bi-qualification", "lock"] };
  S.refused = (sn, p, unit) => {
    const params = p.params || {};
    S.idle();
    if (Takt.forward.has(p.code)) { S.result({ status: "current", icon: "current", verdict: "bi-next", where: el("span", {}, p.detail || p.code), code: p.code }); return false; }
    const away = p.code === "UNIT_ALREADY_IN_STATION" && params.station !== station;
    const [verdict, glyph, status = "fail"] = away ? TEXTS.TRACK_AT_OTHER_STATION : TEXTS[p.code] || ["bi-refused", "fail"];
    const step = params.step || (unit && unit.currentStep), at = stationsOf(params).length ? stationsOf(params) : stationsOf(unit), line = params.runLine || (unit && unit.lineCode);
    const elsewhere = verdict === "bi-not-here" && !away && step && at.length;
    S.result({ status, icon: glyph, verdict, code: p.code, sound: status === "waiting" ? "repeat" : "error", args: { sn, step: S.stepWord(step), station: at.join(", "), line },
      where: elsewhere ? "bi-belongs" : el("span", {}, p.detail || p.code), then: elsewhere && line ? "bi-take-there" : "bi-nothing-posted" });
    S.log(status, glyph, sn, word(verdict));
    return false;
  };

  S.repeat = (sn, where) => { S.result({ status: "waiting", icon: "repeat", verdict: "bi-repeat", where: where || "bi-repeat-in", then: "bi-repeat-nothing", args: { sn }, sound: "repeat" }); return true; };

  S.trackIn = async (sn, more, key = Takt.newKey()) => {
    const answer = await S.post("/track-in", Object.assign({ sn }, more), key);
    if (answer.lost) return S.lost(sn, () => S.trackIn(sn, more, key), answer);
    const b = answer.body || {};
    if (!answer.ok) return S.refused(sn, b, S.unit);
    const before = S.unit && S.unit.sn === b.sn ? S.unit : {};
    S.hideForms();
    byId("advanced").hidden = true;
    if (b.duplicate) return S.repeat(sn);
    const unit = S.unit = Object.assign({}, before, b, { currentStep: { stepNo: b.stepNo, operationName: b.operationName || b.operationCode } });
    S.mayUndo(b.sn);
    const trial = b.executionMode === "FAI_TRIAL";
    S.result({ status: trial ? "trial" : "done", icon: "in", verdict: trial ? "bi-in-trial" : "bi-in", where: "bi-in-where", then: trial ? "bi-in-trial-then" : "bi-in-then", args: { step: S.stepWord(unit.currentStep), sn: b.sn }, sound: "ok" });
    S.showUnit(unit);
    S.trial(unit);
    S.log("done", "in", b.sn, word("log-in", { step: S.stepWord(unit.currentStep) }));
    S.queue();
    return true;
  };

  // the server says what this scan would do here; the page does it (R-SCR-041)
  const onUnit = async (sn) => {
    if (S.held) {
      const held = S.held.sn;
      const good = await S.resume();
      if (sn === held) return good;
      if (!good) { Takt.toast({ status: "warn", what: S.held ? say("scan-not-taken", { text: sn, first: held }) : say("scan-queue-cleared", { n: 1 }) }); return false; }
    }
    if (S.unfinished && S.unfinished(sn)) return false;
    S.idle();
    busy(true);
    const answer = await Takt.ask("/api/v1/stations/resolve-unit/" + encodeURIComponent(sn) + "?stationCode=" + encodeURIComponent(station));
    busy(false);
    if (answer.status === 401) { if (await Takt.signInAgain()) return onUnit(sn); return S.lost(sn, () => onUnit(sn)); }
    if (answer.lost) return S.lost(sn, () => onUnit(sn), answer);
    const b = answer.body || {};
    if (!answer.ok) { S.refused(sn, b); if (b.code === "UNIT_NOT_FOUND" || b.code === "UNIT_NO_RUN") S.advanced(sn); return false; }
    const unit = S.unit = b, may = (right) => root.dataset[right] === "true";
    const denied = (where) => { S.showUnit(unit); S.result({ status: "warn", icon: "lock", verdict: "bi-refused", where, sound: "warn" }); return false; };
    switch (b.action) {
      case "REPEAT": S.showUnit(unit); S.mayUndo(unit.sn); return S.repeat(unit.sn);
      case "OUT": S.mayUndo(unit.sn); return may("canOut") ? S.openOut(unit) : denied("bi-no-out-right");
      case "IN": return !may("canIn") ? denied("bi-no-in-right") : (b.blockers || []).length ? S.openIn(unit) : S.trackIn(unit.sn);
      default: return S.refused(unit.sn, (b.blockers || [])[0] || {}, unit);
    }
  };

  // a serial nobody issued may be of a run that counts on its first scan: the run is picked, or its label scanned (R-CORE-117)
  S.advanced = (sn) => { const box = byId("advanced"); box.hidden = false; box.open = true; box.dataset.sn = sn; };
  const withRun = (run) => S.trackIn(byId("advanced").dataset.sn, { runNo: run });
  document.querySelector("[data-advanced-go]").addEventListener("click", () => { const run = byId("adv-run").value.trim(); if (run) Takt.take({ kind: "run", raw: run, value: run }); });

  S.undo = () => {
    const sn = S.lastIn, warn = (what) => { Takt.sound("warn"); Takt.toast({ status: "warn", what: say(what) }); return false; };
    if (!undo) return warn("undo-denied");
    if (!sn) return warn("undo-nothing");
    const reason = el("input", { id: "undo-reason", required: true, autocomplete: "off", maxlength: "500" });
    const form = el("form", {}, el("header", {}, el("h2", { id: "undo-title" }, say("undo-title", { sn }))), el("div", { class: "body" }, el("div", { class: "field" }, el("label", { for: "undo-reason" }, say("reason")), el("span", { class: "input" }, reason))),
      el("footer", {}, el("button", { type: "button", class: "btn quiet", "data-close": true }, say("cancel")), el("button", { class: "btn primary", "data-action": "unit.track_in_cancel" }, say("undo"))));
    const box = Takt.dialog(form, { closed: S.focus });
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      if (!reason.value.trim()) { reason.focus(); return; }
      const why = reason.value.trim();
      box.close();
      Takt.take({ kind: "act", raw: sn, run: () => takeBack(sn, why) });
    });
    return true;
  };
  const takeBack = async (sn, reason, key = Takt.newKey()) => {
    const answer = await S.post("/track-in/cancel", { sn, reason }, key);
    if (answer.lost) return S.lost(sn, () => takeBack(sn, reason, key), answer);
    if (!answer.ok) return S.refused(sn, answer.body || {});
    S.mayUndo(null);
    S.idle();
    S.result({ status: "waiting", icon: "undo", verdict: "bi-undone", where: "bi-undone-where", args: { sn }, sound: "ok" });
    S.log("waiting", "undo", sn, word("log-undone"));
    S.queue();
    return true;
  };
  if (undo) undo.addEventListener("click", S.undo);

  Takt.on.scanExpects = "scan-sn";
  document.addEventListener("takt:language", () => {
    const verdict = result.querySelector(".verdict [data-say]");
    if (verdict) result.classList.toggle("long", isLong(verdict.dataset.say));
    busy(isBusy);
    S.queue();
  });
  Takt.on.scanUnknown = (raw, what) => { S.result({ status: "fail", icon: "fail", verdict: "bi-unknown", where: el("span", {}, what), code: "SCAN_UNKNOWN" }); Takt.speak(what); };
  Takt.on.scan = async (s) => {
    if (s.kind === "act") return s.run();
    if (s.kind === "command") return S.command(s.value.toUpperCase());
    if (["sn", "gs1", "inspection"].includes(s.kind)) return onUnit(s.value);
    if (s.kind === "run" && !byId("advanced").hidden) return withRun(s.value);
    Takt.sound("error");
    Takt.on.scanUnknown(s.raw, say("scan-unknown", { text: s.raw, expected: say("scan-sn") }));
    return false;
  };
  S.command = async (c) => {
    if (c === "UNDO") return S.undo();
    const box = document.querySelector("dialog[open]");
    if (c === "CANCEL") { if (box) return Takt.closeDialog(box); S.held = null; busy(false); S.idle(); S.result({ idle: true, icon: "scan", verdict: "bi-ready", where: "bi-ready-where" }); return true; }
    if (box) { const b = box.querySelector("footer .primary, footer [type=submit]"); if (c === "CONFIRM" && b) b.click(); return c === "CONFIRM"; }
    if (S.held && c !== "FAIL") return S.resume();
    return c === "RETRY" || S.outCommand(c);
  };
  document.addEventListener("keydown", (e) => { if (e.key === "Escape" && !e.defaultPrevented && !(Takt.typing(e.target) && e.target.value) && !document.querySelector("dialog[open], .picker .options")) Takt.take({ kind: "command", raw: "CANCEL", value: "CANCEL" }); });
  document.addEventListener("click", (e) => { if (!e.target.closest("input, select, textarea, dialog, .picker, .numpad, summary, #defect")) S.focus(); });
});

// Choosing a station: the one of this terminal opens by itself, another is scanned, found or tapped.
Takt.ready(() => {
  const box = document.querySelector("[data-station-tiles]");
  if (!box) return;
  const tiles = [...box.querySelectorAll("[data-station]")], asked = new URLSearchParams(location.search);
  const of = (code) => tiles.find((t) => t.dataset.station.toLowerCase() === String(code).toLowerCase());
  if (!asked.has("choose") && !asked.has("stationCode")) {
    const own = of(Takt.keep.get("takt-station")) || (tiles.length === 1 && tiles[0]);
    if (own) { location.replace(own.href); return; }
  }
  const find = document.getElementById("station-find");
  const show = () => { const text = find.value.trim().toLowerCase(); tiles.forEach((t) => { t.hidden = !t.textContent.toLowerCase().includes(text); }); };
  if (find) find.addEventListener("input", show);
  Takt.on.scanExpects = "scan-station";
  Takt.on.scan = async (s) => { location.assign(of(s.raw) ? of(s.raw).href : "/mes/execution?stationCode=" + encodeURIComponent(s.raw)); return true; };
});
