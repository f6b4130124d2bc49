// Start, navigation, language.
"use strict";
const PAGES = ["overview", "forms", "indicators", "findings", "documents"];
let drawn = 0, shownPath = null, open = null;

function header(page) {
  const other = site.lang === "zh" ? "en" : "zh";
  const change = el("button", { type: "button", class: "plain", lang: other === "zh" ? "zh-CN" : "en", onclick: () => speak(other) }, other === "zh" ? "中文" : "English");
  document.getElementById("top").replaceChildren(
    el("span", { class: "brand" }, t("ui.title")),
    el("nav", { "aria-label": t("ui.pages") }, PAGES.map((p) => el("a", { href: site.link([p]), "aria-current": p === page ? "page" : false }, t(`ui.${p}`)))), change);
  document.getElementById("skip").textContent = t("ui.skip");
}

function speak(lang) {
  const { path, query } = site.address();
  site.lang = lang;
  query.delete("lang");
  history.replaceState(null, "", site.link(path, Object.fromEntries(query)));
  shownPath = null;
  show();
}

async function show() {
  const { path, query } = site.address();
  const wanted = query.get("lang");
  site.lang = wanted && Object.hasOwn(site.data.words, wanted) ? wanted : site.data.language;
  document.documentElement.lang = site.lang === "zh" ? "zh-CN" : "en";
  const page = path[0] || "overview";
  if (page === "form" && shownPath === `form/${path[1]}/${site.lang}` && open) return open.goTo(query.get("row"));
  const mine = ++drawn;
  header(page);
  const main = document.getElementById("main");
  main.setAttribute("aria-busy", "true");
  for (const c of charts.splice(0)) c.destroy();
  let made;
  try {
    made = page === "form" ? await site.form(path[1], query.get("row")) : await site.pages[PAGES.includes(page) ? page : "overview"]();
  } catch (problem) {
    made = el("p", { class: "note" }, t("ui.not_loaded", { what: problem.message }));
  }
  if (mine !== drawn) return;
  open = made;
  shownPath = `${page}/${path[1]}/${site.lang}`;
  const heading = made instanceof VirtualList ? el("h1", { class: "hidden" }, made.name) : "";
  main.className = `page-${page}`;
  main.replaceChildren(heading, made.root ?? made);
  main.removeAttribute("aria-busy");
  document.title = `${made.name ?? t(`ui.${page}`)} · ${t("ui.title")}`;
  if (made instanceof VirtualList) { made.first = -1; made.draw(); }
  made.goTo?.(query.get("row"));
  if (mine > 1 && document.activeElement === document.body) main.focus({ preventScroll: true });
  main.dataset.shown = shownPath;
}

addEventListener("hashchange", show);
addEventListener("beforeprint", () => open instanceof VirtualList && open.draw(true));
addEventListener("afterprint", () => open instanceof VirtualList && open.draw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { shownPath = null; show(); });
matchMedia("(max-width: 700px)").addEventListener("change", () => { if (open instanceof VirtualList) { shownPath = null; show(); } });
site.load("site").then((data) => { site.data = data; site.lang = data.language; return show(); });
