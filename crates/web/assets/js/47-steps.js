// The steps of a route as rows: add, remove, move, renumber; the numbers follow the order.
(() => {
  const { el, say } = Takt;
  const rows = (box) => [...box.querySelectorAll("tbody tr")];
  const cell = (row, name) => row.querySelector('[data-cell="' + name + '"]');
  const no = (row) => Number(cell(row, "stepNo").value);
  const retired = (box) => [...box.querySelectorAll("[data-steps-retired] li")];

  Takt.stepsOf = (box) => [
    ...rows(box).map((row) => {
      const text = (name) => cell(row, name).value.trim() || null;
      const fai = text("requiresFAI");
      return Object.assign({}, JSON.parse(row.dataset.step), { stepNo: no(row), operationCode: text("operationCode"), stationGroupCode: text("stationGroupCode"), stationType: text("stationType"), requiresFAI: fai === null ? null : fai === "true" });
    }),
    ...retired(box).map((n) => JSON.parse(n.dataset.step)),
  ];

  // names the cells by their place in what is sent, so that each error finds its own
  Takt.checkSteps = (box, fail) => {
    const name = box.querySelector("[data-kind='steps']").name, seen = new Set();
    let good = true;
    rows(box).forEach((row, i) => {
      row.querySelectorAll("[data-cell]").forEach((n) => { n.closest("td").dataset.field = name + "." + i + "." + n.dataset.cell; });
      const wrong = (what, text) => { good = false; fail(name + "." + i + "." + what, text); };
      const n = no(row);
      if (!Number.isInteger(n) || n < 1 || n > 99999) wrong("stepNo", say("step-no-wrong"));
      else if (seen.has(n)) wrong("stepNo", say("step-no-twice"));
      seen.add(n);
      if (!cell(row, "operationCode").value.trim()) wrong("operationCode", say("required"));
    });
    return good;
  };

  const number = (box, values) => rows(box).forEach((row, i) => { cell(row, "stepNo").value = values[i]; });
  const tens = (box) => number(box, rows(box).map((_, i) => (i + 1) * 10));
  // after rows have changed places the same numbers follow the new order
  const follow = (box) => number(box, rows(box).map(no).sort((a, b) => a - b));
  let made = 0;
  const add = (box, after) => {
    const row = document.importNode(box.querySelector("template").content.querySelector("tr"), true);
    row.querySelectorAll("[id]").forEach((n) => { n.id += "-" + ++made; });
    const next = after && after.nextElementSibling;
    if (after) after.after(row); else box.querySelector("tbody").append(row);
    const low = after ? no(after) : 0, high = next ? no(next) : low + 20;
    if (high - low > 1) cell(row, "stepNo").value = next ? Math.floor((low + high) / 2) : low + 10;
    else tens(box);
    row.dataset.step = "{}";
    Takt.fresh(row);
    cell(row, "operationCode").focus();
    return row;
  };
  const move = (row, down) => {
    const box = row.closest("[data-steps]"), other = down ? row.nextElementSibling : row.previousElementSibling;
    if (!other) return;
    const focus = document.activeElement;
    if (down) other.after(row); else other.before(row);
    follow(box);
    if (focus && row.contains(focus)) focus.focus();
  };
  const retire = (row) => {
    const box = row.closest("[data-steps]"), step = JSON.parse(row.dataset.step), near = row.nextElementSibling || row.previousElementSibling;
    if (step.sourceStepKey) {
      const part = box.querySelector("[data-steps-retired]");
      const kept = Takt.stepsOf(box)[rows(box).indexOf(row)];
      part.querySelector("ul").append(el("li", { class: "row", "data-step": JSON.stringify(Object.assign(kept, { retiredAt: new Date().toISOString() })) },
        Takt.code(String(kept.stepNo)), " " + (kept.operationName || kept.operationCode || ""), el("button", { type: "button", class: "btn small", "data-step-back": true }, Takt.word("step-back"))));
      part.hidden = false;
    }
    row.remove();
    if (near) cell(near, "stepNo").focus(); else box.querySelector("[data-steps-add]").focus();
  };
  const back = (item) => {
    const box = item.closest("[data-steps]"), step = JSON.parse(item.dataset.step);
    const row = add(box, rows(box).filter((r) => no(r) < step.stepNo).pop() || null);
    if (!rows(box).some((r) => r !== row && no(r) < step.stepNo) && rows(box)[0] !== row) { box.querySelector("tbody").prepend(row); follow(box); }
    row.dataset.step = JSON.stringify(Object.assign(step, { retiredAt: null }));
    if (!rows(box).some((r) => r !== row && no(r) === step.stepNo)) cell(row, "stepNo").value = step.stepNo;
    for (const name of ["operationCode", "stationGroupCode", "stationType", "requiresFAI"]) cell(row, name).value = step[name] === null || step[name] === undefined ? "" : String(step[name]);
    item.remove();
    if (!retired(box).length) box.querySelector("[data-steps-retired]").hidden = true;
  };

  document.addEventListener("click", (e) => {
    const box = e.target.closest("[data-steps]"), row = e.target.closest("[data-steps] tbody tr");
    if (!box) return;
    const hit = (what) => e.target.closest("[" + what + "]");
    if (hit("data-steps-add")) add(box, rows(box).pop() || null);
    else if (hit("data-steps-renumber")) tens(box);
    else if (hit("data-step-back")) back(hit("data-step-back").closest("li"));
    else if (row && hit("data-step-up")) move(row, false);
    else if (row && hit("data-step-down")) move(row, true);
    else if (row && hit("data-step-remove")) retire(row);
  });
  document.addEventListener("keydown", (e) => {
    const row = e.target.closest && e.target.closest("[data-steps] tbody tr");
    if (!row || !e.altKey || (e.key !== "ArrowUp" && e.key !== "ArrowDown")) return;
    e.preventDefault();
    e.stopPropagation();
    move(row, e.key === "ArrowDown");
  }, true);
})();
