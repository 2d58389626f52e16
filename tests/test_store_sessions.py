"""Sessions are made, listed, changed and deleted; one host at a time holds the lease of each."""

from __future__ import annotations

import pytest
from store_builders import OpenStore, event, row, write
from store_processes import race, take_leases

from table_copilot_jupyter.store import sessions
from table_copilot_jupyter.store.base import Batch, Piece, StoreError
from table_copilot_jupyter.store.sql import SqlStore

pytest_plugins = ["store_fixtures"]


async def test_a_session_comes_back_as_it_was_made(store: SqlStore):
    chosen = {"agent": "analyst", "model": "m", "privacy": "rows", "privacy_rules": '{"rules": []}', "kernel_id": "k"}
    made = row("s2", title="Tables 表", titled_by_user=True, **chosen)
    await store.create_session(made)

    assert await store.session("s2") == made
    assert await store.session("s3") is None


async def test_an_owner_sees_the_own_sessions_the_last_used_first(store: SqlStore):
    await store.create_session(row("s2", updated_at="2026-02-02T00:00:00+00:00"))
    await store.create_session(row("s3", updated_at="2026-02-01T00:00:00+00:00"))
    await store.create_session(row("s4", owner="bob"))

    assert [found.session_id for found in await store.sessions("ada")] == ["s2", "s3", "s1"]
    assert [found.session_id for found in await store.sessions("bob")] == ["s4"]
    assert await store.sessions("eve") == []


async def test_an_id_is_given_out_once(store: SqlStore):
    with pytest.raises(StoreError, match="'s1' is taken"):
        await store.create_session(row())


async def test_a_session_is_changed_by_column(store: SqlStore):
    await store.update_session("s1", title="New\0", titled_by_user=True, model="m", kernel_id=None, privacy_rules="{}")
    await store.update_session("s1")
    await store.update_session("unknown", title="x")

    assert await store.session("s1") == row(title="New�", titled_by_user=True, model="m", privacy_rules="{}")
    with pytest.raises(StoreError, match="'owner' can't be changed"):
        await store.update_session("s1", owner="eve")


async def test_a_deleted_session_is_gone_and_its_id_stays_taken(store: SqlStore, url: str):
    said = Piece("m", "text", 0, "x", "t", "copilot")
    await store.append("s1", Batch(events=[event(1)], pieces=[said], messages=1))
    await store.acquire_lease("s1", "host", 60)
    assert not await store.was_deleted("s1")

    await store.delete_session("s1")
    await store.delete_session("unknown")

    assert await store.session("s1") is None
    assert await store.sessions("ada") == await store.sessions("") == []
    assert await store.was_deleted("s1")
    assert not await store.was_deleted("unknown")
    assert await store.events("s1") == []
    assert await store.pieces("s1") == []
    with pytest.raises(StoreError, match="taken"):
        await store.create_session(row())


async def test_a_lease_is_held_by_one_host(store: SqlStore, url: str, open_store: OpenStore):
    other = await open_store(url)

    assert await store.acquire_lease("s1", "a", 60)
    assert await store.acquire_lease("s1", "a", 60)
    assert not await other.acquire_lease("s1", "b", 60)
    await other.release_leases("b", ["s1"])
    assert not await other.acquire_lease("s1", "b", 60)
    await store.release_leases("a", [])
    assert not await other.acquire_lease("s1", "b", 60)
    await store.release_leases("a", ["s1"])
    assert await other.acquire_lease("s1", "b", 60)


async def test_all_leases_of_a_host_are_given_back_at_once(store: SqlStore):
    for session_id, host in (("s1", "a"), ("s2", "a"), ("s3", "c")):
        assert await store.acquire_lease(session_id, host, 60)
    await store.release_leases("a")

    assert [await store.acquire_lease(session_id, "b", 60) for session_id in ("s1", "s2", "s3")] == [True, True, False]


async def test_a_lease_runs_out_unless_it_is_renewed(store: SqlStore, monkeypatch: pytest.MonkeyPatch):
    now = 1_000_000.0
    monkeypatch.setattr(sessions.time, "time", lambda: now)
    await store.acquire_lease("s1", "a", 30)
    await store.acquire_lease("s2", "a", 30)
    now += 29
    await store.renew_leases("a", 30)
    now += 29
    assert not await store.acquire_lease("s1", "b", 30)
    now += 1
    assert await store.acquire_lease("s1", "b", 30)
    assert not await store.acquire_lease("s1", "a", 30)


async def test_the_hosts_that_hold_leases_are_known_for_a_day(store: SqlStore, url: str, open_store: OpenStore):
    for number, (host, ttl_s) in enumerate([("a", 60), ("a", 60), ("out", -1), ("long-gone", -25 * 3600)]):
        await store.acquire_lease(f"s{number}", host, ttl_s)
    assert await store.lease_hosts() == ["a", "long-gone", "out"]

    other = await open_store(url)
    assert await other.lease_hosts() == ["a", "out"]


def test_of_two_processes_one_gets_each_lease(url: str):
    taken = race(url, take_leases)

    assert sorted(taken[0] + taken[1]) == list(range(50))


async def test_two_hosts_never_interleave_in_one_log(store: SqlStore, url: str, open_store: OpenStore):
    other = await open_store(url)
    await write(store, event(1))
    with pytest.raises(StoreError, match="another program has written"):
        await write(other, event(1, "message"))
    await write(other, event(2))

    assert await store.events("s1") == [event(1), event(2)]
