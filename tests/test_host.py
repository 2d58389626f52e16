"""The hub inside the kernel: the same frames, through memory, and the real thing end to end."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE

import pytest
from kernel_client import KernelClient, running_kernel

from table_copilot_jupyter import Copilot
from table_copilot_jupyter.assembly import build_hub
from table_copilot_jupyter.client.connection import Connection, TransportClosed
from table_copilot_jupyter.client.errors import CopilotConnectionError
from table_copilot_jupyter.client.host import KernelHost, owner
from table_copilot_jupyter.client.loop import submit
from table_copilot_jupyter.settings import Settings


@pytest.fixture
async def host(jupyter_directories, monkeypatch):
    monkeypatch.chdir(jupyter_directories.root)
    host = KernelHost()
    yield host
    await asyncio.wrap_future(submit(host.stop()))


@pytest.fixture
async def connection(host):
    connection = Connection(host.dial)
    yield connection
    await asyncio.wrap_future(submit(connection.close()))


async def test_a_turn_runs_inside_this_process(connection, jupyter_directories):
    answer = await Copilot("s", connection=connection).aask("hello")
    assert answer.reason == "complete"
    assert "offline" in answer.text.lower()
    assert answer.session_id == "s"
    assert any(jupyter_directories.data.rglob("*"))


async def test_asking_blocks_and_tools_are_told(connection):
    copilot = Copilot("s", connection=connection)
    answer = await asyncio.to_thread(copilot.ask, "add a todo: send the report")
    assert "todo_manager" in [tool.name for tool in answer.tools]
    assert all(tool.ok for tool in answer.tools)
    assert "send the report" in (await copilot.aask("/todos")).text


async def test_commands_and_their_errors_are_answered(connection):
    copilot = Copilot("s", connection=connection)
    assert "/help" in (await copilot.aask("/help")).text
    with pytest.raises(Exception, match="no command '/nonsense'"):
        await copilot.aask("/nonsense")


async def test_a_question_of_the_real_hub_is_answered(connection):
    copilot = Copilot("s", answers=["blue"], connection=connection)
    answer = await copilot.aask("ask me which colour I like: red, blue")
    assert answer.reason == "complete"
    assert [tool.name for tool in answer.tools] == ["ask_user_question"]


async def test_a_session_outlives_its_host(host, connection, jupyter_directories):
    await Copilot("s", connection=connection).aask("my name is Ada")
    await asyncio.wrap_future(submit(host.stop()))
    other = KernelHost()
    again = Connection(other.dial)
    try:
        assert "my name is Ada" in (await Copilot("s", connection=again).aask("/history")).text
    finally:
        await asyncio.wrap_future(submit(again.close()))
        await asyncio.wrap_future(submit(other.stop()))


async def test_a_stopped_host_says_so(host):
    transport = await asyncio.wrap_future(submit(host.dial()))
    await asyncio.wrap_future(submit(transport.send(json.dumps({"type": "ping", "request_id": "r"}))))
    pong = json.loads(await asyncio.wrap_future(submit(transport.receive())))
    assert (pong["type"], pong["request_id"]) == ("pong", "r")
    await asyncio.wrap_future(submit(host.stop()))
    with pytest.raises(TransportClosed, match="1001"):
        await asyncio.wrap_future(submit(transport.receive()))
    await asyncio.wrap_future(submit(transport.close()))
    with pytest.raises(TransportClosed):
        await asyncio.wrap_future(submit(transport.send("{}")))
    with pytest.raises(CopilotConnectionError, match="has stopped"):
        await asyncio.wrap_future(submit(host.dial()))


async def test_a_setting_that_cannot_be_used_is_named(host, monkeypatch):
    monkeypatch.setenv("TABLE_COPILOT_TURN_TIMEOUT", "soon")
    with pytest.raises(CopilotConnectionError, match="'soon'"):
        await asyncio.wrap_future(submit(host.dial()))


async def test_the_end_of_the_process_closes_the_store(jupyter_directories):
    """A process that ends leaves no lease behind, so the next one need not wait."""
    script = "from table_copilot_jupyter import Copilot; print(Copilot('s').ask('hello').reason)"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", script), stdout=PIPE, stderr=PIPE, cwd=jupyter_directories.root
    )
    out, errors = await process.communicate()
    assert (out.strip(), errors) == (b"complete", b"")
    hub = build_hub(Settings(), data_dir=jupyter_directories.data, config_dir=jupyter_directories.config)
    await hub.services.store.open()
    try:
        assert await hub.services.store.lease_hosts() == []
    finally:
        await hub.services.store.close()


def test_the_owner_is_the_one_that_a_server_would_use(monkeypatch):
    from table_copilot_jupyter.handlers.authority import server_owner

    assert owner() == server_owner()
    monkeypatch.setenv("JUPYTERHUB_USER", " ada ")
    assert owner() == server_owner() == "ada"


async def test_a_kernel_without_a_server_hosts_itself_and_ends_cleanly(tmp_path):
    """In a real kernel: ask, look at what was kept, shut down, go on in the next kernel."""
    session = {"JPY_SESSION_NAME": str(tmp_path / "notebook.ipynb"), "TABLE_COPILOT_TIMEZONE": "UTC"}
    async with running_kernel(tmp_path, **session) as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        cell = await kernel.run("answer = %copilot add a todo: water the plants?\nprint(answer.reason)")
        assert cell.ok, cell.traceback
        assert cell.stdout == "complete\n"
        assert "todo_manager" in cell.html
        await kernel.shutdown()
    async with running_kernel(tmp_path, **session) as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        cell = await kernel.run("%copilot /history")
        assert cell.ok, cell.traceback
        assert "water the plants?" in cell.html


async def test_a_kernel_of_a_jupyter_server_talks_in_that_server(server):
    """The whole way: the server's own kernel, its token from the environment, its hub."""
    kernel_id = await server.start_kernel()
    manager = server.app.kernel_manager.get_kernel(kernel_id)
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=30)
        kernel = KernelClient(manager, client)
        await kernel.run("%load_ext table_copilot_jupyter")
        cell = await kernel.run("answer = %copilot add a todo: water the plants?\nprint(answer.session_id)")
        assert cell.ok, cell.traceback
        hub = await server.service.hub()
        assert cell.stdout.strip() in [info.session_id for info in await hub.sessions(server.service.owner)]
        assert len((await hub.todos(server.service.owner)).todos) == 1
        cell = await kernel.run("%copilot ask me which colour I like: red, blue", inputs=["2"])
        assert "blue" in cell.html
    finally:
        client.stop_channels()
        await server.app.kernel_manager.shutdown_kernel(kernel_id, now=True)
