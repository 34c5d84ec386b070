// Pickers: a field that searches a list and also takes a scan. No free-typed references (R-SCR-014).
(() => {
  const { el, say } = Takt;

  const start = (box) => {
    const input = box.querySelector("input");
    if (!input || box.dataset.ready) return;
    box.dataset.ready = "1";
    const id = (input.id || Takt.newKey()) + "-options";
    let list = null, at = -1, rows = [], timer = 0, asked = 0, chosen = false;
    const close = () => { if (list) list.remove(); list = null; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); input.removeAttribute("aria-controls"); };
    const settle = (value) => { clearTimeout(timer); asked++; input.value = value; close(); };      // what was still being asked for is not shown any more
    const choose = (r) => { settle(r.value); input.dispatchEvent(new Event("input", { bubbles: true })); input.dispatchEvent(new Event("change", { bubbles: true })); };
    const mark = (n) => {
      at = n;
      if (list) [...list.children].forEach((li, k) => li.setAttribute("aria-selected", k === n));
      if (list && list.children[n]) { input.setAttribute("aria-activedescendant", list.children[n].id); list.children[n].scrollIntoView({ block: "nearest" }); }
    };
    // over everything that scrolls, below the field or above it where there is more room
    const place = () => {
      if (!list) return;
      const r = box.getBoundingClientRect(), below = innerHeight - r.bottom, up = below < 200 && r.top > below;
      const wide = Math.min(Math.max(r.width, 288), innerWidth - 16);
      list.style.inlineSize = wide + "px";
      list.style.insetInlineStart = Math.max(8, Math.min(r.left, innerWidth - wide - 8)) + "px";
      list.style.maxBlockSize = Math.max(96, Math.min(272, (up ? r.top : below) - 12)) + "px";
      list.style.insetBlockStart = up ? "auto" : r.bottom + 2 + "px";
      list.style.insetBlockEnd = up ? innerHeight - r.top + 2 + "px" : "auto";
    };
    const show = (more, failed) => {
      if (list) list.remove();
      list = el("ul", { class: "options", role: "listbox", id, "aria-label": input.getAttribute("aria-label") || (input.labels && input.labels[0] ? input.labels[0].textContent.trim() : say("no-matches")) });
      rows.forEach((r, k) => list.append(el("li", { role: "option", id: id + k, "aria-selected": "false", mousedown: (e) => { e.preventDefault(); choose(r); } },
        el("span", { class: "code" }, r.value), el("span", { class: "soft" }, r.text || ""), el("span", { class: "small muted" }, r.state || ""))));
      const note = failed || (!rows.length ? say("no-matches") : more ? say("more-matches") : null);
      if (note) list.append(el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, note));
      box.append(list);
      place();
      input.setAttribute("aria-expanded", "true");
      input.setAttribute("aria-controls", id);
      // Enter takes what is typed in full, or the only one there is; never one of several that only begin like it
      const exact = rows.findIndex((r) => r.exact);
      if (input.value.trim()) mark(exact < 0 && rows.length === 1 && !more ? 0 : exact);
    };
    const ask = async () => {
      const turn = ++asked, q = new URLSearchParams(JSON.parse(box.dataset.pickerFilter || "{}"));
      if (input.value.trim()) q.set("q", input.value.trim());
      const answer = await Takt.ask("/lookup/" + box.dataset.picker + "?" + q);
      if (turn !== asked || document.activeElement !== input) return;
      const body = answer.body || {};
      rows = answer.ok ? body.items || [] : [];
      show(!!body.more, answer.ok ? null : body.detail || say("load-failed"));
    };
    input.addEventListener("focus", () => { chosen = false; if (!input.readOnly) ask(); });
    // while somebody types nothing of the old matches is chosen for the new text
    input.addEventListener("input", (e) => { if (!e.isTrusted && !list) return; at = -1; chosen = false; asked++; clearTimeout(timer); timer = setTimeout(ask, 180); });
    input.addEventListener("blur", () => setTimeout(close, 120));
    addEventListener("scroll", place, { capture: true, passive: true });
    addEventListener("resize", place, { passive: true });
    input.addEventListener("keydown", (e) => {
      if (!list) { if (e.key === "ArrowDown" && !e.altKey) { e.preventDefault(); ask(); } return; }
      if (e.altKey) return;
      if (e.key === "ArrowDown") { e.preventDefault(); chosen = true; mark(Math.min(at + 1, rows.length - 1)); }
      else if (e.key === "ArrowUp") { e.preventDefault(); chosen = true; mark(Math.max(at - 1, 0)); }
      // Enter takes the marked one; Tab only passes by, unless one was gone to
      else if ((e.key === "Enter" || e.key === "Tab" && chosen) && rows[at] && !e.ctrlKey) { if (e.key === "Enter") { e.preventDefault(); e.stopPropagation(); } choose(rows[at]); }
      else if (e.key === "Escape") { e.preventDefault(); e.stopPropagation(); close(); }
    });
    // a scan while the picker has focus is its value
    box.takeScan = (text) => { settle(text); input.dispatchEvent(new Event("change", { bubbles: true })); Takt.sound("ok"); };
  };
  Takt.eachPart((root) => { root.querySelectorAll("[data-picker]").forEach(start); if (root.matches && root.matches("[data-picker]")) start(root); });
})();
