// What all pages share: packed data, words, the address, and elements made without markup.
"use strict";
const site = { waiting: new Map(), ready: new Map(), data: null, lang: "zh" };

// ---- data: scripts that call site.take(name, packed) --------------------------------------------
site.take = (name, packed) => site.waiting.get(name)?.(packed);

async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

site.load = (name) => {
  if (!site.ready.has(name)) {
    site.ready.set(name, new Promise((done, failed) => {
      const tag = document.createElement("script");
      site.waiting.set(name, (packed) => unpack(packed).then(done, failed));
      tag.onerror = () => failed(new Error(name));
      tag.onload = () => tag.remove();
      tag.src = `data/${name}.js`;
      document.head.append(tag);
    }));
  }
  return site.ready.get(name);
};

// A list as an object of columns, each all its rows long.
site.list = async (name) => {
  const pieces = await Promise.all(site.data.chunks[name].map(site.load));
  const columns = {};
  for (const key of Object.keys(pieces[0] ?? {})) columns[key] = pieces.flatMap((p) => p[key]);
  return columns;
};
site.lists = (() => {
  const kept = new Map();
  return (name) => kept.get(name) ?? kept.set(name, site.list(name)).get(name);
})();

// ---- words -------------------------------------------------------------------------------------
const known = (key) => Object.hasOwn(site.data.words[site.lang], key);
const t = (key, values = {}) => {
  const text = known(key) ? site.data.words[site.lang][key] : key;
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
};
const word = (kind, value) => (known(`${kind}.${value}`) ? t(`${kind}.${value}`) : String(value));

// The sentence of a finding: told anew from its rule and figures where there is a sentence for it.
site.sentence = (finding) => {
  const key = `sentence.${finding.rule}`;
  if (site.lang === "zh" || !known(key)) return finding.message;
  const values = { name: finding.name ?? t("ui.the_form"), expected: finding.expected, observed: finding.observed };
  const told = t(key, Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null && v !== undefined)));
  return /\{\w+\}/.test(told) ? finding.message : told;
};

// ---- figures -----------------------------------------------------------------------------------
const blank = (v) => v === null || v === undefined || v === "";
const figure = (v, digits = 2) =>
  blank(v) ? "" : Number(v).toLocaleString(site.lang === "zh" ? "zh-CN" : "en", { maximumFractionDigits: digits });
const money = (v) => {
  if (blank(v)) return "";
  const n = Number(v);
  return site.lang === "zh" && Math.abs(n) >= 10000 ? `${figure(n / 10000, 2)} ${t("ui.ten_thousand_yuan")}` : `${figure(n)} ${t("ui.yuan")}`;
};
const percent = (v, digits = 1) => (blank(v) ? "" : `${figure(v, digits)}%`);
const SURE = 0.95;
const confidence = (v) => (blank(v) ? "" : `${figure(Math.floor(v * 1000) / 10, 1)}%`);

// ---- elements: text is only ever text ----------------------------------------------------------
function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(3).filter((c) => !blank(c) && c !== false).map((c) => (c instanceof Node ? c : String(c))));
  return made;
}
const say = (text) => { document.getElementById("said").textContent = text; };

// A stable class of a closed set only; anything else from a document gives none.
const SEVERITIES = ["error", "warning", "info"];
const severityMark = (severity, count = null) =>
  el("span", { class: `mark ${SEVERITIES.includes(severity) ? severity : ""}` }, word("severity", severity), count === null ? "" : ` ${count}`);
const sureMark = (value) =>
  el("span", { class: `sure ${value >= SURE ? "high" : value >= 0.8 ? "middle" : "low"}`, title: t(value >= SURE ? "ui.sure" : "ui.not_sure") }, confidence(value));

// ---- the address: #/page/part?key=value --------------------------------------------------------
site.address = () => {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").map(decodeURIComponent), query: new URLSearchParams(query ?? "") };
};
site.link = (path, query = {}) => {
  const kept = new URLSearchParams(Object.entries(query).filter(([, v]) => !blank(v)));
  if (site.lang !== site.data.language) kept.set("lang", site.lang);
  const text = kept.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
};
site.formLink = (projectId, row = null) => site.link(["form", projectId], { row });
