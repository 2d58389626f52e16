"""The built front end: the files that a browser loads, which ``npm run build`` puts into ``static/``."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).parent / "static"
NOT_BUILT = "The chat's front end is not built."
BUILD_HINT = "Run: pip install . (or npm run build in labextension)"


class FrontEndNotBuilt(RuntimeError):
    """A file that a browser has to load is not there."""

    def __init__(self) -> None:
        super().__init__(f"{NOT_BUILT} {BUILD_HINT}")

    def _render_traceback_(self) -> list[str]:
        """What IPython prints instead of a stack of our own frames."""
        return [f"{type(self).__name__}: {self}"]


def built(name: str) -> Path:
    """The path of a built file. Raises FrontEndNotBuilt."""
    path = STATIC / name
    if not path.is_file():
        raise FrontEndNotBuilt
    return path
