"""The server extension: configuration, handlers, the hub's life, and what kernels are told.

Loading it only registers handlers and the kernels' environment. The hub and all it needs are imported in a
thread once the server's loop runs, so the extension delays no server. ``jupyter table-copilot`` starts a server
with this extension alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from traitlets import Float, Int, Unicode, default

from . import settings as fields
from .grants import Grants
from .handlers.authority import server_owner
from .handlers.base import SERVICE, CopilotService
from .handlers.notebook import NotebookSessionHandler
from .handlers.page import PageHandler, StaticHandler
from .handlers.rest import ExportHandler, HealthHandler, SessionHandler, SessionsHandler
from .handlers.websocket import CopilotWebSocket
from .kernel.untracked import untrack
from .kernel_environment import KernelEnvironment, install, server_address
from .language import VARIABLE as LANGUAGE_VARIABLE
from .settings import SettingError, Settings, load_settings
from .version import __version__

if TYPE_CHECKING:
    from .hub import Hub

REST_S = 1.0
"""How long the server runs before the copilot begins its imports by itself."""
_DEFAULTS = Settings()
_KEY_HELP = (
    "Path of a file that holds the {provider} key. Better, set {variable} in the environment or in the .env file of "
    "the server's root directory. The key itself is no option here: Jupyter writes its whole configuration to the "
    "log at debug level."
)


class TableCopilotApp(ExtensionApp):  # type: ignore[misc]  # jupyter_server is not type checked
    """A copilot for the tables in your notebooks."""

    name = "table_copilot"
    description = "Table copilot: a copilot for the tables in your notebooks. `status` and `ask` are its subcommands."
    version = __version__
    extension_url = "/table-copilot/"
    load_other_extensions = False
    port: ClassVar[int] = 8765

    openrouter_api_key_file = Unicode(help=_KEY_HELP.format(provider="OpenRouter", variable="OPENROUTER_API_KEY")).tag(
        config=True
    )
    openrouter_base_url = Unicode(fields.OPENROUTER_URL, help="OPENROUTER_BASE_URL: where OpenRouter is.").tag(
        config=True
    )
    openai_api_key_file = Unicode(help=_KEY_HELP.format(provider="OpenAI", variable="OPENAI_API_KEY")).tag(config=True)
    openai_base_url = Unicode(
        fields.OPENAI_URL, help="OPENAI_BASE_URL: OpenAI, or a server that speaks its protocol. It gets the key."
    ).tag(config=True)
    ollama_host = Unicode(help="OLLAMA_HOST: address of an Ollama server.").tag(config=True)
    model_name = Unicode(help="MODEL_NAME: the model; empty for the provider's default.").tag(config=True)
    system_prompt_file = Unicode(
        help="TABLE_COPILOT_SYSTEM_PROMPT: a file whose text is used as the copilot's prompt."
    ).tag(config=True)
    database_url = Unicode(
        help="TABLE_COPILOT_DB: where sessions are kept, as an SQLAlchemy URL; empty for a SQLite file in Jupyter's "
        "data directory. A URL with a password belongs in the environment."
    ).tag(config=True)
    timezone = Unicode(help="TABLE_COPILOT_TIMEZONE, such as Europe/Zurich; empty for the system's.").tag(config=True)
    turn_timeout = Float(_DEFAULTS.turn_timeout, help="TABLE_COPILOT_TURN_TIMEOUT: seconds for one turn.").tag(
        config=True
    )
    model_idle_timeout = Float(
        _DEFAULTS.model_idle_timeout, help="TABLE_COPILOT_MODEL_IDLE_TIMEOUT: seconds of silence from the model."
    ).tag(config=True)
    question_timeout = Float(
        _DEFAULTS.question_timeout, help="TABLE_COPILOT_QUESTION_TIMEOUT: seconds that a question waits for you."
    ).tag(config=True)
    context_tokens = Int(
        _DEFAULTS.context_tokens, help="TABLE_COPILOT_CONTEXT_TOKENS: room for history and answer in the model."
    ).tag(config=True)
    privacy = Unicode(
        help="TABLE_COPILOT_PRIVACY: what models may see of tables where a session has chosen nothing: names, schema, "
        "aggregates or rows. Empty: rows for the built-in model and Ollama, schema for others."
    ).tag(config=True)
    privacy_ceiling = Unicode(
        _DEFAULTS.privacy_ceiling,
        help="TABLE_COPILOT_PRIVACY_CEILING: the highest level that a session may choose. A user's environment or .env "
        "can lower it, never raise it.",
    ).tag(config=True)
    column_names = Unicode(
        _DEFAULTS.column_names,
        help="TABLE_COPILOT_COLUMN_NAMES: 'masked' to tell models made-up names of tables and columns.",
    ).tag(config=True)
    language = Unicode(
        _DEFAULTS.language,
        help="TABLE_COPILOT_LANGUAGE: 'en' or 'zh' for what commands answer and %copilot says itself; empty: by what "
        "the user writes, else by the locale.",
    ).tag(config=True)
    offline_delay = Float(
        _DEFAULTS.offline_delay, help="TABLE_COPILOT_OFFLINE_DELAY: seconds between two words of the offline model."
    ).tag(config=True)

    service: CopilotService
    _warming: asyncio.Task[None] | None = None

    @default("open_browser")  # type: ignore[untyped-decorator]  # traitlets is not type checked
    def _default_open_browser(self) -> bool:
        return bool(self.serverapp.config["ServerApp"].get("open_browser", False))

    @classmethod
    def make_serverapp(cls, **kwargs: Any) -> Any:
        """A server with our port, unless JUPYTER_PORT, the configuration or ``--port`` say another."""
        serverapp = super().make_serverapp(**kwargs)
        usual, serverapp.port_default_value = serverapp.port_default_value, cls.port
        # Jupyter takes any port but its own as one that was asked for, and refuses it beside a socket.
        serverapp.observe(lambda _: setattr(serverapp, "port_default_value", usual), "sock")
        return serverapp

    def initialize_settings(self) -> None:
        """Make the service, and have kernels told of it."""
        self.service = CopilotService(self._open_hub, owner=server_owner(), grants=Grants(), log=self.log)
        self.settings[SERVICE] = self.service
        environment = KernelEnvironment(self.service.grants, self._told_to_kernels)
        install(self.serverapp.kernel_manager, environment)
        untrack(self.serverapp.kernel_manager)

    def _told_to_kernels(self) -> dict[str, str]:
        variables = server_address(self.serverapp)
        if self.language and LANGUAGE_VARIABLE not in os.environ:
            variables[LANGUAGE_VARIABLE] = self.language
        return variables

    def initialize_handlers(self) -> None:
        session = r"/table-copilot/api/sessions/([^/]+)"
        self.handlers.extend(
            [
                (r"/table-copilot/?", PageHandler),
                (r"/table-copilot/static/([a-z.]+)", StaticHandler),
                (r"/table-copilot/ws", CopilotWebSocket),
                (r"/table-copilot/api/health", HealthHandler),
                (r"/table-copilot/api/notebook-session", NotebookSessionHandler),
                (r"/table-copilot/api/sessions", SessionsHandler),
                (session, SessionHandler),
                (session + "/export", ExportHandler),
            ]
        )

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        self._warming = asyncio.create_task(self._open_and_warm_up())

    async def stop_extension(self) -> None:
        """Close every connection with 1001, then the hub."""
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        service: CopilotService | None = getattr(self, "service", None)  # a server that never came so far
        if service is not None:
            await service.stop()

    def current_activity(self) -> int | None:
        """Turns that run; a server with one is not shut down for inactivity."""
        hub = self.service.running_hub
        return int(hub.health().get("turns", 0)) or None if hub is not None else None

    async def _open_and_warm_up(self) -> None:
        # Imports hold the interpreter: first the server's own pages are served. Who comes earlier opens the hub.
        await asyncio.sleep(REST_S)
        from .protocol import CopilotError

        with contextlib.suppress(CopilotError):  # no hub: logged; no model: whoever asks it something is told
            await (await self.service.hub()).warm_up()
            # The imported modules stay for good: the garbage collector need not walk through them again and again,
            # which held up every stream for 0.2 s now and then.
            gc.freeze()

    async def _open_hub(self) -> Hub:
        settings = load_settings(root=Path(self.serverapp.root_dir), configured=self._configured())
        for module in ("assembly", "wire"):
            await asyncio.to_thread(importlib.import_module, f"{__package__}.{module}")
        from .assembly import build_hub
        from .kernel.remote import RemoteKernels

        hub = build_hub(
            settings,
            data_dir=Path(jupyter_data_dir()),
            config_dir=Path(jupyter_config_dir()),
            kernels=RemoteKernels(self.serverapp.kernel_manager, self.service.grants.notebook_of),
        )
        try:
            await hub.start()
        except BaseException:
            with contextlib.suppress(Exception):
                await hub.stop()
            raise
        return hub

    def _configured(self) -> dict[str, Any]:
        """The fields of Settings as Jupyter's configuration has them. Raises SettingError."""
        configured = {name: getattr(self, name) for name in Settings.__dataclass_fields__ if self.has_trait(name)}
        for name in ("openrouter_api_key", "openai_api_key"):
            if path := getattr(self, f"{name}_file"):
                configured[name] = _read_key(f"{name}_file", Path(path).expanduser())
        return configured


def _read_key(name: str, path: Path) -> fields.Secret:
    try:
        return fields.Secret(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SettingError(f"{name} is {str(path)!r}, which can't be read: {reason}.") from None


def main() -> None:
    """Start a server with the copilot."""
    TableCopilotApp.launch_instance()
