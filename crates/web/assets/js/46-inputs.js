// Inputs of more than one part: levels of a configuration, lists of codes, choices of several.
(() => {
  const { el, icon, say } = Takt;

  // a configuration field is inherited, set here, or explicitly none
  document.addEventListener("change", (e) => {
    if (!e.target.matches("[data-level-mode]")) return;
    const body = e.target.closest("[data-level]").querySelector("[data-level-body]");
    body.hidden = e.target.value !== "set";
    const first = body.querySelector("input, select, textarea");
    if (!body.hidden && first) first.focus();
  });

  // codes: what is picked or scanned joins the list, a button takes it out again
  const codes = (box) => [...box.querySelectorAll("li[data-value]")].map((n) => n.dataset.value);
  const join = (input) => {
    const box = input.closest("[data-picks]"), code = input.value.trim();
    if (!code) return;
    input.value = "";
    if (codes(box).includes(code)) return;
    box.querySelector("ul").append(el("li", { class: "chip fact code", "data-value": code }, code,
      el("button", { type: "button", class: "btn icon small quiet", "data-picks-remove": true, "aria-label": say("remove") + " " + code }, icon("close"))));
  };
  Takt.picked = (input) => { join(input); return codes(input.closest("[data-picks]")); };
  document.addEventListener("change", (e) => { if (e.target.matches("[data-picks] input")) join(e.target); });
  document.addEventListener("click", (e) => {
    const out = e.target.closest("[data-picks-remove]");
    if (out) { const box = out.closest("[data-picks]"); out.closest("li").remove(); box.querySelector("input").focus(); }
    const all = e.target.closest("[data-checks-all], [data-checks-none]");
    if (all) all.closest("[data-field]").querySelectorAll("label.check:not([hidden]) input").forEach((i) => { i.checked = "checksAll" in all.dataset; });
  });
  document.addEventListener("takt:language", () => document.querySelectorAll("[data-picks-remove]").forEach((b) => b.setAttribute("aria-label", say("remove") + " " + b.closest("li").dataset.value)));
  document.addEventListener("keydown", (e) => {
    if (e.key === "Backspace" && e.target.matches("[data-picks] input") && !e.target.value) { const last = e.target.closest("[data-picks]").querySelector("li:last-child"); if (last) last.remove(); }
  });

  // many choices: the search hides what does not fit
  document.addEventListener("input", (e) => {
    if (!e.target.matches("[data-checks-find]")) return;
    const wanted = e.target.value.trim().toLowerCase();
    e.target.closest("[data-field]").querySelectorAll("label.check").forEach((n) => { n.hidden = !!wanted && !n.textContent.toLowerCase().includes(wanted); });
  });
})();
