// Free facts as rows of name and value. A name is a path: a.b is b inside a, a["b.c"] takes any key, a[] given several times is a
// list, a[0].b is b of the first of a list.
(() => {
  const { say } = Takt;
  const NEXT = -1, PART = /^(?:\.?([^.[\]"]+)|\[("(?:[^"\\]|\\.)*")\]|\[(\d*)\])/;
  const rows = (box) => [...box.querySelectorAll("[data-rows] > *")];
  const cell = (row, name) => row.querySelector('[data-cell="' + name + '"]');
  const text = (row, name) => cell(row, name).value.trim();

  const pathOf = (name) => {
    const path = [];
    for (let rest = name; rest;) {
      const m = PART.exec(rest);
      if (!m || !path.length && /^[.[](?!")/.test(rest)) return null;
      path.push(m[1] !== undefined ? m[1].trim() : m[2] !== undefined ? JSON.parse(m[2]) : m[3] === "" ? NEXT : Number(m[3]));
      rest = rest.slice(m[0].length);
    }
    return path.length ? path : null;
  };
  // an untouched fact is what it came as, blanks and all digits too; inputs drop line breaks, so they are no change
  const isAsOpened = (row) => { const i = cell(row, "value"); return "was" in row.dataset && i.value === i.defaultValue.replace(/[\r\n]/g, ""); };
  const opened = (row) => {
    const was = JSON.parse(row.dataset.was);
    return typeof was === "number" && JSON.rawJSON ? JSON.rawJSON(row.dataset.was) : was;
  };
  // a changed one keeps its type as long as it reads so; what is new is a text
  const valueOf = (row) => {
    if (isAsOpened(row)) return opened(row);
    const typed = text(row, "value"), was = row.dataset.type;
    try { return was !== "string" && typeof JSON.parse(typed) === was ? JSON.parse(typed) : typed; } catch { return typed; }
  };
  const put = (into, path, value) => path.every((part, k) => {
    const key = part === NEXT ? into.length : part, next = path[k + 1];
    if (Array.isArray(into) !== (typeof key === "number") || key > into.length) return false;
    if (next === undefined) { if (key in into) return false; into[key] = value; return true; }
    if (!(key in into)) into[key] = typeof next === "number" ? [] : Object.create(null);
    into = into[key];
    return into !== null && typeof into === "object";
  });

  Takt.mapOf = (box) => {
    const map = Object.create(null);
    rows(box).forEach((row) => { const path = pathOf(text(row, "name")); if (path) put(map, path, valueOf(row)); });
    return Object.keys(map).length ? map : undefined;
  };
  Takt.checkMap = (box, fail) => {
    const outer = box.querySelector("[data-kind='map']").name, map = Object.create(null);
    let good = true;
    rows(box).forEach((row, k) => {
      const name = text(row, "name"), value = text(row, "value"), path = pathOf(name);
      if (!name && !value) return;
      row.dataset.field = outer + "." + k;
      const isMissing = !name || !value && row.dataset.type !== "string";
      const what = isMissing ? "required" : !path ? "map-name-wrong" : !put(map, path, valueOf(row)) ? "map-name-taken" : null;
      if (what) { good = false; fail(row.dataset.field, say(what)); }
    });
    return good;
  };

  const add = (box, after) => {
    const row = document.importNode(box.querySelector("template").content.firstElementChild, true);
    after ? after.after(row) : box.querySelector("[data-rows]").append(row);
    cell(row, "name").focus();
  };
  const remove = (box, row) => {
    const near = row.previousElementSibling || row.nextElementSibling;
    row.remove();
    near ? cell(near, "value").focus() : add(box);
  };
  document.addEventListener("click", (e) => {
    const box = e.target.closest("[data-map]");
    if (!box) return;
    if (e.target.closest("[data-map-add]")) add(box);
    else if (e.target.closest("[data-map-remove]")) remove(box, e.target.closest("[data-rows] > *"));
  });
  document.addEventListener("keydown", (e) => {
    const row = e.target.matches("[data-map] [data-cell]") && e.target.closest("[data-rows] > *"), box = row && row.closest("[data-map]");
    if (!box || e.ctrlKey || e.metaKey || e.isComposing) return;
    const isName = e.target.dataset.cell === "name", next = row.nextElementSibling;
    if (e.key === "Enter") {                                           // on to the value, then to the next row
      e.preventDefault();
      isName ? cell(row, "value").focus() : next ? cell(next, "name").focus() : add(box);
    } else if (e.key === "Backspace" && isName && !e.target.value && !text(row, "value") && rows(box).length > 1) {
      e.preventDefault();
      remove(box, row);
    }
  });
})();
