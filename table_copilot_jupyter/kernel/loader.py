"""Makes a package out of sources, in a kernel whose environment has no file of it.

The text of this module is run by itself in the kernel (``bundle.py`` writes the cell for it, whose message carries
the sources). It puts an importer for the sources behind all others, so that the modules import each other as usual,
and asks the package's ``resident`` to start. Compiling them takes longer than all else, so the message also carries
their code, for kernels of the same Python. Standard library only, Python 3.8 and newer: older than the probe, so that
it can say what is too old.
"""

from __future__ import annotations

import base64
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import marshal
import sys
import types
import zlib
from collections.abc import Mapping
from typing import Any

OLDEST_PYTHON = (3, 9)


class ParcelImporter(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads ``package.<module>`` from a parcel. Tracebacks show the lines, which linecache asks for."""

    def __init__(self, package: str, parcel: Mapping[str, Any]) -> None:
        self.package = package
        self.same_python = parcel["python"] == importlib.util.MAGIC_NUMBER.hex()
        self.modules = parcel["modules"]

    def find_spec(
        self, fullname: str, path: Any = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, module = fullname.rpartition(".")
        if package != self.package or module not in self.modules:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=filename(module))

    def is_package(self, fullname: str) -> bool:
        return False

    def get_source(self, fullname: str) -> str:
        return unpacked(self.modules[fullname.rpartition(".")[2]]["source"]).decode()

    def get_code(self, fullname: str) -> types.CodeType:
        module = fullname.rpartition(".")[2]
        if self.same_python:
            code: types.CodeType = marshal.loads(unpacked(self.modules[module]["code"]))
            return code
        return compiled(module, self.get_source(fullname))


def filename(module: str) -> str:
    """How tracebacks name a module, which has no file."""
    return f"table-copilot/{module}.py"


def compiled(module: str, source: str) -> types.CodeType:
    return compile(source, filename(module), "exec", dont_inherit=True)


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


def unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


def load(package: str, parcel: Mapping[str, Any]) -> None:
    """Make ``package`` importable from a parcel, once: of several threads that load it, the first one does."""
    module = types.ModuleType(package, "The copilot's part in this kernel.")
    module.__path__ = []
    importer = ParcelImporter(package, parcel)
    sys.meta_path.append(importer)  # before the package can be seen: whoever sees it may import from it
    if sys.modules.setdefault(package, module) is not module:
        sys.meta_path.remove(importer)


def boot(package: str, main_is_busy: bool) -> None:
    """Load what this cell's message carries and start its resident; ``package.outcome`` tells how that went.

    The outcome is "ready", or why not: "old python" or the name of an exception. Nothing is raised: IPython would
    show it, and keep it as the user's last error.
    """
    outcome = "old python"
    try:
        if sys.version_info >= OLDEST_PYTHON:
            shell = sys.modules["IPython"].get_ipython()
            load(package, shell.kernel.get_parent("control")["content"]["parcel"])
            outcome = importlib.import_module(package + ".resident").install(main_is_busy)
    except BaseException as error:
        outcome = type(error).__name__
    sys.modules.setdefault(package, types.ModuleType(package)).__dict__["outcome"] = outcome
