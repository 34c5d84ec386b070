// Messages: what happened, what to do, the code. A toast passes, a panel stays.
(() => {
  const { el, icon, say } = Takt;

  // m = {status, what, todo?, code?, ref?, actions?: [{label, run, primary?}], close?}
  Takt.msg = (m, cls) => {
    const node = el("div", { class: "msg" + (cls ? " " + cls : ""), "data-status": m.status, "data-code": m.code },
      icon(m.status === "current" ? "current" : m.status),
      el("div", {},
        el("p", { class: "what" }, m.what),
        m.todo ? el("p", { class: "todo" }, m.todo) : null,
        m.link ? el("p", {}, el("a", { href: m.link }, m.linkText || say("open-page"))) : null,
        m.code || m.ref ? el("p", { class: "err" }, [m.code, m.ref ? say("reference") + " " + m.ref : null].filter(Boolean).join(" · ")) : null,
        m.actions && m.actions.length ? el("p", { class: "row" }, m.actions.map((a) => el("button", { type: "button", class: "btn small" + (a.primary ? " primary" : ""), click: a.run }, a.label))) : null));
    if (m.close !== false) node.append(el("button", { type: "button", class: "btn icon small quiet close", "aria-label": say("close"), click: () => node.remove() }, icon("close")));
    return node;
  };

  Takt.toast = (m) => {
    const box = document.getElementById("toasts");
    if (!box) return;
    while (box.children.length >= 4) box.firstElementChild.remove();
    const node = Takt.msg(m, "toast");
    box.append(node);
    // at a station nobody has a hand free to close it
    const passes = m.status === "done" || m.status === "waiting" || document.documentElement.dataset.device === "station";
    if (passes && !(m.actions || []).length) setTimeout(() => node.remove(), 6000);
    return node;
  };

  // read out at once, for scan results
  Takt.speak = (text) => {
    const box = document.getElementById("speak");
    if (!box) return;
    box.textContent = "";
    requestAnimationFrame(() => { box.textContent = text; });
  };

  // a message that survives the reload it asked for
  Takt.later = (m) => { try { sessionStorage.setItem("takt-later", JSON.stringify(m)); } catch { /* shown never, harmless */ } };
  Takt.ready(() => {
    let m = null;
    try { m = sessionStorage.getItem("takt-later"); sessionStorage.removeItem("takt-later"); } catch { return; }
    if (m) Takt.toast(JSON.parse(m));
  });

  // steps forward that a server answers with 409: blue, never red, no error sound (R-SCR-003)
  Takt.forward = new Set(["OQC_REQUIRED", "FQC_REQUIRED"]);

  // problem+json → message
  Takt.problem = (p, more) => {
    const ahead = Takt.forward.has(p.code), params = p.params || {};
    const m = { status: ahead ? "current" : "fail", what: ahead ? say("next", { detail: p.detail || p.code }) : p.detail || p.title || p.code, code: p.code, actions: [] };
    if (ahead) {
      const no = params.oqcNo || params.fqcNo;
      if (no) { m.link = (params.oqcNo ? "/mes/oqc/" : "/mes/fqc/") + encodeURIComponent(no); m.linkText = no; }
    } else if (p.code === "PASSWORD_CHANGE_REQUIRED") {
      m.link = "/password";
    } else if (p.status === 409 || p.status === 412) {
      m.todo = say("conflict-todo");
      m.actions.push({ label: say("reload"), run: () => location.reload() });
    }
    if (p.status >= 500) m.ref = p.requestId;
    return Object.assign(m, more);
  };
})();
