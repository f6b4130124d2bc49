"""The place of a document's publisher, by GB/T 2260.

Comes in: publisher and title of a document, and the rows of its forms. Goes out: a place, or None where the
document does not tell: the publisher's name is asked first, then the title, then the departments, then the
units of the forms, which must lie in one place together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from normalizers.places import Place, common, place_of
from pipeline.model.rows import ProjectRow


def region_of(publisher: str | None, title: str | None, projects: Sequence[ProjectRow]) -> Place | None:
    """The publisher's place."""
    for text in (publisher, title):
        if text and (found := place_of(text)) is not None:
            return found
    return _shared(p["supervising_department"] for p in projects) or _shared(
        name for p in projects for name in (p["implementing_unit"], p["form_title"])
    )


def _shared(names: Iterable[str | None]) -> Place | None:
    """The smallest place that all names lie in which name one."""
    return common(found for name in dict.fromkeys(names) if name and (found := place_of(name)) is not None)
