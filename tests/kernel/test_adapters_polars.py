"""polars as tables."""

from __future__ import annotations

import datetime
import decimal
import subprocess
import sys

import duckdb
import polars as pl
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table

CANARY = "canary"

WITHOUT_PYARROW = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Finder())
import polars as pl
from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table
table = find_table({"t": pl.DataFrame({"a": [1]})}, "t")
print(table.columns(), table.rows(), table.fingerprint()["rows"])
try:
    table.for_sql()
except Failure as failure:
    print(failure.hint)
"""


class Foreign:
    def __str__(self):
        raise AssertionError("the user's code ran")


def table(value):
    return find_table({"t": value}, "t")


def in_sql(value):
    found = table(value)
    with duckdb.connect() as connection:
        result = connection.register("t", found.for_sql()).sql("select * from t")
        assert result.columns == [name for name, _ in found.columns()]
        return result.fetchall()


@pytest.mark.parametrize(
    ("series", "word", "cell"),
    [
        (pl.Series([1], dtype=pl.Int8), "Int8", 1),
        (pl.Series([2**100], dtype=pl.Int128), "Int128", decimal.Decimal(2**100)),
        (pl.Series([decimal.Decimal("1.5")], dtype=pl.Decimal(10, 2)), "Decimal[10, 2]", decimal.Decimal("1.5")),
        (pl.Series([CANARY], dtype=pl.Categorical), "Categorical", CANARY),
        (pl.Series([CANARY], dtype=pl.Enum([CANARY])), "Enum", CANARY),
        (pl.Series([[CANARY]], dtype=pl.List(pl.Enum([CANARY]))), "List[Enum]", [CANARY]),
        (pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)), "Array[Int64, 2]", (1, 2)),
        (pl.Series([{CANARY: 1}]), "Struct[1]", {CANARY: 1}),
        (pl.Series([datetime.datetime(2020, 1, 1)]), "Datetime[us]", datetime.datetime(2020, 1, 1)),
        (pl.Series([datetime.timedelta(1)]), "Duration[us]", datetime.timedelta(1)),
        (pl.Series([datetime.date(2020, 1, 1)]), "Date", datetime.date(2020, 1, 1)),
        (pl.Series([Foreign()], dtype=pl.Object), "Object", "<Foreign>"),
        (pl.Series([None]), "Null", None),
    ],
)
def test_every_type_has_a_word_without_values_and_a_form_in_sql(series, word, cell):
    frame = series.alias("c").to_frame()
    assert table(frame).columns() == [("c", word)]
    assert in_sql(frame) == [(cell,)]


def test_an_integer_that_no_decimal_holds_is_rounded_not_lost():
    [(cell,)] = in_sql(pl.DataFrame({"c": pl.Series([2**126, None], dtype=pl.Int128)}))[:1]
    assert float(cell) == pytest.approx(2.0**126)


def test_names_differ_whatever_their_case():
    assert in_sql(pl.DataFrame({"a": [1], "A": [2]})) == [(1, 2)]
    assert [name for name, _ in table(pl.DataFrame({"a": [1], "A": [2]})).columns()] == ["a", "A_2"]


def test_a_series_is_a_table_of_one_column():
    assert in_sql(pl.Series("n", [1, 2])) == [(1,), (2,)]
    assert table(pl.Series([1])).columns() == [("value", "Int64")]


def test_a_lazy_frame_is_computed_by_a_query_and_by_nothing_else():
    ran = []

    def computed(frame):
        ran.append(frame.height)
        return frame

    lazy = pl.LazyFrame({"a": [1, 2], "A": [3, 4]}).map_batches(computed, schema={"a": pl.Int64, "A": pl.Int64})
    found = table(lazy)
    assert (found.lazy, found.rows(), found.nbytes()) == (True, None, None)
    assert found.columns() == [("a", "Int64"), ("A_2", "Int64")]
    assert found.fingerprint()["content"] is None
    assert ran == []
    assert in_sql(lazy) == [(1, 3), (2, 4)]
    assert ran == [2]


def test_a_panic_of_polars_is_a_failure():
    def panic(frame):
        raise pl.exceptions.PanicException(CANARY)

    with pytest.raises(Failure) as caught:
        table(pl.LazyFrame({"a": [1]}).map_batches(panic)).for_sql()
    assert CANARY not in str(caught.value)


def test_without_pyarrow_all_works_but_sql_and_that_says_what_to_install():
    found = subprocess.run([sys.executable, "-c", WITHOUT_PYARROW], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == [
        "[('a', 'Int64')] 1 1",
        "Install it in the kernel's environment: %pip install pyarrow",
    ]
