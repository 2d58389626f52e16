"""Shows a turn while it runs: in a notebook as HTML that is updated in place, in a terminal as text that flows.

A view is told of every event and, when there are none, about ten times a second. The notebook's view sends at
most ``RATE`` updates a second, fewer when what still grows is large, and always a last one.
"""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable
from typing import Protocol

from .connection import Event
from .figures import tool_state, waited_for
from .interrupts import held_back
from .pages import LIMIT, Page, Pages
from .parts import NoticePart, Part, ReminderPart, TextPart, ToolPart
from .plain import closing_text, own_tool_text, part_text, text_start
from .transcript import Transcript
from .visible import short, visible
from .words import ENGLISH, Words

RATE = 10.0
_WHOLE = ("question", "question_closed", "approval", "approval_closed", "error", "evidence")


class View(Protocol):
    """What shows a transcript."""

    def update(self, event: Event | None, part: Part | None) -> None:
        """Show ``event``, which made or changed ``part``; None when there was none for a while."""
        ...

    def flush(self) -> None:
        """Show all there is, before the user is asked something."""
        ...

    def finish(self) -> None:
        """The turn has ended."""
        ...


class QuietView:
    """Shows nothing."""

    def update(self, event: Event | None, part: Part | None) -> None:
        return None

    def flush(self) -> None:
        return None

    def finish(self) -> None:
        return None


Publish = Callable[[Page, bool], None]
"""Shows one output: the page, and whether it is new."""


class NotebookView:
    """One or more outputs below the cell, kept up to date."""

    def __init__(
        self,
        transcript: Transcript,
        publish: Publish | None = None,
        clock: Callable[[], float] = time.monotonic,
        words: Words = ENGLISH,
    ) -> None:
        self._pages = Pages(transcript, words=words)
        self._publish = publish or _publisher()
        self._clock = clock
        self._opened = -1
        self._last: dict[int, Page] = {}
        self._due = 0.0
        self._changed = False

    def update(self, event: Event | None, part: Part | None) -> None:
        self._changed = self._changed or event is not None
        if self._changed and self._clock() >= self._due:
            self.flush()

    def flush(self) -> None:
        with held_back():  # else an output could be opened twice, or never
            self._show(final=False)

    def finish(self) -> None:
        with held_back():
            self._show(final=True)

    def _show(self, *, final: bool) -> None:
        self._changed = False
        size = 0
        for page in self._pages.render(final=final):
            size = len(page.html)
            if self._last.get(page.index) != page:
                self._publish(page, page.index > self._opened)
                self._opened = max(self._opened, page.index)
                self._last = {page.index: page}
        self._due = self._clock() + max(1.0, size / (2 * LIMIT)) / RATE


def _publisher() -> Publish:
    """Publishes to IPython's display, each page under an id of its own."""
    from IPython.display import display, update_display

    prefix = uuid.uuid4().hex

    def publish(page: Page, new: bool) -> None:
        show = display if new else update_display
        bundle = {**page.rich, "text/html": page.html, "text/plain": page.text}
        show(bundle, raw=True, display_id=f"{prefix}-{page.index}")

    return publish


class TerminalView:
    """Plain text, as it arrives. What agents do that were delegated to is only hinted at."""

    def __init__(
        self, transcript: Transcript, write: Callable[[str], object] | None = None, words: Words = ENGLISH
    ) -> None:
        self._transcript = transcript
        self._words = words
        self._write = write or _write
        self._printed: dict[str, int] = {}
        self._open = ""

    def update(self, event: Event | None, part: Part | None) -> None:
        if event is None:
            return
        kind, nested = event.get("type"), bool(event.get("parent_call_id"))
        if isinstance(part, TextPart) and kind in ("text", "message") and not nested:
            self._text(part, str(event.get("delta", "")))
        elif isinstance(part, ToolPart) and kind == "tool_finished" and not part.asks:
            indent = "" if part in self._transcript.parts else "  "
            self._line(indent + own_tool_text(part, self._words))
        elif isinstance(part, ToolPart) and kind == "tool_started" and not nested and part.tool:
            self._line(f"▸ {short(part.tool)} · {tool_state(part, self._words)}")
        elif kind == "connection" and event.get("content"):
            self._line(waited_for(self._transcript.waiting, self._words))
        elif isinstance(part, (NoticePart, ReminderPart)) or kind in _WHOLE:
            self._line(part_text(part, self._words) if part else "")

    def flush(self) -> None:
        self._end_line()

    def finish(self) -> None:
        self._line(closing_text(self._transcript, self._words))

    def _text(self, part: TextPart, delta: str) -> None:
        printed = self._printed.get(part.message_id, 0)
        fresh = part.text[printed:] if part.done else delta
        self._printed[part.message_id] = printed + len(fresh)
        if fresh and self._open != part.message_id:
            self._end_line()
            if start := text_start(part, self._words):
                self._write(start)
            self._open = part.message_id
        if fresh:
            self._write(visible(fresh))
        if part.done:
            self._end_line()

    def _line(self, text: str) -> None:
        self._end_line()
        if text:
            self._write(f"{text}\n")

    def _end_line(self) -> None:
        if self._open:
            self._write("\n")
            self._open = ""


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
