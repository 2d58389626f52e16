"""pandas and geopandas: DataFrames and Series, with an index that says something as columns."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from .adapters import Positions, Table, label_text, unique_names
from .columns_pandas import checksum, pieces, sql_column, type_word
from .profiles import Profile
from .profiles_pandas import of_part


class PandasFrame(Table):
    kind = "pandas.DataFrame"
    describe_call = "describe(include='all')"

    _plain: Any = None

    def frame(self) -> Any:
        """A plain ``pandas.DataFrame`` with the table's columns under their own labels, not copied."""
        if self._plain is None:
            self._plain = self.read_frame()
        return self._plain

    def read_frame(self) -> Any:
        return sys.modules["pandas"].DataFrame(self.value)  # plain: a subclass's overridden methods stay out of it

    def read_columns(self) -> list[tuple[str, str]]:
        frame = self.frame()
        levels = _levels(frame.index)
        types = [type_word(level.dtype) for level in levels] + [type_word(dtype) for dtype in frame.dtypes]
        return list(zip(_names(frame, levels), types))

    def read_parts(self) -> list[tuple[str, Any]]:
        frame = self.frame()
        levels = _levels(frame.index)
        return list(zip(_names(frame, levels), levels + [frame.iloc[:, place] for place in range(frame.shape[1])]))

    def read_rows(self) -> int | None:
        return len(self.frame().index)

    def read_nbytes(self) -> int | None:
        return int(self.frame().memory_usage(index=True, deep=False).sum())

    def read_for_sql(self) -> Any:
        frame = self.frame()
        parts = self.read_parts()
        changed = {name: sql_column(part) for name, part in parts}
        if list(changed) == list(frame.columns) and all(column is None for column in changed.values()):
            return frame
        columns = {name: _array(part) if changed[name] is None else changed[name] for name, part in parts}
        return sys.modules["pandas"].DataFrame(columns, copy=False)

    def read_profile(self, part: Any, positions: Positions | None, whole: bool) -> Profile:
        return of_part(part, positions, whole)

    def read_cells(self, part: Any, positions: Positions) -> Iterable[Any]:
        cells: list[Any] = part.take(positions).tolist()
        return cells

    def read_pieces(self, part: Any, positions: Positions) -> list[Any]:
        return pieces(part.take(positions))

    def read_checksum(self, part: Any, start: int, stop: int) -> int:
        return checksum(part.iloc[start:stop] if hasattr(part, "iloc") else part[start:stop])


class PandasSeries(PandasFrame):
    kind = "pandas.Series"

    def read_frame(self) -> Any:
        pandas = sys.modules["pandas"]
        series = pandas.Series(self.value)
        return pandas.DataFrame({"value" if series.name is None else label_text(series.name): series}, copy=False)


class GeoFrame(PandasFrame):
    kind = "geopandas.GeoDataFrame"


class GeoSeries(PandasSeries):
    kind = "geopandas.GeoSeries"


def _array(part: Any) -> Any:
    """What a column is made of: its own memory, not a copy."""
    return part.to_numpy() if type(part.dtype).__module__.split(".")[0] == "numpy" else part.array


def _levels(index: Any) -> list[Any]:
    """The index as columns, as far as it says something: row numbers do not, be they all or what a filter left."""
    if index.nlevels > 1:
        return [index.get_level_values(place) for place in range(index.nlevels)]
    numbered = index.name is None and getattr(index.dtype, "kind", "") in "iu"
    return [] if numbered else [index]


def _names(frame: Any, levels: list[Any]) -> list[str]:
    """Of all columns, those of the index first. In a clash a column keeps its name, and the index's changes."""
    columns = unique_names(list(frame.columns))
    unnamed = ["index"] if len(levels) == 1 else ["level_%d" % place for place in range(len(levels))]
    labels = [unnamed[place] if level.name is None else level.name for place, level in enumerate(levels)]
    return unique_names(labels, columns) + columns
