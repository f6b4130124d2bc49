"""Forms → HTML: pages to be printed by a browser, and the pages of ministries' sites with everything that
stands around a form.

Comes in: printed forms and a look. Goes out: text (for the browser) or bytes (for the site, in UTF-8 or
GB18030). A site wraps cells in paragraphs, lays pages out with tables, or saves them from Word or Excel with
their styles.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from random import Random

from tests.writers.files.look import FONTS, Look, column_shares, footnotes, headings, parts, prose
from tests.writers.sheet import Sheet, WCell
from tests.writers.templates import Printed

STROKES = {  # ruling → what stands around a cell
    "solid": "0.75pt solid #000", "thin": "0.3pt solid #444", "dashed": "0.75pt dashed #000", "dotted": "1pt dotted #000",
    "double": "2.5pt double #000", "rects": "1.5pt solid #222", "fills": "0.75pt solid #000", "open-sides": "0.75pt solid #000", "none": "0",
}  # fmt: skip
SITES = ("portal", "saved", "nested")
PORTAL = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="{charset}"><title>{title}_{place}人民政府门户网站</title>
<link rel="stylesheet" href="/css/base.css"><script>var siteId = 102; function share() {{ return "<table><tr><td>1</td></tr></table>"; }}</script></head>
<body><div class="top"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bsfw/">办事服务</a></li></ul></div>
<div class="path">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">财政预决算</a> &gt; 正文</div>
<h1>{title}</h1><div class="info"><span>发布时间：{year}-09-20 10:15</span><span>来源：{place}财政局</span><span>浏览次数：318</span><span>【字体：大 中 小】</span></div>
<div class="TRS_Editor">{body}</div>
<div class="tools">打印 关闭</div><div class="next"><p>上一篇：<a href="/a.html">关于做好预算公开工作的通知</a></p><p>下一篇：没有了</p></div>
<table class="links"><tr><td><a href="#">中国政府网</a></td><td><a href="#">省级门户</a></td></tr></table>
<div class="foot">主办：{place}人民政府办公室　网站标识码：0000000001</div></body></html>
"""
SAVED = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv=Content-Type content="text/html; charset={charset}"><meta name=Generator content="Microsoft Excel 15">
<style><!-- table {{mso-displayed-decimal-separator:"\\."; mso-displayed-thousand-separator:"\\,";}} .xl65 {{text-align:center; white-space:normal;}} --></style></head>
<body link=blue vlink=purple>{body}</body></html>
"""
NESTED = """<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><title>{title}</title></head><body>
<table width="1000" align="center"><tr><td colspan="2"><img src="/banner.jpg" alt=""></td></tr><tr><td width="180" valign="top">
<table><tr><td><a href="#">机构职能</a></td></tr><tr><td><a href="#">政策文件</a></td></tr></table></td><td>
<table width="100%"><tr><td align="center"><b>{title}</b></td></tr><tr><td>{body}</td></tr><tr><td align="right">【打印】【关闭】</td></tr></table></td></tr>
<tr><td colspan="2">版权所有：{place}财政局</td></tr></table></body></html>
"""


def to_print(forms: Sequence[Printed], look: Look, rng: Random) -> str:
    """A page for a browser's printer."""
    numbers = look.page_numbers.replace("{}", '" counter(page) "')
    footer = f'@bottom-center {{ content: "{numbers}"; font-size: 9pt; }}' if look.page_numbers else ""
    page = (
        f"@page {{ size: A4 {'landscape' if look.landscape else 'portrait'}; margin: 15mm 14mm; {footer} }}"
    )
    sides = (
        "table { border-left: 0 } td:first-child { border-left: 0 } tr > td:last-child { border-right: 0 }"
        if look.ruling == "open-sides"
        else ""
    )
    fills = "td { background: #fff }" if look.ruling == "fills" else ""
    css = f"""{page} body {{ font: {look.size}pt '{FONTS[look.font][0]}'; margin: 0; -webkit-print-color-adjust: exact }}
table {{ border-collapse: collapse; table-layout: fixed; width: 100%; margin: 0 }}
td {{ border: {STROKES[look.ruling]}; padding: 2pt 3pt; text-align: {"left" if look.left else "center"}; overflow-wrap: anywhere }}
td.h {{ text-align: center; {"background: #d9d9d9; font-weight: bold" if look.fill else ""} }}
tr {{ break-inside: {"auto" if look.cut_rows else "avoid"} }} h1 {{ font-size: {look.size + 6}pt; text-align: center; margin: 6pt 0 }}
p {{ margin: 3pt 0; line-height: 1.5 }} p.note {{ text-align: center }} {sides} {fills}
.mark {{ position: fixed; top: 40%; left: 10%; font-size: 48pt; color: #bbb; opacity: 0.5; transform: rotate(-35deg) }}
.seal {{ position: relative; height: 0 }} .seal svg {{ position: absolute; right: 30pt; top: -120pt }}"""
    body = [f'<div class="mark">{look.watermark}</div>'] if look.watermark else []
    for number, form in enumerate(forms):
        body.append('<div style="break-before: page"></div>' if number and look.new_page else "")
        body += [f"<p>{t}</p>" for t in (prose(form.truth, rng) if look.prose else ())]
        body += _heading(form.sheet)
        shares = column_shares(form.sheet, rng)
        for k, part in enumerate(parts(form.sheet, look, rng)):
            body.append('<div style="break-before: page"></div>' if k else "")
            body += _printed_tables(part, shares, look)
        body += [f"<p>{t}</p>" for t in footnotes(look)]
        body.append(_seal(look.seal) if look.seal else "")
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><style>{css}</style></head><body>{''.join(body)}</body></html>"


def site(
    forms: Sequence[Printed],
    look: Look,
    rng: Random,
    *,
    dialect: str,
    charset: str = "utf-8",
    p_cells: bool = False,
) -> bytes:
    """The forms on a site; `dialect` is one of `SITES`."""
    body = []
    for form in forms:
        body += [f"<p>{t}</p>" for t in (prose(form.truth, rng) if look.prose else ())]
        body += _heading(form.sheet) if dialect != "saved" else []
        top = (
            [_spread(t, form.sheet.n_cols) for t in (*form.sheet.titles, *form.sheet.notes)]
            if dialect == "saved"
            else []
        )
        for k, part in enumerate(parts(form.sheet, look, rng)):
            rows = [_row(part, r, p_cells=p_cells, bare=dialect == "saved") for r in range(part.n_rows)]
            body.append(f"<table border=1 cellspacing=0>{''.join([*(top if k == 0 else []), *rows])}</table>")
        body += [f"<p>{t}</p>" for t in footnotes(look)]
        body.append("<p>&nbsp;</p>")
    page = {"portal": PORTAL, "saved": SAVED, "nested": NESTED}[dialect]
    truth = forms[0].truth
    place = rng.choice(["青河省", "石门县", "白石市"])
    title = f"{truth['fiscal_year']}年度项目支出绩效信息公开"
    text = page.format(
        charset=charset, title=title, place=place, year=truth["fiscal_year"] + 1, body="\n".join(body)
    )
    return text.encode(charset)


def _heading(sheet: Sheet) -> list[str]:
    return [
        *(f"<h1>{html.escape(t)}</h1>" for t in sheet.titles),
        *(f'<p class="note">{html.escape(n)}</p>' for n in sheet.notes),
    ]


def _spread(text: str, columns: int) -> str:
    return f"<tr height=30><td colspan={columns} class=xl65>{html.escape(text)}</td></tr>"


def _printed_tables(sheet: Sheet, shares: Sequence[float], look: Look) -> list[str]:
    """One table, its heading in `thead` where it shall be repeated and stands first (the side label keeps it
    from that otherwise).
    """
    cols = "".join(f'<col style="width: {100 * s:.2f}%">' for s in shares)
    rows = [_row(sheet, r) for r in range(sheet.n_rows)]
    head = headings(sheet)
    if not look.repeat_header or not head or any(c.role == "side" for c in sheet.cells):
        return [f"<table><colgroup>{cols}</colgroup>{''.join(rows)}</table>"]
    upper = f"<table><colgroup>{cols}</colgroup>{''.join(rows[: head.start])}</table>" if head.start else ""
    lower = (
        f"<thead>{''.join(rows[head.start : head.stop])}</thead><tbody>{''.join(rows[head.stop :])}</tbody>"
    )
    return [upper, f'<table style="margin-top: -0.75pt"><colgroup>{cols}</colgroup>{lower}</table>']


def _row(sheet: Sheet, row: int, *, p_cells: bool = False, bare: bool = False) -> str:
    cells = sorted((c for c in sheet.cells if c.row == row), key=lambda c: c.col)
    return f"<tr>{''.join(_cell(c, p_cells=p_cells, bare=bare) for c in cells)}</tr>\n"


def _cell(cell: WCell, *, p_cells: bool, bare: bool) -> str:
    spans = (f' rowspan="{cell.row_span}"' if cell.row_span > 1 else "") + (
        f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    )
    text = html.escape(cell.text)
    if p_cells:
        inner = (
            "".join(f'<p style="text-indent: 0"><span>{line}</span></p>' for line in text.split("\n"))
            if text
            else "<p>&nbsp;</p>"
        )
    else:
        inner = text.replace("\n", "<br>\n  " if bare else "<br>") or "&nbsp;"
    kind = " class=xl65" if bare else ' class="h"' if cell.role in ("heading", "label", "side") else ""
    return f"<td{spans}{kind}>{inner}</td>"


def _seal(name: str) -> str:
    return (
        '<div class="seal"><svg width="110" height="110" viewBox="-55 -55 110 110" fill="none" stroke="#d22" stroke-width="3">'
        '<circle r="50"/><path d="M0,-18 L4,-5 L17,-5 L6,3 L10,16 L0,8 L-10,16 L-6,3 L-17,-5 L-4,-5 Z" fill="#d22" stroke="none"/>'
        f'<path id="arc" d="M-38,8 A39,39 0 1,1 38,8" stroke="none"/><text font-size="11" fill="#d22" stroke="none" textLength="118">'
        f'<textPath href="#arc">{name}</textPath></text></svg></div>'
    )
