// Pickers: a field that searches a list of the API and also takes a scan. No free-typed references (R-SCR-014).
(() => {
  const { el, say } = Takt;
  const from = (row, names) => { for (const n of names) if (row[n] !== undefined && row[n] !== null) return String(row[n]); return ""; };
  const codes = ["code", "runNo", "woNo", "sn", "routingCode", "stationCode", "lineCode", "materialCode", "operationCode", "username", "no"];

  const start = (box) => {
    const input = box.querySelector("input");
    if (!input || box.dataset.ready) return;
    box.dataset.ready = "1";
    const id = (input.id || Takt.newKey()) + "-options";
    let list = null, at = -1, rows = [], timer = 0, asked = 0, chosen = false;
    const key = box.dataset.pickerValue;
    const valueOf = (r) => from(r, [key, ...codes]);
    const close = () => { if (list) list.remove(); list = null; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const choose = (r) => { input.value = valueOf(r); close(); input.dispatchEvent(new Event("input", { bubbles: true })); input.dispatchEvent(new Event("change", { bubbles: true })); };
    const mark = (n) => {
      at = n;
      if (list) [...list.children].forEach((li, k) => li.setAttribute("aria-selected", k === n));
      if (list && list.children[n]) { input.setAttribute("aria-activedescendant", list.children[n].id); list.children[n].scrollIntoView({ block: "nearest" }); }
    };
    const show = (more, failed) => {
      if (list) list.remove();
      list = el("ul", { class: "options", role: "listbox", id });
      rows.forEach((r, k) => list.append(el("li", { role: "option", id: id + k, "aria-selected": "false", mousedown: (e) => { e.preventDefault(); choose(r); } },
        el("span", { class: "code" }, valueOf(r)), el("span", { class: "soft" }, [from(r, ["name", "productCode", "woNo"]), from(r, ["lineCode"])].filter(Boolean).join(" · ")), el("span", { class: "small muted" }, from(r, ["statusWord", "status"])))));
      if (failed) list.append(el("li", { class: "none" }, failed));
      else if (!rows.length) list.append(el("li", { class: "none" }, say("no-matches")));
      else if (more) list.append(el("li", { class: "none" }, say("more-matches")));
      box.append(list);
      input.setAttribute("aria-expanded", "true");
      input.setAttribute("aria-controls", id);
      if (rows.length && input.value.trim()) mark(0);
    };
    const ask = async () => {
      const turn = ++asked, q = new URLSearchParams({ limit: "20" });
      if (input.value.trim()) q.set("q", input.value.trim());
      const kind = box.dataset.picker;
      const answer = await Takt.ask("/api/v1/" + kind + "?" + q);
      if (turn !== asked || document.activeElement !== input) return;
      const body = answer.body || {};
      rows = answer.ok ? (Array.isArray(body) ? body : body.items || body.rows || []) : [];
      show(!!(body.nextCursor || body.next), answer.ok ? null : body.detail || say("load-failed"));
    };
    input.addEventListener("focus", () => { chosen = false; if (!input.readOnly) ask(); });
    // while somebody types nothing of the old matches is chosen for the new text
    input.addEventListener("input", (e) => { if (!e.isTrusted && !list) return; at = -1; chosen = false; clearTimeout(timer); timer = setTimeout(ask, 180); });
    input.addEventListener("blur", () => setTimeout(close, 120));
    input.addEventListener("keydown", (e) => {
      if (!list) { if (e.key === "ArrowDown") { e.preventDefault(); ask(); } return; }
      if (e.key === "ArrowDown") { e.preventDefault(); chosen = true; mark(Math.min(at + 1, rows.length - 1)); }
      else if (e.key === "ArrowUp") { e.preventDefault(); chosen = true; mark(Math.max(at - 1, 0)); }
      // Enter takes the marked one; Tab only passes by, unless one was gone to
      else if ((e.key === "Enter" || e.key === "Tab" && chosen) && rows[at] && !e.ctrlKey) { if (e.key === "Enter") { e.preventDefault(); e.stopPropagation(); } choose(rows[at]); }
      else if (e.key === "Escape") { e.preventDefault(); e.stopPropagation(); close(); }
    });
    // a scan while the picker has focus is its value
    box.takeScan = (text) => { input.value = text; close(); input.dispatchEvent(new Event("change", { bubbles: true })); Takt.sound("ok"); };
  };
  Takt.eachPart((root) => { root.querySelectorAll("[data-picker]").forEach(start); if (root.matches && root.matches("[data-picker]")) start(root); });
})();
