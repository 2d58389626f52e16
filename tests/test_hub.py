"""The hub: whose sessions live here, for how long, and which process runs them."""

import pytest
from fakes import Client, Gate, ScriptedEngine
from hubs import running_hub

from table_copilot_jupyter.host import host_name, is_gone
from table_copilot_jupyter.protocol import CopilotError, ErrorCode


async def test_idle_sessions_are_let_go_and_come_back_with_their_history(tmp_path):
    engine = ScriptedEngine()
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        await client.attach("s")
        await client.say("s", "my name is Ada", "m1")
        await client.got("session_updated")
        await hub.evict_idle(0)
        assert hub.health()["sessions"] == 1  # somebody listens
        client.close()
        await hub.evict_idle(0)
        assert hub.health()["sessions"] == 0
        client = Client(hub)
        await client.attach("s")
        await client.say("s", "and now?", "m2")
        assert len(engine.requests[-1].history) == 3


async def test_a_session_in_which_nothing_was_said_is_listed_only_while_it_is_in_use(tmp_path):
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        empty = (await client.attach())["session_id"]
        titled = (await client.attach())["session_id"]
        await client.ask("rename", session_id=titled, title="Plans")
        assert {s["session_id"] for s in (await client.ask("list"))["sessions"]} == {empty, titled}
        client.close()
        await hub.evict_idle(0)
        assert [info.session_id for info in await hub.sessions("ada")] == [titled]


async def test_two_hosts_on_one_store_never_run_one_session(tmp_path):
    gate = Gate()
    async with running_hub(tmp_path, ScriptedEngine().then(gate)) as first, running_hub(tmp_path) as second:
        client = Client(first)
        await client.attach("s")
        client.send("message", session_id="s", content="go", message_id="m1")
        await gate.begun.wait()
        other = Client(second)
        refused = await other.attach("s")
        assert (refused["code"], "another process" in refused["message"]) == ("busy", True)
        assert (await other.attach("t"))["type"] == "attached"
        gate.go_on.set()
        await client.got("turn_finished")
        client.close()
        await first.evict_idle(0)
        assert (await other.attach("s"))["type"] == "attached"


async def test_a_lease_of_a_process_that_ended_is_free_at_once(tmp_path):
    async with running_hub(tmp_path) as hub:
        await hub.new_session("ada")
        session = await hub.session("s", "ada", create=True)
        await hub.services.store.release_leases(hub.host)
        machine = hub.host.split(":")[0]
        await hub.services.store.acquire_lease(session.session_id, f"{machine}:999999999:dead", 1000)
    async with running_hub(tmp_path) as hub:
        assert (await hub.session("s", "ada")).session_id == "s"


def test_a_host_knows_which_hosts_are_gone():
    mine = host_name()
    machine, pid, _ = mine.split(":")
    assert not is_gone(mine)
    assert is_gone(f"{machine}:999999999:x")
    assert not is_gone(f"elsewhere:{pid}:x")
    assert not is_gone("nonsense")


async def test_health_says_what_answers(tmp_path):
    async with running_hub(tmp_path) as hub:
        health = hub.health()
        assert (health["status"], health["provider"], health["persistent"]) == ("ok", "offline", True)


async def test_an_unknown_session_is_an_error_that_names_it(tmp_path):
    async with running_hub(tmp_path) as hub:
        with pytest.raises(CopilotError, match="'nowhere'") as caught:
            await hub.session("nowhere", "ada")
        assert caught.value.code is ErrorCode.UNKNOWN_SESSION
