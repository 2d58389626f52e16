"""The kinds of output that our tools show, and what can be read from a MIME bundle of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TABLE = "application/vnd.table-copilot.table+json"
CHART = "application/vnd.table-copilot.chart+json"
RUN = "application/vnd.table-copilot.run+json"

Bundle = Mapping[str, Any]


def content_of(bundle: Bundle, kind: str) -> dict[str, Any] | None:
    """The JSON of one kind in a bundle."""
    value = bundle.get(kind)
    return value if isinstance(value, dict) else None


def stands_alone(bundle: Bundle) -> bool:
    """Whether it is a table, a chart, or what code did: an output of its own, which is shown beside the text."""
    return any(content_of(bundle, kind) is not None for kind in (TABLE, CHART, RUN))


def reference(bundle: Bundle) -> str:
    """The reference of a result, such as ``q1``; "" where there is none."""
    for kind in (TABLE, CHART):
        ref = (content_of(bundle, kind) or {}).get("ref")
        if isinstance(ref, str):
            return ref
    return ""


def evidence_of(bundle: object) -> dict[str, Any] | None:
    """What proves a result: its SQL, its time, its tables."""
    if not isinstance(bundle, dict):
        return None
    for kind in (TABLE, CHART):
        evidence = (content_of(bundle, kind) or {}).get("evidence")
        if isinstance(evidence, dict) and isinstance(evidence.get("ref"), str):
            return evidence
    return None
