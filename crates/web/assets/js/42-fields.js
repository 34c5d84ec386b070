// Fields: what a form says, read by the kind of each input; an edit sends only what changed, and null where something was emptied.
(() => {
  const { say } = Takt;
  const number = (text) => Number(text.replace(/,/g, ""));
  const put = (into, name, value) => {                                // spec.lsl → {spec: {lsl}}
    const [first, ...rest] = name.split(".");
    if (!rest.length) into[first] = value;
    else put(into[first] || (into[first] = {}), rest.join("."), value);
  };

  // a moment on the plant's clock as an instant: "2026-11-20T08:00" → "2026-11-20T00:00:00Z" in Asia/Shanghai
  Takt.instant = (local, zone) => {
    const wanted = Date.parse((local.length === 16 ? local + ":00" : local) + "Z");
    const shown = new Intl.DateTimeFormat("en-CA", { timeZone: zone || "UTC", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const ahead = (at) => {
      const part = Object.fromEntries(shown.formatToParts(new Date(at)).map((x) => [x.type, x.value]));
      return Date.parse(part.year + "-" + part.month + "-" + part.day + "T" + part.hour + ":" + part.minute + ":" + part.second + "Z") - at;
    };
    const first = wanted - ahead(wanted);
    return new Date(wanted - ahead(first)).toISOString();
  };

  // the value of one input; undefined: nothing is said
  const valueOf = (i, form) => {
    const kind = i.dataset.kind, text = i.value.trim();
    if (kind === "bool") return i.checked;
    if (kind === "checks") return [...form.elements].filter((n) => n.name === i.name && n.checked).map((n) => n.dataset.type === "integer" ? Number(n.value) : n.value);
    if (kind === "picks") return Takt.picked(i);
    if (kind === "map") return Takt.mapOf(i.closest("[data-map]"));
    if (kind === "steps") return Takt.stepsOf(i.closest("[data-steps]"));
    if (kind === "list") { const all = i.value.split(/\r?\n/).map((s) => s.trim()).filter(Boolean); return all.length || !i.name.includes(".") ? all : undefined; }
    if (text === "") return undefined;
    if (kind === "tri") return text === "true";
    if (kind === "integer" || kind === "number") return number(text);
    if (kind === "qty") return text.replace(/,/g, "");
    if (kind === "json") return JSON.parse(text);
    if (kind === "time") return Takt.instant(text, document.body.dataset.zone);
    if (kind === "hidden") return i.dataset.type === "integer" || i.dataset.type === "number" ? Number(text) : i.value;
    return kind === "secret" || kind === "csv" || kind === "textarea" ? i.value : text;
  };

  const levelOf = (i) => { const box = i.closest("[data-level]"); return box ? box.querySelector("[data-level-mode]") : null; };

  // everything the form says: {path, query, body, levels: {name: select}}
  const read = (form) => {
    const said = { path: {}, query: {}, body: {}, levels: {} }, seen = new Set();
    for (const i of form.elements) {
      if (!i.name || i.disabled || !i.dataset.kind || seen.has(i.name)) continue;
      seen.add(i.name);
      const level = levelOf(i), outer = i.name.split(".")[0];
      if (level) said.levels[outer] = level;
      if (level && level.value !== "set") continue;
      let value;
      try { value = valueOf(i, form); } catch { value = i.value; }
      if (value !== undefined) put(said[i.dataset.in || "body"], i.name, value);
    }
    for (const [name, level] of Object.entries(said.levels)) if (level.value === "none" || (level.value === "set" && said.body[name] === undefined)) said.body[name] = null;
    return said;
  };
  const opened = new WeakMap();                                       // what each form said when it opened
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  // fields → URL and JSON body
  Takt.collect = (form) => {
    const said = read(form), before = opened.get(form) || said;
    let url = form.getAttribute("action");
    for (const [name, value] of Object.entries(said.path)) url = url.replace("{" + name + "}", encodeURIComponent(value));
    const query = new URLSearchParams(said.query).toString();
    if (query) url += (url.includes("?") ? "&" : "?") + query;
    const given = (name) => [...form.elements].some((i) => i.name === name && "given" in i.dataset);
    const body = {}, unset = [], levels = Object.keys(said.levels).length > 0;
    const edits = form.getAttribute("method").toUpperCase() === "PATCH" || (levels && form.dataset.ifMatch);
    const names = new Set([...Object.keys(said.body), ...(edits ? Object.keys(before.body) : [])]);
    for (const name of names) {
      const now = said.body[name], level = said.levels[name];
      if (edits && same(now, before.body[name]) && !given(name)) continue;
      if (level && level.value === "inherit") { if (edits && level.dataset.was === "own") unset.push(name); continue; }
      if (now === undefined) body[name] = null;
      else if (edits || level || !(Array.isArray(now) && !now.length)) body[name] = now;
    }
    if (unset.length) body.unset = unset;
    return { url, body };
  };

  Takt.isDirtyForm = (form) => opened.has(form) && !same(read(form).body, opened.get(form).body);

  // what can be seen without asking: empty required fields, text where a number belongs, limits
  Takt.check = (form, wrong) => {
    let good = true;
    const fail = (name, text) => { good = false; wrong(name, text); };
    const seen = new Set();
    for (const i of form.elements) {
      if (!i.name || i.disabled || i.type === "hidden" || seen.has(i.name)) continue;
      seen.add(i.name);
      const level = levelOf(i);
      if (level && level.value !== "set") continue;
      const text = i.value.trim(), kind = i.dataset.kind;
      if (kind === "picks" || kind === "checks") { if ("required" in i.dataset && !valueOf(i, form).length) fail(i.name, say("required")); continue; }
      if (i.required && i.type !== "checkbox" && !text) { fail(i.name, say("required")); continue; }
      if (!text) continue;
      if (kind === "number" || kind === "qty" || kind === "integer") {
        const n = number(text);
        if (!Number.isFinite(n) || (kind === "integer" && !Number.isInteger(n))) fail(i.name, say("not-a-number"));
        else if (i.dataset.min !== undefined && n < Number(i.dataset.min)) fail(i.name, say("too-low", { min: i.dataset.min }));
        else if (i.dataset.max !== undefined && n > Number(i.dataset.max)) fail(i.name, say("too-high", { max: i.dataset.max }));
      } else if (kind === "json") { try { JSON.parse(text); } catch { fail(i.name, say("not-json")); } }
    }
    form.querySelectorAll("[data-steps]").forEach((box) => { if (!Takt.checkSteps(box, fail)) good = false; });
    form.querySelectorAll("[data-map]").forEach((box) => { const level = levelOf(box); if ((!level || level.value === "set") && !Takt.checkMap(box, fail)) good = false; });
    if (!good) { const first = form.querySelector("[aria-invalid]"); if (first) first.focus(); }
    return good;
  };

  Takt.eachPart((root) => root.querySelectorAll("form[data-command]").forEach((form) => { if (!opened.has(form)) opened.set(form, read(form)); }));
})();
