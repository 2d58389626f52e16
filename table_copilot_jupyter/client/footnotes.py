"""The references of an answer to results (``[q1]``): links in its text, footnotes below it.

A mark becomes a link only where its result is known. It is set into HTML that has been sanitised already, between
tags, so that nothing of what a model wrote can become one by itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from . import style
from .visible import short
from .words import ENGLISH, Words

REF = re.compile(r"q[0-9]{1,9}")
_MARK = re.compile(r"\[(q[0-9]{1,9}(?:, ?q[0-9]{1,9})*)\]")
_TAG = re.compile(r"""(<(?:[^<>"]|"[^"]*")*>)""")
_VERBATIM = ("a", "code", "pre")
SQL_SHOWN = 200


def cited_in(text: str) -> Iterator[str]:
    """The references that a text names, as it names them."""
    for found in _MARK.finditer(text):
        yield from REF.findall(found[1])


def marked(markup: str, anchors: Mapping[str, str]) -> str:
    """Sanitised HTML with its marks as links to ``anchors``. Code and links stay as they are."""
    if not anchors or "[q" not in markup:
        return markup
    pieces, depth = [], 0
    for piece in _TAG.split(markup):
        if piece.startswith("<"):
            if piece[1:].lstrip("/").split(" ")[0].rstrip(">") in _VERBATIM:
                depth += -1 if piece.startswith("</") else 1
        elif not depth:
            piece = _MARK.sub(lambda found: _links(found[0], REF.findall(found[1]), anchors), piece)
        pieces.append(piece)
    return "".join(pieces)


def _links(mark: str, refs: list[str], anchors: Mapping[str, str]) -> str:
    if not all(ref in anchors for ref in refs):
        return mark
    links = ", ".join(f'<a href="#{html.escape(anchors[ref])}">{ref}</a>' for ref in refs)
    return f'<sup style="{style.MARK}">[{links}]</sup>'


def footnote_html(anchor: str, evidence: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """What a reference stands for: its SQL, when it ran, on which tables."""
    at = str(evidence.get("at") or "")
    rest = [_escaped(text) for text in _tables(evidence)]
    if time := _time(at):
        rest.insert(0, f'<span title="{_escaped(at)}">{_escaped(time)}</span>')
    sql = f"<code>{_escaped(short(str(evidence.get('sql') or ''), SQL_SHOWN))}</code>"
    told = " · ".join([sql, *rest])
    return f'<div id="{html.escape(anchor)}">{words.named(_escaped(str(evidence.get("ref"))), told)}</div>'


def footnote_text(evidence: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The same as one line of text."""
    told = [short(str(evidence.get("sql") or ""), SQL_SHOWN), _time(str(evidence.get("at") or "")), *_tables(evidence)]
    return words.named(short(str(evidence.get("ref"))), " · ".join(text for text in told if text))


def _time(at: str) -> str:
    """The hour and minute, in the local time of this machine."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%H:%M")
    except ValueError:
        return ""


def _tables(evidence: Mapping[str, Any]) -> list[str]:
    """Each table with its shape when it was read: ``penguins 344 × 8``."""
    told = []
    for table in evidence.get("tables") or ():
        fingerprint = table.get("fingerprint") or {}
        rows, columns = fingerprint.get("rows"), fingerprint.get("columns")
        shape = f" {rows} × {columns}" if isinstance(rows, int) and isinstance(columns, int) else ""
        told.append(short(f"{table.get('name')}{shape}"))
    return told


def _escaped(text: str) -> str:
    return html.escape(short(text, 1000), quote=True)
