"""``Copilot``: the same sessions from Python code.

copilot = Copilot()
answer = copilot.ask("Which columns have gaps?")        # blocks; works inside a running event loop too
answer = await copilot.aask("…")
async for event in copilot.stream("…"): …               # leaving early stops the turn
"""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator

from . import approvals
from .answer import Answer, answer_from
from .choices import checked
from .connection import Connection, Event, SessionState
from .dialogue import Unanswerable, check, converse
from .discovery import shared_connection
from .errors import CopilotClientError, CopilotTurnError
from .kernel_side import kernel_side
from .language import user_language
from .loop import submit, wait_for
from .parts import ApprovalPart, QuestionPart
from .render import QuietView
from .transcript import Transcript
from .turn import Turn, async_events
from .visible import short
from .words import Words

OnQuestion = Callable[[Event], "str | Awaitable[str]"]
OnApproval = Callable[[Event], "str | Awaitable[str]"]


class Copilot:
    """One session, talked to from Python.

    ``session`` is its id; a new one without. From now on in the session, ``model`` is used; ``privacy`` is what it
    may see of tables (``"names"``, ``"schema"``, ``"aggregates"`` or ``"rows"``); with ``names="masked"`` it is told
    made-up names of tables and columns. ``answers`` are given to the turn's questions in order; then ``on_question``
    is called with the question's event and returns the answer. ``on_approval`` is called with the approval's event and
    returns ``"once"``, ``"session"`` or ``"deny"``; without it everything is denied. ``connection`` replaces the
    process's shared one. Raises ValueError for a level or a way of naming that there is not.
    """

    def __init__(
        self,
        session: str | None = None,
        model: str | None = None,
        *,
        privacy: str | None = None,
        names: str | None = None,
        answers: Iterable[str] = (),
        on_question: OnQuestion | None = None,
        on_approval: OnApproval | None = None,
        connection: Connection | None = None,
    ) -> None:
        self.session_id = session or uuid.uuid4().hex
        self.answers = answers
        self.on_question = on_question
        self.on_approval = on_approval
        chosen = {"model": model, "privacy": checked("privacy", privacy), "names": checked("names", names)}
        self._chosen = {name: value for name, value in chosen.items() if value is not None}
        self._connection = connection
        self._closed = False

    @property
    def answers(self) -> Iterator[str]:
        """The answers that were not given yet. Assign any iterable of texts."""
        return self._answers

    @answers.setter
    def answers(self, answers: Iterable[str]) -> None:
        self._answers = iter([answers] if isinstance(answers, str) else answers)

    def __repr__(self) -> str:
        return f"Copilot(session={self.session_id!r})"

    def ask(self, text: str) -> Answer:
        """Say ``text`` and wait for the answer. Raises CopilotTurnError, CopilotConnectionError."""
        connection, state = wait_for(self._open())
        turn, transcript = self._turn(connection, text), Transcript(state.sent, state.results)
        return self._taken(converse(turn, self.session_id, transcript, QuietView(), _Callbacks(self)))

    async def aask(self, text: str) -> Answer:
        """As ``ask``, awaited. Cancelling the task stops the turn."""
        connection, state = await asyncio.wrap_future(submit(self._open()))
        turn, transcript = self._turn(connection, text), Transcript(state.sent, state.results)
        try:
            async for event in self._events(turn, needs_answers=True):
                transcript.apply(event)
        except CopilotClientError as error:
            error.partial = transcript.text
            raise
        transcript.close()
        if turn.notice is not None:
            switch_to = turn.notice.get("switch_to")
            return self._taken(
                answer_from(transcript, self.session_id, turn.words, switch_to=switch_to, reason="command")
            )
        check(transcript)
        return answer_from(transcript, self.session_id, turn.words)

    async def stream(self, text: str) -> AsyncGenerator[Event, None]:
        """Say ``text`` and yield the turn's events, ``turn_finished`` last. Leaving early stops the turn.

        A question that neither ``answers`` nor ``on_question`` answers is yours: see ``answer`` and ``decide``.
        """
        connection, _ = await asyncio.wrap_future(submit(self._open()))
        turn = self._turn(connection, text)
        events = self._events(turn, needs_answers=False)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()
        if turn.notice is not None and isinstance(turn.notice.get("switch_to"), str):
            self.session_id = str(turn.notice["switch_to"])

    async def answer(self, question_id: str, content: str) -> None:
        """Answer an open question of the running turn."""
        await self._request({"type": "answer", "question_id": question_id, "content": content})

    async def decide(self, approval_id: str, decision: str, note: str | None = None) -> None:
        """Decide an open approval: ``once``, ``session`` or ``deny``."""
        frame: Event = {"type": "decide", "approval_id": approval_id, "decision": decision}
        await self._request({**frame, "note": note} if note else frame)

    def close(self) -> None:
        """Let the session go. It stays on the server and can be opened again by its id."""
        self._closed = True
        if self._connection is not None:
            wait_for(self._connection.release(self.session_id))

    def __enter__(self) -> Copilot:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- inside ------------------------------------------------------------------------------

    async def _open(self) -> tuple[Connection, SessionState]:
        """The connection with the session attached; on the background loop."""
        if self._closed:
            raise CopilotClientError(f"Copilot {self.session_id!r} was closed.", "Make a new one with its session id.")
        if self._connection is None:
            self._connection = await shared_connection()
        state = await self._connection.attach(self.session_id)
        if self._chosen:
            await self._connection.request({"type": "configure", "session_id": self.session_id, **self._chosen})
            self._chosen = {}
        return self._connection, state

    def _turn(self, connection: Connection, text: str) -> Turn:
        """A turn that the calling thread is about to wait for."""
        return Turn(connection, self.session_id, text, kernel=kernel_side(), words=Words(user_language.of(text)))

    async def _request(self, frame: Event) -> None:
        connection, _ = await asyncio.wrap_future(submit(self._open()))
        await asyncio.wrap_future(submit(connection.request({**frame, "session_id": self.session_id})))

    async def _events(self, turn: Turn, *, needs_answers: bool) -> AsyncGenerator[Event, None]:
        events = async_events(turn)
        try:
            async for event in events:
                yield event
                if event.get("type") == "question":
                    answer = await self._answer_for(event)
                    if answer is not None:
                        turn.answer(str(event.get("question_id")), answer)
                    elif needs_answers:
                        raise _unanswered(str(event.get("content")))
                elif event.get("type") == "approval" and (needs_answers or self.on_approval is not None):
                    decision = await _resolved(self.on_approval(event)) if self.on_approval else "deny"
                    note = None if self.on_approval else _nobody(event.get("tool"), event.get("arguments"))
                    turn.decide(str(event.get("approval_id")), decision, note)
        finally:
            await events.aclose()

    async def _answer_for(self, event: Event) -> str | None:
        answer = next(self._answers, None)
        if answer is None and self.on_question is not None:
            answer = await _resolved(self.on_question(event))
        return answer

    def _taken(self, answer: Answer) -> Answer:
        if answer.switch_to:
            self.session_id = answer.switch_to
        return answer


class _Callbacks:
    """Answers a blocking turn from the Copilot's answers and callbacks."""

    def __init__(self, copilot: Copilot) -> None:
        self._copilot = copilot

    def watch(self, event: Event | None) -> None:
        return None

    def question(self, part: QuestionPart) -> str | None:
        copilot = self._copilot
        answer = next(copilot.answers, None)
        if answer is None and copilot.on_question is not None:
            event = {"type": "question", "question_id": part.question_id, "content": part.content}
            answer = _blocking(copilot.on_question({**event, "options": part.options, "multiple": part.multiple}))
        if answer is None:
            error = _unanswered(part.content)
            raise Unanswerable(error.message, error.hint)
        return answer

    def approval(self, part: ApprovalPart) -> tuple[str, str | None] | None:
        callback = self._copilot.on_approval
        if callback is None:
            return "deny", _nobody(part.tool, part.arguments)
        event = {"type": "approval", "approval_id": part.approval_id, "content": part.content, "tool": part.tool}
        return _blocking(callback({**event, "arguments": part.arguments, "options": part.options})), None


def _nobody(tool: object, arguments: object) -> str:
    return approvals.no_callback(str(tool), arguments if isinstance(arguments, dict) else {})


def _unanswered(question: str) -> CopilotTurnError:
    return CopilotTurnError(
        "denied",
        f"The copilot asked “{short(question, 200)}”, and nothing was given to answer it.",
        "Pass answers=[…] or on_question=… to Copilot.",
    )


async def _resolved(value: str | Awaitable[str]) -> str:
    return await value if inspect.isawaitable(value) else value


def _blocking(value: str | Awaitable[str]) -> str:
    """A callback's value; a coroutine runs on the background loop."""
    return wait_for(_resolved(value)) if inspect.isawaitable(value) else value
