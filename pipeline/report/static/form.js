// One form: its source beside its rows. Pointing at either lights the other; choosing a row tells all that is known of it.
"use strict";
site.form = async (projectId, chosenRow) => {
  const documentId = /^([0-9a-f]{16})-\d+$/.exec(projectId)?.[1]; // nothing else of an address becomes the name of a script
  if (!documentId) throw new Error(projectId);
  const [{ document: doc, source, forms }, all] = await Promise.all([site.load(`document-${documentId}`), site.lists("forms")]);
  const form = forms.find((f) => f.project_id === projectId);
  if (!form) throw new Error(projectId);
  return new FormPage(doc, source, form, forms.filter((f) => f !== form), all, chosenRow);
};

class FormPage {
  constructor(doc, source, form, others, all) {
    Object.assign(this, { doc, form, all });
    this.name = form.project_name ?? t("ui.nameless");
    this.rows = new Map();
    this.selected = null;
    this.source = new SourceView(source, form, others, (key, on) => this.light(key, on, false), (key) => this.select(key));
    const at = all.project_id.indexOf(form.project_id);
    const step = (to, label, sign) => el("a", { class: "button", href: all.project_id[to] ? site.formLink(all.project_id[to]) : false, "aria-label": label, title: label }, sign);
    this.root = el("article", { class: "form-page" },
      el("div", { class: "titles" },
        el("div", {}, el("h1", {}, this.name), el("p", { class: "note" }, [form.form_title, form.fiscal_year, `${doc.source_path}${form.page_start ? ` · ${t("ui.page", { n: form.page_start })}` : ""}`].filter((x) => !blank(x)).join(" · "))),
        el("div", { class: "steps" }, step(at - 1, t("ui.form_before"), "‹"), step(at + 1, t("ui.form_after"), "›"))),
      el("div", { class: "beside" }, this.source.root, el("div", { class: "read-rows" },
        this.findings(), this.head(), this.funds(), this.indicators(), this.further(), this.series(), this.corrections())));
  }

  section(title, count, ...content) {
    return el("section", { class: "part" }, el("h2", {}, title, count === null ? "" : el("span", { class: "count" }, ` ${count}`)), content);
  }

  // ---- findings --------------------------------------------------------------------------------
  told(finding) {
    const row = finding.indicator_id ? this.form.indicators.find((r) => r.indicator_id === finding.indicator_id) : null;
    return { row, text: site.sentence({ ...finding, name: row?.name }) };
  }

  finding(f, inRow = false) {
    const { row, text } = this.told(f);
    return el("li", { class: "finding" }, severityMark(f.severity), el("div", {}, row && !inRow ? el("button", { type: "button", class: "plain link", onclick: () => this.select(`i${row.seq}`) }, text) : el("span", {}, text),
      el("span", { class: "note" }, word("rule", f.rule), site.lang === "zh" || text === f.message ? "" : ` · ${f.message}`)));
  }

  findings() {
    const order = [...this.form.findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    return order.length ? this.section(t("ui.findings"), order.length, el("ul", { class: "findings" }, order.map((f) => this.finding(f)))) : "";
  }

  // ---- head and funds --------------------------------------------------------------------------
  head() {
    const f = this.form;
    const line = (key, value) => (blank(value) ? "" : [el("dt", {}, t(`column.${key}`)), el("dd", {}, value)]);
    const plain = ["supervising_department", "implementing_unit", "project_attribute", "project_period_raw", "period_start", "period_end", "grade"].map((k) => line(k, f[k]));
    const sums = ["total_amount", "initial_budget", "annual_budget", "executed"].map((k) => line(k, money(f[k])));
    return this.section(t("ui.head"), null,
      el("dl", { class: "facts" }, line("form_type", word("form_type", f.form_type)), plain, sums,
        line("execution_rate_pct", percent(f.execution_rate_pct, 2)), line("total_score", blank(f.total_score) ? "" : `${figure(f.total_score)} / ${figure(f.total_weight)}`),
        line("amount_unit", blank(f.amount_unit) ? "" : `${f.amount_unit} (${word("unit_source", f.amount_unit_source)})`), line("confidence", sureMark(f.confidence))),
      this.flags(f.flags),
      f.goal_expected || f.goal_actual ? el("details", { class: "goals" }, el("summary", {}, t("ui.goals")), el("dl", {}, line("goal_expected", f.goal_expected), line("goal_actual", f.goal_actual))) : "",
      el("button", { type: "button", class: "plain", onclick: () => site.correct(this.doc, f, "projects", f, "", "project_name") }, t("ui.correct_head")));
  }

  funds() {
    const rows = this.form.funds;
    if (!rows.length) return "";
    const columns = ["initial_budget", "annual_budget", "executed"];
    return this.section(t("ui.funds"), rows.length, el("div", { class: "wide", tabindex: 0, role: "group", "aria-label": t("ui.funds") }, el("table", { class: "plain" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("column.label_raw")), columns.map((c) => el("th", { scope: "col", class: "number" }, t(`column.${c}`))), el("th", { scope: "col", class: "number" }, t("ui.execution_rate")), el("th", { scope: "col", class: "number" }, t("column.confidence")), el("td", {}))),
      el("tbody", {}, rows.map((r) => el("tr", {}, el("th", { scope: "row" }, r.label_raw, this.flags(r.flags)), columns.map((c) => el("td", { class: "number" }, money(r[c]))), el("td", { class: "number" }, percent(r.execution_rate_reported_pct, 2)), el("td", { class: "number" }, sureMark(r.confidence)),
        el("td", {}, el("button", { type: "button", class: "plain", "aria-label": `${t("ui.correct")} ${r.label_raw}`, title: t("ui.correct"), onclick: () => site.correct(this.doc, this.form, "funds", r, `fund ${r.line_no}`, "executed") }, "✎"))))))));
  }

  // ---- indicators ------------------------------------------------------------------------------
  flags(flags) {
    return flags.length ? el("ul", { class: "chips" }, flags.map((f) => el("li", { title: word("flag", `${f}.more`) }, word("flag", f)))) : "";
  }

  // What was read from a cell, where it says more than the cell's own text.
  read(row, side) {
    const one = (p) => {
      if (p.kind === "text") return "";
      if (p.kind === "date" || p.kind === "period") return [p.date_start, p.date_end].filter(Boolean).join(" – ");
      const sign = { "=": "", ">=": "≥", "<=": "≤", ">": ">", "<": "<", "~": "≈", range: "" }[p.comparator] ?? "";
      return `${p.label ? `${p.label} ` : ""}${sign}${figure(p.value, 4)}${blank(p.value_max) ? "" : `–${figure(p.value_max, 4)}`} ${p.unit ?? ""}`.trim();
    };
    const text = row[`${side}_parts`].map(one).filter(Boolean).join("; ");
    const bare = (x) => String(x ?? "").replace(/[\s,，]/g, "").replace(/>=/g, "≥").replace(/<=/g, "≤");
    return text && bare(text) !== bare(row[`${side}_raw`]) ? text : "";
  }

  cell(row, columns, content, more = "") {
    const doubt = row.doubts.find((d) => columns.includes(d.column));
    return el("td", { class: `${doubt ? "doubted" : ""} ${more}`.trim(), title: doubt && `${t("ui.probably_right", { p: confidence(doubt.confidence) })}${t("ui.colon")}${word("doubt", doubt.why)}` }, content,
      doubt ? el("span", { class: "hidden" }, ` (${t("ui.doubted")})`) : "");
  }

  indicators() {
    const rows = this.form.indicators;
    const level = (r) => [r.level1, r.level2].filter(Boolean);
    const body = el("tbody");
    let before = "";
    for (const r of rows) {
      const key = `i${r.seq}`, here = level(r).join(" › ");
      if (here !== before) body.append(el("tr", { class: "level" }, el("th", { colspan: 7, scope: "colgroup" }, here || t("ui.no_level"))));
      before = here;
      const about = this.form.findings.filter((f) => f.indicator_id === r.indicator_id);
      const worst = SEVERITIES.find((s) => about.some((f) => f.severity === s));
      const value = (side) => [r[`${side}_raw`] ?? "", (this.read(r, side) ? el("span", { class: "value" }, this.read(r, side)) : "")];
      const toggle = el("button", { type: "button", class: "plain link name", "aria-expanded": "false", onclick: (e) => { e.stopPropagation(); this.select(key, true); } }, r.name ?? t("ui.nameless"), r.is_core ? " ★" : "");
      const line = el("tr", { class: `indicator${r.target_met === false ? " missed" : ""}`, "data-row": key, onpointerenter: () => this.light(key, true), onpointerleave: () => this.light(key, false),
        onfocusin: () => this.light(key, true), onfocusout: () => this.light(key, false), onclick: () => { if (!getSelection().toString()) this.select(key, true); } },
        el("td", { class: "number seq" }, r.seq), this.cell(r, ["name", "name_raw", "level1", "level2", "level1_raw", "level2_raw"], toggle), this.cell(r, ["target", "target_raw"], value("target")),
        this.cell(r, ["actual", "actual_raw"], value("actual")), this.cell(r, ["weight", "score"], [figure(r.score), el("span", { class: "of" }, blank(r.weight) ? "" : `/${figure(r.weight)}`)], "number"),
        el("td", { class: "number" }, sureMark(r.confidence)), el("td", { class: "marks" }, worst ? severityMark(worst, about.length) : "", r.flags.length ? el("span", { class: "mark flag", title: r.flags.map((f) => word("flag", f)).join(t("ui.comma")) }, `⚑ ${r.flags.length}`) : ""));
      const more = el("tr", { class: "more", hidden: true }, el("td", { colspan: 7 }));
      this.rows.set(key, { line, more, row: r, about, toggle });
      body.append(line, more);
    }
    const head = ["seq", "name", "target", "actual", "score", "confidence", "marks"].map((k) => el("th", { scope: "col", class: ["score", "confidence"].includes(k) ? "number" : "" }, { seq: "#", target: t("ui.target"), actual: t("ui.actual"), score: t("ui.score_of"), marks: t("ui.marks") }[k] ?? t(`column.${k}`)));
    return this.section(t("ui.indicators"), rows.length, el("div", { class: "wide" }, el("table", { class: "indicators" }, el("thead", {}, el("tr", {}, head)), body)));
  }

  details({ row, about }) {
    const line = (key, value) => (blank(value) ? "" : [el("dt", {}, t(`column.${key}`)), el("dd", {}, value)]);
    const doubts = row.doubts.map((d) => el("li", {}, el("strong", {}, word("column", known(`column.${d.column}`) ? d.column : `${d.column}_raw`)), ` ${t("ui.probably_right", { p: confidence(d.confidence) })}${t("ui.colon")}`, word("doubt", `${d.why}.more`), " ",
      this.correctButton(row, d.column)));
    const place = row.page ? t("ui.page", { n: row.page }) : row.line_start ? t("ui.line", { n: row.line_start === row.line_end ? row.line_start : `${row.line_start}–${row.line_end}` }) : "";
    return el("div", { class: "details" },
      about.length ? el("ul", { class: "findings" }, about.map((f) => this.finding(f, true))) : "",
      doubts.length ? el("div", {}, el("h3", {}, t("column.doubts")), el("ul", { class: "doubts" }, doubts)) : "",
      row.flags.length ? el("div", {}, el("h3", {}, t("column.flags")), el("ul", { class: "doubts" }, row.flags.map((f) => el("li", {}, el("strong", {}, word("flag", f)), site.lang === "zh" ? "" : `${t("ui.colon")}${word("flag", `${f}.more`)}`)))) : "",
      el("dl", { class: "facts" }, line("name_raw", row.name_raw === row.name ? "" : row.name_raw), line("level1_raw", row.level1_raw === row.level1 ? "" : row.level1_raw), line("level2_raw", row.level2_raw === row.level2 ? "" : row.level2_raw),
        line("attainment_pct", percent(row.attainment_pct, 2)), line("target_met", blank(row.target_met) ? "" : t(row.target_met ? "ui.met" : "ui.missed")), line("deviation_reason", row.deviation_reason), line("adjusted_target_raw", row.adjusted_target_raw),
        line("review_score", figure(row.review_score)), line("remark", row.remark), line("confidence", sureMark(row.confidence)), line("extractor", [row.extractor, place].filter(Boolean).join(" · "))),
      this.correctButton(row, row.doubts[0]?.column ?? "actual", true));
  }

  // The register names the cell as printed where a value is read from it.
  correctButton(row, column, whole = false) {
    const names = site.data.correctable.indicators;
    const named = names.includes(column) ? column : names.includes(`${column}_raw`) ? `${column}_raw` : "actual_raw";
    return el("button", { type: "button", class: whole ? "correct" : "plain link correct", onclick: (e) => { e.stopPropagation(); site.correct(this.doc, this.form, "indicators", row, row.seq, named); } }, t(whole ? "ui.correct_row" : "ui.correct"));
  }

  // ---- the rest --------------------------------------------------------------------------------
  further() {
    const lit = (key) => ({ "data-row": key, onpointerenter: () => this.light(key, true), onpointerleave: () => this.light(key, false) });
    const { tasks, statements, unread } = this.form;
    return [
      tasks.length ? this.section(t("ui.tasks"), tasks.length, el("ul", { class: "texts" }, tasks.map((r) => el("li", lit(`t${r.seq}`), el("strong", {}, r.name ?? ""), " ", r.content ?? "", " ", money(r.budget))))) : "",
      statements.length ? this.section(t("ui.statements"), statements.length, el("ul", { class: "texts" }, statements.map((r) => el("li", lit(`s${r.seq}`), el("strong", {}, r.label), " ", r.text ?? "", " ", r.problem ?? "")))) : "",
      unread.length ? this.section(t("ui.unread"), unread.length, el("ul", { class: "texts" }, unread.map((r, i) => el("li", lit(`u${i}`), r.label ? el("strong", {}, `${r.label}${t("ui.colon")}`) : "", r.text, el("span", { class: "note" }, ` ${word("unread", r.why)}`))))) : "",
    ];
  }

  // The forms of the same project side by side, and their indicators by name.
  series() {
    const { all, form } = this;
    const mine = all.project_id.map((_, i) => i).filter((i) => form.series_id && all.series_id[i] === form.series_id).sort((a, b) => all.fiscal_year[a] - all.fiscal_year[b] || a - b);
    if (mine.length < 2) return "";
    const line = (label, value, number = true) => el("tr", {}, el("th", { scope: "row" }, label), mine.map((i) => el("td", { class: number ? "number" : "" }, value(i))));
    const body = el("tbody", {}, line(t("column.form_type"), (i) => word("form_type", all.form_type[i]), false), line(t("column.annual_budget"), (i) => money(all.annual_budget[i])), line(t("column.executed"), (i) => money(all.executed[i])),
      line(t("ui.execution_rate"), (i) => percent(all.execution_rate_pct[i])), line(t("column.total_score"), (i) => figure(all.total_score[i])));
    const head = mine.map((i) => el("th", { scope: "col" }, all.project_id[i] === form.project_id ? `${all.fiscal_year[i] ?? "?"} (${t("ui.this_form")})` : el("a", { href: site.formLink(all.project_id[i]) }, all.fiscal_year[i] ?? "?")));
    const button = el("button", { type: "button", onclick: async () => {
      button.disabled = true;
      const loaded = await Promise.all(mine.map(async (i) => (await site.load(`document-${all.document_id[i]}`)).forms.find((f) => f.project_id === all.project_id[i])));
      const names = new Map();
      loaded.forEach((f, at) => f.indicators.filter((r) => r.name && !r.is_placeholder).forEach((r) => { if (!names.has(r.name)) names.set(r.name, loaded.map(() => null)); names.get(r.name)[at] ??= r; }));
      for (const [name, found] of names) body.append(el("tr", {}, el("th", { scope: "row" }, name), found.map((r) => el("td", { class: r?.target_met === false ? "missed" : "" }, r ? [r.target_raw ?? "", blank(r.actual_raw) ? "" : ` → ${r.actual_raw}`, blank(r.score) ? "" : el("span", { class: "value" }, `${figure(r.score)}/${figure(r.weight)}`)] : "–"))));
      button.remove();
    } }, t("ui.show_indicators_of_series"));
    return this.section(t("ui.series"), mine.length, el("div", { class: "wide", tabindex: 0, role: "group", "aria-label": t("ui.series") }, el("table", { class: "plain series" }, el("thead", {}, el("tr", {}, el("td", {}), head)), body)), button);
  }

  corrections() {
    const rows = this.form.corrections;
    return rows.length ? this.section(t("ui.corrections"), rows.length, el("ul", { class: "texts" }, rows.map((r) => el("li", {}, el("strong", {}, `${r.row ?? ""} ${word("column", r.column)}`), ` ${r.old ?? "–"} → ${r.new ?? "–"} · ${word("correction", r.status)} · ${r.who}: ${r.why}`)))) : "";
  }

  // ---- light -----------------------------------------------------------------------------------
  light(key, on, scroll = on) {
    if (!on && key === this.selected) return;
    if (on && this.lit && this.lit !== key && this.lit !== this.selected) this.light(this.lit, false);
    this.lit = on ? key : null;
    for (const line of this.root.querySelectorAll(`.read-rows [data-row="${CSS.escape(key)}"]`)) line.classList.toggle("lit", on);
    this.source.light(key, on, scroll);
    if (!on && this.selected) this.source.mark(this.selected);
  }

  select(key, toggle = false) {
    const chosen = this.rows.get(key);
    const last = this.rows.get(this.selected);
    const close = toggle && this.selected === key;
    if (last) {
      const was = this.selected;
      this.selected = null;
      last.more.hidden = true;
      last.toggle.setAttribute("aria-expanded", "false");
      last.line.classList.remove("selected");
      this.light(was, false);
    }
    history.replaceState(null, "", site.formLink(this.form.project_id, close || !chosen ? null : chosen.row.seq));
    if (close || !chosen) return;
    this.selected = key;
    chosen.more.firstChild.replaceChildren(this.details(chosen));
    chosen.more.hidden = false;
    chosen.toggle.setAttribute("aria-expanded", "true");
    chosen.line.classList.add("selected");
    this.light(key, true, true);
    if (!toggle) chosen.line.scrollIntoView({ block: "nearest" });
  }

  goTo(seq) {
    if (seq && this.rows.has(`i${seq}`) && this.selected !== `i${seq}`) this.select(`i${seq}`);
  }
}
