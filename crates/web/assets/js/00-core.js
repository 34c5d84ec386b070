// Takt in the browser: theme, words, small tools. Files are concatenated in name order.
"use strict";
const Takt = window.Takt = { on: {} };

// theme: the system decides until the user does; the choice is kept per terminal
(() => {
  const root = document.documentElement, key = "takt-theme";
  const kept = Takt.keep = {
    get: (k) => { try { return localStorage.getItem(k); } catch { return null; } },
    set: (k, v) => { try { v === null ? localStorage.removeItem(k) : localStorage.setItem(k, v); } catch { /* private mode */ } },
  };
  const asked = /[?&]theme=(light|dark)\b/.exec(location.search);
  const theme = (asked && asked[1]) || kept.get(key);
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  document.addEventListener("click", (e) => {
    if (!e.target.closest("[data-action='theme']")) return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    kept.set(key, root.dataset.theme);
  });
})();

// run when the page is there; also after a part of it was replaced, with that part
Takt.ready = (f) => document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", () => f(document)) : f(document);
Takt.parts = [];
Takt.eachPart = (f) => { Takt.parts.push(f); Takt.ready(f); };
Takt.fresh = (node) => Takt.parts.forEach((f) => f(node));

// words: the page carries its own; {name} is filled in here
Takt.words = () => Takt._words || (Takt._words = JSON.parse(document.getElementById("words").textContent || "{}"));
Takt.fill = (text, args) => text.replace(/\{(\w+)\}/g, (all, k) => args && args[k] !== undefined && args[k] !== null ? String(args[k]) : all);
// one of a thing may have a text of its own: «1 unit», «{n} units»
Takt.text = (words, key, args) => (args && args.n === 1 && words[key + "|1"]) || words[key];
Takt.say = (key, args) => Takt.fill(Takt.text(Takt.words(), key, args) || key, args);
Takt.lang = () => document.body.dataset.lang || "en";

// a sentence as nodes: codes in it are set as codes, so that no serial breaks in the middle
Takt.told = (text, args) => text.split(/(\{\w+\})/).map((part) => {
  const name = part.startsWith("{") ? part.slice(1, -1) : null, value = name && args ? args[name] : null;
  if (value === null || value === undefined) return part;
  return name === "sn" || name === "station" ? Takt.code(String(value)) : String(value);
});

// words that know what they say: another language puts itself in their place (R-SCR-090)
Takt.spoken = (key, args, cls) => ({ class: cls, "data-say": key, "data-args": args ? JSON.stringify(args) : null });
Takt.word = (key, args) => Takt.el("span", Takt.spoken(key, args), Takt.told(Takt.text(Takt.words(), key, args) || key, args));
Takt.resay = (node) => { const args = JSON.parse(node.dataset.args || "null"); node.replaceWith(node.matches(".bi") ? Takt.bi(node.dataset.say, args) : Takt.word(node.dataset.say, args)); };

// both languages of one word, the page's first
Takt.bi = (key, args) => {
  const words = Takt.words(), other = Takt.text(words.other || {}, key, args);
  const mine = Takt.lang() === "zh-CN" ? "zh-Hans" : "en", theirs = mine === "en" ? "zh-Hans" : "en";
  const box = Takt.el("span", Takt.spoken(key, args, "bi"), Takt.el("span", { lang: mine }, Takt.told(Takt.text(words, key, args) || key, args)));
  if (other) box.append(Takt.el("span", { lang: theirs }, Takt.told(other, args)));
  return box;
};

// el("p", {class: "what"}, "text", node): text is always text
Takt.el = (name, attrs, ...children) => {
  const node = document.createElement(name);
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === null || v === undefined || v === false) continue;
    if (typeof v === "function") node.addEventListener(k, v);
    else node.setAttribute(k, v === true ? "" : v);
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
};
Takt.icon = (name, cls) => {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg"), use = document.createElementNS(ns, "use");
  svg.setAttribute("class", "i" + (cls ? " " + cls : ""));
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", (document.body.dataset.icons || "/assets/icons.svg") + "#i-" + name);
  svg.append(use);
  return svg;
};
Takt.code = (text) => Takt.el("span", { class: "code" }, text);

// a key that names one attempt at a command; kept for the retry of that attempt
Takt.newKey = () => crypto.randomUUID ? crypto.randomUUID() : "k-" + Date.now().toString(36) + "-" + Math.random().toString(36).slice(2, 12);

// the time of day in the plant, wherever this terminal thinks it is (R-SCR-091)
Takt.clock = (date) => (date || new Date()).toLocaleTimeString("en-GB", { hour12: false, timeZone: document.body.dataset.zone || undefined });
Takt.typing = (node) => !!node && (node.isContentEditable || /^(input|textarea|select)$/i.test(node.tagName)) && !/^(checkbox|radio|button|submit)$/.test(node.type || "");
