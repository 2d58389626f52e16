"""A copilot that sits at your tables in Jupyter.

Jupyter Server and IPython load this package by name, so importing it costs next to nothing: every part is
imported when it is first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .client.copilot import Copilot
    from .client.widget import CopilotChat

__all__ = ["Copilot", "CopilotChat", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Copilot":
        from .client.copilot import Copilot

        return Copilot
    if name == "CopilotChat":
        from .client.widget import CopilotChat

        return CopilotChat
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "table-copilot-jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .app import TableCopilotApp

    return [{"module": "table_copilot_jupyter.app", "app": TableCopilotApp}]


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext table_copilot_jupyter``: adds ``%copilot`` and ``%%copilot``."""
    from .client import magic

    magic.load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext table_copilot_jupyter``: takes back all that loading added."""
    from .client import magic

    magic.unload(ipython)
