"""What a document says about itself before its first form: its title and who published it.

Comes in: a reading and its forms. Goes out: title and publisher, each None where the document does not say.
It refuses to take a form's own title for the document's, and prose for a title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from normalizers.symbols import clean, fold, is_blank
from pipeline.model.cells import Line, Reading
from pipeline.model.form import Form

TITLE_LINES = 4  # a title is printed on as many lines at most
TITLE_LENGTH = 60  # characters of one of its lines, folded
PUBLISHER_LENGTH = 40
TITLE_WORD = re.compile(r"绩效|预算|决算|自评|评价|报告|公开|公示|通知|公告|目标")
SENTENCE = re.compile(r"[。;!?]|[:,、]$|^附件|^[(\[]?\d{4}年度?[)\]]?$|^(金额)?单位:")
WEB_CHROME = re.compile(r"^(来源|时间|日期|发布|索引|字体|浏览|当前位置|首页|打印|分享|关闭)")
DATE = re.compile(
    r"^[\d〇零一二三四五六七八九]{4}年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日$"
)
PUBLISHER_LABEL = re.compile(
    r"^(?:发布单位|发布机构|发文单位|发文机关|公开单位|公开部门|信息来源|来源|发布部门)[:：]\s*(\S+)"
)
ORGANISATION = re.compile(
    r"(局|厅|委|会|部|室|院|府|处|社|署|台|办|所|站|馆|校|学|队|团|心|司|庭|行|联|园|区|县|市|镇|乡|街道|集团|联盟)$"
)
PUNCTUATION = re.compile(r"[。,、;:!?“”\"《》]")


def cover_lines(reading: Reading, forms: Sequence[Form]) -> tuple[str, ...]:
    """The lines that stand before the first form and its title, cleaned, blank ones left out."""
    lead = [
        clean(b.text)
        for b in takewhile(lambda b: isinstance(b, Line), reading.blocks)
        if isinstance(b, Line) and not is_blank(b.text)
    ]
    if not forms:
        return tuple(lead)
    title = fold(forms[0].title or "")
    start = _title_start([fold(line) for line in lead], title) if title else None
    if start is not None:
        return tuple(lead[:start])
    whole = len(lead) < len(reading.blocks)  # a table follows; without one the lines are the form itself
    return tuple(lead) if whole else ()


def _title_start(lines: Sequence[str], title: str) -> int | None:
    """Where the form's title begins: a line that opens with it, or lines that make it up together."""
    for at, line in enumerate(lines):
        if line.startswith(title) or any(
            "".join(lines[at:end]) == title for end in range(at + 2, at + TITLE_LINES + 1)
        ):
            return at
    return None


def title_of(reading: Reading, forms: Sequence[Form]) -> str | None:
    """The document's own title, its lines joined; None if it has only its forms' titles."""
    own = {fold(f.title) for f in forms if f.title}
    run: list[str] = []
    for line in (*cover_lines(reading, forms), ""):
        key = fold(line)
        if _may_be_title(key) and len(run) < TITLE_LINES:
            run.append(line)
            continue
        if _is_title(run, own):
            return _joined(run)
        run = []
    given = reading.title
    return clean(given) if given and _is_title([given], own) else None


def _may_be_title(key: str) -> bool:
    """Could the folded line be one of a title's lines?"""
    return 0 < len(key) <= TITLE_LENGTH and not (
        SENTENCE.search(key) or WEB_CHROME.match(key) or DATE.match(key)
    )


def _is_title(run: Sequence[str], own: set[str]) -> bool:
    key = fold("".join(run))
    return bool(TITLE_WORD.search(key)) and key not in own


def _joined(lines: Sequence[str]) -> str:
    return clean("\n".join(lines))


def publisher_of(reading: Reading, forms: Sequence[Form]) -> str | None:
    """Who published the document: the signature above a date line, or a line that names the publisher."""
    lines = cover_lines(reading, forms)
    for line, after in pairwise(lines):
        if DATE.match(fold(after)) and _is_organisation(line):
            return line
    labelled = (PUBLISHER_LABEL.match(line) for line in lines)
    return next((m.group(1) for m in labelled if m and _is_organisation(m.group(1))), None)


def _is_organisation(line: str) -> bool:
    key = fold(line)
    return (
        len(key) <= PUBLISHER_LENGTH
        and bool(ORGANISATION.search(key))
        and not PUNCTUATION.search(key)
        and not TITLE_WORD.search(key)
    )
