// The four lists: forms, indicators, findings, documents.
"use strict";
const many = (values, chosen) => values.some((v) => v === chosen);

function listFacet(key, label, values, told) {
  const flat = facet(key, label, values.flat(), told);
  return { ...flat, test: (chosen) => (i) => many(values[i], chosen) };
}
function yesNo(key, label, test, yes, no) {
  return { key, label, options: [["yes", yes], ["no", no]], test: (chosen) => (i) => test(i) === (chosen === "yes") };
}
const col = (key, width, values, cell, more = {}) => ({ key, label: more.label ?? t(`column.${key}`), width, values, cell, ...more });

site.pages = {
  async forms() {
    const [forms, docs] = await Promise.all([site.lists("forms"), site.lists("documents")]);
    const at = (values) => forms.document.map((d) => values[d]);
    const region = at(docs.region), path = at(docs.source_path);
    const n = forms.project_id.length;
    const marks = (i) => SEVERITIES.map((s) => (forms[`n_${s}`][i] ? severityMark(s, forms[`n_${s}`][i]) : ""));
    const worst = Array.from({ length: n }, (_, i) => forms.n_error[i] * 1e6 + forms.n_warning[i] * 1e3 + forms.n_info[i]);
    const share = Array.from({ length: n }, (_, i) => (forms.n_indicators[i] ? forms.n_sure[i] / forms.n_indicators[i] : null));
    return new VirtualList({
      path: ["forms"], name: t("ui.forms"), length: n, open: (i) => site.formLink(forms.project_id[i]),
      searched: (i) => [forms.project_name[i], forms.supervising_department[i], forms.implementing_unit[i], path[i], region[i]].join(" "),
      columns: [
        col("project_name", "minmax(14rem,3fr)", forms.project_name, (i) => el("a", { href: site.formLink(forms.project_id[i]) }, forms.project_name[i] ?? t("ui.nameless")), { className: "main" }),
        col("fiscal_year", "4.5rem", forms.fiscal_year, (i) => forms.fiscal_year[i]),
        col("supervising_department", "minmax(9rem,2fr)", forms.supervising_department, (i) => forms.supervising_department[i] ?? ""),
        col("form_type", "minmax(7rem,1fr)", forms.form_type, (i) => word("form_type", forms.form_type[i])),
        col("annual_budget", "8.5rem", forms.annual_budget, (i) => money(forms.annual_budget[i]), { number: true }),
        col("execution_rate_pct", "6rem", forms.execution_rate_pct, (i) => percent(forms.execution_rate_pct[i]), { number: true, label: t("ui.execution_rate") }),
        col("total_score", "5rem", forms.total_score, (i) => figure(forms.total_score[i]), { number: true }),
        col("sure_rows", "7rem", share, (i) => `${forms.n_sure[i]} / ${forms.n_indicators[i]}`, { number: true, label: t("ui.sure_rows") }),
        col("findings", "12rem", worst, marks, { label: t("ui.findings"), className: "marks" }),
      ],
      filters: [
        facet("year", t("column.fiscal_year"), forms.fiscal_year),
        facet("type", t("column.form_type"), forms.form_type, (v) => word("form_type", v)),
        facet("department", t("column.supervising_department"), forms.supervising_department),
        facet("region", t("column.region"), region),
        { key: "severity", label: t("column.severity"), options: SEVERITIES.map((s) => [s, word("severity", s)]), test: (s) => (i) => forms[`n_${s}`][i] > 0 },
        { key: "rate", label: t("ui.execution_rate"), options: bands(RATES).map(([k, label]) => [k, label]), test: (k) => (i) => inBand(RATES, k, forms.execution_rate_pct[i]) },
      ],
    });
  },

  async indicators() {
    const [rows, forms, docs] = await Promise.all([site.lists("indicators"), site.lists("forms"), site.lists("documents")]);
    const n = rows.seq.length;
    const ofForm = (values) => rows.form.map((f) => values[f]);
    const project = ofForm(forms.project_name), year = ofForm(forms.fiscal_year), department = ofForm(forms.supervising_department);
    const type = ofForm(forms.form_type), ofDocument = (values) => rows.form.map((f) => values[forms.document[f]]), region = ofDocument(docs.region), media = ofDocument(docs.media_type);
    const link = (i) => site.formLink(forms.project_id[rows.form[i]], rows.seq[i]);
    return new VirtualList({
      path: ["indicators"], name: t("ui.indicators"), length: n, open: link,
      searched: (i) => [rows.name[i], rows.target_raw[i], rows.actual_raw[i], rows.level2[i], project[i], department[i]].join(" "),
      columns: [
        col("name", "minmax(13rem,3fr)", rows.name, (i) => el("a", { href: link(i) }, rows.name[i] ?? t("ui.nameless"), rows.is_core[i] ? " ★" : ""), { className: "main", title: (i) => rows.name[i] }),
        col("level2", "minmax(7rem,1fr)", rows.level2, (i) => rows.level2[i] ?? rows.level1[i] ?? ""),
        col("target_raw", "minmax(7rem,1.4fr)", rows.target_raw, (i) => rows.target_raw[i] ?? "", { label: t("ui.target"), title: (i) => rows.target_raw[i] }),
        col("actual_raw", "minmax(7rem,1.4fr)", rows.actual_raw, (i) => rows.actual_raw[i] ?? "", { label: t("ui.actual"), title: (i) => rows.actual_raw[i] }),
        col("attainment_pct", "6rem", rows.attainment_pct, (i) => percent(rows.attainment_pct[i]), { number: true }),
        col("weight", "4.5rem", rows.weight, (i) => figure(rows.weight[i]), { number: true }),
        col("score", "4.5rem", rows.score, (i) => figure(rows.score[i]), { number: true }),
        col("confidence", "6rem", rows.confidence, (i) => sureMark(rows.confidence[i]), { number: true }),
        col("n_findings", "4.5rem", rows.n_findings, (i) => rows.n_findings[i] || "", { number: true, label: t("ui.findings") }),
        col("project", "minmax(10rem,2fr)", project, (i) => project[i] ?? "", { label: t("column.project_name"), className: "second", title: (i) => project[i] }),
        col("year", "4.5rem", year, (i) => year[i] ?? "", { label: t("column.fiscal_year") }),
      ],
      filters: [
        yesNo("sure", t("column.confidence"), (i) => rows.confidence[i] >= SURE, t("ui.sure"), t("ui.not_sure")),
        yesNo("met", t("column.target_met"), (i) => rows.target_met[i], t("ui.met"), t("ui.missed")),
        facet("level", t("column.level1"), rows.level1),
        facet("year", t("column.fiscal_year"), year),
        facet("department", t("column.supervising_department"), department),
        facet("region", t("column.region"), region),
        facet("type", t("column.form_type"), type, (v) => word("form_type", v)),
        facet("media", t("column.media_type"), media, (v) => word("media", v)),
        listFacet("flag", t("column.flags"), rows.flags, (v) => word("flag", v)),
        listFacet("doubt", t("column.doubts"), rows.doubts, (v) => word("column", v)),
        { key: "attainment", label: t("column.attainment_pct"), options: bands(ATTAINMENTS), test: (k) => (i) => inBand(ATTAINMENTS, k, rows.attainment_pct[i]) },
      ],
    });
  },

  async findings() {
    const [rows, forms, docs] = await Promise.all([site.lists("findings"), site.lists("forms"), site.lists("documents")]);
    const n = rows.rule.length;
    const ofForm = (values) => rows.form.map((f) => (f < 0 ? null : values[f]));
    const project = ofForm(forms.project_name), year = ofForm(forms.fiscal_year), department = ofForm(forms.supervising_department);
    const region = rows.document.map((d) => (d < 0 ? null : docs.region[d]));
    const one = (i) => Object.fromEntries(["rule", "message", "name", "expected", "observed"].map((k) => [k, rows[k][i]]));
    const told = Array.from({ length: n }, (_, i) => site.sentence(one(i)));
    const link = (i) => (rows.form[i] < 0 ? site.link(["documents"]) : site.formLink(forms.project_id[rows.form[i]], rows.seq[i]));
    const rank = rows.severity.map((s) => SEVERITIES.indexOf(s));
    return new VirtualList({
      path: ["findings"], name: t("ui.findings"), length: n, open: link,
      searched: (i) => [told[i], rows.message[i], project[i], department[i]].join(" "),
      columns: [
        col("severity", "6rem", rank, (i) => severityMark(rows.severity[i]), { className: "marks" }),
        col("message", "minmax(18rem,4fr)", told, (i) => el("a", { href: link(i) }, told[i]), { className: "main", title: (i) => told[i] }),
        col("rule", "minmax(10rem,2fr)", rows.rule.map((r) => word("rule", r)), (i) => word("rule", rows.rule[i]), { title: (i) => rows.rule[i] }),
        col("project", "minmax(10rem,2fr)", project, (i) => project[i] ?? "", { label: t("column.project_name"), className: "second", title: (i) => project[i] }),
        col("department", "minmax(8rem,1.5fr)", department, (i) => department[i] ?? "", { label: t("column.supervising_department") }),
        col("year", "4.5rem", year, (i) => year[i] ?? "", { label: t("column.fiscal_year") }),
      ],
      filters: [
        facet("severity", t("column.severity"), rows.severity, (v) => word("severity", v)),
        facet("rule", t("column.rule"), rows.rule, (v) => word("rule", v)),
        facet("year", t("column.fiscal_year"), year),
        facet("department", t("column.supervising_department"), department),
        facet("region", t("column.region"), region),
      ],
    });
  },

  async documents() {
    const [docs, forms] = await Promise.all([site.lists("documents"), site.lists("forms")]);
    const n = docs.document_id.length;
    const first = new Map();
    forms.document.forEach((d, i) => { const id = docs.document_id[d]; if (!first.has(id)) first.set(id, forms.project_id[i]); });
    const link = (i) => (first.has(docs.document_id[i]) ? site.formLink(first.get(docs.document_id[i])) : site.link(["documents"]));
    return new VirtualList({
      path: ["documents"], name: t("ui.documents"), length: n, open: link,
      searched: (i) => [docs.source_path[i], docs.title[i], docs.publisher[i], docs.region[i], docs.error[i]].join(" "),
      columns: [
        col("source_path", "minmax(14rem,3fr)", docs.source_path, (i) => el(first.has(docs.document_id[i]) ? "a" : "span", first.has(docs.document_id[i]) ? { href: link(i) } : {}, docs.source_path[i]), { className: "main", title: (i) => docs.source_path[i] }),
        col("status", "6rem", docs.status, (i) => el("span", { class: `mark ${{ failed: "error", partial: "warning" }[docs.status[i]] ?? "good"}` }, word("status", docs.status[i]))),
        col("title", "minmax(10rem,2fr)", docs.title, (i) => docs.title[i] ?? "", { title: (i) => docs.title[i] }),
        col("publisher", "minmax(8rem,1.5fr)", docs.publisher, (i) => docs.publisher[i] ?? ""),
        col("region", "minmax(8rem,1.5fr)", docs.region, (i) => docs.region[i] ?? ""),
        col("n_projects", "5rem", docs.n_projects, (i) => docs.n_projects[i], { number: true }),
        col("n_indicators", "5rem", docs.n_indicators, (i) => docs.n_indicators[i], { number: true }),
        col("n_findings", "5.5rem", docs.n_findings, (i) => docs.n_findings[i], { number: true }),
        col("error", "minmax(10rem,2fr)", docs.error, (i) => docs.error[i] ?? "", { className: "second", title: (i) => docs.error[i] }),
      ],
      filters: [
        facet("status", t("column.status"), docs.status, (v) => word("status", v)),
        facet("media", t("column.media_type"), docs.media_type, (v) => word("media", v)),
        facet("region", t("column.region"), docs.region),
        facet("year", t("column.fiscal_year"), docs.fiscal_year),
      ],
    });
  },
};

// Bands of a figure, for charts and the filters that they lead to: [from, below].
const RATES = [[0, 50], [50, 80], [80, 90], [90, 95], [95, 100], [100, 100.005], [100.005, Infinity]];
const ATTAINMENTS = [[0, 60], [60, 90], [90, 100], [100, 100.005], [100.005, 120], [120, 150], [150, Infinity]];
const bandLabel = ([from, below]) =>
  below === Infinity ? `>${Math.floor(from)}%` : below - from < 1 ? `${from}%` : `${Math.floor(from)}–${below}%`;
const bands = (all) => all.map((b) => [String(b[0]), bandLabel(b)]);
const inBand = (all, key, v) => { const b = all.find(([from]) => String(from) === key); return !!b && !blank(v) && v >= b[0] && v < b[1]; };
