"""DuckDB: relations of the user's own connections."""

from __future__ import annotations

from typing import Any

from .adapters import Table, unique_names
from .failure import Failure

COPIED_CELLS = 50_000_000
"""The most cells that are taken out of another DuckDB connection for a query."""


class DuckDBRelation(Table):
    """A query of the user's on a connection of the user's: not run to list it, run when a query names it."""

    kind = "duckdb.Relation"
    lazy = True
    compute = "df()"

    def read_columns(self) -> list[tuple[str, str]]:
        value = self.value
        return list(zip(unique_names(value.columns), [type_word(kind) for kind in value.types]))

    def read_for_sql(self) -> Any:
        """A copy, of ``COPIED_CELLS`` cells at most, since no connection reads the relations of another."""
        names = [name for name, _ in self.columns()]
        limit = max(1, COPIED_CELLS // len(names))
        try:
            copy = _copied(self.value.limit(limit + 1), names, self.name)
        except Exception as error:
            if type(error).__name__ != "ResourceInUseException":
                raise
            raise Failure(
                "The connection that %r reads from is busy." % self.name,
                "Wait for its query, fetch the rest of its open result, or load it: %s = %s.df()"
                % (self.name, self.name),
            ) from None
        if len(copy) > limit:
            raise Failure(
                "%r has more than %d rows, too many to copy for a query." % (self.name, limit),
                "Narrow it down on its own connection, or load it: %s = %s.df()" % (self.name, self.name),
            )
        return copy


def type_word(kind: Any) -> str:
    """A DuckDB type as a word: an ENUM without its values, a STRUCT without its fields' names, wherever they stand."""
    name = str(getattr(kind, "id", ""))
    if name == "enum":
        return "ENUM"
    if name not in ("list", "array", "struct", "map", "union"):
        return str(kind) if name else str(kind).split("(")[0]
    children = [(label, type_word(child)) for label, child in kind.children if label and not isinstance(child, int)]
    if name in ("list", "array"):
        return "%s[]" % children[0][1]
    if name == "map":
        return "MAP(%s)" % ", ".join(word for _, word in children)
    return "%s(%d)" % (name.upper(), len(children))


def _copied(relation: Any, names: list[str], name: str) -> Any:
    """Its rows as a pyarrow table or a pandas DataFrame with those column names."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        pass
    else:
        return relation.to_arrow_table().rename_columns(names)
    try:
        import pandas  # noqa: F401
    except ImportError:
        raise Failure(
            "%r is a relation of another DuckDB connection, which takes pyarrow or pandas to read." % name,
            "Install one of them in the kernel's environment: %pip install pyarrow",
        ) from None
    frame = relation.df()
    frame.columns = names
    return frame
