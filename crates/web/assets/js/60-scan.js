// The scanner router: quick keystrokes that end in Enter or Tab are one scan, wherever the focus is (R-SCR-025, 026).
(() => {
  const { say } = Takt;
  const GAP_MS = Number(Takt.keep.get("takt-scan-gap-ms")) || 50, SHORTEST = 3, QUEUE = 5, LEFT_MS = 5000;
  let text = "", last = 0, armed = false, held = null, swallowed = "", giveBack = 0;

  // a fast typist is no scanner: what was kept back goes into the field after all
  const release = () => {
    if (swallowed && held && held.node.isConnected && held.node.setRangeText) {
      held.node.setRangeText(swallowed, held.node.selectionStart, held.node.selectionEnd, "end");
      held.node.dispatchEvent(new Event("input", { bubbles: true }));
    }
    swallowed = "";
  };

  // what a scan may be; a page may put patterns before these with Takt.scanPatterns.unshift([kind, regex])
  Takt.scanPatterns = [
    ["command", /^CMD:(PASS|FAIL|CONFIRM|CANCEL|UNDO|NEXT)$/i],
    ["badge", /^BDG:(.+)$/i],
    ["slot", /^SLOT:(.+)$/i],
    ["tool", /^TOOL:(.+)$/i],
    ["run", /^(RUN-.+)$/i],
    ["lot", /^([^|]+)\|([^|]+)$/],
    ["ecia", /^\[\)>\x1e?0?6/],
    ["gs1", /^(?:\]C1|\]d2|\x1d|\((?:01|10|21|37)\)|01\d{14}.*\x1d)/],           // digits alone are a serial: only marks make it GS1
    ["inspection", /^((?:FAI|IPQC|FQC|OQC|DEF|NCR|MRB)-\d{8}-\d+)$/i],
    ["sn", /^([^\p{Cc}]{1,128})$/u],                                  // what is nothing else is a serial
  ];
  Takt.readScan = (raw) => {
    for (const [kind, pattern] of Takt.scanPatterns) {
      const m = pattern.exec(raw);
      if (m) return { kind, raw, value: kind === "gs1" ? gs1(raw) || raw : kind === "ecia" ? ecia(raw) : m[1] || raw, parts: m.slice(1) };
    }
    return null;
  };
  const gs1 = (raw) => {                                            // 21 serial, else 10 lot, else 01 article
    const found = {};
    let rest = raw.replace(/^\](C1|d2)/, "").replace(/\((01|10|21|37)\)/g, "\x1d$1");
    for (let guard = 0; guard < 8 && rest; guard++) {
      rest = rest.replace(/^\x1d+/, "");
      const ai = rest.slice(0, 2);
      if (ai === "01") { found["01"] = rest.slice(2, 16); rest = rest.slice(16); }
      else if (ai === "10" || ai === "21" || ai === "37") { const end = rest.indexOf("\x1d"); found[ai] = end < 0 ? rest.slice(2) : rest.slice(2, end); rest = end < 0 ? "" : rest.slice(end + 1); }
      else break;
    }
    return found["21"] || found["10"] || found["01"];
  };
  const ecia = (raw) => {                                           // 1P part, 1T lot
    const pick = (id) => { const m = new RegExp("\\x1d" + id + "([^\\x1d\\x1e\\x04]+)").exec(raw); return m && m[1]; };
    return [pick("1P") || pick("P"), pick("1T")].filter(Boolean).join("|") || raw;
  };

  // scans wait their turn, at most five; an error empties the queue and says so
  const queue = [];
  let busy = false;
  const next = async () => {
    if (busy || !queue.length) return;
    busy = true;
    const scan = queue.shift();
    let good = true;
    try { good = (await Takt.on.scan(scan)) !== false; } catch (e) { good = false; console.error(e); }
    busy = false;
    if (!good && queue.length) {
      const n = queue.length;
      queue.length = 0;
      Takt.toast({ status: "warn", what: say("scan-queue-cleared", { n }) });
    }
    next();
  };
  Takt.scanBusy = () => busy;

  // whatever is to happen in its turn: scans, and buttons that mean the same
  Takt.take = (scan) => {
    if (busy && queue.length >= QUEUE) { Takt.sound("warn"); Takt.toast({ status: "warn", what: say("scan-queue-full", { text: scan.raw }) }); return; }
    queue.push(scan);
    next();
  };

  // a form that is open takes the scan: its picker, its list of serials, its field; never the page below it
  const intoForm = (raw) => {
    const at = document.activeElement, picker = at && at.closest && at.closest("[data-picker]"), s = Takt.readScan(raw);
    const value = s && (s.kind === "gs1" || s.kind === "ecia") ? s.value : raw;
    if (picker && picker.takeScan) { picker.takeScan(s && s.parts.length && s.kind !== "gs1" && s.kind !== "ecia" ? s.parts[0] : value); return true; }
    const box = document.querySelector("dialog[open]") || (at && at.closest && at.closest("[data-form-page]"));
    if (!box || s && s.kind === "command") return false;
    const field = at && box.contains(at) && at.matches("input:not([type=checkbox]):not([type=radio]):not([readonly]), textarea") ? at : null;
    if (!field) { Takt.sound("warn"); Takt.toast({ status: "warn", what: say("scan-not-here", { text: raw }) }); return true; }
    field.value = field.dataset.kind === "list" ? field.value.replace(/\n*$/, field.value.trim() ? "\n" : "") + value + "\n" : value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    Takt.sound("ok");
    return true;
  };

  Takt.scanned = (raw) => {
    raw = raw.trim();
    if (!raw || intoForm(raw)) return;
    const scan = Takt.readScan(raw);
    if (!scan) {
      Takt.sound("error");
      const what = say("scan-unknown", { text: raw, expected: say(Takt.on.scanExpects || "scan-any") });
      if (Takt.on.scanUnknown) Takt.on.scanUnknown(raw, what); else { Takt.toast({ status: "fail", what, code: "SCAN_UNKNOWN" }); Takt.speak(what); }
      return;
    }
    if (!Takt.on.scan) Takt.on.scan = (s) => { location.assign((document.body.dataset.page === "trace" ? "/mes/trace?q=" : "/mes/search?scan=1&q=") + encodeURIComponent(s.kind === "gs1" || s.kind === "ecia" ? s.value : s.raw)); return true; };
    Takt.take(scan);
  };

  // whoever leaves a field takes what was typed into it along
  document.addEventListener("focusout", () => { clearTimeout(giveBack); release(); }, true);
  // capture: keystrokes of a scanner never reach the field that happens to have focus
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) { release(); return; }                     // what was typed fast before a shortcut is typed
    // a password manager types as fast as a scanner, and nobody scans where one signs in
    if (e.target.matches && e.target.matches("input[type=password], [data-login] input")) return;
    const now = e.timeStamp;                                                  // when it was struck, not when we got to it
    if (e.key === "F8") { e.preventDefault(); armed = true; text = ""; last = now; held = null; return; }
    const own = e.target.matches && e.target.matches("[data-scan-field]");
    if (e.key.length === 1) {
      const quick = now - last < GAP_MS;
      if (own && now - last > LEFT_MS) e.target.value = "";                                           // what somebody left there is no part of this
      if (!quick && !armed) { release(); text = ""; held = Takt.typing(e.target) && !own ? { node: e.target, value: e.target.value, start: e.target.selectionStart, end: e.target.selectionEnd } : null; }
      text += e.key;
      last = now;
      if (armed) e.preventDefault();
      else if (quick && text.length > 2 && held && held.node === e.target) { e.preventDefault(); swallowed += e.key; clearTimeout(giveBack); giveBack = setTimeout(release, 150); }
      else release();
      return;
    }
    clearTimeout(giveBack);
    if (e.key !== "Enter" && e.key !== "Tab") { release(); if (e.key !== "Shift") { text = ""; armed = false; } return; }
    const quick = now - last < Math.max(GAP_MS, 100);
    // the scan field takes nothing but scans: all that stands in it is one, also from a slow scanner or a hand
    const scan = own && !armed && e.target.value.trim() && (e.key === "Enter" || text.length >= SHORTEST && quick) ? e.target.value.trim() : text;
    text = "";
    if (armed || own && scan && e.key === "Enter" || (scan.length >= SHORTEST && quick)) {
      armed = false;
      e.preventDefault();
      e.stopImmediatePropagation();
      if (own) e.target.value = "";
      else if (held && held.node.isConnected && "value" in held.node) {                                    // take back what the first keys typed
        held.node.value = held.value;
        held.node.dispatchEvent(new Event("input", { bubbles: true }));
      }
      held = null;
      swallowed = "";
      Takt.scanned(scan);
      return;
    }
    release();
  }, true);
})();
