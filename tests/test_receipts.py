"""Receipts of requests: in order, with their very bodies as long as there is room, gone with their session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_builders import AT, OpenStore, event, row, write

from table_copilot_jupyter.store import receipts
from table_copilot_jupyter.store.base import ReceiptRow, StoreError
from table_copilot_jupyter.store.receipts import pack, unpack
from table_copilot_jupyter.store.sql import SqlStore

pytest_plugins = ["store_fixtures"]

BODY = '{"messages": [{"role": "user", "content": "Which island? 哪个岛 😀"}]}'


def receipt(receipt_id: str, session_id: str = "s1", **changes: object) -> ReceiptRow:
    made = ReceiptRow(receipt_id, session_id, "t1", AT, "m", "openrouter.ai", len(BODY), "[]", pack(BODY))
    return replace(made, **changes)


async def kept(store: SqlStore, session_id: str = "s1") -> list[str]:
    """The receipts whose payloads are there."""
    found = [await store.receipt(session_id, listed.receipt_id) for listed in await store.receipts(session_id)]
    return [one.receipt_id for one in found if one is not None and one.payload]


@given(st.text(alphabet=st.characters(codec=None)))
def test_a_body_is_unpacked_as_it_was_packed(text: str):
    assert unpack(pack(text)) == text


def test_a_body_of_a_conversation_takes_little_room():
    assert len(pack(BODY * 100)) < len(BODY) * 100 / 10


@pytest.mark.parametrize("payload", [b"", b"not zlib", pack(BODY)[:-8]])
def test_a_payload_that_is_none_is_named(payload: bytes):
    with pytest.raises(ValueError, match=f"payload of {len(payload)} bytes can't be read"):
        unpack(payload)


async def test_a_receipt_comes_back_as_it_was_made(store: SqlStore):
    made = receipt("r1", bytes=2**40, tables='[{"name": "企鹅", "level": "schema", "columns": 8, "rows": 0}]')
    await store.add_receipt(made)

    assert await store.receipt("s1", "r1") == made
    assert await store.receipts("s1") == [replace(made, payload=b"")]
    assert await store.receipt("s1", "r2") is None
    assert await store.receipt("s2", "r1") is None
    assert await store.receipts("s2") == []


async def test_receipts_come_in_the_order_of_the_requests(store: SqlStore):
    await store.create_session(row("s2"))
    names = ["r9", "r1", "r5"]
    for name in names:
        await store.add_receipt(receipt(name))
        await store.add_receipt(receipt(name, "s2"))

    for session_id in ("s1", "s2"):
        assert [found.receipt_id for found in await store.receipts(session_id)] == names


async def test_the_same_receipt_is_kept_once(store: SqlStore):
    await store.add_receipt(receipt("r1"))
    await store.add_receipt(receipt("r1", model="another"))

    assert [found.model for found in await store.receipts("s1")] == ["m"]


async def test_a_text_that_no_database_keeps_is_made_storable(store: SqlStore):
    await store.add_receipt(receipt("r\0", model="\ud800"))

    found = await store.receipt("s1", "r\0")
    assert found is not None
    assert (found.receipt_id, found.model) == ("r�", "�")


async def test_the_payloads_of_the_newest_requests_are_kept(store: SqlStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receipts, "KEPT_PAYLOADS", 3)
    for number in range(5):
        await store.add_receipt(receipt(f"r{number}"))

    assert await kept(store) == ["r2", "r3", "r4"]
    assert [found.receipt_id for found in await store.receipts("s1")] == ["r0", "r1", "r2", "r3", "r4"]


async def test_the_payloads_of_a_session_stay_below_their_limit(store: SqlStore, monkeypatch: pytest.MonkeyPatch):
    await store.create_session(row("s2"))
    await store.add_receipt(receipt("r0", "s2"))
    monkeypatch.setattr(receipts, "KEPT_BYTES", 250)
    for number, size in enumerate([100, 100, 100, 251, 0, 200, 51, 50]):
        await store.add_receipt(receipt(f"r{number}", payload=b"x" * size))
        listed = [await store.receipt("s1", found.receipt_id) for found in await store.receipts("s1")]
        assert sum(len(found.payload) for found in listed if found is not None) <= 250

    assert await kept(store) == ["r6", "r7"]
    assert await kept(store, "s2") == ["r0"]


async def test_a_deleted_session_leaves_no_receipt_and_takes_none(store: SqlStore):
    await store.create_session(row("s2"))
    for session_id in ("s1", "s2"):
        await store.add_receipt(receipt("r1", session_id))
    await store.delete_session("s1")

    assert await store.receipts("s1") == []
    assert await store.receipt("s1", "r1") is None
    assert await kept(store, "s2") == ["r1"]
    for session_id in ("s1", "unknown"):
        with pytest.raises(StoreError, match=f"no session '{session_id}' to keep a receipt of"):
            await store.add_receipt(receipt("r2", session_id))


async def test_a_cleared_session_begins_without_receipts(store: SqlStore):
    await write(store, event(1))
    await store.add_receipt(receipt("r1"))
    await store.clear_session("s1", event(2, "cleared"))
    await store.add_receipt(receipt("r2"))

    assert [found.receipt_id for found in await store.receipts("s1")] == ["r2"]


async def test_what_was_sent_stays_when_a_message_is_taken_back(store: SqlStore):
    await write(store, event(1, "user_message", message_id="m1"))
    await store.add_receipt(receipt("r1"))
    await store.rewind_session("s1", 1, event(2, "rewound"))

    assert await kept(store) == ["r1"]


async def test_receipts_outlive_the_server(store: SqlStore, url: str, open_store: OpenStore):
    await store.add_receipt(receipt("r1"))
    other = await open_store(url)

    assert [found.receipt_id for found in await other.receipts("s1")] == ["r1"]
