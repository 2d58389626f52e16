"""The variable that a result becomes: of the library that the user works with."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe import result_frame
from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.sql import Database

ANOTHER_KERNEL = """
import sys
{imports}
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {without!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Without())
from table_copilot_jupyter.kernel.probe import result_frame
from table_copilot_jupyter.kernel.probe.sql import Database
with Database(20.0) as database:
    database.run("SELECT sum(i)::HUGEINT AS total, 'x' AS word FROM range(4) r(i)", keep=10)
    frame = result_frame.made(database, database.columns(), 10)
print(type(frame).__module__.split(".")[0], type(frame).__name__, frame if isinstance(frame, list) else "")
"""


def made(sql, rows=100):
    with Database(20.0) as database:
        database.run(sql, keep=1000)
        return result_frame.made(database, database.columns(), rows)


def in_another_kernel(imports="", without=()):
    code = ANOTHER_KERNEL.format(imports=imports, without=tuple(without))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_is_a_pandas_data_frame_where_pandas_is_loaded():
    frame = made("SELECT 'a' AS x, 1.5 AS y UNION ALL SELECT NULL, 2 ORDER BY y")
    assert type(frame) is pd.DataFrame
    assert list(frame.columns) == ["x", "y"]
    assert frame["y"].tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("imports", "without", "kind"),
    [
        ("import polars", [], "polars DataFrame"),
        ("import pandas, polars", [], "pandas DataFrame"),
        ("", [], "pyarrow Table"),
        ("", ["pyarrow"], "pandas DataFrame"),
        ("import polars", ["pyarrow"], "pandas DataFrame"),
        ("", ["pyarrow", "pandas"], "builtins list [{'total': 6, 'word': 'x'}]"),
    ],
)
def test_it_is_of_the_library_that_is_there(imports, without, kind):
    assert in_another_kernel(imports, without) == kind


def test_sums_of_integers_stay_integers():
    frame = made("SELECT sum(i) AS total FROM range(10) r(i)")
    assert frame["total"].dtype == "int64"
    assert frame["total"].tolist() == [45]


def test_a_sum_that_fits_no_64_bits_is_still_a_number():
    assert made("SELECT sum(9223372036854775807) AS total FROM range(3)")["total"].tolist() == [3 * (2.0**63)]


def test_only_so_many_rows_become_the_variable():
    assert len(made("FROM range(50)", rows=10)) == 10


def test_what_a_library_cannot_hold_is_text(monkeypatch):
    class Refusing(Exception):
        pass

    asked = []

    def refusing(database, select):
        asked.append(select)
        if "VARCHAR" not in select:
            raise Refusing
        return select

    monkeypatch.setattr(result_frame, "_read", refusing)
    assert '"d"::VARCHAR AS "d"' in made("SELECT 1 AS i, DATE '290000-01-01' AS d")
    assert '"i"' in asked[1]
    assert '"i"::VARCHAR' not in asked[1]


def test_a_query_that_was_stopped_is_not_tried_again():
    with Database(20.0) as database:
        database.run("SELECT 1 AS i", keep=10)
        columns = database.columns()
        database.stop(Failure("The query was cancelled."))
        with pytest.raises(Failure, match="cancelled"):
            result_frame.made(database, columns, 10)
