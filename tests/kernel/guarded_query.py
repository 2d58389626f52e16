"""Tables, and a query of them with its guard, run."""

from __future__ import annotations

import pandas as pd

from table_copilot_jupyter.kernel.probe import grouping, lineage
from table_copilot_jupyter.kernel.probe.sql import RESULT, Database

STAFF = pd.DataFrame(
    {
        "id": range(20),
        "team": ["a"] * 8 + ["b"] * 6 + ["c"] * 4 + ["d", "d"],
        "salary": [float(1000 + 10 * i) for i in range(20)],
        "bonus": [5.0] * 3 + [None] * 17,
        "hired": pd.date_range("2020-01-01", periods=20, freq="40D"),
        "floor": [i % 3 for i in range(20)],
    }
)
TEAMS = pd.DataFrame({"team": ["a", "b", "c"], "building": ["North", "North", "South"]})
TABLES = {"staff": STAFF, "teams": TEAMS}


class Guarded:
    """A query with its guard, run: the rows without the guard, and the guard of each. ``text`` is None if it has none.

    ``more_columns``: names of columns that the tables are said to have besides their own.
    """

    def __init__(self, sql, more_columns=()):
        self.text = None
        with Database(20.0) as database:
            for name, frame in TABLES.items():
                database.add(name, frame, list(frame.columns))
            statement = database.parse(sql)
            named = {table.lower() for table in lineage.tables(statement.root)}
            columns = [*more_columns, *(column for table in named for column in TABLES[table].columns)]
            root = grouping.guarded(statement.root, columns, database.serialised)
            if root is None:
                return
            self.text = database.rewritten(root)
            database.run(self.text, keep=100)
            self.names = [name for name, _ in database.columns()]
            rows = database.fetch(f"FROM {RESULT}", lambda cursor: cursor.fetchall())
            self.rows, self.behind = [row[:-1] for row in rows], [row[-1] for row in rows]
            database.run(statement.text, keep=100)
            self.names_without = [name for name, _ in database.columns()]
            self.rows_without = database.fetch(f"FROM {RESULT}", lambda cursor: cursor.fetchall())


def behind(sql):
    """By the first value of each row, the rows behind it."""
    guarded = Guarded(sql)
    return {row[0]: count for row, count in zip(guarded.rows, guarded.behind, strict=True)}
