"""A session's log: what was appended is there, in order, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_builders import AT, event, row, turn, write

from table_copilot_jupyter.store import log, sessions
from table_copilot_jupyter.store.base import Batch, OpenTurn, Piece, StoredEvent, StoreError
from table_copilot_jupyter.store.database import Database, Mode
from table_copilot_jupyter.store.sql import SqlStore

pytest_plugins = ["store_fixtures"]


def piece(message_id: str, offset: int, text: str, kind: str = "text") -> Piece:
    return Piece(message_id, kind, offset, text, "t1", "copilot")


async def test_events_come_back_in_order_and_word_for_word(store: SqlStore):
    body = '{"type":"notice","content":"\\u0000 é 表 😀 %s :x"}'
    log_ = [event(1), event(2, body=body), event(5, "message", "t1")]
    await write(store, *log_)

    assert await store.events("s1") == log_
    assert await store.events("s1", after_seq=1, limit=1) == [log_[1]]
    assert await store.events("s1", after_seq=5) == []
    assert await store.events("s1", after_seq=10**40) == []
    assert await store.events("unknown") == []


async def test_append_counts_for_the_session(store: SqlStore):
    await store.append("s1", Batch(events=[event(1), event(2)], messages=2, updated_at="2026-02-01T00:00:00+00:00"))
    await store.append("s1", Batch(events=[event(3)]))
    await store.sync()

    found = await store.session("s1")
    assert found == row(messages=2, last_seq=3, updated_at="2026-02-01T00:00:00+00:00")


async def test_a_seq_that_is_taken_is_refused_with_all_of_its_batch(store: SqlStore):
    await write(store, event(1), event(2))

    with pytest.raises(StoreError, match="Event 2 of session 's1' was not saved: the log is at 2"):
        await store.append("s1", Batch(events=[event(2), event(3)], pieces=[piece("m", 0, "a")], messages=1))
    with pytest.raises(StoreError, match=r"numbered \[4, 4\]"):
        await write(store, event(4), event(4))

    assert [found.seq for found in await store.events("s1")] == [1, 2]
    assert await store.pieces("s1") == []


async def test_a_session_that_is_not_there_takes_nothing(store: SqlStore):
    await store.create_session(row("gone"))
    await store.delete_session("gone")

    for session_id in ("unknown", "gone"):
        for batch in (Batch(events=[event(1)]), Batch(pieces=[piece("m", 0, "a")])):
            with pytest.raises(StoreError, match=f"no session '{session_id}'"):
                await store.append(session_id, batch)


async def test_pieces_come_by_message_then_kind_then_offset(store: SqlStore):
    await store.append("s1", Batch(pieces=[piece("b", 0, "one "), piece("a", 0, "first")]))
    await store.append("s1", Batch(pieces=[piece("b", 4, "two"), piece("b", 0, "hm", "reasoning")]))

    found = [(kept.message_id, kept.kind, kept.offset, kept.text) for kept in await store.pieces("s1")]
    assert found == [
        ("b", "reasoning", 0, "hm"),
        ("b", "text", 0, "one "),
        ("b", "text", 4, "two"),
        ("a", "text", 0, "first"),
    ]


async def test_a_finished_message_needs_its_pieces_no_more(store: SqlStore):
    await store.append("s1", Batch(pieces=[piece("a", 0, "x"), piece("b", 0, "y")]))
    await store.append("s1", Batch(events=[event(1, "message")], finished=["a"]))

    assert await store.pieces("s1") == [piece("b", 0, "y")]


async def test_characters_that_no_database_keeps_are_replaced_one_for_one(store: SqlStore):
    await store.append("s1", Batch(pieces=[piece("a\0", 0, "x\0y\ud800表")]))

    assert [(kept.message_id, kept.text) for kept in await store.pieces("s1")] == [("a�", "x�y�表")]
    assert await store.find_message("s1", "\0\ud800") is None


async def test_a_user_message_is_found_by_its_id(store: SqlStore):
    await write(store, *turn(1, "a"), *turn(5, "b"))

    assert await store.find_message("s1", "ask-b") == 5
    assert await store.find_message("s1", "say-b") is None
    assert await store.find_message("other", "ask-b") is None


async def test_a_user_message_is_logged_once(store: SqlStore):
    await write(store, event(1, "user_message", message_id="m"))

    with pytest.raises(StoreError, match="refused"):
        await write(store, event(2, "user_message", message_id="m"))
    assert len(await store.events("s1")) == 1


async def test_clearing_leaves_the_new_beginning(store: SqlStore):
    await store.append("s1", Batch(events=turn(1, "a", finished=False), pieces=[piece("p", 0, "x")], messages=1))
    await store.clear_session("s1", event(4, "cleared"))

    assert await store.events("s1") == [event(4, "cleared")]
    assert await store.pieces("s1") == []
    assert await store.open_turns() == []
    assert await store.find_message("s1", "ask-a") is None
    assert (await store.session("s1")) == row(last_seq=4, messages=0, updated_at=AT)
    with pytest.raises(StoreError, match="log is at 4"):
        await store.clear_session("s1", event(4, "cleared"))


def answered(first_seq: int, name: str) -> list[StoredEvent]:
    """A user message and its turn with the receipts of its request: six events."""
    asked, started, said, end = turn(first_seq, name)
    receipts = [event(first_seq + 2, "sent", name), event(first_seq + 4, "usage", name)]
    return [asked, started, receipts[0], renumbered(said, first_seq + 3), receipts[1], renumbered(end, first_seq + 5)]


def renumbered(found: StoredEvent, seq: int) -> StoredEvent:
    return StoredEvent(seq, found.type, found.turn_id, found.at, found.body)


async def test_taking_a_message_back_leaves_what_came_before_it_and_the_receipts(store: SqlStore):
    first, second, third = answered(1, "a"), answered(7, "b"), answered(13, "c")
    log_ = [*first, *second, event(19, "reminder"), *(renumbered(found, found.seq + 7) for found in third)]
    await store.append("s1", Batch(events=log_[:13], pieces=[piece("p", 0, "x")], messages=4))
    await store.append("s1", Batch(events=log_[13:], messages=2))

    rewound = event(26, "rewound")
    assert await store.rewind_session("s1", 7, rewound) == 4

    kept = [found for found in log_ if found.seq < 7 or found.type in ("sent", "usage")]
    assert await store.events("s1") == [*kept, rewound]
    assert await store.events("s1", after_seq=24) == [rewound]
    assert await store.session("s1") == row(messages=2, last_seq=26)
    assert await store.find_message("s1", "ask-b") is None
    assert await store.unanswered_messages("s1") == []
    assert await store.open_turns() == []
    again = [renumbered(found, found.seq + 20) for found in answered(7, "b")]
    await write(store, *again)
    assert await store.find_message("s1", "ask-b") == 27


async def test_receipts_of_a_turn_that_is_gone_hide_no_whole_turn(store: SqlStore):
    await write(store, *answered(1, "a"), *answered(7, "b"))
    await store.rewind_session("s1", 7, event(13, "rewound"))
    await write(store, *(renumbered(found, found.seq + 7) for found in answered(7, "c")))

    assert [found.seq for found in await store.last_turns("s1", 1)] == [14, 15, 16, 17, 18, 19]
    assert [found.seq for found in await store.last_turns("s1", 10**6)] == [*range(1, 7), 9, 11, *range(13, 20)]
    await store.rewind_session("s1", 14, event(20, "rewound"))
    await store.rewind_session("s1", 1, event(21, "rewound"))
    assert await store.last_turns("s1", 10**6) == []
    assert [found.type for found in await store.events("s1")] == ["sent", "usage"] * 3 + ["rewound"]


async def test_a_message_that_was_queued_is_taken_back_without_the_turns_it_waited_for(store: SqlStore):
    log_ = [
        *turn(1, "a", finished=False),
        *(event(4 + n, "user_message", message_id=f"ask-{name}") for n, name in enumerate("bcde")),
        event(8, "turn_finished", "a"),
        event(9, "message_withdrawn", message_id="ask-c"),
        *(renumbered(found, found.seq + 10) for found in turn(0, "b")[1:]),
        *(renumbered(found, found.seq + 13) for found in turn(0, "d")[1:]),
        event(17, "message_withdrawn", message_id="ask-e"),
    ]
    await write(store, *log_)
    await store.rewind_session("s1", 6, event(18, "rewound"))

    kept = [found.seq for found in await store.events("s1")]
    assert kept == [1, 2, 3, 4, 5, 8, 9, 11, 12, 13, 18]
    assert await store.unanswered_messages("s1") == []
    assert [found.seq for found in await store.last_turns("s1", 10**6)] == kept


async def test_a_turn_without_an_end_goes_with_its_message(store: SqlStore):
    said = Piece("say-b", "text", 0, "half", "b", "copilot")
    batch = Batch(events=[*turn(1, "a"), *turn(5, "b", finished=False)], pieces=[said, piece("p", 0, "x")])
    await store.append("s1", batch)
    await store.rewind_session("s1", 5, event(8, "rewound"))

    assert await store.open_turns() == []
    assert await store.pieces("s1") == [piece("p", 0, "x")]


async def test_a_delegates_message_was_never_counted_and_is_not_taken_off(store: SqlStore):
    inner = event(5, "message", "a", body='{"type":"message","message_id":"n","parent_call_id":"c1"}')
    await store.append("s1", Batch(events=[*turn(1, "a"), inner], messages=2))

    assert await store.rewind_session("s1", 1, event(6, "rewound")) == 2
    assert (await store.session("s1")).messages == 0


async def test_taking_back_is_done_wholly_or_not_at_all(store: SqlStore, monkeypatch: pytest.MonkeyPatch):
    log_ = [*turn(1, "a"), *turn(5, "b")]
    await store.append("s1", Batch(events=log_, messages=4))
    with pytest.raises(StoreError, match="log is at 8"):
        await store.rewind_session("s1", 5, event(8, "rewound"))

    def fail(*_: object) -> None:
        raise StoreError("the process ends here")

    monkeypatch.setattr(log, "event_row", fail)
    with pytest.raises(StoreError, match="ends here"):
        await store.rewind_session("s1", 5, event(9, "rewound"))
    assert await store.events("s1") == log_
    assert await store.session("s1") == row(messages=4, last_seq=8)


async def test_events_of_some_types_only(store: SqlStore):
    await write(store, *turn(1, "a"), *turn(5, "b"))

    found = await store.events("s1", 1, types=("user_message", "turn_finished"))
    assert [kept.seq for kept in found] == [4, 5, 8]
    assert await store.events("s1", types=()) == []


async def test_a_message_is_unanswered_until_its_turn_begins_or_it_is_withdrawn(store: SqlStore):
    await write(store, *turn(1, "a"))
    await write(store, *(event(5 + number, "user_message", message_id=f"m{number}") for number in range(4)))
    await write(store, event(9, "turn_started", "t9", message_id="m1"), event(10, "message_withdrawn", message_id="m2"))
    await write(store, event(11, "message", "t9", message_id="m3"))

    assert [found.seq for found in await store.unanswered_messages("s1")] == [5, 8]


async def test_turns_without_an_end_are_found_in_all_sessions(store: SqlStore):
    await store.create_session(row("s2"))
    await write(store, *turn(1, "a"), *turn(5, "b", finished=False))
    await write(store, *turn(1, "c", finished=False), session_id="s2")
    assert await store.open_turns() == [OpenTurn("s1", "b"), OpenTurn("s2", "c")]

    await write(store, event(8, "turn_finished", "b"))
    await store.delete_session("s2")
    assert await store.open_turns() == []


async def test_last_turns_are_as_many_whole_turns_as_fit(store: SqlStore):
    log_ = [*turn(1, "a"), *turn(5, "b"), *turn(9, "c")]
    await write(store, *log_)
    size = sum(len(found.body) for found in log_[8:])

    assert await store.last_turns("s1", 10**6) == log_
    assert await store.last_turns("s1", 2 * size) == log_[4:]
    assert await store.last_turns("s1", 2 * size - 1) == log_[8:]
    assert await store.last_turns("s1", 1) == log_[8:]
    assert await store.last_turns("s1", 0) == log_[8:]


async def test_last_turns_of_a_log_without_any(store: SqlStore):
    assert await store.last_turns("s1", 100) == []
    await write(store, event(1, "reminder"))
    assert await store.last_turns("s1", 100) == []


async def test_last_turns_never_cut_into_the_turn_that_a_queued_message_stands_in(store: SqlStore):
    queued = event(4, "user_message", message_id="ask-b")
    end = event(5, "turn_finished", "a")
    log_ = [*turn(1, "a", finished=False), queued, end, *turn(5, "b")[1:]]
    await write(store, *log_)

    assert await store.last_turns("s1", 1) == log_


async def test_last_turns_of_a_log_that_was_cleared_in_mid_turn(store: SqlStore):
    await write(store, *turn(1, "a", finished=False))
    await store.clear_session("s1", event(4, "cleared"))
    rest = [event(5, "user_message", message_id="m"), event(6, "turn_finished", "a")]
    await write(store, *rest)

    assert await store.last_turns("s1", 1000) == rest


async def test_last_turns_read_the_end_of_a_long_log_only(monkeypatch: pytest.MonkeyPatch):
    database = Database("sqlite://")
    database.open_now()
    database.transact(Mode.WRITE, sessions.create, row())
    events = [found for number in range(1000) for found in turn(4 * number + 1, f"t{number}")]
    database.transact(Mode.WRITE, log.append, "s1", Batch(events=events))
    read = 0

    def count(*values: object) -> StoredEvent:
        nonlocal read
        read += 1
        return StoredEvent(*values)

    monkeypatch.setattr(log, "StoredEvent", count)
    found = database.transact(Mode.READ, log.last_turns, "s1", 30_000)
    database.disconnect()

    assert found == events[-len(found) :]
    assert 400 < len(found) < read < len(found) + 400


_OPS = st.lists(
    st.tuples(
        st.sampled_from(["event", "message", "piece", "finish", "clear", "rewind", "collide"]),
        st.integers(1, 3),
        st.text(max_size=5),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(_OPS, st.integers(0, 40), st.integers(0, 400))
def test_whatever_is_done_the_log_is_what_a_list_would_be(ops, after, max_chars):
    database = Database("sqlite://")
    database.open_now()
    database.transact(Mode.WRITE, sessions.create, row())
    model: list[StoredEvent] = []
    texts: dict[str, str] = {}
    seq = 0
    for op, number, text in ops:
        name = f"m{number}"
        if op in ("event", "message"):
            kind, fields = ("user_message", {"message_id": f"u{seq}"}) if op == "message" else ("notice", {})
            added = [event(seq + step, kind if step == 1 else "notice", **fields) for step in range(1, number + 1)]
            database.transact(Mode.WRITE, log.append, "s1", Batch(events=added))
            model += added
            seq += number
        elif op == "piece":
            said = Piece(name, "text", len(texts.get(name, "")), text, "t", "copilot")
            database.transact(Mode.WRITE, log.append, "s1", Batch(pieces=[said]))
            texts[name] = texts.get(name, "") + log.clean(text)
        elif op == "finish":
            database.transact(Mode.WRITE, log.append, "s1", Batch(finished=[name]))
            texts.pop(name, None)
        elif op == "clear":
            seq += 1
            model, texts = [event(seq, "cleared")], {}
            database.transact(Mode.WRITE, log.begin_anew, "s1", model[0])
        elif op == "rewind" and (asked := [found for found in model if found.type == "user_message"]):
            seq += 1
            first = asked[-number:][0].seq
            fewer = sum(found.type == "user_message" for found in model if found.seq >= first)
            model = [*(found for found in model if found.seq < first), event(seq, "rewound")]
            assert database.transact(Mode.WRITE, log.rewind, "s1", first, model[-1]) == fewer
        elif seq:
            with pytest.raises(StoreError):
                database.transact(Mode.WRITE, log.append, "s1", Batch(events=[event(seq), event(seq + 1)]))
    kept: dict[str, str] = {}
    for said in database.transact(Mode.READ, log.read_pieces, "s1"):
        kept[said.message_id] = kept.get(said.message_id, "") + said.text
    assert kept == texts
    assert database.transact(Mode.READ, log.read, "s1", after, None) == [found for found in model if found.seq > after]
    last = database.transact(Mode.READ, log.last_turns, "s1", max_chars)
    assert last == model[len(model) - len(last) :]
    assert bool(last) == any(found.type == "user_message" for found in model)
    assert not last or last[0].type == "user_message"
    database.disconnect()
