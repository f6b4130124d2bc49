// The source of a form: pictures of its pages with the rows' boxes, its lines, or its cells as they were read. The view is told which row to light,
// and tells which row is pointed at.
"use strict";
class SourceView {
  constructor(source, form, others, pointed, chosen) {
    Object.assign(this, { source, form, pointed, chosen });
    this.boxes = new Map(); // row key -> elements to light
    this.placed = [...form.indicators.map((r) => [`i${r.seq}`, r, r.name]), ...form.tasks.map((r) => [`t${r.seq}`, r, r.name]),
      ...form.statements.map((r) => [`s${r.seq}`, r, r.label]), ...form.unread.map((r, i) => [`u${i}`, r, r.text])];
    const made = { pages: () => this.pages(), lines: () => this.lines(others), cells: () => this.cells(others) }[source.kind];
    this.body = el("div", { class: "sheets", tabindex: 0, role: "group", "aria-label": t("ui.source") }, made ? made() : el("p", { class: "note" }, t(`ui.source_${source.kind}`)));
    this.root = el("section", { class: "source", "aria-label": t("ui.source") }, this.bar(), this.body);
    this.zoom = 1;
  }

  bar() {
    const zoom = (step) => { this.zoom = Math.min(3, Math.max(1, this.zoom + step)); this.body.style.setProperty("--zoom", this.zoom); };
    return el("div", { class: "bar" }, el("h2", {}, t("ui.source")),
      this.source.kind === "pages" ? [
        el("button", { type: "button", "aria-label": t("ui.smaller"), title: t("ui.smaller"), onclick: () => zoom(-0.5) }, "−"),
        el("button", { type: "button", "aria-label": t("ui.larger"), title: t("ui.larger"), onclick: () => zoom(0.5) }, "+")] : "");
  }

  remember(key, element) {
    if (!this.boxes.has(key)) this.boxes.set(key, []);
    this.boxes.get(key).push(element);
    element.addEventListener("pointerenter", () => this.pointed(key, true));
    element.addEventListener("pointerleave", () => this.pointed(key, false));
    element.addEventListener("click", () => this.chosen(key));
  }

  pages() {
    const wanted = this.placed.map(([, r]) => r.page).filter(Boolean);
    const from = Math.min(this.form.page_start ?? Infinity, ...wanted), to = Math.max(this.form.page_end ?? 0, ...wanted);
    return this.source.pages.filter((p) => p.number >= from && p.number <= to).map((page) => {
      const sheet = el("div", { class: "sheet" }, el("img", { src: page.file, alt: t("ui.page", { n: page.number }), width: Math.round(page.width), height: Math.round(page.height), loading: "lazy" }));
      for (const [key, row, name] of this.placed) {
        if (row.page !== page.number || !row.bbox) continue;
        const [x0, top, x1, bottom] = row.bbox;
        const box = el("button", { type: "button", class: `box ${key[0] === "u" ? "unread" : ""}`, tabindex: -1, "data-row": key, "aria-label": `${row.seq ?? ""} ${name ?? ""}`.trim() });
        Object.assign(box.style, { left: `${(x0 / page.width) * 100}%`, top: `${(top / page.height) * 100}%`, width: `${((x1 - x0) / page.width) * 100}%`, height: `${((bottom - top) / page.height) * 100}%` });
        this.remember(key, box);
        sheet.append(box);
      }
      return el("figure", { class: "page" }, sheet, el("figcaption", {}, t("ui.page", { n: page.number })));
    });
  }

  // The lines between the rows of the forms before and after this one.
  lines(others) {
    const ends = (f) => f.indicators.flatMap((r) => (r.line_start ? [r.line_start, r.line_end] : []));
    const own = ends(this.form);
    const first = own.length ? Math.min(...own) : 1, last = own.length ? Math.max(...own) : this.source.lines.length;
    const before = Math.max(0, ...others.flatMap(ends).filter((n) => n < first)), after = Math.min(this.source.lines.length + 1, ...others.flatMap(ends).filter((n) => n > last));
    const to = Math.min(after - 1, last + 40);
    const made = new Map();
    const list = el("ol", { class: "lines" });
    for (let n = before + 1; n <= to; n++) {
      const line = el("li", { value: n }, this.source.lines[n - 1]);
      made.set(n, line);
      list.append(line);
    }
    for (const [key, row] of this.placed) for (let n = row.line_start ?? 1; n <= (row.line_end ?? 0); n++) if (made.has(n)) this.remember(key, made.get(n));
    return list;
  }

  // Tables as read; a row without a place is found by the text of its name, its cells around it with it.
  cells(others) {
    const bare = (text) => text.replace(/\s/g, "");
    const names = new Map(); // text of a name -> its rows in the document's order; those of other forms have no key
    for (const f of [this.form, ...others].sort((a, b) => a.form_index - b.form_index)) {
      for (const r of f.indicators.filter((x) => x.name_raw)) {
        const text = bare(r.name_raw);
        names.set(text, [...(names.get(text) ?? []), f === this.form ? `i${r.seq}` : null]);
      }
    }
    return this.source.blocks.map((block) => {
      if (!block.cells) return el("p", {}, block.text);
      const rows = Array.from({ length: block.rows }, () => el("tr"));
      for (const [row, , down, across, text] of block.cells) {
        const cell = el("td", { rowspan: down > 1 && down, colspan: across > 1 && across }, text);
        rows[row]?.append(cell);
        const key = names.get(bare(text))?.shift();
        if (key) this.remember(key, rows[row]);
      }
      return el("div", { class: "read" }, el("table", { class: "plain" }, el("tbody", {}, rows)));
    });
  }

  light(key, on, scroll = false) {
    for (const box of this.boxes.get(key) ?? []) {
      box.classList.toggle("lit", on);
    }
    this.mark(on ? key : null);
    const first = this.boxes.get(key)?.[0];
    if (on && scroll && first) {
      const box = first.getBoundingClientRect(), pane = this.body.getBoundingClientRect();
      if (box.top < pane.top + 10 || box.bottom > pane.bottom - 10 || box.height === 0) {
        this.body.scrollBy({ top: box.top - pane.top - pane.height / 3, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      }
    }
  }

  // In lines that hold several rows the row's own words are marked.
  mark(key) {
    if (!("highlights" in CSS)) return;
    CSS.highlights.delete("row-words");
    const row = this.placed.find(([k]) => k === key)?.[1];
    const texts = row ? [row.name_raw, row.target_raw, row.actual_raw].filter((x) => !blank(x) && x.length > 1) : [];
    if (this.source.kind !== "lines" || !texts.length) return;
    const ranges = [];
    for (const line of this.boxes.get(key) ?? []) {
      const node = line.firstChild;
      let at = 0;
      for (const text of texts) { // the tables leave out white space beside Chinese characters
        const search = new RegExp([...text.replace(/\s/g, "")].map((c) => c.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&")).join("\\s*"), "g");
        search.lastIndex = at;
        const found = node && search.exec(node.data);
        if (!found) continue;
        at = search.lastIndex;
        const range = new Range();
        range.setStart(node, found.index);
        range.setEnd(node, at);
        ranges.push(range);
      }
    }
    if (ranges.length) CSS.highlights.set("row-words", new Highlight(...ranges));
  }
}
