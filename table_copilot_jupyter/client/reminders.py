"""Reminders that come while no turn runs, and those that came while the notebook was closed.

The watch stays with the notebook's session, so its server keeps telling this kernel of it. What is due while a
turn runs is shown by that turn. When the session is attached for the first time its log is replayed: of the
reminders in it those are shown that came after the last turn, for nobody has seen them here.
"""

from __future__ import annotations

from collections.abc import Callable

from .connection import Connection, Event
from .words import ENGLISH, Words

Show = Callable[[list[Event]], object]


class ReminderWatch:
    """Follows one session at a time. All of it runs on the background loop, ``show`` too."""

    def __init__(self, show: Show) -> None:
        self.turn_runs = False
        self._show = show
        self._connection: Connection | None = None
        self._session_id = ""
        self._missed: list[Event] = []
        self._stop: Callable[[], None] = lambda: None

    def follow(self, connection: Connection, session_id: str) -> None:
        """Watch this session from now on. Call it before the session is attached."""
        if (connection, session_id) == (self._connection, self._session_id):
            return
        self.leave()
        self._connection, self._session_id, self._missed = connection, session_id, []
        self._stop = connection.listen(session_id, self._take)

    def leave(self) -> None:
        """Watch nothing any more."""
        self._stop()
        self._connection, self._session_id, self._stop = None, "", lambda: None

    def _take(self, event: Event) -> None:
        assert self._connection is not None
        state = self._connection.sessions.get(self._session_id)
        seq, kind = event.get("seq"), event.get("type")
        if kind == "session_deleted" or event.get("lost"):
            self.leave()
        if state is None or not isinstance(seq, int):
            return
        replayed = seq <= state.attached_seq
        if kind == "turn_finished" and replayed:
            self._missed.clear()
        elif kind == "reminder_closed":
            closed = event.get("reminder_id")
            self._missed = [missed for missed in self._missed if missed.get("reminder_id") != closed]
        elif kind == "reminder" and replayed:
            self._missed.append(event)
        elif kind == "reminder" and not self.turn_runs:
            self._show([event])
        if seq >= state.attached_seq and self._missed:
            missed, self._missed = self._missed, []
            self._show(missed)


def reminder(content: str, words: Words) -> str:
    """A reminder as a line of text."""
    return words.named(words.say("Reminder", "提醒"), content)


def reminder_text(event: Event, words: Words = ENGLISH) -> str:
    """One that may come late, as a line of text."""
    due = str(event.get("due"))[:16].replace("T", " ")
    late = words.say(f" (was due {due})", f"（原定 {due}）") if event.get("late") else ""
    return f"{reminder(str(event.get('content')), words)}{late}"


def show_in_notebook(events: list[Event], words: Words) -> None:
    """Below the cell that ran last."""
    from IPython.display import display

    from . import style
    from .html import escaped, framed

    lines = [reminder_text(event, words) for event in events]
    cards = "".join(f'<div style="{style.CARD}">{escaped(line)}</div>' for line in lines)
    display({"text/html": framed(cards), "text/plain": "\n".join(lines)}, raw=True)


def show_in_terminal(events: list[Event], words: Words) -> None:
    """Between the lines of a terminal."""
    from .visible import visible

    print("".join(f"\n{visible(reminder_text(event, words))}" for event in events), flush=True)
