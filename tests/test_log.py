"""The log: numbered, written, then sent; text coalesced; late listeners brought up to date without a gap."""

import asyncio
import json

import pytest

from table_copilot_jupyter.delivery import Delivery
from table_copilot_jupyter.log import SessionLog
from table_copilot_jupyter.protocol import AgentMessage, Notice, TurnFinished, UserMessage
from table_copilot_jupyter.store.base import SessionRow, StoreError
from table_copilot_jupyter.store.sql import SqlStore


class Recorder:
    def __init__(self):
        self.deliveries = []

    def deliver(self, delivery):
        self.deliveries.append(delivery)

    async def drained(self):
        await asyncio.sleep(0)

    @property
    def seqs(self):
        return [d.seq for d in self.deliveries if d.seq is not None]

    def text_of(self, message_id):
        text = ""
        for delivery in self.deliveries:
            frame = json.loads(delivery.text)
            if delivery.type == "text" and frame["message_id"] == message_id:
                assert frame["offset"] <= len(text), "a piece is missing"
                text = text[: frame["offset"]] + frame["delta"]
            elif delivery.type == "message" and frame["message_id"] == message_id:
                text = frame["content"]
        return text


class FailingStore:
    """A store whose writes can be made to fail."""

    def __init__(self, store):
        self.store = store
        self.failing = False
        self.batches = []

    async def append(self, session_id, batch):
        if self.failing:
            raise StoreError("The disk is full.")
        self.batches.append(batch)
        await self.store.append(session_id, batch)

    def __getattr__(self, name):
        return getattr(self.store, name)


@pytest.fixture
async def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path / 'sessions.db'}")
    await store.open()
    await store.create_session(SessionRow("s", "ada", "New session", "2026", "2026", "e"))
    yield FailingStore(store)
    await store.close()


@pytest.fixture
def log(store):
    return SessionLog("s", store, last_seq=0, on_event=lambda event: None, on_store_error=lambda reason: None)


def user(n):
    return UserMessage(message_id=f"m{n}", content=f"message {n}", surface="test")


async def test_events_are_numbered_from_one_and_written_before_they_are_sent(store, log):
    class Checker(Recorder):
        def deliver(self, delivery):
            assert [e.seq for b in store.batches for e in b.events][-1] >= delivery.seq
            super().deliver(delivery)

    listener = Checker()
    log.listeners.add(listener)
    for n in range(5):
        log.publish(user(n))
    await log.flush()
    assert listener.seqs == [1, 2, 3, 4, 5]
    assert [event.body for event in await store.events("s")] == [d.text for d in listener.deliveries]


async def test_a_thousand_deltas_leave_in_few_frames_and_add_up(log):
    listener = Recorder()
    log.listeners.add(listener)
    for n in range(1000):
        log.stream("text", "a", "copilot", "t", None, f"{n} ")
        if n % 10 == 0:
            await asyncio.sleep(0)
    log.publish(AgentMessage(message_id="a", agent="copilot", content="".join(f"{n} " for n in range(1000))))
    await log.flush()
    assert len(listener.deliveries) < 100
    assert listener.text_of("a") == "".join(f"{n} " for n in range(1000))


async def test_the_first_delta_leaves_at_once(log):
    listener = Recorder()
    log.listeners.add(listener)
    log.stream("text", "a", "copilot", "t", None, "first")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert listener.text_of("a") == "first"


async def test_offsets_count_code_points(log):
    listener = Recorder()
    log.listeners.add(listener)
    for part in ("企鹅", "🐧", " ok"):
        log.stream("text", "a", "copilot", "t", None, part)
        await log.flush()
    assert [json.loads(d.text)["offset"] for d in listener.deliveries] == [0, 2, 3]


async def test_text_is_kept_in_pieces_until_the_message_is_finished(store, log):
    log.stream("text", "a", "copilot", "t", None, "half an ")
    log.stream("reasoning", "a", "copilot", "t", None, "hm")
    await log.close()
    assert {(p.kind, p.text) for p in await store.pieces("s")} == {("text", "half an "), ("reasoning", "hm")}
    log.publish(AgentMessage(message_id="a", agent="copilot", content="half an answer"))
    await log.flush()
    assert await store.pieces("s") == []


async def test_finished_text_leaves_no_piece_behind(store, log):
    log.stream("text", "a", "copilot", "t", None, "short")
    log.publish(AgentMessage(message_id="a", agent="copilot", content="short"))
    await log.close()
    assert await store.pieces("s") == []
    assert log.unfinished() == []


async def test_text_between_two_events_stays_between_them(log):
    listener = Recorder()
    log.listeners.add(listener)
    log.publish(user(1))
    log.stream("text", "a", "copilot", "t", None, "x")
    log.publish(TurnFinished(reason="complete"))
    await log.flush()
    assert [d.type for d in listener.deliveries] == ["user_message", "text", "turn_finished"]


def attached(seq):
    return Delivery("attached", None, json.dumps({"type": "attached", "seq": seq}))


@pytest.mark.parametrize("after", range(8))
async def test_a_late_listener_gets_exactly_what_came_after(log, after):
    for n in range(7):
        log.publish(user(n))
    listener = Recorder()
    await log.replay(listener, after, attached)
    log.publish(user(8))
    await log.flush()
    assert listener.deliveries[0].type == "attached"
    assert listener.seqs == list(range(after + 1, 9))


async def test_a_listener_that_comes_in_the_middle_of_a_stream_misses_nothing(log):
    """Attach at many moments while text and events pour in: each listener ends with all of it, once."""
    listeners = []

    async def come():
        listener = Recorder()
        listeners.append(listener)
        await log.replay(listener, 0, attached)

    text = ""
    attaching = []
    for n in range(300):
        log.stream("text", "a", "copilot", "t", None, f"{n},")
        text += f"{n},"
        if n % 7 == 0:
            log.publish(Notice(content=str(n)))
        if n % 20 == 0:
            attaching.append(asyncio.ensure_future(come()))
        await asyncio.sleep(0.0005)
    await asyncio.gather(*attaching)
    await log.flush()
    last = log.last_seq
    for listener in listeners:
        assert listener.seqs == list(range(1, last + 1))
        assert listener.text_of("a") == text


async def test_a_store_that_fails_stops_neither_events_nor_text(store, log):
    warned = []
    log._on_store_error = warned.append
    listener = Recorder()
    log.listeners.add(listener)
    store.failing = True
    for n in range(3):
        log.publish(user(n))
        await log.flush()
    assert listener.seqs == [1, 2, 3]
    assert warned == ["The disk is full."]
    late = Recorder()
    await log.replay(late, 0, attached)
    assert late.seqs == [1, 2, 3]
    store.failing = False
    log.publish(user(4))
    await log.flush()
    assert [event.seq for event in await store.events("s")] == [1, 2, 3, 4]


async def test_an_event_that_another_host_prevented_did_not_happen(log):
    listener = Recorder()
    log.listeners.add(listener)

    async def refuse(row):
        log.publish(user(1))  # meanwhile
        return False

    assert await log.publish_with(Notice(content="never"), refuse) is False
    await log.flush()
    assert [d.type for d in listener.deliveries] == ["user_message"]


async def test_clearing_empties_the_log_and_goes_on_counting(store, log):
    for n in range(3):
        log.publish(user(n))
    await log.clear()
    log.publish(user(9))
    await log.flush()
    assert [(e.seq, e.type) for e in await store.events("s")] == [(4, "cleared"), (5, "user_message")]


async def test_taking_back_goes_on_counting_and_reaches_who_comes_back(store, log):
    listener = Recorder()
    log.listeners.add(listener)
    for n in range(3):
        log.publish(user(n))
    assert await log.rewind("m1", 2) == 2
    log.publish(user(9))
    await log.flush()
    assert [(e.seq, e.type) for e in await store.events("s")] == [
        *((1, "user_message"), (4, "rewound"), (5, "user_message")),
    ]
    assert listener.seqs == [1, 2, 3, 4, 5]
    for after in (1, 2, 3):
        late = Recorder()
        await log.replay(late, after, attached)
        assert late.seqs == [4, 5]
        rewound = json.loads(late.deliveries[1].text)
        assert (rewound["type"], rewound["message_id"], rewound["first_seq"]) == ("rewound", "m1", 2)


async def test_what_the_store_refused_is_written_before_it_is_taken_back(store, log):
    store.failing = True
    log.publish(user(1))
    await log.flush()
    with pytest.raises(StoreError, match="nothing of it was taken back"):
        await log.rewind("m1", 1)
    store.failing = False
    assert await log.rewind("m1", 1) == 1
    assert [event.type for event in await store.events("s")] == ["rewound"]
    assert (await store.session("s")).last_seq == log.last_seq
