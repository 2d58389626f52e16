"""A server of the dialect v1 for tests of its clients: it does what a script says, and can lose connections.

It keeps a numbered log per session like the real one, so that clients can resume. A script is an async function
``(turn) -> None``; without one the server echoes.
"""

import asyncio
import json
import threading
import uuid
from collections import deque
from contextlib import asynccontextmanager

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


class FakeSession:
    def __init__(self):
        self.epoch = "e1"
        self.seq = 0
        self.log = []
        self.live = {}
        self.messages = {}


class FakeTurn:
    """What a script works with: one message and its turn."""

    def __init__(self, server, session_id, frame, connection=None):
        self.server = server
        self.connection = connection
        self.session_id = session_id
        self.content = frame["content"]
        self.message_id = frame["message_id"]
        self.turn_id = f"t-{self.message_id[:8]}"
        self.cancelled = asyncio.Event()
        self.replies = asyncio.Queue()
        self.kernel_results = {}

    async def in_kernel(self, op, **arguments):
        """Have the cell that waits for this turn carry out an operation; returns the ``kernel_result``."""
        call_id = self.ask_kernel(op, **arguments)
        await self.server.until(lambda: call_id in self.kernel_results)
        return self.kernel_results[call_id]

    def ask_kernel(self, op, **arguments):
        call_id = uuid.uuid4().hex
        request = {"call_id": call_id, "op": op, "arguments": arguments, "policy": {"level": "rows", "ceiling": "rows"}}
        self.server.send(self.connection, {"type": "kernel_request", "session_id": self.session_id, **request})
        return call_id

    def emit(self, kind, **fields):
        self.server.emit(self.session_id, kind, turn_id=self.turn_id, **fields)

    def begin(self):
        self.emit("turn_started", message_id=self.message_id, agent="copilot", model="fake-1")

    def stream(self, delta, message_id="m1", **fields):
        live = self.server.session(self.session_id).live
        offset = len(live.get(message_id, ""))
        live[message_id] = live.get(message_id, "") + delta
        self.emit("text", message_id=message_id, agent="copilot", offset=offset, delta=delta, **fields)

    def say(self, text, message_id="m1", **fields):
        self.server.session(self.session_id).live.pop(message_id, None)
        self.emit("message", message_id=message_id, agent="copilot", content=text, **fields)

    def finish(self, reason="complete"):
        self.emit("turn_finished", reason=reason)


async def echo(turn):
    turn.begin()
    turn.stream("You said: ")
    turn.stream(turn.content)
    turn.say(f"You said: {turn.content}")
    turn.finish()


async def waiting(turn):
    """Says a bit, then waits until it is cancelled."""
    turn.begin()
    turn.stream("so far")
    await turn.cancelled.wait()
    turn.say("so far", partial=True)
    turn.finish("cancelled")


def asking(*questions):
    """A script that asks, then says what it was answered."""

    async def script(turn):
        turn.begin()
        answers = []
        for number, (content, options) in enumerate(questions):
            turn.emit("question", question_id=f"q{number}", content=content, options=options, multiple=False)
            reply = asyncio.ensure_future(turn.replies.get())
            cancelled = asyncio.ensure_future(turn.cancelled.wait())
            await asyncio.wait([reply, cancelled], return_when=asyncio.FIRST_COMPLETED)
            if turn.cancelled.is_set():
                reply.cancel()
                turn.emit("question_closed", question_id=f"q{number}", answer=None, by="cancelled")
                turn.finish("cancelled")
                return
            cancelled.cancel()
            answer = reply.result()
            answers.append(answer["content"])
            turn.emit("question_closed", question_id=f"q{number}", answer=answer["content"], by="magic")
        turn.say(f"Answers: {answers!r}")
        turn.finish()

    return script


def approving_to(tool, arguments, content="May I?", options=("once", "session", "deny")):
    """A script that asks for an approval, then says what was decided."""

    async def script(turn):
        turn.begin()
        asked = {"content": content, "tool": tool, "arguments": arguments, "options": list(options)}
        turn.emit("approval", approval_id="a1", **asked)
        reply = await turn.replies.get()
        note = reply.get("note")
        turn.emit("approval_closed", approval_id="a1", decision=reply["decision"], by="magic", note=note)
        turn.say(f"Decided: {reply['decision']} ({note})")
        turn.finish()

    return script


approving = approving_to("run_code", {"code": "1/0"}, "Run this?")

RESULT = {
    "ref": "q1",
    "title": None,
    "columns": [
        {"name": "island", "type": "VARCHAR", "numeric": False},
        {"name": "mass", "type": "DOUBLE", "numeric": True},
    ],
    "rows": [["Biscoe", 4716.0], ["Dream", 3712.9], ["Torgersen", None]],
    "total_rows": 3,
    "truncated": False,
    "sql": "SELECT island, avg(mass) FROM penguins GROUP BY 1",
    "code": "import duckdb\nduckdb.sql('SELECT 1')",
    "elapsed_ms": 12,
    "evidence": {
        "ref": "q1",
        "variable": "_q1",
        "sql": "SELECT island, avg(mass) FROM penguins GROUP BY 1",
        "at": "2026-05-01T10:30:00Z",
        "rows": 3,
        "columns": ["island", "mass"],
        "tables": [{"name": "penguins", "fingerprint": {"rows": 344, "columns": 8, "schema": "a", "content": "b"}}],
        "truncated": False,
    },
}
"""A query's result, as the kernel shows it."""


async def querying(turn):
    """Queries a table, shows the result, and answers with a number that is proved and one that is not."""
    turn.begin()
    arguments = {"sql": RESULT["sql"]}
    turn.emit("tool_started", call_id="c1", message_id="m0", tool="query_table", arguments=arguments, agent="analyst")
    mime = {"application/vnd.table-copilot.table+json": RESULT, "text/plain": "island  mass\nBiscoe  4716.0"}
    turn.emit("tool_output", call_id="c1", mime=mime)
    turn.emit("tool_finished", call_id="c1", ok=True, content="3 rows", elapsed_ms=12)
    turn.say("Biscoe: 4716 g [q1], of 42.")
    numbers = [
        {"start": 8, "end": 12, "text": "4716", "ref": "q1"},
        {"start": 24, "end": 26, "text": "42", "ref": None},
    ]
    turn.emit("evidence", message_id="m1", refs=["q1"], numbers=numbers)
    turn.finish()


def failing(code="model_error", message="The model failed.", hint="Try again."):
    async def script(turn):
        turn.begin()
        turn.stream("Half an")
        turn.say("Half an", partial=True)
        turn.emit("error", code=code, message=message, hint=hint)
        turn.finish("error")

    return script


class FakeServer:
    def __init__(self):
        self.sessions = {}
        self.deleted = set()
        self.scripts = deque()
        self.received = []
        self.connections = []
        self.attached = []
        self.turns = []
        self.commands_as_messages = set()
        self.about = {}
        self.refuse_status = None
        self.port = 0
        self._news = asyncio.Condition()
        self._tasks = set()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}/table-copilot/ws"

    def then(self, *scripts):
        self.scripts.extend(scripts)
        return self

    def session(self, session_id):
        return self.sessions.setdefault(session_id, FakeSession())

    def of_type(self, kind):
        return [frame for frame in self.received if frame["type"] == kind]

    async def until(self, condition):
        """Wait until ``condition()`` holds; it is looked at after every frame and connection."""
        async with self._news:
            await self._news.wait_for(condition)

    async def _tell(self):
        async with self._news:
            self._news.notify_all()

    # --- out -----------------------------------------------------------------------------------

    def emit(self, session_id, kind, **fields):
        session = self.session(session_id)
        event = {"type": kind, "session_id": session_id, "seq": None, **fields}
        if kind not in ("text", "reasoning"):
            session.seq += 1
            event["seq"] = session.seq
            session.log.append(event)
        for connection, attached in self.attached:
            if attached == session_id:
                self.send(connection, event)

    def send(self, connection, frame):
        connection.fake_outbox.put_nowait(json.dumps(frame))

    async def drop(self, code=None):
        """Lose every connection: cut, or closed with a code. Returns when that is done."""
        for connection in list(self.connections):
            await connection.fake_outbox.join()
            if code is None:
                connection.transport.abort()
            else:
                await connection.close(code, "dropped")
        await self.until(lambda: not self.connections)

    def lose_log(self, session_id):
        """As after a restore of an old database: other events under the same numbers."""
        session = self.session(session_id)
        session.epoch += "x"
        session.log.clear()
        session.seq = 0

    # --- in ------------------------------------------------------------------------------------

    async def serve_one(self, connection):
        connection.fake_outbox = asyncio.Queue()
        writer = asyncio.create_task(self._write(connection))
        self.connections.append(connection)
        await self._tell()
        try:
            async for text in connection:
                frame = json.loads(text)
                self.received.append(frame)
                self.take(connection, frame)
                await self._tell()
        except ConnectionClosed:
            return
        finally:
            writer.cancel()
            self.connections.remove(connection)
            self.attached = [(c, s) for c, s in self.attached if c is not connection]
            await self._tell()

    async def _write(self, connection):
        while True:
            text = await connection.fake_outbox.get()
            try:
                await connection.send(text)
            finally:
                connection.fake_outbox.task_done()

    def take(self, connection, frame):
        session_id, kind = frame.get("session_id"), frame["type"]
        reply = {"request_id": frame.get("request_id"), "session_id": session_id}
        if session_id in self.deleted:
            error = {"code": "unknown_session", "message": f"There is no session {session_id!r}.", "hint": ""}
            self.send(connection, {"type": "error", **reply, **error})
        elif kind == "attach":
            self._attach(connection, frame, reply)
        elif kind == "message":
            self._message(connection, frame, reply)
        else:
            if kind in ("answer", "decide") and not (frame.get("content") or frame.get("decision")).strip():
                error = {"code": "bad_frame", "message": f"{kind}: it is blank.", "hint": "Write something."}
                self.send(connection, {"type": "error", **reply, **error})
                return
            if kind == "cancel":
                self.turns[-1].cancelled.set()
            elif kind in ("answer", "decide"):
                self.turns[-1].replies.put_nowait(frame)
            elif kind == "kernel_result":
                self.turns[-1].kernel_results[frame["call_id"]] = frame
            elif kind == "detach":
                self.attached = [pair for pair in self.attached if pair != (connection, session_id)]
            self.send(connection, {"type": "ack", **reply, **(self.about if kind == "describe" else {})})

    def _attach(self, connection, frame, reply):
        session_id = frame["session_id"]
        session = self.session(session_id)
        info = {"session_id": session_id, "title": "New session"}
        reply = {"type": "attached", **reply, "session": info, "seq": session.seq, "epoch": session.epoch}
        self.send(connection, reply)
        for event in session.log:
            if event["seq"] > frame["after_seq"]:
                self.send(connection, event)
        for message_id, text in session.live.items():
            event = {"message_id": message_id, "agent": "copilot", "offset": 0, "delta": text}
            turn_id = self.turns[-1].turn_id
            self.send(connection, {"type": "text", "session_id": session_id, "turn_id": turn_id, **event})
        if (connection, session_id) not in self.attached:
            self.attached.append((connection, session_id))

    def _message(self, connection, frame, reply):
        content, session_id = frame["content"], frame["session_id"]
        if content.startswith("/") and content not in self.commands_as_messages:
            switch_to = content.partition(" ")[2] if content.startswith("/session ") else None
            self.send(
                connection, {"type": "notice", **reply, "content": f"| {content} |\n|---|", "switch_to": switch_to}
            )
            return
        session = self.session(session_id)
        known = frame["message_id"] in session.messages
        if not known:
            session.messages[frame["message_id"]] = content
            self.emit(session_id, "user_message", message_id=frame["message_id"], content=content, surface="magic")
        self.send(connection, {"type": "ack", **reply, "message_id": frame["message_id"], "seq": session.seq})
        if not known:
            turn = FakeTurn(self, session_id, frame, connection)
            self.turns.append(turn)
            script = self.scripts.popleft() if self.scripts else echo
            task = asyncio.create_task(script(turn))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def process_request(self, connection, request):
        if self.refuse_status is not None:
            return connection.respond(self.refuse_status, "refused\n")
        return None


@asynccontextmanager
async def fake_server_elsewhere(*scripts):
    """The URL of a server on a loop and thread of its own, for clients that block this one's."""
    running, stop, found = threading.Event(), asyncio.Event(), []

    async def serve_until_stopped():
        async with fake_server() as server:
            server.then(*scripts)
            found.extend((server.url, asyncio.get_running_loop()))
            running.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve_until_stopped(),))
    thread.start()
    running.wait(10)
    url, loop = found
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        await asyncio.to_thread(thread.join)


@asynccontextmanager
async def fake_server(port=0):
    """A running server on the test's own loop."""
    server = FakeServer()
    async with serve(
        server.serve_one,
        "127.0.0.1",
        port,
        subprotocols=["table-copilot.v1"],
        process_request=server.process_request,
        ping_interval=None,
    ) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server
        for task in list(server._tasks):
            task.cancel()
        await asyncio.gather(*server._tasks, return_exceptions=True)
