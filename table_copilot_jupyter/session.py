"""One session: its messages in order, one turn at a time, and what the user does to it.

State lives in the log; this object is the part that is awake. It can be thrown away when
nothing runs and nobody listens, and be made again from the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import protocol
from .agents.library import addressed
from .clock import new_id, timestamp
from .engine.base import HistoryItem, UserText
from .interactions import Interactions, resolve
from .log import SessionLog
from .mentions import mentioned
from .privacy import Privacy
from .protocol import ColumnNames, CopilotError, ErrorCode, PrivacyLevel, PrivacyRule, SessionInfo
from .recovery import Reopened, answers_for_open_calls, reopen
from .results import Results
from .services import Services
from .session_context import SessionContext
from .session_privacy import SessionPrivacy
from .store.base import SessionRow
from .titles import title_from
from .tools.base import Asked, Decided
from .turn import Turn, TurnKey
from .workspace import Cell, TurnWorkspace

MAX_QUEUED = 200
CANCEL_GRACE_S = 5.0
DEFAULT_TITLE = "New session"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message's place in the log."""

    seq: int | None
    queued: bool


def session_info(row: SessionRow) -> SessionInfo:
    """What a list shows of a session that is not awake."""
    return SessionInfo(
        session_id=row.session_id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        messages=row.messages,
        agent=row.agent,
        model=row.model,
        kernel_id=row.kernel_id,
    )


class Session:
    """A live session. Made by the hub, which holds its lease."""

    def __init__(self, row: SessionRow, services: Services) -> None:
        self.row = row
        self.log = SessionLog(
            row.session_id,
            services.store,
            last_seq=row.last_seq,
            on_event=self._remember,
            on_store_error=self._warn_of_store,
        )
        self.last_used = services.clock()
        self._services = services
        self._queue: deque[protocol.UserMessage] = deque()
        self._seen: dict[str, Accepted] = {}
        # of a new session the store knows nothing that this object does not
        self._seen_all = row.last_seq == 0
        self._context = SessionContext(row.session_id, services, empty=row.last_seq == 0)
        self._interactions = Interactions()
        self._allowed: set[str] = set()
        self.results = Results(complete=row.last_seq == 0)
        self._cells: dict[str, Cell] = {}
        self._kernel_ids: dict[str, str] = {}
        self._privacy = SessionPrivacy(row, services)
        self._taking = asyncio.Lock()
        self._runner: asyncio.Task[None] | None = None
        self._turn: Turn | None = None
        self._waiting_turn: Reopened | None = None
        self._closing = False

    # --- what it is --------------------------------------------------------------------------

    @property
    def session_id(self) -> str:
        return self.row.session_id

    @property
    def running(self) -> bool:
        return self._turn is not None or self._waiting_turn is not None

    @property
    def idle(self) -> bool:
        """Nothing runs, waits or listens: it can be let go."""
        return not self.running and not self._queue and not self.log.listeners and self._runner is None

    def info(self) -> SessionInfo:
        info = session_info(self.row)
        info.running, info.queued = self.running, len(self._queue)
        privacy = self.privacy()
        if privacy is not None:
            info.privacy, info.ceiling, info.names = privacy.level, privacy.ceiling, privacy.names
        info.rules = list(self._privacy.rules)
        return info

    @property
    def interactions(self) -> Interactions:
        return self._interactions

    # --- messages ----------------------------------------------------------------------------

    async def post(
        self,
        content: str,
        message_id: str,
        *,
        surface: str,
        agent: str | None = None,
        mentions: Sequence[str] = (),
        replaces: str | None = None,
        kernel_id: str | None = None,
        cell: Cell | None = None,
    ) -> Accepted:
        """Take a message; its turn begins when those before it have ended. The same id is taken once.

        ``replaces``: an earlier message that is taken back first, with everything after it. ``kernel_id``: whose
        tables it is about, if not the session's; ``cell``: the cell that waits for its turn. Raises CopilotError.
        """
        async with self._taking:  # no other message comes between what is taken back and what replaces it
            if (seen := await self._already_taken(message_id)) is not None:
                if cell is not None and message_id in self._cells:  # sent again over a new connection
                    self._cells[message_id] = cell
                return seen
            self._check_room(agent)
            if replaces is not None:
                await self._take_back(replaces)
            if cell is not None:
                self._cells[message_id] = cell
            if kernel_id is not None:
                self._kernel_ids[message_id] = kernel_id
            return self._take(content, message_id, surface, agent, mentions)

    def _check_room(self, agent: str | None) -> None:
        if agent is not None:
            self._services.agents.get(agent)
        if len(self._queue) >= MAX_QUEUED:
            raise CopilotError(
                ErrorCode.BUSY, f"{MAX_QUEUED} messages wait in this session already.", "Wait for some of them to end."
            )

    def _take(
        self, content: str, message_id: str, surface: str, agent: str | None, mentions: Sequence[str]
    ) -> Accepted:
        if agent is None:
            agent, _ = addressed(content, self._services.agents.specs)
        event = protocol.UserMessage(
            message_id=message_id,
            content=content,
            surface=surface,
            agent=agent,
            mentions=list(mentions),
            queued=self.running or bool(self._queue),
        )
        self.log.publish(event, durable=True)
        self.row = replace(self.row, messages=self.row.messages + 1, updated_at=event.at)
        accepted = self._seen[message_id] = Accepted(event.seq, event.queued)
        self._queue.append(event)
        self._start_runner()
        return accepted

    async def _already_taken(self, message_id: str) -> Accepted | None:
        if message_id not in self._seen and not self._seen_all:
            seq = await self._services.store.find_message(self.session_id, message_id)
            if seq is not None:
                self._seen.setdefault(message_id, Accepted(seq, False))
        return self._seen.get(message_id)

    async def _take_back(self, message_id: str) -> None:
        """Forget a message and all that was said after it. The message that replaces it is written afterwards:
        should the process end in between, the same request finds the first half done and does the other."""
        if self.running or self._queue:
            raise CopilotError(
                ErrorCode.BUSY, "A message can't be taken back while a turn runs or waits.", "Stop the turn first."
            )
        await self.log.caught_up()
        seq = await self._services.store.find_message(self.session_id, message_id)
        if seq is None:
            if await self._last_taken_back() == message_id:
                return
            raise CopilotError(
                ErrorCode.BAD_FRAME,
                f"There is no message {message_id!r} in this session to take back.",
                "It may be gone already; send the new one without replaces.",
            )
        gone = await self.log.rewind(message_id, seq)
        self._context.forget()
        self._seen = {name: taken for name, taken in self._seen.items() if (taken.seq or 0) < seq}
        self.row = replace(self.row, messages=max(0, self.row.messages - gone))
        if not self.row.messages and not self.row.titled_by_user:
            self.row = replace(self.row, title=DEFAULT_TITLE)  # what it was made from is gone: the next turn gives one

    async def _last_taken_back(self) -> str | None:
        """The message that was taken back last, if nothing was said since."""
        rows = await self._services.store.events(self.session_id, types=("rewound", "user_message"))
        if not rows or rows[-1].type != "rewound":
            return None
        return protocol.Rewound.model_validate_json(rows[-1].body).message_id

    def cancel(self, message_id: str | None = None) -> bool:
        """End the running turn, or take the named message out of the queue. False when there is nothing to end."""
        self.last_used = self._services.clock()
        if message_id is not None:
            for event in self._queue:
                if event.message_id == message_id:
                    self._queue.remove(event)
                    if (cell := self._cells.pop(message_id, None)) is not None:
                        cell.close()
                    self.log.publish(protocol.MessageWithdrawn(message_id=message_id))
                    return True
        if self._waiting_turn is not None and message_id in (None, self._waiting_turn.key.message_id):
            reopened, self._waiting_turn = self._waiting_turn, None
            self._make_turn(reopened.key, reopened.open_calls).finish("cancelled")
            self._start_runner()
            return True
        if self._turn is not None and message_id in (None, self._turn.key.message_id):
            self._turn.cancellation.cancel()
            if self._runner is not None:
                asyncio.get_running_loop().call_later(CANCEL_GRACE_S, self._insist, self._turn, self._runner)
            return True
        return False

    def _insist(self, turn: Turn, runner: asyncio.Task[None]) -> None:
        """An engine that did not end by itself is ended."""
        if self._turn is turn and not runner.done():
            runner.cancel()

    # --- answers -----------------------------------------------------------------------------

    def answer(self, question_id: str, content: str, *, by: str) -> None:
        """Answer an open question. Raises CopilotError when it is not open (any more)."""
        pending = self._interactions.take(question_id, protocol.Question, by)
        closed = protocol.QuestionClosed(question_id=question_id, answer=content, by=by)
        closed.turn_id = pending.event.turn_id
        self.log.publish(closed, durable=True)
        if not resolve(pending, Asked(content, by)):
            self._take_up()

    def decide(self, approval_id: str, decision: protocol.Decision, *, by: str, note: str | None = None) -> None:
        """Decide an open approval. Raises CopilotError when it is not open (any more)."""
        pending = self._interactions.take(approval_id, protocol.Approval, by)
        closed = protocol.ApprovalClosed(approval_id=approval_id, decision=decision, by=by, note=note)
        closed.turn_id = pending.event.turn_id
        self.log.publish(closed, durable=True)
        if not resolve(pending, Decided(decision, note)):
            self._take_up()

    def _take_up(self) -> None:
        """Go on with a turn that waited over a restart, once nothing of it is open."""
        if not self._interactions.open:
            self._start_runner()

    # --- changes -----------------------------------------------------------------------------

    async def rename(self, title: str) -> None:
        await self._update(title=title.strip(), titled_by_user=True)

    async def configure(
        self,
        *,
        model: str | None = None,
        agent: str | None = None,
        kernel_id: str | None = None,
        privacy: PrivacyLevel | None = None,
        names: ColumnNames | None = None,
        rules: Sequence[PrivacyRule] | None = None,
    ) -> None:
        """Change what is given; ``rules`` replaces all of them. Raises CopilotError."""
        wanted: dict[str, str | bool | None] = {}
        if model is not None:
            wanted["model"] = self._services.resolve_model(model).name
        if agent is not None:
            self._services.agents.get(agent)
            wanted["agent"] = agent
        if kernel_id is not None and kernel_id != self.row.kernel_id:
            wanted["kernel_id"] = kernel_id
        if privacy is not None or names is not None or rules is not None:
            wanted |= self._privacy.choose(privacy, names, rules)
        if wanted:
            await self._update(**wanted)

    async def _allow(self, level: PrivacyLevel) -> None:
        """The user consented in mid-turn: the session's level is raised, for everyone to see."""
        await self.configure(privacy=level)

    async def _update(self, **changes: str | bool | None) -> None:
        self.row = replace(self.row, **changes)  # type: ignore[arg-type]  # columns of SessionRow, by their names
        await self._services.store.update_session(self.session_id, **changes)
        info = self.info()
        self.log.publish(
            protocol.SessionUpdated(
                title=info.title,
                agent=info.agent,
                model=info.model,
                privacy=info.privacy,
                ceiling=info.ceiling,
                names=info.names,
                rules=info.rules,
                kernel_id=info.kernel_id,
            )
        )

    # --- privacy -----------------------------------------------------------------------------

    def privacy(self) -> Privacy | None:
        """What is in force where the session's agent answers; None where no model can be had."""
        return self._privacy.in_force(self.row.agent, self.row.model)

    async def clear(self) -> None:
        """Forget the conversation: the log is emptied, on disk too. A running turn is ended first."""
        async with self._taking:
            await self._stop_turn()
            await self.log.clear()
            self.results.clear()
            self._context.clear()
            self.row = replace(self.row, messages=0)

    async def stop(self) -> None:
        """The session is deleted: end what runs."""
        self._closing = True
        await self._stop_turn()
        await self.log.close()

    async def close(self) -> None:
        """The host stops. A turn that waits for the user stays open; any other is closed as interrupted."""
        self._closing = True
        self._queue.clear()
        if self._turn is not None and self._turn.waits_for_user:
            self._turn.suspend()
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)
        await self.log.close()

    async def _stop_turn(self) -> None:
        for event in list(self._queue):
            self.cancel(event.message_id)
        self.cancel()
        if self._runner is not None:
            await asyncio.wait([self._runner], timeout=CANCEL_GRACE_S)
            if self._runner is not None:
                self._runner.cancel()
                await asyncio.gather(self._runner, return_exceptions=True)

    # --- turns -------------------------------------------------------------------------------

    async def recover(self) -> None:
        """After a restart: close the turn that was cut off, or wait on for its answer; queue what was never begun."""
        reopened = await reopen(self.session_id, self.row.owner, self._services, self.log)
        if reopened is not None and reopened.pending:
            self._waiting_turn = reopened
            for event in reopened.pending:
                self._interactions.add(event)
        elif reopened is not None:
            self._make_turn(reopened.key, reopened.open_calls).finish("interrupted")
        for row in await self._services.store.unanswered_messages(self.session_id):
            waiting = protocol.UserMessage.model_validate_json(row.body)
            self._seen[waiting.message_id] = Accepted(row.seq, True)
            self._queue.append(waiting)
        await self.log.flush()
        self._start_runner()

    def _start_runner(self) -> None:
        if self._runner is None and not self._closing and (self._queue or self._waiting_turn):
            self._runner = asyncio.get_running_loop().create_task(self._run_turns())

    async def _run_turns(self) -> None:
        try:
            while not self._closing:
                if self._waiting_turn is not None:
                    if self._interactions.open:
                        return
                    reopened, self._waiting_turn = self._waiting_turn, None
                    await self._go_on(reopened)
                elif self._queue:
                    await self._begin(self._queue.popleft())
                else:
                    return
        finally:
            self._runner = None
            if not self._closing and not self._interactions.open:
                self._start_runner()

    async def _begin(self, message: protocol.UserMessage) -> None:
        key = TurnKey(self.session_id, new_id(), message.message_id, message.agent or self.row.agent, self.row.owner)
        await self.results.load(self.session_id, self._services.store, self.log)
        self.results.begin_turn()
        turn = self._turn = self._make_turn(key)
        try:
            try:
                spec = self._services.agents.get(key.agent)
                model = self._services.resolve_model(self.row.model if spec.model == "inherit" else spec.model)
            except CopilotError as error:
                self._publish_start(key, "")
                turn.fail(error)
                turn.finish("error")
                return
            await self._context.load(self.log)
            self._publish_start(key, model.name)
            history = await self._history(key.agent)
            _, text = addressed(message.content, self._services.agents.specs)
            if history and isinstance(history[-1], UserText):
                history[-1] = UserText(text)
            named = [*message.mentions, *mentioned(text, self._services.agents.specs)]
            await turn.run(model, history, mentions=tuple(dict.fromkeys(named)))
        finally:
            self._turn = None
            turn.workspace.close()
            self._after_turn()
            await turn.payloads.kept()
        await self._give_title(message.content)

    async def _go_on(self, reopened: Reopened) -> None:
        """Take a turn up again whose question was answered after the restart."""
        await self.results.load(self.session_id, self._services.store, self.log)
        turn = self._turn = self._make_turn(reopened.key, reopened.open_calls)
        try:
            spec = self._services.agents.get(reopened.key.agent)
            model = self._services.resolve_model(self.row.model if spec.model == "inherit" else spec.model)
            for answer in answers_for_open_calls(await self._context.load(self.log), reopened.key.turn_id):
                turn.record(answer)
            await turn.run(model, await self._history(reopened.key.agent))
        except CopilotError as error:
            turn.fail(error)
            turn.finish("error")
        finally:
            self._turn = None
            self._after_turn()

    def _make_turn(self, key: TurnKey, open_calls: Sequence[str] = ()) -> Turn:
        workspace = TurnWorkspace(
            self._services.kernels,
            self._kernel_ids.pop(key.message_id, None) or self.row.kernel_id,
            cell=self._cells.pop(key.message_id, None),
            privacy=lambda: self._privacy.of_turn(key.agent, self.row.model),
            allow=self._allow,
            next_result=self.results.next_number,
            mask=self._privacy.mask(key.agent, self.row.model),
        )
        return Turn(
            key, self._services, self.log, self._interactions, self._allowed, self.results, workspace, open_calls
        )

    def _publish_start(self, key: TurnKey, model: str) -> None:
        started = protocol.TurnStarted(message_id=key.message_id, agent=key.agent, model=model)
        started.turn_id = key.turn_id
        self.log.publish(started)

    def _after_turn(self) -> None:
        self.last_used = self._services.clock()
        self.row = replace(self.row, updated_at=timestamp(self.last_used))
        self._context.shrink()

    async def _give_title(self, content: str) -> None:
        if self.row.title == DEFAULT_TITLE and not self.row.titled_by_user and not self._closing:
            await self._update(title=title_from(content))

    async def _history(self, agent: str) -> list[HistoryItem]:
        return await self._context.history(self.log, agent, self._privacy.of_turn(agent, self.row.model))

    def _remember(self, event: protocol.Event) -> None:
        self._context.take(event)
        if isinstance(event, protocol.AgentMessage) and event.parent_call_id is None:
            self.row = replace(self.row, messages=self.row.messages + 1)

    def _warn_of_store(self, reason: str) -> None:
        self.log.announce(
            protocol.Notice(content=f"This conversation is kept in memory only for now. {reason}", level="warning")
        )
