"""The words of the site in its languages, from `words.toml` and the declarations of columns, flags and rules.

Comes in: nothing. Goes out: one catalogue, `{language: {key: text}}`. Keys are `ui.search`, `column.weight`,
`flag.cut_guessed`, `doubt.source`, `rule.weights_sum`, `sentence.weights_sum`, `form_type.target`, … Refused
(ValueError): an entry of `words.toml` that lacks a language.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from pipeline.audit.messages import label_of
from pipeline.audit.rules import RULES
from pipeline.model.doubt_reasons import DoubtReason
from pipeline.model.flags import Flag
from pipeline.model.schema import TABLES

LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""The languages of the site, and what a page in them says of itself (BCP 47)."""


@cache
def words() -> dict[str, dict[str, str]]:
    """The whole catalogue; what `words.toml` says goes before what is declared elsewhere."""
    zh: dict[str, str] = {}
    en: dict[str, str] = {}
    for table in TABLES.values():
        for column in table.columns:
            zh.setdefault(f"column.{column.name}", column.label)
            en.setdefault(f"column.{column.name}", column.name.replace("_", " ").capitalize())
    for kind, members in (("flag", Flag), ("doubt", DoubtReason)):
        for member in members:
            zh[f"{kind}.{member}"], en[f"{kind}.{member}"] = member.label, str(member).replace("_", " ")
            zh[f"{kind}.{member}.more"], en[f"{kind}.{member}.more"] = member.label, member.meaning
    for rule in RULES:
        zh[f"rule.{rule.name}"] = label_of(rule.name)
        en[f"rule.{rule.name}"] = rule.name.replace("_", " ").capitalize()
    text = resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    for section, entries in tomllib.loads(text).items():
        for key, entry in entries.items():
            if isinstance(entry, str):  # a sentence of a finding; the tables hold the Chinese one
                en[f"{section}.{key}"] = entry
            elif len(entry) == len(LANGUAGES) and all(entry):
                zh[f"{section}.{key}"], en[f"{section}.{key}"] = entry
            else:
                raise ValueError(f"words.toml: {section}.{key}")
    return {"zh": zh, "en": en}
