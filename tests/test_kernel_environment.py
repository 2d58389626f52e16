"""The environment that real kernels get from a real server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_client.multikernelmanager import AsyncMultiKernelManager, MultiKernelManager
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager, ServerKernelManager
from jupyter_servers import until

from table_copilot_jupyter.grants import Grants
from table_copilot_jupyter.kernel_environment import KernelEnvironment, install, server_address

linux_only = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


def environment_of(kernel) -> dict[str, str]:
    """The environment that a kernel's process started with."""
    text = Path(f"/proc/{kernel.provisioner.pid}/environ").read_text()
    return dict(line.split("=", 1) for line in text.split("\0") if "=" in line)


def copilot_variables(kernel) -> dict[str, str]:
    return {name: value for name, value in environment_of(kernel).items() if name.startswith("TABLE_COPILOT_")}


class SleepyKernelManager(ServerKernelManager):
    """A user's own kernel manager, of a kind that needs no kernel: its process only sleeps."""

    started = 0

    async def _async_pre_start_kernel(self, **kw):
        SleepyKernelManager.started += 1
        _, kw = await super()._async_pre_start_kernel(**kw)
        return [sys.executable, "-c", "import time; time.sleep(600)"], kw


class BrokenKernelManager(ServerKernelManager):
    async def _async_pre_start_kernel(self, **kw):
        _, kw = await super()._async_pre_start_kernel(**kw)
        return ["/nowhere/at/all"], kw


@pytest.fixture
async def sleepy(start_server):
    """A server whose user configured a kernel manager class."""
    SleepyKernelManager.started = 0
    name = f"{__name__}.SleepyKernelManager"
    return await start_server(
        AsyncMappingKernelManager={"kernel_manager_class": name}, KernelRestarter={"time_to_dead": 0.1}
    )


def address(**changes) -> dict[str, str]:
    server = {"ip": "localhost", "port": 8888, "base_url": "/", "sock": "", "certfile": "", "ssl_options": None}
    return server_address(SimpleNamespace(**{**server, **changes}))


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, "ws://localhost:8888/table-copilot/ws"),
        ({"base_url": "/user/a%40b/"}, "ws://localhost:8888/user/a%40b/table-copilot/ws"),
        ({"ip": ""}, "ws://127.0.0.1:8888/table-copilot/ws"),
        ({"ip": "0.0.0.0"}, "ws://127.0.0.1:8888/table-copilot/ws"),
        ({"ip": "::"}, "ws://[::1]:8888/table-copilot/ws"),
        ({"ip": "fe80::1"}, "ws://[fe80::1]:8888/table-copilot/ws"),
        ({"ip": "10.0.0.7", "port": 9}, "ws://10.0.0.7:9/table-copilot/ws"),
        ({"sock": "/tmp/a b.sock", "base_url": "/x/"}, "ws+unix://%2Ftmp%2Fa%20b.sock/x/table-copilot/ws"),
    ],
)
def test_the_address_is_one_that_a_process_on_this_machine_can_reach(changes, url):
    assert address(**changes) == {"TABLE_COPILOT_URL": url}


@pytest.mark.parametrize("changes", [{"certfile": "my.pem"}, {"ssl_options": {"certfile": "my.pem"}}])
def test_a_server_with_a_certificate_says_which(changes):
    assert address(**changes) == {
        "TABLE_COPILOT_URL": "wss://localhost:8888/table-copilot/ws",
        "TABLE_COPILOT_CA": os.path.abspath("my.pem"),
    }


def test_a_sync_manager_is_subclassed_as_well():
    manager = MappingKernelManager()
    environment = KernelEnvironment(Grants(), dict)
    before = manager.kernel_manager_factory
    install(manager, environment)
    made = manager.kernel_manager_factory(parent=manager, connection_file="unused.json")
    assert manager.kernel_manager_factory is not before
    assert type(made).__mro__[2].__name__ == "IOLoopKernelManager"
    manager.context.destroy()


def test_installing_twice_changes_nothing_more():
    manager = MultiKernelManager()
    install(manager, KernelEnvironment(Grants(), dict))
    name = manager.kernel_manager_class
    install(manager, KernelEnvironment(Grants(), dict))
    assert manager.kernel_manager_class == name


def test_two_servers_in_one_process_share_the_class_but_not_the_grants():
    managers = [MultiKernelManager(), MultiKernelManager()]
    grants = [Grants(), Grants()]
    for manager, its in zip(managers, grants, strict=True):
        install(manager, KernelEnvironment(its, dict))
    assert managers[0].kernel_manager_class == managers[1].kernel_manager_class
    assert managers[0].table_copilot_environment.grants is grants[0]
    assert managers[1].table_copilot_environment.grants is grants[1]


@linux_only
async def test_a_real_kernel_knows_its_address_token_and_id_and_gets_another_token_when_restarted(server):
    kernels, grants = server.app.kernel_manager, server.service.grants
    kernel_id = await server.start_kernel()
    first = copilot_variables(kernels.get_kernel(kernel_id))
    assert first["TABLE_COPILOT_URL"] == f"ws://127.0.0.1:{server.port}/user/ada/table-copilot/ws"
    assert first["TABLE_COPILOT_KERNEL_ID"] == kernel_id
    assert grants.check(first["TABLE_COPILOT_TOKEN"]).kernel_id == kernel_id

    await kernels.restart_kernel(kernel_id, now=True)
    second = copilot_variables(kernels.get_kernel(kernel_id))
    assert second["TABLE_COPILOT_KERNEL_ID"] == kernel_id
    assert grants.check(first["TABLE_COPILOT_TOKEN"]) is None
    assert grants.check(second["TABLE_COPILOT_TOKEN"]).kernel_id == kernel_id

    await kernels.shutdown_kernel(kernel_id, now=True)
    assert grants.check(second["TABLE_COPILOT_TOKEN"]) is None
    assert len(grants) == 0


@linux_only
async def test_a_users_own_kernel_manager_class_keeps_its_behaviour(sleepy):
    kernel_id = await sleepy.start_kernel()
    kernel = sleepy.app.kernel_manager.get_kernel(kernel_id)
    assert SleepyKernelManager.started == 1
    assert isinstance(kernel, SleepyKernelManager)
    assert copilot_variables(kernel)["TABLE_COPILOT_KERNEL_ID"] == kernel_id


@linux_only
async def test_a_variable_that_a_session_sets_is_kept(sleepy):
    kernel_id = await sleepy.app.kernel_manager.start_kernel(env={**os.environ, "JPY_SESSION_NAME": "sales.ipynb"})
    environment = environment_of(sleepy.app.kernel_manager.get_kernel(kernel_id))
    assert environment["JPY_SESSION_NAME"] == "sales.ipynb"
    assert environment["TABLE_COPILOT_KERNEL_ID"] == kernel_id


@linux_only
async def test_a_kernel_that_dies_and_is_restarted_gets_another_token(sleepy):
    kernel_id = await sleepy.start_kernel()
    kernel = sleepy.app.kernel_manager.get_kernel(kernel_id)
    before = copilot_variables(kernel)["TABLE_COPILOT_TOKEN"]
    ended = asyncio.Event()
    sleepy.service.grants.check(before).on_revoked(ended.set)
    os.kill(kernel.provisioner.pid, signal.SIGKILL)
    await asyncio.wait_for(ended.wait(), 20)
    assert sleepy.service.grants.check(before) is None
    await until(lambda: len(sleepy.service.grants) and kernel.has_kernel and kernel.ready.done())  # it is restarted
    after = copilot_variables(kernel)["TABLE_COPILOT_TOKEN"]
    assert sleepy.service.grants.check(after).kernel_id == kernel_id


@linux_only
async def test_a_kernel_that_is_given_up_loses_its_token(start_server):
    server = await start_server(
        AsyncMappingKernelManager={"kernel_manager_class": f"{__name__}.SleepyKernelManager"},
        KernelRestarter={"restart_limit": 0, "time_to_dead": 0.1},
    )
    kernel_id = await server.start_kernel()
    kernel = server.app.kernel_manager.get_kernel(kernel_id)
    token = copilot_variables(kernel)["TABLE_COPILOT_TOKEN"]
    ended = asyncio.Event()
    server.service.grants.check(token).on_revoked(ended.set)
    os.kill(kernel.provisioner.pid, signal.SIGKILL)
    await asyncio.wait_for(ended.wait(), 20)
    assert len(server.service.grants) == 0


async def test_a_kernel_that_does_not_start_leaves_no_grant(jupyter_directories):
    grants = Grants()
    manager = AsyncMultiKernelManager(kernel_manager_class=f"{__name__}.BrokenKernelManager")
    install(manager, KernelEnvironment(grants, dict))
    kernel = manager.kernel_manager_factory(parent=manager, kernel_name="python3")
    with pytest.raises(FileNotFoundError):
        await kernel.start_kernel(kernel_id="kernel-1")
    assert kernel.kernel_id == "kernel-1"
    assert len(grants) == 0
    await kernel.cleanup_resources()
    manager.context.destroy()
