// Station, values and verdict: limits judged while typing, one path for failing, an entry form where the step asks for one.
Takt.ready(() => {
  const S = Takt.station;
  if (!S) return;
  const { el, icon, say, bi, word } = Takt;
  const byId = (id) => document.getElementById(id);
  const out = byId("out"), specsBox = byId("specs"), defect = byId("defect");
  let specs = [], defects = [], loaded = false, entry = false;

  const given = (s) => s.value !== undefined && s.value !== null;
  const wanted = (s) => entry ? s.isRequiredAtEntry : s.isRequired;
  const limits = (s) => {
    const x = s.spec || {}, or = (v) => v === undefined ? null : v;
    return { lo: or(x.lsl), hi: or(x.usl), unit: x.unit || s.unit || "", allowed: x.allowed || null, pattern: x.pattern || null };
  };
  const limitText = (s) => {
    const { lo, hi, unit } = limits(s), u = unit ? " " + unit : "";
    const range = lo !== null && hi !== null ? lo + " – " + hi + u : lo !== null ? "≥ " + lo + u : hi !== null ? "≤ " + hi + u : "";
    return range;
  };
  const from = (s) => given(s) && s.source ? [limitText(s) ? " · " : "", word("from-machine-" + s.source, { time: s.collectedAt ? Takt.clock(new Date(s.collectedAt)) : "" })] : "";
  const number = (text) => /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(text) ? Number(text.replace(",", ".")) : NaN;
  const json = (text) => { try { return JSON.parse(text); } catch { return undefined; } };
  const judge = (s, text) => {
    if (!text) return "waiting";
    const { lo, hi, allowed, pattern } = limits(s);
    if (s.dataType === "NUMBER") { const n = number(text); return !Number.isFinite(n) || lo !== null && n < lo || hi !== null && n > hi ? "fail" : "done"; }
    if (s.dataType === "JSON") return json(text) === undefined ? "fail" : "done";
    if (allowed && allowed.length) return allowed.map(String).includes(text) ? "done" : "fail";
    if (pattern) { try { return new RegExp("^(?:" + pattern + ")$").test(text) ? "done" : "fail"; } catch { return "done"; } }
    return "done";
  };

  const row = (s, k) => {
    const id = "spec-" + k, { unit, allowed } = limits(s), fixed = given(s);
    const mark = el("span", {});
    const set = (status) => { box.dataset.status = status; mark.replaceChildren(icon(status), el("span", { class: "vh" }, word("judge-" + status))); };
    const typed = (text) => { s.typed = text.trim(); set(judge(s, s.typed)); box.querySelectorAll(".error").forEach((n) => n.remove()); gate(); };
    let field;
    if (s.dataType === "BOOLEAN" && !fixed) {
      field = el("span", { class: "yn", role: "group", "aria-label": s.name }, [["true", "ok"], ["false", "ng"]].map(([v, w]) => el("button", { type: "button", class: "btn", "aria-pressed": "false", click: (e) => { field.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", b === e.currentTarget)); typed(v); } }, word(w))));
    } else if (allowed && allowed.length && !fixed) {
      field = el("span", { class: "input" }, el("select", { id, change: (e) => typed(e.target.value) }, el("option", { value: "" }, ""), allowed.map((a) => el("option", { value: a }, String(a)))));
    } else {
      const isNumber = s.dataType === "NUMBER";
      const input = el("input", { id, autocomplete: "off", value: fixed ? String(s.value) : "", readonly: fixed, inputmode: isNumber ? "decimal" : "text", "data-pad": isNumber && !fixed ? (unit || "") : null, "data-limits": limitText(s), input: (e) => typed(e.target.value) });
      field = el("span", { class: "input" }, input, unit ? el("span", { class: "after" }, unit) : "");
    }
    const box = el("div", { class: "spec", "data-spec": s.name }, el("label", { for: id }, el("b", {}, s.name), wanted(s) ? "" : el("span", { class: "muted small" }, " ", word("optional")), el("br"), el("span", { class: "small muted num" }, limitText(s), from(s))), field, mark);
    set(fixed ? (s.judge === "FAIL" ? "fail" : "done") : "waiting");
    return box;
  };

  // PASS and the entry wait for required values; FAIL never does
  const button = (verdict) => out.querySelector('[data-verdict="' + verdict + '"]');
  const gate = () => {
    const names = (list) => list.map((s) => s.name).join(", ");
    const missing = specs.filter((s) => wanted(s) && !given(s) && !s.typed);
    const bad = specs.filter((s) => s.itemType === "KEY" && (given(s) ? s.judge === "FAIL" : s.typed && judge(s, s.typed) === "fail"));
    const reason = !loaded ? word("specs-failed") : missing.length ? word("specs-missing", { name: names(missing) }) : bad.length && !entry ? word("specs-bad", { name: names(bad) }) : "";
    for (const v of ["PASS", "IN"]) reason ? button(v).setAttribute("aria-disabled", "true") : button(v).removeAttribute("aria-disabled");
    loaded ? button("FAIL").removeAttribute("aria-disabled") : button("FAIL").setAttribute("aria-disabled", "true");
    const why = byId("out-why");
    why.hidden = !reason;
    why.replaceChildren(icon("lock"), reason, loaded ? "" : el("button", { type: "button", class: "btn small", click: () => open(S.unit, entry) }, word("retry")));
    return !reason;
  };

  const open = async (unit, atEntry) => {
    S.unit = unit;
    entry = atEntry;
    defects = [];
    S.showUnit(unit);
    S.trial(unit);
    byId("last").hidden = byId("last-head").hidden = true;
    defect.hidden = true;
    const answer = await Takt.ask(S.api + "/unit/" + encodeURIComponent(unit.sn) + "/data-specs");
    loaded = answer.ok;
    specs = answer.ok ? answer.body.specs : [];
    tiles(known(unit.productCode));
    const first = specs.filter((s) => wanted(s) || !entry && given(s)), rest = entry ? [] : specs.filter((s) => !first.includes(s));
    specsBox.replaceChildren(...first.map(row));
    if (rest.length) specsBox.append(el("details", { class: "card" }, el("summary", {}, word("more-specs", { n: rest.length })), el("div", { class: "body specs" }, rest.map((s, k) => row(s, "x" + k)))));
    button("IN").hidden = !entry;
    button("PASS").hidden = button("FAIL").hidden = entry;
    out.hidden = false;
    gate();
    const toFill = first.some((s) => !given(s));
    S.result({ status: unit.executionMode === "FAI_TRIAL" ? "trial" : loaded ? "current" : "warn", icon: entry ? "in" : "out", compact: true, verdict: entry ? "bi-in-ask" : "bi-out-ask", where: "bi-out-where",
      then: !loaded ? "bi-out-no-specs" : entry ? "bi-in-fill" : toFill ? "bi-out-fill" : "bi-out-judge", args: { step: S.stepWord(unit.currentStep), sn: unit.sn }, sound: loaded ? "ok" : "warn" });
    return loaded;
  };
  S.openOut = (unit) => open(unit, false);
  S.openIn = (unit) => open(unit, true);

  // what was typed is not dropped for a stray scan of another board
  S.unfinished = (sn) => {
    const begun = !defect.hidden || !out.hidden && specs.some((s) => s.typed);
    if (!begun || !S.unit || S.unit.sn === sn) return false;
    Takt.sound("warn");
    Takt.toast({ status: "warn", what: say("finish-first", { sn: S.unit.sn, text: sn }) });
    return true;
  };

  const readings = () => specs.filter((s) => !given(s) && s.typed).map((s) => {
    const r = { specName: s.name };
    if (s.dataType === "NUMBER") r.valueNumber = number(s.typed); else if (s.dataType === "BOOLEAN") r.valueBoolean = s.typed === "true"; else if (s.dataType === "JSON") r.valueJson = json(s.typed); else r.valueText = s.typed;
    return r;
  });
  const wrong = (errors) => {
    for (const e of errors || []) {
      const at = /data[./[](\d+)/.exec(e.path || ""), name = at && (readings()[at[1]] || {}).specName;
      const box = name && specsBox.querySelector('[data-spec="' + CSS.escape(name) + '"]');
      if (box) { box.dataset.status = "fail"; box.append(el("p", { class: "error" }, e.message)); }
    }
  };

  const send = (verdict) => {
    const unit = S.unit, data = readings();
    if (entry) return S.trackIn(unit.sn, { data });
    return leave(unit, { sn: unit.sn, result: verdict, defects: verdict === "FAIL" ? defects : [], data }, Takt.newKey());
  };
  const leave = async (unit, body, key) => {
    const sn = body.sn, answer = await S.post("/track-out", body, key);
    if (answer.lost) return S.lost(sn, () => leave(unit, body, key), answer);
    const b = answer.body || {};
    if (!answer.ok && (answer.status === 422 || answer.status === 400)) {        // the board is still here: what was typed stays
      wrong(b.errors);
      Takt.sound("error");
      S.result({ status: "fail", icon: "fail", compact: true, verdict: "bi-refused", where: el("span", {}, b.detail || b.code), then: "bi-nothing-posted", code: b.code });
      return false;
    }
    if (!answer.ok) return S.refused(sn, b, unit);
    S.idle();
    S.mayUndo(null);
    const next = b.nextStep, at = S.stationsOf(next).join(", ");
    if (b.duplicate) S.repeat(sn, "bi-repeat-out");
    else if (b.result === "FAIL") {
      const found = (b.defects || []).map((d) => [d.code, d.location].filter(Boolean).join(" ")).join(", ");
      S.result({ status: "fail", icon: "fail", verdict: "bi-ng", where: "bi-ng-where", then: found ? "bi-ng-then" : "bi-ng-wait", args: { sn, defects: found }, more: body.result === "PASS" ? word("overridden", { reason: (b.resultReasons || []).map((r) => r.detail || r.code).join(", ") }) : null, sound: "error" });
      S.log("fail", "fail", sn, word("log-ng", { defect: found }));
      remember(unit.productCode, body.defects.map((d) => d.code));
    } else {
      S.result({ status: "done", icon: "out", verdict: "bi-out", where: next ? (at ? "bi-next-at" : "bi-next-is") : "bi-finished", then: "bi-out-then", args: { step: S.stepWord(next), station: at, sn }, sound: "ok" });
      S.log("done", "out", sn, next ? word("log-out", { step: S.stepWord(next) }) : word("log-finished"));
    }
    S.queue();
    return true;
  };

  // the defect form: code, designator, quantity, remark; the codes this terminal reported on this product are one tap away
  const field = (name) => defect.elements[name];
  const known = (product) => (Takt.keep.get("takt-defects-" + product) || "").split("\n").filter(Boolean);
  const remember = (product, codes) => Takt.keep.set("takt-defects-" + product, [...new Set([...codes, ...known(product)])].slice(0, 8).join("\n"));
  const tiles = (codes) => byId("defect-tiles").replaceChildren(...codes.map((c) => el("button", { type: "button", "aria-pressed": "false", "data-defect-code": c }, el("span", { class: "code" }, c))));
  const press = (code) => byId("defect-tiles").querySelectorAll("[data-defect-code]").forEach((b) => b.setAttribute("aria-pressed", b.dataset.defectCode === code));
  const openDefect = () => {
    out.hidden = true;
    byId("now").hidden = true;
    defect.hidden = false;
    defects = [];
    defect.reset();
    list();
    byId("defect-title").replaceChildren(bi("bi-what-is-wrong", { sn: S.unit.sn }));
    press("");
    S.result({ status: "fail", icon: "fail", compact: true, verdict: "bi-fail-ask", where: "bi-out-where", then: "bi-fail-then", args: { step: S.stepWord(S.unit.currentStep), sn: S.unit.sn }, sound: "ok" });
    field("code").focus();
    return true;
  };
  const take = () => {
    const code = field("code").value.trim(), text = (name) => field(name).value.trim();
    if (!code) return false;
    const d = { code, qty: Math.max(1, parseInt(text("qty"), 10) || 1) };
    if (text("location")) d.location = text("location").toUpperCase();
    if (text("remark")) d.remark = text("remark");
    defects.push(d);
    for (const n of ["code", "location", "remark"]) field(n).value = "";
    field("qty").value = "1";
    press("");
    list();
    return true;
  };
  const list = () => byId("defect-list").replaceChildren(...defects.map((d, k) => el("li", { class: "item", "data-status": "fail" }, icon("fail"), el("div", {}, el("b", { class: "code" }, d.code), " ", [d.location, "× " + d.qty, d.remark].filter(Boolean).join(" · ")), el("button", { type: "button", class: "btn small icon quiet", "aria-label": say("remove"), click: () => { defects.splice(k, 1); list(); field("code").focus(); } }, icon("close")))));
  document.addEventListener("takt:language", list);
  const named = (code) => { field("code").value = code; press(code); field("location").focus(); Takt.sound("ok"); return true; };
  const record = () => { take(); if (!defects.length) { Takt.sound("warn"); field("code").focus(); return false; } return send("FAIL"); };

  const command = (value) => Takt.take({ kind: "command", raw: value, value });
  out.addEventListener("submit", (e) => e.preventDefault());
  out.addEventListener("click", (e) => { const v = e.target.closest("[data-verdict]"); if (v) command(v.dataset.verdict === "FAIL" ? "FAIL" : "CONFIRM"); });
  defect.addEventListener("click", (e) => {
    const tile = e.target.closest("[data-defect-code]");
    if (tile) named(tile.dataset.defectCode);
    if (e.target.closest("[data-defect-add]") && take()) field("code").focus();
    if (e.target.closest("[data-defect-cancel]")) S.openOut(S.unit);
  });
  defect.addEventListener("submit", (e) => { e.preventDefault(); command("CONFIRM"); });
  // Enter goes on to the next field: a short code from a scanner must not send the form
  document.addEventListener("keydown", (e) => {
    const form = e.key === "Enter" && !e.isComposing && e.target.matches("input, select") && e.target.closest("#out, #defect");
    if (!form) return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) { command("CONFIRM"); return; }
    const stops = [...form.querySelectorAll("input:not([readonly]), select, .yn button, .verdicts .btn")].filter((n) => n.offsetParent);
    const next = stops[stops.indexOf(e.target) + 1];
    if (next) next.focus();
  });

  S.outCommand = async (c) => {
    const go = c === "PASS" || c === "CONFIRM" || c === "NEXT";
    if (!out.hidden && go) { if (!gate()) { Takt.sound("warn"); return false; } return send("PASS"); }
    if (!out.hidden && !entry && c === "FAIL") return loaded ? openDefect() : false;
    if (!defect.hidden && (c === "CONFIRM" || c === "FAIL")) return record();
    Takt.sound("warn");
    Takt.toast({ status: "warn", what: say("command-now-no", { text: c }) });
    return false;
  };
  // while the defect form is open a scan fills the field at hand, at first the code; a serial like this board's is no code
  const plain = Takt.on.scan, shape = (text) => text.replace(/\d/g, "0");
  Takt.on.scan = async (s) => {
    if (defect.hidden || s.kind === "command" || s.kind === "act") return plain(s);
    if (shape(s.raw) === shape(S.unit.sn)) return s.raw === S.unit.sn ? record() : !S.unfinished(s.raw);
    const at = document.activeElement;
    if (defect.contains(at) && at.matches("input") && at !== field("code")) { at.value = s.raw; Takt.sound("ok"); return true; }
    return named(s.raw);
  };
});
