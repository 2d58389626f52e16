"""dask, ibis and pyspark: DataFrames whose rows live elsewhere. Their columns are told; nothing is ever computed."""

from __future__ import annotations

from typing import Any

from .adapters import Table, label_text, unique_names
from .columns_pandas import type_word
from .failure import Failure


class OutsideTable(Table):
    lazy = True
    computed_by_query = False

    def read_for_sql(self) -> Any:
        raise Failure(
            "The rows of %r (%s) are computed elsewhere." % (self.name, self.kind),
            "Compute it in the notebook first: %s = %s.%s" % (self.name, self.name, self.compute),
        )


class DaskFrame(OutsideTable):
    kind = "dask.DataFrame"
    compute = "compute()"

    def read_columns(self) -> list[tuple[str, str]]:
        dtypes = self.value.dtypes
        return list(zip(unique_names(list(dtypes.index)), [type_word(dtype) for dtype in dtypes]))


class DaskSeries(OutsideTable):
    kind = "dask.Series"
    compute = "compute()"

    def read_columns(self) -> list[tuple[str, str]]:
        name = self.value.name
        return [(label_text("value" if name is None else name), type_word(self.value.dtype))]


class IbisTable(OutsideTable):
    kind = "ibis.Table"
    compute = "to_pandas()"

    def read_columns(self) -> list[tuple[str, str]]:
        schema = self.value.schema()
        return list(zip(unique_names(schema.names), [_word(kind) for kind in schema.types]))


class SparkFrame(OutsideTable):
    kind = "pyspark.DataFrame"
    compute = "toPandas()"

    def read_columns(self) -> list[tuple[str, str]]:
        fields = self.value.dtypes
        return list(zip(unique_names(name for name, _ in fields), [_word(word) for _, word in fields]))


def _word(kind: Any) -> str:
    """A type of ibis or pyspark as a word: of a struct not the names of its fields, which may be keys in cells."""
    word = str(kind)
    return "struct" if "struct" in word.lower() else word
