"""The probe as a cell: what a kernel without our package has to run once, before it can be asked anything."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import marshal
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from .loader import compiled, packed

_PACKAGE = __package__ or ""


@dataclass(frozen=True)
class Bundle:
    """A package for kernels, from the sources of its modules by their names.

    ``entry`` is among them, with ``handle(namespace, request)``; ``resident`` is added. In the kernel the package has
    a name of its own for each version of its sources, so two versions never mix.
    """

    sources: Mapping[str, str]

    @cached_property
    def name(self) -> str:
        return "_table_copilot_" + hashlib.sha256(self._text).hexdigest()[:12]

    @cached_property
    def parcel(self) -> dict[str, Any]:
        """The modules' sources, and their code for kernels of this very Python, as the message carries them."""
        modules = {
            module: {"source": packed(source.encode()), "code": packed(marshal.dumps(compiled(module, source)))}
            for module, source in json.loads(self._text).items()
        }
        return {"python": importlib.util.MAGIC_NUMBER.hex(), "modules": modules}

    def boot(self, *, main_is_busy: bool = False) -> str:
        """The cell that loads the parcel and starts its resident. It adds no name to the user's, and never raises."""
        script = f"{_source('loader')}\nboot({self.name!r}, {main_is_busy})\n"
        # a name of the user's may hide ``exec``
        return f'__import__("builtins").exec({script!a}, {{"__name__": {self.name + ".loader"!r}}})'

    @property
    def outcome(self) -> str:
        """An expression for how that cell went: "ready", or why not (``loader.boot``)."""
        return f'__import__("sys").modules[{self.name!r}].outcome'

    @cached_property
    def _text(self) -> bytes:
        return json.dumps({**self.sources, "resident": _source("resident")}, sort_keys=True).encode()


@functools.cache
def probe_bundle() -> Bundle:
    """The bundle of ``kernel/probe``. Reads files; and its parcel, when first asked for, compiles them (0.1 s)."""
    files = resources.files(_PACKAGE).joinpath("probe").iterdir()
    names = sorted(file.name for file in files)
    return Bundle({name[:-3]: _source(f"probe/{name[:-3]}") for name in names if name.endswith(".py")})


@functools.cache
def _source(module: str) -> str:
    return resources.files(_PACKAGE).joinpath(f"{module}.py").read_text(encoding="utf-8")
