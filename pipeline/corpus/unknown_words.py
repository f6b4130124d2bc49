"""Words that were met and are not known → lines that a person can teach the program.

Comes in: the rows of `unread` of all documents. Goes out: `Unknown`, one a word, with how often and where it
was met and what it may mean, and the text of `unknown_words.csv`, whose last column is a line for a file of
own words (`pipeline/words/own_words.py`). A guess is the known label that is most alike; a word that is like
none has none. Headings that no list has but whose column could be read by its contents are in no row, so they
are not here. It refuses nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from pipeline.model.form import Why
from pipeline.model.rows import UnreadRow
from pipeline.words import vocabulary

GROUPS: Mapping[str, Sequence[str]] = {
    str(Why.UNKNOWN_COLUMN): ("column", "fund_column"),
    str(Why.UNKNOWN_LABEL): ("field", "goal", "fund_line"),
}
"""Why a text was not read, and what its heading or label may be."""
LIKE = 50.0  # per cent: half of the characters are the known label's
HEAD = ("word", "why", "rows", "documents", "example", "guess", "likeness", "line")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so
CUT = 60  # characters of an example


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word: why it was not read, how often it was met, one text that stood with it, and a guess."""

    word: str
    why: str
    rows: int
    documents: int
    example: str
    guess: str | None
    likeness: float

    @property
    def line(self) -> str:
        """A line of `[words]` in a file of own words; a comment where nothing could be guessed."""
        told = json.dumps(self.word, ensure_ascii=False)
        return f'{told} = "{self.guess}"' if self.guess else f'# {told} = "…"'


def unknown_words(unread: Iterable[UnreadRow]) -> list[Unknown]:
    """The words, those of most rows first."""
    met: dict[tuple[str, str], list[UnreadRow]] = {}
    for row in unread:
        word = row["label"] or (row["text"] if row["why"] == Why.UNKNOWN_LABEL else None)
        if row["why"] in GROUPS and word is not None and 0 < len(word) <= vocabulary.LONGEST_LABEL:
            met.setdefault((vocabulary.bare(word, notes=True) or word, row["why"]), []).append(row)
    found = [_told(word, why, rows) for (word, why), rows in met.items()]
    return sorted(found, key=lambda u: (-u.rows, u.word, u.why))


def _told(word: str, why: str, rows: Sequence[UnreadRow]) -> Unknown:
    guess, likeness = _guess(word, GROUPS[why])
    example = next((r["text"] for r in rows if r["label"] is not None), "")
    documents = len({r["document_id"] for r in rows})
    return Unknown(word, why, len(rows), documents, " ".join(example.split())[:CUT], guess, likeness)


def _guess(word: str, groups: Sequence[str]) -> tuple[str | None, float]:
    """What the most alike label means, and how alike it is."""
    best: tuple[str | None, float] = (None, 0.0)
    for group in groups:
        labels = vocabulary.index(group)
        hit = process.extractOne(word, list(labels), scorer=fuzz.ratio, score_cutoff=LIKE)
        if hit is not None and hit[1] > best[1]:
            best = (f"{group}.{labels[hit[0]]}", round(hit[1], 1))
    return best


def as_csv(unknown: Iterable[Unknown]) -> str:
    """The text of `unknown_words.csv`, for spreadsheets too: no cell of it is a formula."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEAD)
    for u in unknown:
        likeness = f"{u.likeness:g}" if u.guess else ""
        cells = (u.word, u.why, u.rows, u.documents, u.example, u.guess or "", likeness, u.line)
        rows.writerow(f"'{c}" if isinstance(c, str) and c.startswith(FORMULA) else c for c in cells)
    return out.getvalue()
