"""Tells every kernel of this server where its copilot is: address, token and its own id, in its environment.

The configured ``kernel_manager_class`` is subclassed, so a class that the user configured keeps its behaviour
and its configuration. The subclass acts at four moments of a kernel's life: before its process starts it
mints a token, and it revokes that token when the start fails, when the kernel was shut down (culling and
restarting are shutdowns too), and when the restarter gives the kernel up.

Kernel managers are made from a dotted name, so each subclass is published in this module. The subclass keeps
no state: it finds the server's ``KernelEnvironment`` on the manager that made it.
"""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from traitlets.utils.importstring import import_item

from .grants import Grants

URL_VARIABLE = "TABLE_COPILOT_URL"
TOKEN_VARIABLE = "TABLE_COPILOT_TOKEN"
KERNEL_ID_VARIABLE = "TABLE_COPILOT_KERNEL_ID"
CA_VARIABLE = "TABLE_COPILOT_CA"
NOTEBOOK_VARIABLE = "JPY_SESSION_NAME"
SOCKET_PATH = "table-copilot/ws"

_ATTRIBUTE = "table_copilot_environment"
_LOOPBACK_OF_WILDCARD = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True)
class KernelEnvironment:
    """What a server gives to its kernels. ``address`` is asked at each start: only then is the port known."""

    grants: Grants
    address: Callable[[], dict[str, str]]

    def variables(self, kernel_id: str, notebook: str = "") -> dict[str, str]:
        """The variables of a kernel that is about to start for ``notebook``, with a fresh token."""
        return {
            **self.address(),
            TOKEN_VARIABLE: self.grants.mint(kernel_id, notebook),
            KERNEL_ID_VARIABLE: kernel_id,
        }


def server_address(serverapp: Any) -> dict[str, str]:
    """How a process on this machine reaches the copilot's socket of ``serverapp``.

    ``connection_url`` is not used: for wildcard addresses it has the machine's name, which need not resolve.
    """
    base_url = serverapp.base_url
    if serverapp.sock:
        return {URL_VARIABLE: f"ws+unix://{quote(serverapp.sock, safe='')}{base_url}{SOCKET_PATH}"}
    host = _LOOPBACK_OF_WILDCARD.get(serverapp.ip, serverapp.ip)
    if ":" in host:
        host = f"[{host}]"
    certificate = serverapp.certfile or (serverapp.ssl_options or {}).get("certfile", "")
    scheme = "wss" if certificate else "ws"
    variables = {URL_VARIABLE: f"{scheme}://{host}:{serverapp.port}{base_url}{SOCKET_PATH}"}
    if certificate:
        variables[CA_VARIABLE] = os.path.abspath(certificate)
    return variables


def install(kernel_manager: Any, environment: KernelEnvironment) -> None:
    """From now on, give ``environment`` to each kernel that ``kernel_manager`` (a MultiKernelManager) starts."""
    setattr(kernel_manager, _ATTRIBUTE, environment)
    configured = import_item(kernel_manager.kernel_manager_class)
    if not issubclass(configured, _GivesEnvironment):
        with warnings.catch_warnings():  # what Jupyter has to say of the user's class, it said when that was set
            warnings.simplefilter("ignore", FutureWarning)
            kernel_manager.kernel_manager_class = f"{__name__}.{_published(configured)}"


def _published(configured: type) -> str:
    """The name in this module of the subclass of ``configured``."""
    name = "_".join(["Copilot", *configured.__module__.split("."), configured.__name__])
    if name not in globals():
        globals()[name] = type(name, (_GivesEnvironment, configured), {"__module__": __name__})
    return name


class _GivesEnvironment:
    """Mixed into a KernelManager. It hooks the ``_async_*`` steps, which sync managers run as well."""

    kernel_id: str | None
    parent: Any

    @property
    def _copilot_environment(self) -> KernelEnvironment | None:
        return getattr(self.parent, _ATTRIBUTE, None)

    def _revoke_copilot_grant(self) -> None:
        if self._copilot_environment is not None and self.kernel_id:
            self._copilot_environment.grants.revoke(self.kernel_id)

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        if self._copilot_environment is not None:
            if not self.kernel_id and not kw.get("kernel_id"):
                kw["kernel_id"] = str(uuid.uuid4())
            self.kernel_id = self.kernel_id or kw.pop("kernel_id")
            # At a restart ``env`` is that of the last start; the fresh variables replace its own.
            given = kw.get("env") or os.environ
            notebook = given.get(NOTEBOOK_VARIABLE, "") if kw.get("env") else ""
            kw["env"] = {**given, **self._copilot_environment.variables(self.kernel_id, notebook)}
        with self._grant_ends_on_failure():
            return await super()._async_pre_start_kernel(**kw)  # type: ignore[misc]  # of the KernelManager

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        with self._grant_ends_on_failure():
            await super()._async_launch_kernel(kernel_cmd, **kw)  # type: ignore[misc]  # of the KernelManager

    @contextmanager
    def _grant_ends_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._revoke_copilot_grant()
            raise

    async def _async_post_start_kernel(self, **kw: Any) -> None:
        await super()._async_post_start_kernel(**kw)  # type: ignore[misc]  # of the KernelManager
        manager: Any = self
        # The restarter outlives restarts: one callback, however often the kernel started.
        manager.remove_restart_callback(self._revoke_copilot_grant, "dead")
        manager.add_restart_callback(self._revoke_copilot_grant, "dead")

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        self._revoke_copilot_grant()
        await super()._async_cleanup_resources(restart=restart)  # type: ignore[misc]  # of the KernelManager
