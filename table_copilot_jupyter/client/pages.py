"""A growing transcript as a row of outputs, each of bounded size.

A part that is complete is rendered once. When the complete beginning of an output passes ``LIMIT``, that output
is finished and left alone, and a new one takes what follows: an update never sends more than about ``LIMIT``
and the piece that still grows.

A table, a chart or what code did is an output of its own, once the call that made it is complete; until then it stands
below that call's line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .figures import waited_for
from .footnotes import marked
from .html import closing_html, framed, part_html, status_html, text_head_html
from .markdown import MarkdownStream
from .mime import stands_alone
from .outputs import display_of
from .parts import Part, TextPart, ToolPart
from .plain import closing_text, part_text
from .transcript import Transcript
from .visible import visible
from .words import ENGLISH, Words

LIMIT = 16_000

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One output; ``index`` counts from 0. ``rich`` is what front ends of ours show instead of the HTML."""

    index: int
    html: str
    text: str
    rich: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Growing:
    stream: MarkdownStream
    head_taken: bool = False


class Pages:
    """Renders one transcript, again and again as it grows."""

    def __init__(self, transcript: Transcript, limit: int = LIMIT, words: Words = ENGLISH) -> None:
        self._transcript = transcript
        self._words = words
        self._limit = limit
        self._index = 0
        self._first = 0
        self._stable: list[Piece] = []
        self._stable_size = 0
        self._closed: list[Page] = []
        self._growing: dict[int, _Growing] = {}
        self._cache: dict[int, tuple[tuple[int, bool], Piece]] = {}
        self._shown = -1

    def render(self, *, final: bool = False) -> list[Page]:
        """The outputs that are new or changed, in order; all but the last will not change again."""
        loose = self._walk()
        if final:
            loose.append((closing_html(self._transcript, self._words), closing_text(self._transcript, self._words)))
        else:
            status = waited_for(self._transcript.waiting, self._words)
            loose.append((status_html(status), status))
        pages, self._closed = self._closed, []
        pieces = [piece for piece in [*self._stable, *loose] if any(piece)]
        if pieces or self._shown == self._index:  # what is not there any more must not stay in sight
            pages.append(self._page(pieces))
            self._shown = self._index
        return pages

    def _walk(self) -> list[Piece]:
        """Move what is complete to the stable beginning; returns what follows it."""
        parts, loose, stable = self._transcript.parts, [], True
        for index in range(self._first, len(parts)):
            part = parts[index]
            if isinstance(part, TextPart):
                done, rest = self._text(index, part, take=stable)
            elif part.done and stable:
                done, rest = [self._other(index, part, apart=True)], []
            else:
                done, rest = [], [self._other(index, part, apart=False)]
            for piece in done:
                self._settle(piece)
            if isinstance(part, ToolPart) and done:
                self._set_apart(part)
            loose.extend(rest)
            stable = stable and part.done
            if stable:
                self._first = index + 1
                self._growing.pop(index, None)
                self._cache.pop(index, None)
        return loose

    def _settle(self, piece: Piece) -> None:
        if not any(piece):
            return
        if self._stable and self._stable_size + len(piece[0]) > self._limit:
            self._close()
        self._stable.append(piece)
        self._stable_size += len(piece[0])

    def _set_apart(self, part: ToolPart) -> None:
        """Close the output in which the call stands, and put what it shows below it."""
        for bundle in part.shown():
            if stands_alone(bundle):
                self._close()
                display = display_of(bundle, self._words)
                self._closed.append(Page(self._index, display.pop("text/html"), display.pop("text/plain"), display))
                self._index += 1

    def _close(self) -> None:
        if self._stable:
            self._closed.append(self._page(self._stable))
            self._index += 1
            self._stable, self._stable_size = [], 0

    def _text(self, index: int, part: TextPart, *, take: bool) -> tuple[list[Piece], list[Piece]]:
        growing = self._growing.setdefault(index, _Growing(MarkdownStream(self._words)))
        done: list[Piece] = []
        rest: list[Piece] = []
        if not growing.head_taken:
            complete = take and bool(part.text or part.done)
            (done if complete else rest).append((text_head_html(part, self._words), ""))
            growing.head_taken = complete
        stream = growing.stream
        stream.feed(part.text, final=part.done)
        ready = stream.take_done() if take else stream.peek_done()
        (done if take else rest).extend(_piece(part, *block) for block in ready)
        return done, [*rest, _piece(part, *stream.tail())]

    def _other(self, index: int, part: Part, *, apart: bool) -> Piece:
        state, piece = self._cache.get(index, ((-1, False), ("", "")))
        if state != (part.revision, apart):
            piece = (part_html(part, self._words, apart=apart), part_text(part, self._words, apart=apart))
            self._cache[index] = ((part.revision, apart), piece)
        return piece

    def _page(self, pieces: list[Piece]) -> Page:
        text = "\n\n".join(stripped for _, source in pieces if (stripped := source.strip("\n")))
        return Page(self._index, framed("".join(markup for markup, _ in pieces)), text)


def _piece(part: TextPart, markup: str, source: str) -> Piece:
    return marked(markup, part.anchors), visible(source)
