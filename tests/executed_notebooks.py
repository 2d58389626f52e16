"""Runs notebooks in a real kernel, beside a real Jupyter server, and reads what their cells show."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
_FOREIGN = ("OPENROUTER_", "OPENAI_", "OLLAMA_", "MODEL_NAME", "TABLE_COPILOT_", "JUPYTER", "JPY_")


@contextmanager
def no_settings(home: Path) -> Iterator[dict[str, str]]:
    """An environment with Jupyter's directories in ``home`` and no setting from outside; yields it."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in list(os.environ):
            if variable.startswith(_FOREIGN):
                patch.delenv(variable)
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        places = {f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in ("data", "config", "runtime")}
        yield {**os.environ, **places}


@cache
def run_notebook() -> Any:
    """``scripts/run_notebook.py`` as a module."""
    path = ROOT / "scripts" / "run_notebook.py"
    specification = importlib.util.spec_from_file_location("run_notebook", path)
    assert specification is not None
    assert specification.loader is not None
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    return script


@contextmanager
def running_server(home: Path) -> Iterator[dict[str, str]]:
    """A Jupyter server, as ``scripts/run_notebook.py`` starts it; yields the environment for its kernels."""
    with no_settings(home), run_notebook().jupyter_server(home) as environment:
        yield environment


@dataclass(frozen=True)
class Executed:
    """A notebook that ran to its end."""

    cells: list[Any]

    def said(self, source: str, time: int = 1) -> str:
        """What the cell with this source shows as text; ``time`` counts cells with the same source from 1."""
        found = [cell for cell in self.cells if cell.source == source]
        assert len(found) >= time, f"{len(found)} cells are {source!r}"
        return "".join(_text(output) for output in found[time - 1].outputs)

    def html(self) -> str:
        """All HTML of all cells."""
        shown = [output.get("data", {}).get("text/html", "") for cell in self.cells for output in cell.outputs]
        return "\n".join(shown)


def _text(output: Any) -> str:
    return str(output.text) if output.output_type == "stream" else output.data.get("text/plain", "") + "\n"


def execute(notebook: Any, environment: Mapping[str, str]) -> Executed:
    """Run it from top to bottom in a fresh kernel. Raises CellExecutionError."""
    manager = run_notebook().SocketKernelManager
    NotebookClient(notebook, timeout=60, kernel_manager_class=manager).execute(env=dict(environment))
    return Executed([cell for cell in notebook.cells if cell.cell_type == "code"])


def notebook_paths() -> list[Path]:
    """The notebooks of the project."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def read(name: str) -> Any:
    """A notebook by its name."""
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
