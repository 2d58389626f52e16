"""The dialect ``table-copilot.v1``: requests with replies, sessions as streams of events."""

from __future__ import annotations

from .. import commands, inspection, protocol
from ..clock import timestamp
from ..delivery import Delivery
from ..export import export_json, export_markdown, file_name
from ..hub import Hub
from ..protocol import CopilotError, ErrorCode
from ..session import Session
from .about import about
from .base import Peer, Transport
from .cell import CellKernel
from .personal import change_todo, remind


class V1Peer(Peer):
    """A surface: the magic, the widget, the panel, the page."""

    def __init__(self, hub: Hub, *, owner: str, transport: Transport, kernel_id: str | None) -> None:
        super().__init__(hub, owner=owner, transport=transport, kernel_id=kernel_id)
        self._attached: dict[str, Session] = {}
        self._surface = "client"
        self._cells: list[CellKernel] = []

    def parse(self, text: str | bytes) -> protocol.Frame:
        return protocol.parse_v1(text)

    def deliver(self, delivery: Delivery) -> None:
        self._outbox.send(delivery.text)
        if delivery.type == "session_deleted" and delivery.event is not None:
            self._attached.pop(delivery.event.session_id, None)

    def push(self, frame: protocol.Frame) -> None:
        self.send(frame)

    def reminded(self, event: protocol.ReminderDue) -> None:
        """So that a surface that shows another session can tell of it. Who listens, or is about to, has it anyway:
        once, and in its place."""
        if event.session_id not in self._attached:
            self.send(event)

    def leave(self) -> None:
        for session in self._attached.values():
            session.log.listeners.discard(self)
        self._attached.clear()
        for cell in self._cells:
            cell.close()

    def send_error(self, error: CopilotError, *, request_id: str | None = None, session_id: str | None = None) -> None:
        self.send(
            protocol.ErrorFrame(
                code=error.code,
                message=error.message,
                hint=error.hint,
                request_id=request_id,
                session_id=session_id or "",
            )
        )

    def take_at_once(self, frame: protocol.Frame) -> bool:
        """A cell's result: a command of the same connection may be waiting for it."""
        if not isinstance(frame, protocol.KernelResult) or not self._cells:
            return False
        for cell in self._cells:
            cell.take(frame)  # one that comes too late is of no use any more
        return True

    async def handle(self, frame: protocol.Frame) -> None:
        match frame:
            case protocol.Ping():
                self.send(protocol.Pong(request_id=frame.request_id))
            case protocol.Attach():
                await self._attach(frame)
            case protocol.Detach():
                session = self._attached.pop(frame.session_id, None)
                if session is not None:
                    session.log.listeners.discard(self)
                self._ack(frame)
            case protocol.List(what="tables"):
                self.handle_aside(frame, self._list(frame))
            case protocol.List():
                await self._list(frame)
            case protocol.Describe():
                reply = about(self.hub)
                reply.request_id = frame.request_id
                self.send(reply)
            case protocol.ChangeTodo():
                await change_todo(self.hub, self.owner, frame)
                self._ack(frame)
            case protocol.Remind():
                await remind(self.hub, self.owner, frame, by=self._surface)
                self._ack(frame)
            case protocol.Export():
                await self._export(frame)
            case protocol.Delete():
                await self.hub.delete_session(frame.session_id, self.owner)
                self._ack(frame)
            case protocol.KernelResult():
                raise CopilotError(
                    ErrorCode.BAD_FRAME,
                    f"No kernel request {frame.call_id!r} is open.",
                    "Send a kernel_result only in answer to a kernel_request.",
                )
            case _:
                await self._handle_in_session(frame)

    async def _handle_in_session(self, frame: protocol.Frame) -> None:
        """Frames that are about a session, which need not be attached."""
        assert isinstance(frame, protocol.ClientFrame)
        session = await self.hub.session(getattr(frame, "session_id", ""), self.owner)
        match frame:
            case protocol.Message():
                await self._message(frame, session)
                return
            case protocol.Cancel():
                session.cancel(frame.message_id)
            case protocol.Answer():
                session.answer(frame.question_id, frame.content, by=self._surface)
            case protocol.Decide():
                session.decide(frame.approval_id, frame.decision, by=self._surface, note=frame.note)
            case protocol.Clear():
                await session.clear()
            case protocol.Rename():
                await session.rename(frame.title)
            case protocol.Configure():
                self._check_kernel(frame.kernel_id)
                await session.configure(
                    model=frame.model,
                    agent=frame.agent,
                    kernel_id=frame.kernel_id,
                    privacy=frame.privacy,
                    names=frame.names,
                    rules=frame.rules,
                )
            case protocol.ReadReceipt():
                self._reply(frame, await inspection.payload(self.hub, session, frame.receipt_id))
                return
            case protocol.Verify():
                self.handle_aside(frame, self._verify(frame, session))
                return
            case protocol.Rerun():
                self.handle_aside(frame, self._rerun(frame, session))
                return
        await session.log.caught_up()  # what was acknowledged outlives a killed server
        self._ack(frame)

    def _ack(self, frame: protocol.ClientFrame) -> None:
        """Say that it was done, to those who asked with a ``request_id``."""
        if frame.request_id is not None:
            self.send(protocol.Ack(request_id=frame.request_id, session_id=getattr(frame, "session_id", None)))

    def _reply(self, frame: protocol.ClientFrame, reply: protocol.Reply) -> None:
        reply.request_id = frame.request_id
        self.send(reply)

    async def _verify(self, frame: protocol.Verify, session: Session) -> None:
        self._reply(frame, await inspection.verified(self.hub, session, frame.refs))

    async def _rerun(self, frame: protocol.Rerun, session: Session) -> None:
        await inspection.rerun(self.hub, session, frame.ref)
        await session.log.caught_up()
        self._ack(frame)

    def _cell(self, frame: protocol.Message, session: Session) -> CellKernel | None:
        """The cell that waits for the message's turn, if its client offered it."""
        if "kernel" not in frame.offers:
            return None
        if frame.kernel_id is None:
            raise CopilotError(
                ErrorCode.BAD_FRAME, "offers ['kernel'] needs a kernel_id.", "Say which kernel's cell waits."
            )
        self._cells = [cell for cell in self._cells if not cell.finished]
        cell = CellKernel(frame.kernel_id, session.session_id, self.send)
        self._cells.append(cell)
        return cell

    def _check_kernel(self, kernel_id: str | None) -> None:
        if kernel_id is not None and self.kernel_id is not None and kernel_id != self.kernel_id:
            raise CopilotError(
                ErrorCode.DENIED,
                f"This connection's token is for another kernel than {kernel_id!r}.",
                "Use the kernel's own token, or the server's.",
            )

    async def _attach(self, frame: protocol.Attach) -> None:
        self._check_kernel(frame.kernel_id)
        self._surface = frame.surface
        if frame.session_id is None:
            session = await self.hub.new_session(self.owner)
        else:
            session = await self.hub.session(frame.session_id, self.owner, create=True)
        if frame.kernel_id is not None:
            await session.configure(kernel_id=frame.kernel_id)
        self._attached[session.session_id] = session
        session.log.listeners.discard(self)  # attached before: it is brought up to date anew

        def attached(seq: int) -> Delivery:
            reply = protocol.Attached(
                request_id=frame.request_id,
                session_id=session.session_id,
                session=session.info(),
                seq=seq,
                epoch=session.row.epoch,
            )
            return Delivery(reply.type, None, reply.to_wire())

        await session.log.replay(self, frame.after_seq, attached)
        if self._outbox.closed:  # gone while it was brought up to date
            session.log.listeners.discard(self)

    async def _list(self, frame: protocol.List) -> None:
        reply: protocol.Reply
        if frame.what == "todos":
            reply = await self.hub.todos(self.owner)
        elif frame.what == "reminders":
            reply = await self.hub.reminders(self.owner)
        elif frame.what in ("tables", "receipts"):
            session = await self.hub.session(frame.session_id or "", self.owner)
            listed = inspection.tables if frame.what == "tables" else inspection.receipts
            reply = await listed(self.hub, session)
        else:
            reply = protocol.Sessions(sessions=await self.hub.sessions(self.owner))
        reply.request_id = frame.request_id
        self.send(reply)

    async def _export(self, frame: protocol.Export) -> None:
        if frame.format == "receipts":
            session = await self.hub.session(frame.session_id, self.owner)
            self._reply(frame, await inspection.exported_receipts(self.hub, session))
            return
        info, events = await self.hub.session_log(self.owner, frame.session_id)
        export = export_markdown if frame.format == "md" else export_json
        self.send(
            protocol.Exported(
                request_id=frame.request_id,
                session_id=frame.session_id,
                format=frame.format,
                filename=file_name(info.title, frame.session_id, frame.format),
                content=export(info, events),
            )
        )

    async def _message(self, frame: protocol.Message, session: Session) -> None:
        self._check_kernel(frame.kernel_id)
        content, is_command = commands.read(frame.content)
        cell = self._cell(frame, session)
        if is_command:
            language = frame.language or self.hub.services.language_of("")
            scene = commands.Scene(self.hub, session, self.owner, self._surface, frame.kernel_id, cell, language)
            answer = await commands.run(content, scene)
            content = answer.say
        if not content:
            if cell is not None:
                cell.close()
            self.send(
                protocol.Notice(
                    session_id=session.session_id,
                    content=answer.content,
                    switch_to=answer.switch_to,
                    request_id=frame.request_id,
                    at=timestamp(self.hub.services.clock()),
                )
            )
            return
        accepted = await session.post(
            content,
            frame.message_id,
            surface=self._surface,
            agent=frame.agent,
            mentions=frame.mentions,
            replaces=frame.replaces,
            kernel_id=frame.kernel_id,
            cell=cell,
        )
        await session.log.caught_up()  # what was acknowledged outlives a killed server
        self.send(
            protocol.Ack(
                request_id=frame.request_id,
                session_id=session.session_id,
                message_id=frame.message_id,
                seq=accepted.seq,
                queued=accepted.queued,
            )
        )
