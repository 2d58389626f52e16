"""pyarrow: tables, record batches and data sets."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from .adapters import Positions, Table, unique_names
from .columns_arrow import arrow_sum, pieces, readable_type, stored, type_word
from .failure import Failure
from .profiles import Profile
from .profiles_arrow import missing_in, of_chunks


class ArrowTable(Table):
    kind = "pyarrow.Table"

    def table(self) -> Any:
        """A ``pyarrow.Table`` under its own names, not copied."""
        return self.value

    def frame(self) -> Any:
        """A ``pyarrow.Table`` with the names of ``columns()``, not copied."""
        table = self.table()
        names = unique_names(table.column_names)
        return table if names == table.column_names else table.rename_columns(names)

    def read_columns(self) -> list[tuple[str, str]]:
        schema = self.value.schema
        return list(zip(unique_names(schema.names), [type_word(kind) for kind in schema.types]))

    def read_rows(self) -> int | None:
        return int(self.value.num_rows)

    def read_nbytes(self) -> int | None:
        return int(self.value.nbytes)

    def read_for_sql(self) -> Any:
        table = self.frame()
        for position, field in enumerate(table.schema):
            column = table.column(position)
            target = readable_type(field.type)
            readable = stored(column) if target is None else column.cast(target, safe=False)
            if readable is not column:
                table = table.set_column(position, field.name, readable)
        return table

    def read_parts(self) -> list[tuple[str, Any]]:
        frame = self.frame()
        return [(name, stored(column)) for name, column in zip(frame.column_names, frame.columns)]

    def read_profile(self, part: Any, positions: Positions | None, whole: bool) -> Profile:
        sample = part if positions is None else part.take(_indices(positions))
        everything = part if whole else sample
        profile = of_chunks(everything, sample)
        profile.looked, profile.missing = len(everything), missing_in(everything)
        return profile

    def read_cells(self, part: Any, positions: Positions) -> Iterable[Any]:
        cells: list[Any] = part.take(_indices(positions)).to_pylist()
        return cells

    def read_pieces(self, part: Any, positions: Positions) -> list[Any]:
        return pieces(part if len(positions) == len(part) else part.take(_indices(positions)))

    def read_checksum(self, part: Any, start: int, stop: int) -> int:
        return arrow_sum(part.slice(start, stop - start))


class ArrowBatch(ArrowTable):
    kind = "pyarrow.RecordBatch"

    def table(self) -> Any:
        return sys.modules["pyarrow"].Table.from_batches([self.value])


class ArrowDataset(ArrowTable):
    """Files or fragments: DuckDB reads of them what a query needs."""

    lazy = True
    kind = "pyarrow.Dataset"
    compute = "to_table()"

    def read_for_sql(self) -> Any:
        names = [name for name, _ in self.columns()]
        if names != self.value.schema.names:
            raise Failure(
                "Some columns of the data set %r have the same name." % self.name,
                "Load it first: %s = %s.to_table()" % (self.name, self.name),
            )
        return self.value


def _indices(positions: Positions) -> Any:
    pyarrow = sys.modules["pyarrow"]
    return pyarrow.array(positions, type=pyarrow.int64())
