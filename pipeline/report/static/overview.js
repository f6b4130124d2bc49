// The first page: what the tables hold at a glance. Every bar leads to its rows; the figures stand below each chart for those who do not see it.
"use strict";
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = [];

const total = (values) => values.reduce((a, b) => a + b, 0);
function counted(values, most = 12) {
  const count = new Map();
  for (const v of values) if (!blank(v)) count.set(v, (count.get(v) ?? 0) + 1);
  return [...count].sort((a, b) => b[1] - a[1]).slice(0, most);
}

// bars: [label, value, link, colour name]; `lying` bars have room for long names
function chart(title, bars, { lying = true, note = "", told = figure } = {}) {
  const canvas = el("canvas", { role: "img", "aria-label": `${title}: ${bars.map(([l, v]) => `${l} ${told(v)}`).join(", ")}` });
  const wrap = el("div", { class: "canvas" }, canvas);
  wrap.style.height = lying ? `${Math.max(3, bars.length) * 26 + 30}px` : "210px";
  const figureElement = el("figure", { class: "chart" }, el("figcaption", {}, el("h2", {}, title), note ? el("p", { class: "note" }, note) : ""), bars.length ? wrap : el("p", { class: "note" }, t("ui.nothing_found")),
    el("details", {}, el("summary", {}, t("ui.figures")), el("table", { class: "plain" }, el("tbody", {}, bars.map(([label, value, link]) =>
      el("tr", {}, el("th", { scope: "row" }, link ? el("a", { href: link }, label) : label), el("td", { class: "number" }, told(value))))))));
  if (!bars.length) return figureElement;
  requestAnimationFrame(() => {
    if (!canvas.isConnected) return;
    const ink = css("--soft"), rule = css("--line");
    charts.push(new Chart(canvas, {
      type: "bar",
      data: { labels: bars.map(([l]) => String(l)), datasets: [{ data: bars.map(([, v]) => v), backgroundColor: bars.map(([, , , c]) => css(c ?? "--accent")), maxBarThickness: 22, borderRadius: 2 }] },
      options: {
        indexAxis: lying ? "y" : "x", responsive: true, maintainAspectRatio: false, animation: false,
        plugins: { legend: { display: false }, tooltip: { displayColors: false } },
        onClick: (_, hit) => { const link = hit[0] && bars[hit[0].index][2]; if (link) location.hash = link; },
        onHover: (e, hit) => { e.native.target.style.cursor = hit[0] && bars[hit[0].index][2] ? "pointer" : ""; },
        scales: {
          [lying ? "x" : "y"]: { ticks: { color: ink, precision: 0, maxTicksLimit: 6 }, grid: { color: rule }, border: { display: false } },
          [lying ? "y" : "x"]: { ticks: { color: ink, autoSkip: false, maxRotation: lying ? 0 : 40, callback(v) { const l = this.getLabelForValue(v); const room = this.chart.width < 420 ? 9 : 15; return lying && l.length > room ? `${l.slice(0, room - 1)}…` : l; } }, grid: { display: false }, border: { color: rule } },
        },
      },
    }));
  });
  return figureElement;
}

function tile(label, value, link, more = "") {
  return el(link ? "a" : "div", { class: "tile", href: link }, el("span", { class: "label" }, label), el("strong", {}, value), more ? el("span", { class: "more" }, more) : "");
}

site.pages.overview = async () => {
  const [forms, rows, findings, docs] = await Promise.all(["forms", "indicators", "findings", "documents"].map(site.lists));
  const n = rows.seq.length;
  const sure = rows.confidence.filter((c) => c >= SURE).length;
  const severities = Object.fromEntries(SEVERITIES.map((s) => [s, findings.severity.filter((x) => x === s).length]));
  const notWhole = docs.status.filter((s) => s === "failed" || s === "partial").length;
  const budget = total(forms.annual_budget.map((v) => v ?? 0));
  const both = forms.executed.map((e, i) => (blank(e) || blank(forms.annual_budget[i]) ? null : [e, forms.annual_budget[i]])).filter(Boolean);
  const planned = total(both.map(([, b]) => b));
  const inBands = (all, values) => all.map((b) => values.filter((v) => !blank(v) && v >= b[0] && v < b[1]).length);
  const rateCounts = inBands(RATES, forms.execution_rate_pct), doneCounts = inBands(ATTAINMENTS, rows.attainment_pct);
  const to = (page, query) => site.link([page], query);
  const region = forms.document.map((d) => docs.region[d]);
  const colourOf = (() => {
    const worst = new Map();
    findings.rule.forEach((r, i) => worst.set(r, Math.min(worst.get(r) ?? 9, SEVERITIES.indexOf(findings.severity[i]))));
    return (rule) => ["--error", "--warning", "--info"][worst.get(rule)];
  })();
  const byYear = (values) => counted(values, 40).sort((a, b) => a[0] - b[0]);
  const media = rows.form.map((f) => docs.media_type[forms.document[f]]);
  const sureOf = new Map(counted(media.filter((_, i) => rows.confidence[i] >= SURE), 40));
  return el("div", { class: "overview" },
    el("h1", {}, t("ui.overview")),
    el("div", { class: "tiles" },
      tile(t("ui.documents"), figure(docs.status.length), to("documents"), notWhole ? t("ui.not_whole", { n: notWhole }) : t("ui.all_whole")),
      tile(t("ui.forms"), figure(forms.project_id.length), to("forms"), t("ui.budget_of", { sum: money(budget) })),
      tile(t("ui.indicators"), figure(n), to("indicators"), t("ui.missed_of", { n: figure(rows.target_met.filter((m) => m === false).length) })),
      tile(t("ui.execution_rate"), planned ? percent((total(both.map(([e]) => e)) / planned) * 100) : "–", to("forms", { sort: "execution_rate_pct" }), t("ui.executed_of_budget")),
      tile(t("ui.sure_rows"), n ? percent((sure / n) * 100) : "–", to("indicators", { sure: "no", sort: "confidence" }), t("ui.to_check", { n: figure(n - sure) })),
      el("div", { class: "tile" }, el("span", { class: "label" }, t("ui.findings")), el("strong", {}, el("a", { href: to("findings") }, figure(findings.rule.length))),
        el("span", { class: "more marks" }, SEVERITIES.map((s) => el("a", { href: to("findings", { severity: s }) }, severityMark(s, severities[s])))))),
    el("div", { class: "charts" },
      chart(t("ui.findings_by_rule"), counted(findings.rule, 15).map(([r, v]) => [word("rule", r), v, to("findings", { rule: r }), colourOf(r)]), { note: t("ui.colour_is_worst") }),
      chart(t("ui.findings_by_department"), counted(findings.form.map((f) => (f < 0 ? null : forms.supervising_department[f]))).map(([d, v]) => [d, v, to("findings", { department: d })])),
      chart(t("ui.findings_by_region"), counted(findings.document.map((d) => (d < 0 ? null : docs.region[d]))).map(([r, v]) => [r, v, to("findings", { region: r })])),
      chart(t("ui.findings_by_year"), byYear(findings.form.map((f) => (f < 0 ? null : forms.fiscal_year[f]))).map(([y, v]) => [y, v, to("findings", { year: y })]), { lying: false }),
      chart(t("ui.execution_rates"), RATES.map((b, i) => [bandLabel(b), rateCounts[i], to("forms", { rate: String(b[0]) })]), { lying: false }),
      chart(t("ui.attainments"), ATTAINMENTS.map((b, i) => [bandLabel(b), doneCounts[i], to("indicators", { attainment: String(b[0]) })]), { lying: false }),
      chart(t("ui.sure_by_kind"), counted(media).map(([m, all]) => [word("media", m), ((sureOf.get(m) ?? 0) / all) * 100, to("indicators", { media: m })]), { told: percent }),
      chart(t("ui.forms_by_year"), byYear(forms.fiscal_year).map(([y, v]) => [y, v, to("forms", { year: y })]), { lying: false }),
      chart(t("ui.forms_by_type"), counted(forms.form_type).map(([k, v]) => [word("form_type", k), v, to("forms", { type: k })])),
      chart(t("ui.forms_by_department"), counted(forms.supervising_department).map(([d, v]) => [d, v, to("forms", { department: d })])),
      chart(t("ui.forms_by_region"), counted(region).map(([r, v]) => [r, v, to("forms", { region: r })]))));
};
