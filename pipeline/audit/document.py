"""One document's rows → the same with its costs paired and its own findings.

Comes in: the rows as they were read or corrected. Goes out: the same with `cost_of`, `cost_amount`, findings
and their number; what only other documents can tell (its series, the findings over one) is not in them.
Refused: nothing; a figure that no rule can work with raises what Python raises.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.audit import findings_within
from pipeline.audit.cases import cases_of
from pipeline.rows.build import DocumentRows


def audited(document: DocumentRows) -> DocumentRows:
    """The document with its costs paired and audited by itself."""
    cases = cases_of(document, {})
    findings = findings_within(cases)
    return replace(
        document,
        document={**document.document, "n_findings": len(findings)},
        projects=[c.project for c in cases],
        indicators=[i for c in cases for i in c.indicators],
        findings=findings,
    )
