"""The kernel's connection: requests, events each once and in order, and what happens when the socket is lost."""

import asyncio
from urllib.parse import quote

import pytest
from fake_server import RESULT, FakeServer, fake_server, waiting
from websockets.asyncio.server import serve, unix_serve

from table_copilot_jupyter.client.connection import Connection, TransportClosed
from table_copilot_jupyter.client.discovery import Endpoint
from table_copilot_jupyter.client.errors import CopilotConnectionError, CopilotTurnError
from table_copilot_jupyter.client.mime import TABLE
from table_copilot_jupyter.client.websocket import dial_websocket


@pytest.fixture
async def server():
    async with fake_server() as server:
        yield server


def connect(server, **options):
    return Connection(dial_websocket(Endpoint(server.url)), kernel_id="k1", first_delay=0.001, **options)


@pytest.fixture
async def connection(server):
    connection = connect(server)
    yield connection
    await connection.close()


class Listener:
    """Keeps events, and waits for one."""

    def __init__(self, connection, session_id):
        self.events = []
        self._news = asyncio.Condition()
        self._tasks = set()
        self.stop = connection.listen(session_id, self.take)

    def take(self, event):
        self.events.append(event)
        task = asyncio.ensure_future(self._tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self):
        async with self._news:
            self._news.notify_all()

    async def until(self, kind, count=1):
        async with self._news:
            await self._news.wait_for(lambda: len(self.of_type(kind)) >= count)
        return self.of_type(kind)[-1]

    def of_type(self, kind):
        return [event for event in self.events if event["type"] == kind]

    @property
    def seqs(self):
        return [event["seq"] for event in self.events if event.get("seq")]

    @property
    def text(self):
        return "".join(event["delta"] for event in self.of_type("text"))


def message(content="hi", message_id="mid-1"):
    return {"type": "message", "session_id": "s", "content": content, "message_id": message_id}


async def test_attaching_names_surface_and_kernel(server, connection):
    state = await connection.attach("s")
    frame = server.of_type("attach")[0]
    assert (frame["surface"], frame["kernel_id"], frame["after_seq"]) == ("magic", "k1", 0)
    assert state.info["session_id"] == "s"


async def test_a_reply_goes_to_its_request(server, connection):
    replies = await asyncio.gather(*(connection.request({"type": "ping", "session_id": str(n)}) for n in range(20)))
    assert [reply["session_id"] for reply in replies] == [str(n) for n in range(20)]


async def test_an_error_reply_is_raised(server, connection):
    server.deleted.add("s")
    with pytest.raises(CopilotTurnError, match="no session 's'") as error:
        await connection.attach("s")
    assert error.value.code == "unknown_session"


async def test_a_turn_arrives_in_order(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    await connection.request(message("hello"))
    await listener.until("turn_finished")
    assert [event["type"] for event in listener.events] == [
        *("user_message", "turn_started", "text", "text", "message", "turn_finished")
    ]
    assert listener.text == "You said: hello"


@pytest.mark.parametrize("code", [None, 1001, 4408])
async def test_a_lost_socket_loses_and_doubles_no_event(server, connection, code):
    server.then(waiting)
    listener = Listener(connection, "s")
    await connection.attach("s")
    await connection.request(message())
    await listener.until("text")
    await server.drop(code)
    server.turns[0].stream(" and 界 while nobody listened")
    server.turns[0].emit("notice", content="meanwhile")
    await server.until(lambda: server.attached)
    server.turns[0].stream(" and after")
    server.turns[0].cancelled.set()
    await listener.until("turn_finished")
    assert listener.seqs == [1, 2, 3, 4, 5]
    assert listener.text == "so far and 界 while nobody listened and after"
    assert server.of_type("attach")[-1]["after_seq"] == 2
    assert [event["content"] for event in listener.of_type("connection")] == ["Reconnecting (1 of 5)…", ""]


async def test_an_unanswered_message_is_sent_again_under_the_same_id(server):
    dropped = asyncio.Event()

    connection = connect(server)
    original = server._message

    def lose_reply(socket, frame, reply):
        server._message = original
        server.session("s").messages[frame["message_id"]] = frame["content"]
        socket.transport.abort()
        dropped.set()

    server._message = lose_reply
    listener = Listener(connection, "s")
    await connection.attach("s")
    reply = await connection.request(message())
    assert dropped.is_set()
    assert reply["type"] == "ack"
    assert [frame["message_id"] for frame in server.of_type("message")] == ["mid-1", "mid-1"]
    listener.stop()
    await connection.close()


async def test_text_that_overlaps_is_cut_and_text_with_a_gap_waits_for_the_message(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    for offset, delta in [(0, "abc"), (0, "abcdef"), (2, "cd"), (5, "fgh"), (20, "lost"), (8, "")]:
        server.emit("s", "text", message_id="m", offset=offset, delta=delta)
    server.emit("s", "message", message_id="m", content="abcdefgh")
    server.emit("s", "text", message_id="m", offset=0, delta="abcdefgh late")
    server.emit("s", "notice", content="end")
    await listener.until("notice")
    assert [event["delta"] for event in listener.of_type("text")] == ["abc", "def", "gh"]


async def test_a_log_that_was_lost_is_read_from_its_beginning(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    for number in range(5):
        server.emit("s", "notice", content=f"old {number}")
    await listener.until("notice", 5)
    server.lose_log("s")
    server.emit("s", "sent", bytes=10, tables=[])
    await server.drop()
    await server.until(lambda: server.attached)
    server.emit("s", "notice", content="new")
    await listener.until("notice", 6)
    assert [event["seq"] for event in listener.events[-2:]] == [1, 2]
    assert connection.sessions["s"].sent.bytes == 10


async def test_after_five_tries_it_gives_up_and_says_so(server):
    dials = []

    async def dial():
        dials.append(1)
        raise ConnectionRefusedError("nobody there")

    connection = Connection(dial, first_delay=0.0001)
    with pytest.raises(CopilotConnectionError, match="nobody there") as error:
        await connection.attach("s")
    assert len(dials) == 6
    assert "Check that it runs" in error.value.hint


async def test_after_giving_up_the_next_request_tries_again(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    server.refuse_status = 503
    await server.drop()
    lost = await listener.until("connection_lost")
    assert "503" in lost["message"]
    listener.stop()
    server.refuse_status = None
    await connection.attach("s")
    assert connection.sessions["s"].attached


@pytest.mark.parametrize(("status", "hint"), [(403, "Restart the kernel"), (404, "jupyter server extension enable")])
async def test_a_refusal_is_not_tried_again(server, connection, status, hint):
    server.refuse_status = status
    with pytest.raises(CopilotConnectionError, match=str(status)) as error:
        await connection.attach("s")
    assert hint in error.value.hint


@pytest.mark.parametrize(("code", "word"), [(4401, "token"), (4429, "too many"), (1009, "too large")])
async def test_some_closes_are_final(server, connection, code, word):
    listener = Listener(connection, "s")
    await connection.attach("s")
    await server.drop(code)
    assert word in (await listener.until("connection_lost"))["message"]


async def test_without_anything_outstanding_a_lost_socket_is_left_alone(server, connection):
    await connection.attach("s")
    await server.drop()
    assert (await connection.request({"type": "ping"}))["type"] == "ack"
    assert len(server.of_type("attach")) == 1


def due_elsewhere(server, seq, session_id="s"):
    """A reminder told to every connection, whatever session it is attached to."""
    event = {"type": "reminder", "session_id": session_id, "seq": seq, "reminder_id": "r", "content": "Stretch"}
    for socket in server.connections:
        server.send(socket, event)


@pytest.mark.parametrize("before", ["never attached", "let go"])
async def test_a_reminder_of_a_session_that_is_not_attached_changes_nothing(server, connection, before):
    await connection.attach("other")
    if before == "let go":
        await connection.attach("s")
        await connection.release("s")
    listener = Listener(connection, "s")
    for number in range(3):
        server.emit("s", "notice", content=str(number))
    server.emit("s", "reminder", reminder_id="r", content="Stretch")
    due_elsewhere(server, 4)
    await connection.request({"type": "ping"})
    assert listener.events == []
    await connection.attach("s")
    await listener.until("reminder")
    assert listener.seqs == [1, 2, 3, 4]


async def test_a_reminder_that_comes_before_the_session_is_attached_again_hides_nothing(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    attach = server._attach

    def late(socket, frame, reply):
        server.emit("s", "reminder", reminder_id="r", content="Stretch")
        due_elsewhere(server, 3)
        attach(socket, frame, reply)

    server._attach = late
    await server.drop()
    server.emit("s", "notice", content="1")
    server.emit("s", "notice", content="2")
    await listener.until("reminder")
    assert listener.seqs == [1, 2, 3]


async def test_what_was_sent_to_models_stays_counted_when_a_message_is_taken_back(server, connection):
    listener = Listener(connection, "s")
    state = await connection.attach("s")
    server.emit("s", "sent", bytes=5, tables=[{"rows": 2}])
    server.emit("s", "rewound", message_id="m", first_seq=1)
    server.emit("s", "reminder_closed", reminder_id="r", action="done", by="page")
    await listener.until("reminder_closed")
    assert (state.seq, state.sent.requests, state.sent.rows, state.sent.bytes) == (3, 1, 2, 5)


async def test_what_the_session_allows_is_kept_as_it_was_last_told(server, connection):
    listener = Listener(connection, "s")
    state = await connection.attach("s")
    rules = [{"table": "staff", "column": None, "level": "hidden"}]
    server.emit("s", "session_updated", title="t", privacy="rows", ceiling="rows", names="masked", rules=rules)
    server.emit("s", "session_updated", title="t", privacy="schema")
    await listener.until("session_updated", 2)
    told = {name: state.info[name] for name in ("privacy", "ceiling", "names", "rules")}
    assert told == {"privacy": "schema", "ceiling": "rows", "names": "masked", "rules": rules}


async def test_results_can_be_referred_to_until_the_session_is_cleared(server, connection):
    listener = Listener(connection, "s")
    state = await connection.attach("s")
    server.emit("s", "tool_output", call_id="c", mime={TABLE: RESULT, "text/plain": "x"})
    server.emit("s", "tool_output", call_id="d", mime={"text/plain": "x"})
    await listener.until("tool_output", 2)
    assert state.results == {"q1": RESULT["evidence"]}
    server.emit("s", "cleared")
    await listener.until("cleared")
    assert state.results == {}


async def test_a_frame_whose_reply_nobody_needs_is_sent_and_lost_where_there_is_no_way(server, connection):
    await connection.tell({"type": "ping", "lost": True})
    await connection.attach("s")
    await connection.tell({"type": "ping"})
    await connection.request({"type": "ping"})
    assert ["lost" in frame for frame in server.of_type("ping")] == [False, False]


async def test_a_session_that_is_let_go_is_taken_up_where_it_was(server, connection):
    await connection.attach("s")
    server.emit("s", "sent", bytes=5, tables=[{"rows": 2}])
    await connection.request({"type": "ping"})
    await connection.release("s")
    await server.until(lambda: not server.attached)
    server.emit("s", "sent", bytes=7, tables=[])
    state = await connection.attach("s")
    await connection.request({"type": "ping"})
    assert server.of_type("attach")[-1]["after_seq"] == 1
    assert (state.sent.requests, state.sent.rows, state.sent.bytes) == (2, 2, 12)


async def test_a_session_somebody_listens_to_is_not_let_go(server, connection):
    Listener(connection, "s")
    await connection.attach("s")
    await connection.release("s")
    await connection.request({"type": "ping"})
    assert server.of_type("detach") == []


async def test_a_session_deleted_meanwhile_is_told_to_its_listeners(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    server.deleted.add("s")
    await server.drop()
    assert (await listener.until("error"))["lost"]


async def test_what_cannot_be_read_is_ignored(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    socket = server.connections[0]
    for text in [
        "no json",
        "[]",
        '{"type": "novelty", "session_id": "s", "seq": 1}',
        '{"seq": 1}',
        '{"session_id": 3}',
    ]:
        socket.fake_outbox.put_nowait(text)
    server.session("s").seq = 1
    server.emit("s", "notice", content="end")
    await listener.until("notice")
    assert listener.seqs == [1, 2]


async def test_a_request_without_a_reply_ends_in_time():
    class Silent:
        async def send(self, text):
            return None

        async def receive(self):
            await asyncio.Event().wait()

        async def close(self):
            return None

    async def dial():
        return Silent()

    connection = Connection(dial, request_timeout=0.01)
    with pytest.raises(CopilotConnectionError, match="did not reply to 'attach'"):
        await connection.attach("s")
    await connection.close()


async def test_a_failure_of_the_way_itself_is_told():
    async def dial():
        raise ValueError("broken setting")

    with pytest.raises(CopilotConnectionError, match="ValueError: broken setting"):
        await Connection(dial).attach("s")


async def test_closing_fails_what_is_outstanding(server, connection):
    listener = Listener(connection, "s")
    await connection.attach("s")
    await connection.close()
    assert listener.of_type("connection_lost")


def test_a_closed_transport_names_its_code():
    assert "4408" in str(TransportClosed(4408, "slow"))


async def test_a_server_on_a_unix_socket_is_reached(tmp_path):
    path = tmp_path / "jupyter.sock"
    server = FakeServer()
    async with unix_serve(server.serve_one, str(path), subprotocols=["table-copilot.v1"]):
        url = f"ws+unix://{quote(str(path), safe='')}/base/table-copilot/ws"
        connection = Connection(dial_websocket(Endpoint(url)))
        assert (await connection.attach("s")).attached
        await connection.close()


async def test_a_server_of_another_dialect_is_refused():
    async with serve(FakeServer().serve_one, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        connection = Connection(dial_websocket(Endpoint(f"ws://127.0.0.1:{port}/")))
        with pytest.raises(CopilotConnectionError, match=r"does not speak 'table-copilot\.v1'"):
            await connection.attach("s")
