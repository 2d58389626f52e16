"""How a kernel finds its hub."""

import json
import sys

import pytest
from fake_server import fake_server

from table_copilot_jupyter.client.discovery import (
    endpoint_from_environment,
    endpoint_from_runtime_file,
    find_dial,
    kernel_id,
)
from table_copilot_jupyter.client.errors import CopilotConnectionError
from table_copilot_jupyter.client.host import KernelHost

INFO = {"hostname": "127.0.0.1", "port": 8888, "base_url": "/user/ada/", "token": "t0", "secure": False, "sock": ""}


def runtime_file(folder, pid=7, **changes):
    path = folder / f"jpserver-{pid}.json"
    path.write_text(json.dumps({**INFO, **changes}))
    return path


def test_what_the_server_gave_comes_first():
    found = endpoint_from_environment(
        {"TABLE_COPILOT_URL": "wss://h/x", "TABLE_COPILOT_TOKEN": "tc_1", "TABLE_COPILOT_CA": "/ca.pem"}
    )
    assert (found.url, found.headers, found.ca) == ("wss://h/x", {"Authorization": "Bearer tc_1"}, "/ca.pem")
    assert "tc_1" not in repr(found)
    assert endpoint_from_environment({}) is None


def test_an_address_that_is_none_is_named():
    with pytest.raises(CopilotConnectionError, match="'http://x'"):
        endpoint_from_environment({"TABLE_COPILOT_URL": "http://x"})


def test_only_the_server_that_started_this_kernel_is_taken(tmp_path):
    runtime_file(tmp_path, pid=7)
    found = endpoint_from_runtime_file({"JPY_PARENT_PID": "7"}, tmp_path)
    assert found.url == "ws://127.0.0.1:8888/user/ada/table-copilot/ws"
    assert found.headers == {"Authorization": "token t0"}
    assert endpoint_from_runtime_file({"JPY_PARENT_PID": "8"}, tmp_path) is None
    assert endpoint_from_runtime_file({}, tmp_path) is None
    assert endpoint_from_runtime_file({"JPY_PARENT_PID": "../7"}, tmp_path) is None


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"hostname": "0.0.0.0"}, "ws://127.0.0.1:8888/user/ada/table-copilot/ws"),
        ({"hostname": "::"}, "ws://[::1]:8888/user/ada/table-copilot/ws"),
        ({"hostname": "", "secure": True}, "wss://127.0.0.1:8888/user/ada/table-copilot/ws"),
    ],
)
def test_a_server_on_all_addresses_is_reached_on_this_machine(tmp_path, changes, url):
    runtime_file(tmp_path, **changes)
    assert endpoint_from_runtime_file({"JPY_PARENT_PID": "7"}, tmp_path).url == url


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"port": "x"}', "\udcff"])
def test_a_runtime_file_that_cannot_be_read_is_no_server(tmp_path, content):
    (tmp_path / "jpserver-7.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert endpoint_from_runtime_file({"JPY_PARENT_PID": "7"}, tmp_path) is None


async def test_the_server_beside_is_used_when_the_copilot_answers_there(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    async with fake_server() as server:
        runtime_file(tmp_path, port=server.port, base_url="/")
        dial = await find_dial({"JPY_PARENT_PID": "7"})
        transport = await dial()
        await transport.close()
        assert not isinstance(getattr(dial, "__self__", None), KernelHost)


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_otherwise_the_hub_is_in_the_kernel(tmp_path, monkeypatch, status):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    async with fake_server() as server:
        server.refuse_status = status
        runtime_file(tmp_path, port=server.port, base_url="/")
        dial = await find_dial({"JPY_PARENT_PID": "7"})
    assert isinstance(dial.__self__, KernelHost)
    dial = await find_dial({})
    assert isinstance(dial.__self__, KernelHost)


def test_the_kernel_id_is_the_server_s_or_the_connection_file_s(monkeypatch):
    assert kernel_id({"TABLE_COPILOT_KERNEL_ID": "k1"}) == "k1"
    monkeypatch.setitem(sys.modules, "ipykernel.kernelapp", sys)
    monkeypatch.setattr("ipykernel.connect.get_connection_file", lambda: "/run/kernel-abc-1.json")
    assert kernel_id({}) == "abc-1"
    monkeypatch.setattr("ipykernel.connect.get_connection_file", lambda: "/run/other.json")
    assert kernel_id({}) is None


def test_a_terminal_has_no_kernel_id(monkeypatch):
    import ipykernel.kernelapp  # noqa: F401  # imported, as a library may do, yet no kernel runs

    assert kernel_id({}) is None
    monkeypatch.delitem(sys.modules, "ipykernel.kernelapp")
    assert kernel_id({}) is None
