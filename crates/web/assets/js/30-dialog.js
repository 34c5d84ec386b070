// Dialogs: native <dialog>, verb-named primary, warns before it drops what was typed.
(() => {
  const { el, icon, say } = Takt;

  Takt.dialog = (content, opts) => {
    const before = document.activeElement;
    const box = el("dialog", { class: "dialog" + (opts && opts.size ? " " + opts.size : ""), "data-url": opts && opts.url });
    box.append(...[content].flat());
    document.body.append(box);
    const title = box.querySelector("h2[id]");
    if (title) box.setAttribute("aria-labelledby", title.id);
    box.addEventListener("cancel", (e) => { e.preventDefault(); Takt.closeDialog(box); });      // Esc
    box.addEventListener("mousedown", (e) => { if (e.target === box && !Takt.isDirty(box)) Takt.closeDialog(box); });
    box.addEventListener("close", () => { box.remove(); if (opts && opts.closed) opts.closed(); const back = before && (before.isConnected ? before : Takt.twin(before, document)); if (back) back.focus(); document.dispatchEvent(new CustomEvent("takt:dialog-closed")); });
    Takt.fresh(box);
    box.showModal();
    const first = box.querySelector("[autofocus], .body input:not([type=hidden]):not([readonly]), .body select, .body textarea, footer [type=submit]");
    if (first) first.focus();
    return box;
  };

  // dirty = something differs from what the form opened with
  Takt.isDirty = (box) => [...box.querySelectorAll("form[data-command]")].some((f) => !f.dataset.sent && Takt.isDirtyForm(f));

  // an answer that is shown once stays until its own button closes it
  Takt.closeDialog = async (box, sure) => {
    if (!box || !box.open) return true;
    if (!sure && box.dataset.stays) return false;
    if (!sure && Takt.isDirty(box) && !(await Takt.confirm(say("dirty"), say("discard"), say("keep-editing")))) return false;
    box.close();
    return true;
  };

  Takt.confirm = (question, yes, no) => new Promise((done) => {
    let answer = false;
    const box = Takt.dialog([
      el("div", { class: "body" }, el("h2", { id: "confirm-title" }, question)),
      el("footer", {}, el("button", { type: "button", class: "btn quiet", autofocus: true, click: () => box.close() }, no || say("cancel")),
        el("button", { type: "button", class: "btn primary", click: () => { answer = true; box.close(); } }, yes))],
      { closed: () => done(answer) });
  });

  document.addEventListener("click", (e) => {
    const close = e.target.closest("[data-close]");
    if (!close) return;
    const box = close.closest("dialog");
    if (box) Takt.closeDialog(box);
    else history.length > 1 ? history.back() : location.assign("/");
  });

  // sign in again without losing the form below
  Takt.signInAgain = () => Takt._signing || (Takt._signing = new Promise((done) => {
    let ok = false;
    const failed = el("p", { class: "error", role: "alert", hidden: true }, icon("fail"), el("span", {}, say("sign-in-failed")));
    const name = el("input", { id: "again-name", name: "username", autocomplete: "username", value: document.body.dataset.user || "", readonly: true });   // the page is this person's
    const word = el("input", { id: "again-word", name: "password", type: "password", autocomplete: "current-password", required: true, autofocus: true });
    const form = el("form", { submit: async (e) => {
      e.preventDefault();
      try {
        const answer = await fetch("/api/v1/auth/login", { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": Takt.lang() }, body: JSON.stringify({ username: name.value, password: word.value }) });
        const body = await answer.json().catch(() => ({}));
        if (answer.ok) { if (body.mustChangePassword) { Takt.toPassword(); return; } if (body.csrf) document.body.dataset.csrf = body.csrf; ok = true; box.close(); return; }
        failed.lastElementChild.textContent = body.detail || say("sign-in-failed");
      } catch { failed.lastElementChild.textContent = say("not-saved"); }
      failed.hidden = false;
      failed.closest(".field").dataset.status = "fail";
      word.select();
    } },
      el("header", {}, el("h2", { id: "again-title" }, say("sign-in-again"))),
      el("div", { class: "body" }, el("p", { class: "soft" }, say("sign-in-again-todo")),
        el("div", { class: "field" }, el("label", { for: "again-name" }, say("username")), el("span", { class: "input" }, name)),
        el("div", { class: "field" }, el("label", { for: "again-word" }, say("password")), el("span", { class: "input" }, word), failed)),
      el("footer", {}, el("a", { class: "btn quiet", href: "/login?next=" + encodeURIComponent(location.pathname + location.search) }, say("somebody-else")), el("span", { class: "push" }), el("button", { type: "button", class: "btn quiet", "data-close": true }, say("cancel")), el("button", { class: "btn primary", "data-action": "session.sign_in" }, say("sign-in"))));
    const box = Takt.dialog(form, { closed: () => { Takt._signing = null; done(ok); } });
  }));
})();
