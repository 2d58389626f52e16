"""What every kind of table has in common: a name, columns, a size, and a form that DuckDB can read.

One subclass for each kind of object (``adapters_pandas.py`` and its neighbours) knows its library; nothing else in the
probe does. Making a ``Table`` reads nothing of the object, so thousands of them cost nothing. What is read is read
through the library's own classes, never through what a user's subclass has overridden, where the library allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from . import fingerprint
from .cells import encodable, scalar
from .failure import Failure
from .profiles import Profile

LABEL_LENGTH = 200
"""The longest column name, in characters; a longer one is cut."""

_PLAIN_MODULES = frozenset(("builtins", "datetime", "decimal", "fractions", "numpy", "pandas", "uuid"))

T = TypeVar("T")
Positions = Sequence[int]


class Table:
    """One variable of the user's that holds a table. ``value`` is the object itself, which nothing here changes."""

    kind = ""
    """The library and the class, such as ``pandas.DataFrame``."""
    lazy = False
    """Whether its rows exist only once somebody computes them."""
    compute = ""
    """The method that makes a table in memory of a lazy one."""
    computed_by_query = True
    """Whether a query can name a lazy one."""
    describe_call = ""
    """The library's own method that sums a table up."""
    _columns: list[tuple[str, str]] | None = None

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value

    def columns(self) -> list[tuple[str, str]]:
        """``(name, type)`` of each column, as SQL sees them: text, unique without regard to case, index levels first.

        The type is a word that holds no value and no category of the column. Raises ``Failure`` where the object
        can't say.
        """
        if self._columns is None:
            self._columns = self.readable(self.read_columns)
        return self._columns

    def rows(self) -> int | None:
        """How many rows there are; None where counting would compute them."""
        return None if self.lazy else attempt(self.read_rows)

    def nbytes(self) -> int | None:
        """What the table takes in memory, in bytes, without the Python objects in it; None where nobody knows."""
        return None if self.lazy else attempt(self.read_nbytes)

    def for_sql(self) -> Any:
        """What DuckDB can register, with the columns of ``columns()``; ``Failure`` where there is no such thing.

        It may share the memory of the user's object, so it is only ever read.
        """
        if not self.columns():
            raise Failure("%r has no columns to query." % self.name)
        return self.readable(self.read_for_sql)

    def fingerprint(self) -> dict[str, Any]:
        """``{"rows", "columns", "schema", "content"}``: see ``fingerprint.py``."""
        return fingerprint.of(self)

    def describing(self) -> str | None:
        """A cell that sums the table up without us; None where its library has no method for that."""
        return "%s.%s" % (self.name, self.describe_call) if self.describe_call else None

    def parts(self) -> list[tuple[str, Any]]:
        """``(name, what the library holds of the column)`` for each column of a table that isn't lazy."""
        return self.readable(self.read_parts)

    def profile(self, part: Any, positions: Positions | None, whole: bool) -> Profile:
        """The figures of a column: see ``profiles.py``. One that can't be summarised has none."""
        return attempt(lambda: self.read_profile(part, positions, whole)) or Profile()

    def scalars(self, part: Any, positions: Positions) -> list[Any]:
        """Some cells of a column as JSON scalars."""
        return self.readable(lambda: [scalar(cell) for cell in self.read_cells(part, positions)])

    def readable(self, read: Callable[[], T]) -> T:
        """What ``read`` returns; whatever it raises becomes a ``Failure`` without the error's own words."""
        try:
            return read()
        except (Failure, KeyboardInterrupt):
            raise
        except BaseException as error:  # polars panics with a BaseException
            raise Failure(
                "%r can't be read: %s." % (self.name, type(error).__name__),
                "Look whether the notebook can show it, or make it anew.",
            ) from None

    def pieces(self, part: Any, positions: Positions) -> list[Any]:
        """Some cells of a column for the fingerprint: see ``read_pieces``. Of one that can't be read only that."""
        return attempt(lambda: self.read_pieces(part, positions)) or [["unreadable"]]

    def checksum(self, part: Any, start: int, stop: int) -> int:
        """A number that changes with any cell from ``start`` to ``stop``; 0 where finding out would take too long."""
        return attempt(lambda: self.read_checksum(part, start, stop)) or 0

    def read_columns(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def read_rows(self) -> int | None:
        return None

    def read_nbytes(self) -> int | None:
        return None

    def read_for_sql(self) -> Any:
        raise NotImplementedError

    def read_parts(self) -> list[tuple[str, Any]]:
        raise NotImplementedError

    def read_profile(self, part: Any, positions: Positions | None, whole: bool) -> Profile:
        raise NotImplementedError

    def read_cells(self, part: Any, positions: Positions) -> Iterable[Any]:
        """Some cells as Python or NumPy objects."""
        raise NotImplementedError

    def read_pieces(self, part: Any, positions: Positions) -> list[Any]:
        """NumPy arrays of fixed width where there are any, else lists of objects."""
        return [list(self.read_cells(part, positions))]

    def read_checksum(self, part: Any, start: int, stop: int) -> int:
        raise NotImplementedError


def attempt(read: Callable[[], T]) -> T | None:
    """What ``read`` returns, or None if it fails, however it fails."""
    try:
        return read()
    except KeyboardInterrupt:
        raise
    except BaseException:  # polars panics with a BaseException
        return None


def label_text(label: Any) -> str:
    """A column's label as text. A tuple, the label of a column with several levels, is joined: ``("a", "b")``: a_b.

    Labels of the user's own classes are named after the class: their ``__str__`` would be the user's code.
    """
    if isinstance(label, str):
        text = str.__str__(label)
    elif isinstance(label, tuple):
        text = "_".join(part for part in (label_text(item) for item in label) if part != "unnamed")
    elif type(label).__module__.split(".")[0] in _PLAIN_MODULES:
        text = str(label)
    else:
        text = type(label).__name__
    return encodable(text[:LABEL_LENGTH]) or "unnamed"


def unique_names(labels: Iterable[Any], taken: Iterable[str] = ()) -> list[str]:
    """Labels as text, each different from the others and from ``taken`` whatever their case: ``a``, ``a_2``."""
    names = [label_text(label) for label in labels]
    used = {name.lower() for name in taken}
    original = used.union(name.lower() for name in names)  # a later "a_2" keeps its name
    counts: dict[str, int] = {}
    unique: list[str] = []
    for name in names:
        candidate = name
        while candidate.lower() in used or (candidate is not name and candidate.lower() in original):
            counts[name.lower()] = counts.get(name.lower(), 1) + 1
            candidate = "%s_%d" % (name, counts[name.lower()])
        used.add(candidate.lower())
        unique.append(candidate)
    return unique
