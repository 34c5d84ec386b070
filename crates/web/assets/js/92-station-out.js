// Station, going out: values with their limits judged while typing, one path for failing, the queue beside it.
Takt.ready(() => {
  const S = Takt.station;
  if (!S) return;
  const { el, icon, say, bi } = Takt;
  const byId = (id) => document.getElementById(id);
  const out = byId("out"), specsBox = byId("specs"), defect = byId("defect");
  let specs = [], defects = [], loaded = false;

  const limits = (s) => {
    const x = s.spec || s, lo = x.lsl !== undefined && x.lsl !== null ? x.lsl : x.min, hi = x.usl !== undefined && x.usl !== null ? x.usl : x.max;
    return { lo: lo === undefined ? null : lo, hi: hi === undefined ? null : hi, unit: x.unit || s.unit || "", allowed: x.allowed || s.allowed || null, pattern: x.pattern || null };
  };
  const limitText = (s) => {
    const { lo, hi, unit } = limits(s), u = unit ? " " + unit : "";
    const range = lo !== null && hi !== null ? lo + " – " + hi + u : lo !== null ? "≥ " + lo + u : hi !== null ? "≤ " + hi + u : "";
    const from = s.value !== undefined && s.value !== null && s.source ? say("from-machine", { name: s.source, time: s.collectedAt ? Takt.clock(new Date(s.collectedAt)) : "" }) : "";
    return [range, from].filter(Boolean).join(" · ");
  };
  const typed = (s) => (s.dataType || "TEXT").toUpperCase();
  const judge = (s, text) => {
    if (text === "" || text === null || text === undefined) return "waiting";
    const { lo, hi, allowed, pattern } = limits(s);
    if (typed(s) === "NUMBER") { const n = Number(String(text).replace(",", ".")); if (!Number.isFinite(n)) return "fail"; return (lo !== null && n < Number(lo)) || (hi !== null && n > Number(hi)) ? "fail" : "done"; }
    if (allowed && allowed.length) return allowed.map(String).includes(String(text)) ? "done" : "fail";
    if (pattern) { try { return new RegExp("^(?:" + pattern + ")$").test(text) ? "done" : "fail"; } catch { return "done"; } }
    return "done";
  };

  const row = (s, k) => {
    const id = "spec-" + k, { unit, allowed } = limits(s), given = s.value !== undefined && s.value !== null, kind = typed(s);
    const mark = el("span", {});
    const set = (status) => { box.dataset.status = status; mark.replaceChildren(icon(status), el("span", { class: "vh" }, say("judge-" + status))); };
    let field;
    if (kind === "BOOLEAN" && !given) {
      field = el("span", { class: "yn", role: "group", "aria-label": s.name }, [["true", "ok"], ["false", "ng"]].map(([v, w]) => el("button", { type: "button", class: "btn", "aria-pressed": "false", click: (e) => { s.typed = v; field.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", b === e.currentTarget)); set(v === "true" ? "done" : "fail"); gate(); } }, say(w))));
    } else if (allowed && allowed.length && !given) {
      field = el("span", { class: "input" }, el("select", { id, change: (e) => { s.typed = e.target.value; set(judge(s, s.typed)); gate(); } }, el("option", { value: "" }, ""), allowed.map((a) => el("option", { value: a }, String(a)))));
    } else {
      const input = el("input", { id, autocomplete: "off", value: given ? s.value : "", readonly: given, inputmode: kind === "NUMBER" ? "decimal" : "text", "data-pad": kind === "NUMBER" && !given ? (unit || "") : null, "data-limits": limitText(s), input: (e) => { s.typed = e.target.value.trim(); set(judge(s, s.typed)); gate(); } });
      field = el("span", { class: "input" }, input, unit ? el("span", { class: "after" }, unit) : "");
    }
    const box = el("div", { class: "spec", "data-spec": s.name }, el("label", { for: id }, el("b", {}, s.label || s.name), s.isRequired ? "" : el("span", { class: "muted small" }, " ", say("optional")), el("br"), el("span", { class: "small muted num" }, limitText(s))), field, mark);
    set(given ? (s.judge === "FAIL" ? "fail" : "done") : "waiting");
    return box;
  };

  // PASS waits for required values; FAIL never does
  const gate = () => {
    const missing = specs.filter((s) => s.isRequired && (s.value === undefined || s.value === null) && !s.typed);
    const bad = specs.filter((s) => s.typed && judge(s, s.typed) === "fail" || s.judge === "FAIL");
    const pass = out.querySelector("[data-verdict=PASS]"), fail = out.querySelector("[data-verdict=FAIL]"), why = byId("out-why");
    const reason = !loaded ? say("specs-failed") : missing.length ? say("specs-missing", { name: missing.map((s) => s.name).join(", ") }) : bad.some((s) => (s.itemType || "") === "KEY") ? say("specs-bad", { name: bad.map((s) => s.name).join(", ") }) : "";
    reason ? pass.setAttribute("aria-disabled", "true") : pass.removeAttribute("aria-disabled");
    loaded ? fail.removeAttribute("aria-disabled") : fail.setAttribute("aria-disabled", "true");
    why.hidden = !reason;
    why.replaceChildren(icon("lock"), el("span", {}, reason), loaded ? "" : el("button", { type: "button", class: "btn small", click: () => S.openOut(S.unit) }, say("retry")));
    return !reason;
  };

  S.openOut = async (unit) => {
    S.unit = unit;
    S.showUnit(unit);
    S.trial(unit);
    byId("last").hidden = true;
    byId("last-head").hidden = true;
    defect.hidden = true;
    defects = [];
    const answer = await Takt.ask(S.api + "/unit/" + encodeURIComponent(unit.sn) + "/data-specs");
    loaded = answer.ok;
    specs = answer.ok ? (Array.isArray(answer.body) ? answer.body : answer.body.specs || answer.body.items || []) : [];
    const shown = specs.filter((s) => s.isRequired || s.value !== undefined && s.value !== null), rest = specs.filter((s) => !shown.includes(s));
    specsBox.replaceChildren(...shown.map(row));
    if (rest.length) specsBox.append(el("details", { class: "card" }, el("summary", {}, say("more-specs", { n: rest.length })), el("div", { class: "body specs" }, rest.map((s, k) => row(s, "x" + k)))));
    out.hidden = false;
    gate();
    S.result({ status: unit.executionMode === "FAI_TRIAL" ? "trial" : loaded ? "current" : "warn", icon: "out", compact: true, verdict: "bi-out-ask", where: "bi-out-where", then: loaded ? shown.some((s) => s.value === undefined || s.value === null) ? "bi-out-fill" : "bi-out-judge" : "bi-out-no-specs", args: { step: S.stepWord(unit.currentStep || unit.step), sn: unit.sn }, sound: loaded ? "ok" : "warn" });
    return loaded;
  };

  const readings = () => specs.filter((s) => (s.value === undefined || s.value === null) && s.typed).map((s) => {
    const kind = typed(s), r = { specName: s.name };
    if (kind === "NUMBER") r.valueNumber = Number(String(s.typed).replace(",", ".")); else if (kind === "BOOLEAN") r.valueBoolean = s.typed === "true"; else r.valueText = s.typed;
    return r;
  });

  const send = async (verdict) => {
    const sn = S.unit.sn;
    const answer = await S.post("/track-out", { sn, result: verdict, defects: verdict === "FAIL" ? defects : [], data: readings() }, "out");
    if (answer.lost) { S.lost(() => send(verdict), answer); return false; }
    const b = answer.body || {};
    if (!answer.ok) {
      for (const e of b.errors || []) { const name = (/specName=([^,\]]+)/.exec(e.path || "") || [])[1] || (readings()[(/data[./[](\d+)/.exec(e.path || "") || [])[1]] || {}).specName; const box = name && specsBox.querySelector('[data-spec="' + CSS.escape(name) + '"]'); if (box) { box.dataset.status = "fail"; box.append(el("p", { class: "error" }, e.message)); } }
      return S.refused(sn, b);
    }
    S.idle();
    S.lastIn = null;
    const undo = byId("undo");
    if (undo) undo.setAttribute("aria-disabled", "true");
    const next = b.nextStep, at = next && typeof next === "object" ? (next.eligibleStations || next.stations || []).map((x) => x.stationCode || x).join(", ") : "";
    if (b.duplicate) S.result({ status: "waiting", icon: "repeat", verdict: "bi-repeat", where: "bi-repeat-out", args: { sn }, sound: "repeat" });
    else if (b.result === "FAIL") {
      const no = b.defectNo || (b.defects && b.defects[0] && b.defects[0].defectNo) || "";
      S.result({ status: "fail", icon: "fail", verdict: "bi-ng", where: "bi-ng-where", then: no ? "bi-ng-then" : "bi-ng-wait", args: { sn, number: no }, more: verdict === "PASS" ? el("span", {}, say("overridden", { reason: (b.resultReasons || []).map((r) => r.detail || r.code || r).join(", ") })) : null, sound: "error" });
      S.log("fail", "fail", sn, say("log-ng", { defect: defects.map((d) => [d.code, d.location].filter(Boolean).join(" ")).join(", ") || no }));
    } else {
      S.result({ status: "done", icon: "out", verdict: "bi-out", where: next ? (at ? "bi-next-at" : "bi-next-is") : "bi-finished", then: "bi-out-then", args: { step: S.stepWord(next), station: at, sn }, sound: "ok" });
      S.log("done", "out", sn, next ? say("log-out", { step: S.stepWord(next) }) : say("log-finished"));
      const good = byId("strip-good");
      const n = Number(good.textContent.replace(/\D/g, ""));
      if (Number.isFinite(n)) good.textContent = (n + 1).toLocaleString(Takt.lang());
    }
    if (b.trialComplete) Takt.toast({ status: "trial", what: say("trial-complete") });
    S.queue();
    return true;
  };

  const openDefect = () => {
    out.hidden = true;
    document.getElementById("now").hidden = true;
    defect.hidden = false;
    defects = [];
    defect.reset();
    list();
    byId("defect-title").replaceChildren(bi("bi-what-is-wrong", { sn: S.unit.sn }));
    press("");
  };
  const press = (code) => byId("defect-tiles").querySelectorAll("[data-defect-code]").forEach((b) => b.setAttribute("aria-pressed", b.dataset.defectCode === code));
  const field = (name) => defect.elements[name];
  const take = () => {
    const code = field("code").value.trim();
    if (!code) return false;
    const d = { code, qty: Math.max(1, parseInt(field("qty").value, 10) || 1) };
    if (field("location").value.trim()) d.location = field("location").value.trim().toUpperCase();
    if (field("remark").value.trim()) d.remark = field("remark").value.trim();
    defects.push(d);
    for (const n of ["code", "location", "remark"]) field(n).value = "";
    field("qty").value = "1";
    press("");
    list();
    return true;
  };
  const list = () => byId("defect-list").replaceChildren(...defects.map((d, k) => el("li", { class: "item", "data-status": "fail" }, icon("fail"), el("div", {}, el("b", { class: "code" }, d.code), " ", [d.location, "× " + d.qty, d.remark].filter(Boolean).join(" · ")), el("button", { type: "button", class: "btn small icon quiet", "aria-label": say("remove"), click: () => { defects.splice(k, 1); list(); } }, icon("close")))));

  out.addEventListener("submit", (e) => e.preventDefault());
  out.addEventListener("click", (e) => { const v = e.target.closest("[data-verdict]"); if (!v || v.getAttribute("aria-disabled") === "true") return; v.dataset.verdict === "PASS" ? send("PASS") : openDefect(); });
  defect.addEventListener("click", (e) => {
    const tile = e.target.closest("[data-defect-code]");
    if (tile) { field("code").value = tile.dataset.defectCode; press(tile.dataset.defectCode); field("location").focus(); }
    if (e.target.closest("[data-defect-add]") && !take()) field("code").focus();
    if (e.target.closest("[data-defect-cancel]")) S.openOut(S.unit);
  });
  defect.addEventListener("submit", (e) => { e.preventDefault(); take(); if (!defects.length) { Takt.sound("warn"); field("code").focus(); return; } send("FAIL"); });

  S.outCommand = async (c) => {
    if (!out.hidden) {
      if (c === "PASS" || c === "CONFIRM" || c === "NEXT") { if (!gate()) { Takt.sound("warn"); return false; } return send("PASS"); }
      if (c === "FAIL") { openDefect(); return true; }
    }
    if (!defect.hidden && (c === "CONFIRM" || c === "FAIL")) { defect.requestSubmit(); return true; }
    Takt.sound("warn");
    Takt.toast({ status: "warn", what: say("command-now-no", { text: c }) });
    return false;
  };
  // while the defect form is open a scan is a defect code if one of the tiles or the list knows it
  const plain = Takt.on.scan;
  Takt.on.scan = async (s) => {
    if (!defect.hidden && s.kind === "sn") { const known = [...byId("defect-tiles").children].some((b) => b.dataset.defectCode === s.raw); if (known || s.raw.length <= 6) { field("code").value = s.raw; press(s.raw); Takt.sound("ok"); return true; } }
    return plain(s);
  };
});
