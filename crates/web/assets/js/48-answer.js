// What a command answered besides «done»: rows with their results, words shown once, warnings (R-SCR-015).
(() => {
  const { el, icon, say } = Takt;
  const counters = ["created", "updated", "unchanged"];
  const linkOf = (word) => location.origin + "/enrol?token=" + encodeURIComponent(word);

  // warnings are refusals that only warn: their sentences
  Takt.warned = (body) => ((body && body.warnings) || []).map((w) => w.detail || w.message || w.code);

  // one table for all answers row by row: r = {key, note?, ok, said, code?, link?, warn?}
  Takt.results = (rows) => el("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": say("results") },
    el("table", { class: "table", "data-results": true }, el("tbody", {}, rows.map((r) => {
      const status = !r.ok ? "fail" : r.warn ? "warn" : "done";
      return el("tr", { "data-status": status, "data-code": r.code || null },
        el("td", {}, Takt.code(r.key), r.note ? el("span", { class: "sub muted" }, r.note) : ""),
        el("td", { class: "wrap" }, el("span", { class: "mark", "data-status": status }, icon(status), r.said || r.code), r.code ? [" ", el("span", { class: "code small muted" }, r.code)] : "", r.link ? once(r.link) : ""));
    }))));
  Takt.resultsText = (rows) => rows.map((r) => [r.key, r.code || "OK", r.said, r.link || ""].join("\t").trim()).join("\n");
  const once = (text) => el("p", { class: "once" }, el("code", { class: "tree", "data-secret": true }, text), el("button", { type: "button", class: "btn small", "data-copy": text }, icon("copy"), say("copy")));

  // bad cells of a table, by line and column
  Takt.isCell = (e) => /^\/csv\/\d+\//.test(e.path);
  Takt.cells = (errors) => {
    const bad = (errors || []).filter(Takt.isCell);
    const place = (e) => e.path.split("/").slice(2);
    return bad.length ? Takt.results(bad.map((e) => ({ key: place(e)[1] || "–", note: say("result-line", { n: place(e)[0] }), ok: false, code: e.code, said: Takt.words()["cell-" + e.code] || e.message }))) : null;
  };

  // rows of an answer, whatever they are about; each with the link that belongs to it
  const rowsOf = (body) => {
    const rows = body.rows || body.results, links = Object.fromEntries((body.secrets || []).map((s) => [s.username, linkOf(s.secret)]));
    if (!Array.isArray(rows)) return null;
    return rows.map((r) => {
      const key = r.username || r.woNo || r.code || "–", word = r.status || r.outcome, ok = word !== "FAILED" && word !== "REFUSED", warned = Takt.warned(r);
      return { key, ok, note: r.row ? say("result-row", { n: r.row }) : null, code: ok ? "" : r.code, link: links[key], warn: warned.length > 0, said: ok ? [say("result-" + word), ...warned].join(" ") : r.detail || say("result-" + word) };
    });
  };

  // the answer in the place of the form; true when there was something to show. It stays until it is closed.
  Takt.answered = (form, body) => {
    if (!body) return false;
    const word = body.secret || body.token || body.pairingCode, rows = rowsOf(body), told = [];
    if (word || (body.secrets || []).length) told.push(Takt.msg({ status: "warn", what: Takt.word("secret-once"), close: false }));
    if (word) told.push(once(body.firstAccess === "LINK" ? linkOf(word) : word));
    if (rows) {
      const failed = rows.filter((r) => !r.ok).length;
      told.unshift(Takt.msg({ status: failed ? "warn" : "done", what: say("results-n", { done: rows.length - failed, failed }), close: false }));
      told.push(Takt.results(rows));
      Takt.sound(failed ? "warn" : "ok");
    } else if (/\.import$/.test(form.dataset.command) && counters.every((name) => Number.isInteger(body[name]))) {
      told.push(Takt.msg({ status: "done", what: say("imported-n", body), close: false }));
    }
    if (!told.length) return false;
    const box = form.closest("dialog"), leave = () => location.reload();
    const close = el("button", { type: "button", class: "btn primary", click: () => (box ? box.close() : leave()) }, Takt.word("close"));
    const copy = rows ? el("button", { type: "button", class: "btn quiet", "data-copy": Takt.resultsText(rows) }, icon("copy"), Takt.word("copy-all")) : "";
    if (box) { box.dataset.stays = "1"; box.classList.toggle("wide", !!rows || box.classList.contains("wide")); box.addEventListener("close", leave); }
    form.querySelectorAll("header [data-close]").forEach((x) => x.remove());
    const place = form.querySelector(".body") || form, foot = form.querySelector("footer");
    place.replaceChildren(...told);
    if (foot) foot.replaceChildren(copy, close);
    for (const part of [place, foot]) if (part) part.dataset.own = "";       // another language leaves what is told once
    close.focus();
    return true;
  };
})();
