// A list of any length: only the rows in sight are in the page. Search, filters, order and the current row are in the address.
"use strict";
const ROOM = 12; // rows made above and below those in sight

const collator = new Intl.Collator("zh-CN", { numeric: true });

// The place of each row's value in the order of all values: texts are compared once each, not once a comparison.
function ranks(values) {
  if (values.every((v) => blank(v) || typeof v === "number" || typeof v === "boolean")) return values;
  const order = new Map([...new Set(values.filter((v) => !blank(v)))].sort(collator.compare).map((v, i) => [v, i]));
  return values.map((v) => (blank(v) ? null : order.get(v)));
}

// columns: {key, label, values, cell(row), width, number, search, filter, className}; searched: row -> text
class VirtualList {
  constructor({ path, columns, length, searched, filters, open, name, sort = "", small }) {
    Object.assign(this, { path, columns, length, searched, filters, open, name, small });
    const { query } = site.address();
    this.query = query.get("q") ?? "";
    this.sort = query.get("sort") ?? sort;
    this.chosen = new Map(filters.map((f) => [f.key, query.get(f.key) ?? ""]));
    this.current = 0;
    this.haystack = null;
    this.root = el("section", { class: "list" }, this.controls(), this.grid());
    this.height = matchMedia("(max-width: 700px)").matches ? 76 : 34;
    this.scroller.style.setProperty("--row", `${this.height}px`);
    this.apply();
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.scroller);
  }

  controls() {
    const search = el("input", { type: "search", value: this.query, placeholder: t("ui.search"), "aria-label": t("ui.search") });
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { this.query = search.value; this.changed(); }, 120);
    });
    this.count = el("span", { class: "count" });
    const selects = this.filters.map((f) => {
      const options = f.options.map(([value, label]) => el("option", { value, selected: this.chosen.get(f.key) === value }, label));
      const select = el("select", { "aria-label": f.label, onchange: () => { this.chosen.set(f.key, select.value); this.changed(); } },
        el("option", { value: "" }, `${f.label}${t("ui.colon")}${t("ui.all")}`), options);
      return select;
    });
    const clear = el("button", { type: "button", class: "plain", onclick: () => {
      search.value = this.query = "";
      for (const f of this.filters) this.chosen.set(f.key, "");
      for (const s of selects) s.value = "";
      this.changed();
    } }, t("ui.clear"));
    return el("div", { class: "controls", role: "search" }, search, selects, clear, this.count);
  }

  grid() {
    this.template = this.columns.map((c) => c.width).join(" ");
    this.head = el("div", { role: "row", class: "row head", "aria-rowindex": 1 }, this.columns.map((c) =>
      el("div", { role: "columnheader", class: c.number ? "number" : "", "data-key": c.key },
        el("button", { type: "button", onclick: () => this.order(c.key) }, c.label))));
    this.body = el("div", { role: "rowgroup", class: "rows" });
    this.scroller = el("div", { class: "scroller", tabindex: 0, role: "group", "aria-label": this.name, onscroll: () => this.draw(), onkeydown: (e) => this.key(e) },
      el("div", { role: "table", "aria-label": this.name, class: "table" }, el("div", { role: "rowgroup", class: "heads" }, this.head), this.body));
    this.table = this.scroller.firstChild;
    this.table.style.setProperty("--columns", this.template);
    return this.scroller;
  }

  order(key) {
    this.sort = this.sort === key ? `-${key}` : this.sort === `-${key}` ? "" : key;
    this.changed();
  }

  changed() {
    const query = { q: this.query, sort: this.sort, ...Object.fromEntries(this.chosen) };
    history.replaceState(null, "", site.link(this.path, query));
    this.current = 0;
    this.scroller.scrollTop = 0;
    this.apply();
  }

  apply() {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !this.haystack) this.haystack = Array.from({ length: this.length }, (_, i) => this.searched(i).toLowerCase());
    const tests = this.filters.filter((f) => this.chosen.get(f.key)).map((f) => f.test(this.chosen.get(f.key)));
    const rows = [];
    for (let i = 0; i < this.length; i++) {
      if (words.every((w) => this.haystack[i].includes(w)) && tests.every((test) => test(i))) rows.push(i);
    }
    const key = this.sort.replace(/^-/, "");
    const column = this.columns.find((c) => c.key === key);
    if (column) {
      column.ranks ??= ranks(column.values);
      const down = this.sort.startsWith("-") ? -1 : 1;
      const value = column.ranks;
      rows.sort((a, b) => (blank(value[a]) - blank(value[b])) || (blank(value[a]) ? 0 : down * (value[a] - value[b])) || a - b);
    }
    for (const h of this.head.children) {
      const mine = h.dataset.key === key;
      h.setAttribute("aria-sort", !mine || !column ? "none" : this.sort.startsWith("-") ? "descending" : "ascending");
    }
    this.rows = rows;
    this.count.textContent = t("ui.count", { shown: figure(rows.length), all: figure(this.length) });
    say(this.count.textContent);
    this.table.setAttribute("aria-rowcount", rows.length + 1);
    this.first = this.last = -1;
    this.draw();
  }

  draw(all = false) {
    const seen = Math.ceil((this.scroller.clientHeight || 600) / this.height);
    const from = all ? 0 : Math.max(0, Math.floor(this.scroller.scrollTop / this.height) - ROOM);
    const to = all ? Math.min(this.rows.length, 2000) : Math.min(this.rows.length, from + seen + 2 * ROOM);
    if (from === this.first && to === this.last) return;
    const held = this.body.contains(document.activeElement);
    this.first = from;
    this.last = to;
    this.body.style.paddingTop = `${from * this.height}px`;
    this.body.style.paddingBottom = `${(this.rows.length - to) * this.height}px`;
    this.body.replaceChildren(...(this.rows.length
      ? this.rows.slice(from, to).map((row, i) => this.row(row, from + i))
      : [el("div", { role: "row", class: "none" }, el("div", { role: "cell" }, t("ui.nothing_found")))]));
    if (held) this.scroller.focus({ preventScroll: true });
  }

  row(row, at) {
    return el("div", { role: "row", class: `row${at === this.current ? " current" : ""}`, "aria-rowindex": at + 2, "data-at": at,
      onclick: (e) => { if (!e.target.closest("a") && !getSelection().toString()) location.hash = this.open(row); } },
    this.columns.map((c) => el("div", { role: "cell", class: `${c.number ? "number " : ""}${c.className ?? ""}`, title: c.title?.(row) }, c.cell(row))));
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.height) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (event.target.closest("button")) return;
    if (event.key === "Enter" && event.target === this.scroller && this.rows.length) location.hash = this.open(this.rows[this.current]);
    if (step === undefined) return;
    event.preventDefault();
    this.current = Math.min(Math.max(0, this.current + step), Math.max(0, this.rows.length - 1));
    const top = this.current * this.height;
    const view = this.scroller;
    const head = this.head.offsetHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (top + this.height > view.scrollTop + view.clientHeight - head) view.scrollTop = top + this.height - view.clientHeight + head;
    this.first = -1;
    this.draw();
    say(this.body.querySelector(".current")?.textContent ?? "");
  }
}

// The values of a column that one may filter by, the commonest first, with how often each stands.
function facet(key, label, values, told = (v) => v) {
  const count = new Map();
  for (const v of values) if (!blank(v)) count.set(v, (count.get(v) ?? 0) + 1);
  const options = [...count].sort((a, b) => b[1] - a[1]).slice(0, 300).map(([v, n]) => [String(v), `${told(v)} (${n})`]);
  return { key, label, options, test: (chosen) => (i) => String(values[i]) === chosen };
}
