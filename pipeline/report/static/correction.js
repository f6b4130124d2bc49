// A line for the register of corrections: what stands there is filled in, what is right, who says so and why is asked for.
"use strict";
const HEADER = "sha256,form,row,column,old,new,who,why";
const csvCell = (v) => { const text = blank(v) ? "" : String(v); return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; };
site.csvLine = (cells) => cells.map(csvCell).join(",");

// table: projects, funds or indicators; place: the register's word for the row
site.correct = (document_, form, table, row, place, column) => {
  const columns = site.data.correctable[table].filter((c) => c in row);
  const field = (label, input) => el("label", {}, el("span", {}, label), input);
  const which = el("select", {}, columns.map((c) => el("option", { value: c, selected: c === column }, `${word("column", c)} (${c})`)));
  const old = el("input", { readonly: true }), fresh = el("input", { autocomplete: "off" }), who = el("input", { autocomplete: "name" }), why = el("input", { autocomplete: "off" });
  const line = el("textarea", { readonly: true, rows: 3, "aria-label": t("ui.csv_line"), class: "csv" });
  const copied = el("span", { role: "status" });
  const copy = el("button", { type: "button", class: "primary" }, t("ui.copy_line"));
  const make = () => {
    const value = row[which.value];
    old.value = blank(value) ? "" : String(value);
    line.value = site.csvLine([document_.document_id, form.form_index, place, which.value, value, fresh.value, who.value, why.value]);
    copy.disabled = !who.value.trim() || !why.value.trim();
    copied.textContent = "";
  };
  for (const input of [which, fresh, who, why]) input.addEventListener("input", make);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line.value);
    } catch {
      line.select();
      document.execCommand("copy");
    }
    copied.textContent = t("ui.copied");
  });
  const dialog = el("dialog", { "aria-labelledby": "correction" },
    el("form", { method: "dialog" },
      el("h2", { id: "correction" }, t("ui.correction")), el("p", { class: "note" }, t("ui.correction_note", { header: HEADER })),
      field(t("ui.column"), which), field(t("ui.stands_there"), old), field(t("ui.is_right"), fresh), field(t("ui.who"), who), field(t("ui.why"), why), line,
      el("div", { class: "buttons" }, copied, copy, el("button", { value: "close" }, t("ui.close")))));
  const from = document.activeElement;
  dialog.addEventListener("close", () => { dialog.remove(); from?.focus(); });
  document.body.append(dialog);
  make();
  dialog.showModal();
  fresh.focus();
};
