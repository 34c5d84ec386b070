// The station: one scan decides. Waiting here → in; in here → out form; again at once → repeat (R-SCR-040 … 048).
Takt.ready(() => {
  const root = document.getElementById("station");
  if (!root) { Takt.ready(() => document.querySelectorAll("[data-station-tiles] [data-station]").forEach((a) => a.addEventListener("click", () => Takt.keep.set("takt-station", a.dataset.station)))); return; }
  const { el, icon, say, bi, code } = Takt;
  const station = root.dataset.station, api = "/api/v1/stations/" + encodeURIComponent(station);
  const byId = (id) => document.getElementById(id);
  const scan = byId("scan"), result = byId("result"), now = byId("now"), ready = byId("ready");
  const S = Takt.station = { station, api, unit: null, lastIn: null, seen: new Map(), attempts: new Map() };
  Takt.keep.set("takt-station", station);

  S.focus = () => { if (!document.querySelector("dialog[open]")) scan.focus({ preventScroll: true }); };
  S.result = (r) => {
    result.className = "result " + (r.compact ? "compact" : "grow") + (r.idle ? " idle" : "");
    r.status ? (result.dataset.status = r.status) : delete result.dataset.status;
    r.code ? (result.dataset.code = r.code) : delete result.dataset.code;
    result.replaceChildren(icon(r.icon || r.status), el("p", { class: "verdict" }, bi(r.verdict)),
      el("p", { class: "where" }, r.where instanceof Node ? r.where : bi(r.where, r.args)), r.then ? el("p", { class: "then" }, r.then instanceof Node ? r.then : bi(r.then, r.args), r.code ? [" ", el("span", { class: "code small" }, r.code)] : null) : el("p", { class: "then" }, r.code ? el("span", { class: "code small" }, r.code) : ""));
    if (r.more) result.append(el("p", { class: "then" }, r.more));
    if (r.retry) result.append(el("p", { class: "then" }, el("button", { type: "button", class: "btn", click: r.retry }, say("retry"))));
    if (r.sound) Takt.sound(r.sound);
    S.focus();
  };
  S.log = (status, glyph, sn, text) => {
    const list = byId("last");
    list.prepend(el("div", { class: "item", "data-status": status }, icon(glyph), el("div", {}, el("b", { class: "code" }, sn), " ", el("span", { class: "soft" }, text)), el("span", { class: "muted num" }, Takt.clock())));
    while (list.children.length > 3) list.lastElementChild.remove();
  };
  const busy = (on) => { ready.replaceChildren(icon(on ? "waiting" : "done"), el("span", {}, say(on ? "busy" : "ready"))); ready.style.color = on ? "var(--ink-3)" : ""; };
  S.idle = () => { S.unit = null; S.hideForms(); now.hidden = true; };
  S.hideForms = () => { byId("out").hidden = true; byId("defect").hidden = true; byId("last").hidden = false; byId("last-head").hidden = false; };
  const stepWord = (s) => !s ? "–" : typeof s === "object" ? [s.stepNo, s.operationName || s.operationCode].filter((x) => x !== undefined && x !== null).join(" ") : String(s);
  S.stepWord = stepWord;
  const stationsOf = (s) => { const list = (s && (s.eligibleStations || s.stations)) || []; return list.map((x) => typeof x === "object" ? x.stationCode || x.code : x).filter(Boolean); };

  S.showUnit = (u) => {
    const run = u.run || {}, step = u.currentStep || u.step, next = u.nextStep, nextAt = next ? stationsOf(next) : [];
    now.hidden = false;
    now.style.gridTemplateColumns = u.pictureUrl ? "" : "minmax(0, 1fr)";
    now.replaceChildren(u.pictureUrl ? el("img", { src: u.pictureUrl, alt: u.productCode || "" }) : "", el("div", { class: "stack", style: "--gap:var(--s3)" },
      el("dl", { class: "facts" }, [["bi-unit", u.sn], ["bi-run", u.runNo || run.runNo], ["bi-product", u.productCode || run.productCode]].filter(([, v]) => v).map(([k, v]) => el("div", {}, el("dt", {}, bi(k)), el("dd", { class: "code" }, String(v))))),
      el("div", { class: "path" }, el("div", { "data-status": u.executionMode === "FAI_TRIAL" ? "trial" : "current" }, el("span", { class: "small" }, bi("bi-this-step")), el("b", {}, stepWord(step))),
        el("div", {}, el("span", { class: "small" }, bi("bi-next-step")), el("b", {}, next ? stepWord(next) : say("last-step")), nextAt.length ? el("span", { class: "code small" }, nextAt.join(", ")) : ""))));
    if (u.runNo) byId("strip-run").textContent = u.runNo;
    if (u.productCode) byId("strip-product").textContent = u.productCode;
  };
  S.trial = (u) => {
    const on = u && u.executionMode === "FAI_TRIAL";
    if (!on) return;
    root.classList.add("trial");
    byId("trial").hidden = false;
    const t = u.faiTrial || {};
    if (t.of || t.sampleQty) byId("trial-text").replaceChildren(bi("bi-trial", { n: t.done !== undefined ? t.done : t.used || 1, of: t.of || t.sampleQty }));
  };

  // one key per unit and act: a retry after a lost answer is the same call
  S.post = async (path, body, act) => {
    const id = act + ":" + body.sn + ":" + (body.result || ""), key = S.attempts.get(id) || Takt.newKey();
    S.attempts.set(id, key);
    busy(true);
    const answer = await Takt.send({ method: "POST", url: api + path, body, key });
    busy(false);
    if (!answer.lost) S.attempts.delete(id);
    return answer;
  };
  S.lost = (retry, answer) => S.result({ status: "warn", icon: "offline", verdict: "bi-offline", where: "bi-offline-keep", then: "bi-offline-retry", sound: "warn", retry, code: answer && answer.body ? answer.body.code : undefined });

  // a refusal in its own words: where the unit belongs, who decides
  S.refused = (sn, p) => {
    const params = p.params || {}, u = params.unit || {};
    const texts = { STATION_MISMATCH: ["bi-not-here", "blocked"], STEP_MISMATCH: ["bi-not-here", "blocked"], STATION_LINE_MISMATCH: ["bi-not-here", "blocked"], TRACK_AT_OTHER_STATION: ["bi-not-here", "blocked"], UNIT_NOT_IN_STATION: ["bi-not-in", "blocked"], UNIT_ALREADY_IN_STATION: ["bi-already-in", "repeat"],
      UNIT_OUT_FAILED: ["bi-failed-unit", "fail"], UNIT_ON_HOLD: ["bi-on-hold", "hold"], RUN_ON_HOLD: ["bi-on-hold", "hold"], UNIT_ALREADY_DONE: ["bi-already-done", "done"], UNIT_SCRAPPED: ["bi-scrapped", "fail"], UNIT_NOT_FOUND: ["bi-unknown", "fail"], TIME_RULE_EXPIRED: ["bi-expired", "expired"], IPQC_BLOCKED: ["bi-first-piece", "eye"], QUALIFICATION_MISSING: ["bi-qualification", "lock"] };
    const [verdict, glyph] = texts[p.code] || ["bi-refused", "fail"];
    if (Takt.forward.has(p.code)) { S.result({ status: "current", icon: "current", verdict: "bi-next", where: el("span", {}, p.detail || p.code), code: p.code }); return false; }
    const at = params.stations || params.eligibleStations || (params.stationCode && params.stationCode !== station ? [params.stationCode] : []);
    const step = params.step || params.currentStep || params.stepNo;
    const where = at.length && step ? el("span", {}, bi("bi-belongs", { sn, step: stepWord(step), station: at.map((x) => typeof x === "object" ? x.stationCode : x).join(", ") })) : el("span", {}, p.detail || p.code);
    const more = params.defectNo ? el("span", {}, code(params.defectNo), " ", [params.defectCode, params.location, params.disposition].filter(Boolean).join(" · ")) : null;
    const status = p.code === "UNIT_ALREADY_DONE" ? "waiting" : p.code === "TIME_RULE_EXPIRED" ? "expired" : p.code === "UNIT_ALREADY_IN_STATION" ? "waiting" : "fail";
    S.result({ status, icon: glyph, verdict, where, then: at.length && step && p.detail ? el("span", {}, p.detail) : "bi-nothing-posted", code: p.code, more, sound: status === "waiting" ? "repeat" : "error" });
    S.log(status, glyph, sn, p.code);
    if (u.sn) S.showUnit(u);
    return false;
  };

  const repeat = (sn, seconds) => { S.result({ status: "waiting", icon: "repeat", verdict: "bi-repeat", where: "bi-repeat-in", then: "bi-repeat-nothing", args: { sn, seconds }, sound: "repeat" }); return true; };

  S.trackIn = async (sn, more) => {
    const answer = await S.post("/track-in", Object.assign({ sn }, more), "in");
    if (answer.lost) { S.lost(() => S.trackIn(sn, more), answer); return false; }
    const b = answer.body || {};
    if (!answer.ok) return S.refused(sn, b);
    S.seen.set(sn, Date.now());
    if (b.duplicate) return repeat(sn, 0);
    const unit = Object.assign({}, S.unit, b, { currentStep: { stepNo: b.stepNo, operationCode: b.operationName || b.operationCode }, nextStep: (S.unit || {}).nextStep });
    S.unit = unit;
    S.lastIn = sn;
    const undo = byId("undo");
    if (undo) undo.removeAttribute("aria-disabled");
    const trial = b.executionMode === "FAI_TRIAL";
    S.result({ status: trial ? "trial" : "done", icon: "in", verdict: trial ? "bi-in-trial" : "bi-in", where: "bi-in-where", then: trial ? "bi-in-trial-then" : "bi-in-then", args: { step: stepWord(unit.currentStep), sn: b.sn || sn }, sound: "ok" });
    S.showUnit(unit);
    S.trial(unit);
    S.log("done", "in", b.sn || sn, say("log-in", { step: stepWord(unit.currentStep) }));
    S.queue();
    return true;
  };

  const onUnit = async (sn) => {
    const since = S.seen.get(sn), windowMs = Number(root.dataset.window) * 1000;
    if (since && Date.now() - since < windowMs) return repeat(sn, Math.round((Date.now() - since) / 1000));
    S.hideForms();
    byId("advanced").hidden = true;
    busy(true);
    const answer = await Takt.ask("/api/v1/stations/resolve-unit/" + encodeURIComponent(sn) + "?stationCode=" + encodeURIComponent(station));
    busy(false);
    if (answer.status === 401) { if (await Takt.signInAgain()) return onUnit(sn); return false; }
    if (answer.lost || answer.status >= 500) { S.lost(() => onUnit(sn), answer); return false; }
    const b = answer.body || {};
    if (!answer.ok) { now.hidden = true; if (b.code === "UNIT_NOT_FOUND" || b.code === "UNIT_NO_RUN") S.advanced(sn, b); return S.refused(sn, b); }
    const unit = S.unit = Object.assign({ sn }, b.unit || {}, b);
    const blockers = b.blockers || [], here = b.stationCode || (b.openTrack && b.openTrack.stationCode) || (b.track && b.track.stationCode);
    if (unit.status === "IN_STATION" && (!here || here === station)) {
      if (root.dataset.canOut !== "true") { Takt.sound("warn"); S.result({ status: "warn", icon: "lock", verdict: "bi-refused", where: "bi-no-out-right", sound: "warn" }); return false; }
      return S.openOut(unit);
    }
    if (blockers.length) { S.showUnit(unit); return S.refused(unit.sn, Object.assign({ params: {} }, blockers[0], { params: Object.assign({ step: b.currentStep, stations: stationsOf(b) }, blockers[0].params) })); }
    if (root.dataset.canIn !== "true") { S.showUnit(unit); S.result({ status: "warn", icon: "lock", verdict: "bi-refused", where: "bi-no-in-right", sound: "warn" }); return false; }
    return S.trackIn(unit.sn);
  };
  S.onUnit = onUnit;
  S.advanced = (sn, p) => { const box = byId("advanced"); box.hidden = false; byId("advanced-why").textContent = p.detail || p.code; box.dataset.sn = sn; };
  document.querySelector("[data-advanced-go]").addEventListener("click", () => { const run = byId("adv-run").value.trim(); if (run) S.trackIn(byId("advanced").dataset.sn, { runNo: run }); });

  S.undo = async () => {
    const sn = S.lastIn;
    if (!sn || !byId("undo")) return false;
    const reason = el("input", { id: "undo-reason", required: true, autocomplete: "off" });
    const form = el("form", {}, el("header", {}, el("h2", { id: "undo-title" }, say("undo-title", { sn }))), el("div", { class: "body" }, el("div", { class: "field" }, el("label", { for: "undo-reason" }, say("reason")), el("span", { class: "input" }, reason))),
      el("footer", {}, el("button", { type: "button", class: "btn quiet", "data-close": true }, say("cancel")), el("button", { class: "btn primary", "data-action": "unit.track_in_cancel" }, say("undo"))));
    const box = Takt.dialog(form, { closed: S.focus });
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      if (!reason.value.trim()) { reason.focus(); return; }
      const answer = await S.post("/track-in/cancel", { sn, reason: reason.value.trim() }, "undo");
      box.close();
      if (answer.lost) { S.lost(null, answer); return; }
      if (!answer.ok) { S.refused(sn, answer.body || {}); return; }
      S.lastIn = null;
      S.seen.delete(sn);
      byId("undo").setAttribute("aria-disabled", "true");
      S.idle();
      S.result({ status: "waiting", icon: "undo", verdict: "bi-undone", where: "bi-undone-where", args: { sn }, sound: "ok" });
      S.log("waiting", "undo", sn, say("log-undone"));
      S.queue();
    });
    return true;
  };
  const undo = byId("undo");
  if (undo) undo.addEventListener("click", S.undo);

  Takt.on.scanExpects = say("scan-sn");
  Takt.on.scanUnknown = (raw, what) => { S.result({ status: "fail", icon: "fail", verdict: "bi-unknown", where: el("span", {}, what), code: "SCAN_UNKNOWN" }); Takt.speak(what); };
  Takt.on.scan = async (s) => {
    if (document.documentElement.dataset.offline) { S.lost(null); return false; }
    if (s.kind === "command") return S.command(s.value.toUpperCase());
    if (["sn", "gs1", "inspection"].includes(s.kind)) return onUnit(s.value);
    Takt.sound("error");
    Takt.on.scanUnknown(s.raw, say("scan-unknown", { text: s.raw, expected: say("scan-sn") }));
    return false;
  };
  S.command = async (c) => {
    if (c === "UNDO") return S.undo();
    const box = document.querySelector("dialog[open]");
    if (c === "CONFIRM" && box) { const b = box.querySelector("footer .primary, footer [type=submit]"); if (b) b.click(); return true; }
    if (c === "CANCEL") { if (box) Takt.closeDialog(box); else { S.idle(); S.result({ idle: true, icon: "scan", verdict: "bi-ready", where: "bi-ready-where" }); } return true; }
    return S.outCommand(c);
  };
  document.addEventListener("click", (e) => { if (!e.target.closest("input, select, textarea, dialog, .picker, .numpad, summary")) S.focus(); });
});
