"""dask, ibis and pyspark: listed, never computed."""

from __future__ import annotations

import sys
import types

import dask.dataframe
import ibis
import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table


class SparkDataFrame:
    """As much of ``pyspark.sql.DataFrame`` as a schema takes."""

    dtypes = (("a", "bigint"), ("A", "string"))

    def collect(self):
        raise AssertionError("it was computed")

    count = toPandas = collect


@pytest.fixture
def spark(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql.dataframe", types.SimpleNamespace(DataFrame=SparkDataFrame))


def ibis_table():
    """Of no backend: whoever computes it gets an error."""
    return ibis.table({"a": "int64", "s": "struct<canary: string>"}, name="t")


def dask_frame():
    def partition(number):
        raise AssertionError("it was computed")

    meta = pd.DataFrame({"a": pd.Series(dtype="int64"), "c": pd.Categorical([], categories=["canary"])})
    return dask.dataframe.from_map(partition, [0, 1], meta=meta)


@pytest.mark.parametrize(
    ("value", "kind", "columns", "call"),
    [
        (dask_frame(), "dask.DataFrame", [("a", "int64"), ("c", "category")], "compute()"),
        (dask_frame().a, "dask.Series", [("a", "int64")], "compute()"),
        (ibis_table(), "ibis.Table", [("a", "int64"), ("s", "struct")], "to_pandas()"),
        (ibis_table().filter(ibis._.a > 1).select("a"), "ibis.Table", [("a", "int64")], "to_pandas()"),
        (SparkDataFrame(), "pyspark.DataFrame", [("a", "bigint"), ("A_2", "string")], "toPandas()"),
    ],
)
def test_its_schema_is_told_and_a_query_asks_to_compute_it_first(spark, value, kind, columns, call):
    table = find_table({"t": value}, "t")
    assert (table.kind, table.columns()) == (kind, columns)
    assert (table.rows(), table.nbytes(), table.fingerprint()["content"]) == (None, None, None)
    with pytest.raises(Failure) as caught:
        table.for_sql()
    assert caught.value.hint == f"Compute it in the notebook first: t = t.{call}"
