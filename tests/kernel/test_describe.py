"""What columns are like: in full for the user, as far as the gate allows for the model."""

from __future__ import annotations

import datetime
import decimal
import json
import time

import numpy as np
import palmerpenguins
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from table_copilot_jupyter.kernel.probe.describe import describe
from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.gate import Policy

TABLE = "application/vnd.table-copilot.table+json"
LIBRARIES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "arrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}


def policy(level, *rules, ceiling="rows"):
    entries = [{"table": table, "column": column, "level": lowered} for table, column, lowered in rules]
    return Policy.read({"level": level, "ceiling": ceiling, "rules": entries})


def described(value, level="rows", *rules, columns=None, ceiling="rows"):
    arguments = {"name": "t"} if columns is None else {"name": "t", "columns": columns}
    return describe({"t": value}, policy(level, *rules, ceiling=ceiling), arguments)


def lines(found):
    """The line of each column, by the column's name."""
    return {line[2:].split(" (")[0].strip('"'): line for line in found["model"].splitlines() if line.startswith("- ")}


def shown(found):
    """The user's rows as mappings, by the column's name."""
    payload = found["user"][TABLE]
    names = [column["name"] for column in payload["columns"]]
    return {row[0]: dict(zip(names, row, strict=True)) for row in payload["rows"]}


@pytest.fixture(scope="module")
def penguins():
    return palmerpenguins.load_penguins()


@pytest.fixture(scope="module")
def every_type():
    """Six rows, one of them missing."""
    return pd.DataFrame(
        {
            "number": [1.0, 2.0, 2.0, 3.0, 7.0, np.nan],
            "whole": pd.array([1, 2, 2, 3, 7, None], dtype="Int64"),
            "flag": pd.array([True, True, True, False, False, None], dtype="boolean"),
            "text": pd.array(["a", "bb", "bb", "bb", "cccc", None], dtype="str"),
            "kind": pd.Categorical(["a", "bb", "bb", "bb", "cccc", None], categories=["x", "a", "bb", "cccc"]),
            "when": pd.to_datetime(["2020-01-02"] * 4 + ["2021-02-03 04:05", None], format="mixed"),
            "zoned": pd.to_datetime(["2020-01-02"] * 4 + ["2021-02-03 04:05", None], format="mixed").tz_localize(
                "Europe/Berlin"
            ),
        }
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_figures_are_those_of_the_library(penguins, library):
    found = shown(described(LIBRARIES[library](penguins)))
    mass = penguins.body_mass_g
    assert found["body_mass_g"]["missing"] == 2
    assert found["body_mass_g"]["distinct"] == mass.nunique()
    for name, expected in mass.describe().drop("count").items():
        assert found["body_mass_g"][name.replace("%", " %")] == pytest.approx(expected)
    assert found["species"]["most frequent"] == "Adelie (44.2 %), Gentoo (36 %), Chinstrap (19.8 %)"
    assert (found["sex"]["missing"], found["sex"]["distinct"], found["sex"]["length"]) == (11, 2, "4 to 6")
    assert (found["year"]["min"], found["year"]["50 %"], found["year"]["max"]) == (2007, 2008, 2009)


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_type_has_its_own_figures(every_type, library):
    found = lines(described(LIBRARIES[library](every_type)))
    zone = "+01:00"
    for name, facts in {
        "number": "1 missing, 4 distinct, mean 3, std 2.34521, min 1, quartiles 2 / 2 / 3, max 7, most frequent 2 (2)",
        "whole": "1 missing, 4 distinct, mean 3, std 2.34521, min 1, quartiles 2 / 2 / 3, max 7, most frequent 2 (2)",
        "flag": "1 missing, 2 distinct, 60 % true",
        "text": '1 missing, 3 distinct, length 1 to 4, mean 2.2, most frequent "bb" (3)',
        "when": "1 missing, 2 distinct, min 2020-01-02, max 2021-02-03 04:05:00, most frequent 2020-01-02 (4)",
    }.items():
        assert found[name].split(": ", 1)[1] == facts
    assert "1 missing, 3 distinct, " in found["kind"]
    assert found["kind"].endswith('most frequent "bb" (3)')
    assert f"min 2020-01-02 00:00:00{zone}, max 2021-02-03 04:05:00{zone}" in found["zoned"]


@pytest.mark.parametrize(
    ("cells", "facts"),
    [
        (np.array([1, 2, 2], dtype=object), "0 missing, 2 distinct, mean 1.66667, std 0.57735, min 1, "),
        ([decimal.Decimal(1), None, decimal.Decimal(2)], "1 missing, 2 distinct, mean 1.5, "),
        ([1.5, pd.NA, 2.5], "1 missing, 2 distinct, mean 2, "),
        (["a", 1, 1], '0 missing, 2 distinct, most frequent "1" (2)'),
        ([[1], [1], None], '1 missing, 1 distinct, most frequent "[1]" (2)'),
        ([1j, 2j, 1j], '0 missing, 2 distinct, most frequent "1j" (2)'),
        ([float("inf"), 1.0, 2.0], "0 missing, 3 distinct, mean inf, min 1, max inf"),
        (pd.arrays.SparseArray([0, 0, 1]), "0 missing, 2 distinct, mean 0.333333, "),
        (pd.period_range("2020", periods=3, freq="M"), "0 missing, 3 distinct, min 2020-01-01, max 2020-03-01"),
        (pd.to_timedelta([1, 1, 2], unit="s"), "0 missing, 2 distinct, min 0:00:01, max 0:00:02, most frequent "),
        (pd.cut([1, 1, 9], 2), '0 missing, 2 distinct, most frequent "(0.992, 5.0]" (2)'),
        ([None, None, None], "3 missing, no values"),
        (pd.array([None] * 3, dtype="Int64"), "3 missing, no values"),
        ([object(), object(), object()], "0 missing"),
        (pd.array([[1], None, [2]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), "1 missing"),
    ],
)
def test_odd_columns_of_pandas_are_summed_up_too(cells, facts):
    column = pd.Series(cells, dtype=object) if isinstance(cells, list) else cells
    assert lines(described(pd.DataFrame({"c": column})))["c"].split(": ", 1)[1].startswith(facts)


@pytest.mark.parametrize(
    ("series", "facts"),
    [
        (pl.Series([decimal.Decimal("1.5"), None]), "1 missing, 1 distinct, mean 1.5, min 1.5, "),
        (pl.Series([1.0, float("nan"), None]), "2 missing, 1 distinct, mean 1, "),
        (pl.Series([datetime.time(1), datetime.time(2)]), "0 missing, 2 distinct, min 01:00:00, max 02:00:00"),
        (pl.Series([datetime.timedelta(1)] * 2), "0 missing, 1 distinct, min 1 day, 0:00:00, "),
        (
            pl.Series(["a", "a"], dtype=pl.Enum(["a", "b"])),
            '0 missing, 1 distinct, length 1 to 1, mean 1.0, most frequent "a" (2)',
        ),
        (pl.Series([[1], None]), "1 missing"),
        (pl.Series([{"a": 1}]), "0 missing"),
        (pl.Series([object()], dtype=pl.Object), "0 missing"),
        (pl.Series([None, None]), "2 missing"),
        (pl.Series([], dtype=pl.Int64), "0 missing, no values"),
        (pl.Series("count", [1, 1]), "0 missing, 1 distinct, mean 1, std 0, min 1, "),
    ],
)
def test_odd_columns_of_polars_are_summed_up_too(series, facts):
    [line] = lines(described(series.to_frame())).values()
    assert line.split(": ", 1)[1].startswith(facts)


@pytest.mark.parametrize(
    ("array", "facts"),
    [
        (pa.array([decimal.Decimal("1.5"), None]), "1 missing, 1 distinct, mean 1.5, "),
        (
            pa.array(["a", "a"]).dictionary_encode(),
            '0 missing, 1 distinct, length 1 to 1, mean 1.0, most frequent "a" (2)',
        ),
        (
            pa.array(["a", "a"], pa.string_view()),
            '0 missing, 1 distinct, length 1 to 1, mean 1.0, most frequent "a" (2)',
        ),
        (pa.array([1, None], pa.date32()), "1 missing, 1 distinct, min 1970-01-02, "),
        (pa.array([10**18 + 1], pa.timestamp("ns")), "0 missing, 1 distinct, min 2001-09-09 01:46:40, "),
        (pa.array([True, None, False]), "1 missing, 2 distinct, 50 % true"),
        (pa.array([[1], None]), "1 missing"),
        (pa.nulls(2), "2 missing"),
    ],
)
def test_odd_columns_of_arrow_are_summed_up_too(array, facts):
    assert lines(described(pa.table({"c": array})))["c"].split(": ", 1)[1].startswith(facts)


def test_a_structured_array_is_summed_up_too():
    array = np.ma.masked_array(
        np.array(
            [(1, 1.5, "a", [1, 2]), (2, np.nan, "a", [1, 2])],
            dtype=[*zip("xys", ("i4", "f8", "U1"), strict=True), ("p", "i4", 2)],
        ),
        mask=[(True, False, False, False), (False, False, False, False)],
    )
    found = lines(described(array))
    assert "1 missing, 1 distinct, mean 2, " in found["x"]
    assert "1 missing, 1 distinct, mean 1.5, " in found["y"]
    assert '0 missing, 1 distinct, length 1 to 1, mean 1.0, most frequent "a" (2)' in found["s"]
    assert found["p"] == "- p (int32[2]): 0 missing"


def test_each_level_adds_to_the_one_before(penguins):
    chosen = ["species", "year"]
    found = {level: described(penguins, level, columns=chosen) for level in ("names", "schema", "aggregates", "rows")}
    assert found["names"]["model"].splitlines() == ["t (344 rows × 2 columns):", "- species", "- year"]
    assert found["schema"]["model"].splitlines() == [
        "t (pandas.DataFrame, 344 rows × 2 columns):",
        "- species (str)",
        "- year (int64)",
    ]
    figures = found["aggregates"]["model"].splitlines()
    assert figures[1].endswith('most frequent "Adelie" (152), "Gentoo" (124), "Chinstrap" (68)')
    assert found["rows"]["model"].splitlines()[:3] == figures
    assert [json.loads(line) for line in found["rows"]["model"].splitlines()[4:]] == [
        {"species": "Adelie", "year": 2007},
        {"species": "Gentoo", "year": 2007},
        {"species": "Chinstrap", "year": 2009},
    ]
    for level, rows in {"names": 0, "schema": 0, "aggregates": 0, "rows": 3}.items():
        assert found[level]["level"] == level
        assert found[level]["tables"] == [{"name": "t", "level": level, "columns": 2, "rows": rows}]
        assert found[level]["user"]["text/plain"] == found["rows"]["user"]["text/plain"]


def test_rules_lower_single_columns(penguins):
    rules = [("t", "species", "hidden"), ("t", "island", "names"), ("t", "sex", "schema"), ("t", "year", "aggregates")]
    found = described(penguins[["species", "island", "sex", "year", "body_mass_g"]], "rows", *rules)
    assert "species" not in found["model"]
    assert "Adelie" not in found["model"]
    assert found["model"].splitlines()[1:3] == ["- island", "- sex (str)"]
    assert "mean" in lines(found)["year"]
    assert set(json.loads(found["model"].splitlines()[-1])) == {"body_mass_g"}
    assert set(shown(found)) == {"species", "island", "sex", "year", "body_mass_g"}
    assert found["tables"] == [{"name": "t", "level": "rows", "columns": 4, "rows": 3}]


@pytest.mark.parametrize("library", LIBRARIES)
def test_at_aggregates_no_value_of_fewer_than_five_rows_is_named(library):
    frame = pd.DataFrame(
        {
            "c": pd.array(["often"] * 5 + ["rare-canary"] * 4 + ["single-canary"], dtype="str"),
            "few": [7.25] * 4 + [None] * 6,
        }
    )
    found = described(LIBRARIES[library](frame), "aggregates")
    assert '"often" (5)' in found["model"]
    assert "canary" not in found["model"]
    assert lines(found)["few"].endswith(": 6 missing, too few values for figures")
    assert "canary" in described(LIBRARIES[library](frame), "rows")["model"]
    assert "rare-canary" in shown(found)["c"]["most frequent"]


def test_below_aggregates_nothing_of_a_value_passes():
    canary = "canary-7f3a"
    frame = pd.DataFrame(
        {
            "text": [canary] * 9,
            "kind": pd.Categorical([canary] * 9),
            "object": [{canary: 1}] * 9,
            "number": [73_519] * 9,
        },
        index=pd.Index([canary] * 9, name="key"),
    )
    frame.attrs = {canary: canary}
    for value in (frame, pl.from_pandas(frame.drop(columns="object")), pa.Table.from_pandas(frame)):
        for level in ("names", "schema"):
            found = described(value, level, ceiling=level)
            for part in ("model", "tables", "more"):
                assert canary not in json.dumps(found[part])
                assert "73519" not in json.dumps(found[part])


@pytest.mark.parametrize("level", ["names", "schema"])
def test_what_a_consent_would_send_is_what_it_then_sends(penguins, level):
    rules = [("t", "island", "schema"), ("t", "sex", "hidden")]
    more = described(penguins, level, *rules)["more"]
    assert more["level"] == "aggregates"
    assert more["what"] == "statistics of 6 columns of t (344 rows)"
    assert (more["rows"], more["columns"]) == (0, 6)
    then = described(penguins, "aggregates", *rules)
    assert more["text"] == then["model"]
    assert more["tables"] == then["tables"]
    assert then["more"] is None


def test_nothing_is_offered_that_the_ceiling_or_a_rule_forbids(penguins):
    assert described(penguins, "schema", ceiling="schema")["more"] is None
    assert described(penguins, "schema", ("t", None, "schema"))["more"] is None
    assert described(penguins[["sex"]].rename(columns={"sex": "password"}), "schema")["more"] is None


def test_secrets_stay_with_the_user_at_every_level():
    key = "sk-" + "a1B2c3D4" * 4
    frame = pd.DataFrame({"api_key": ["geheim"] * 6, "note": [f"the key is {key}"] * 6, f"col {key}": [1] * 6})
    for level in ("aggregates", "rows"):
        model = described(frame, level)["model"]
        assert "- api_key (hidden: looks secret)" in model
        assert '"the key is [secret]" (6)' in model
        assert key not in model
        assert "geheim" not in model
    assert shown(described(frame))["api_key"]["most frequent"] == "geheim (100 %)"


def test_a_lazy_table_is_told_by_its_schema_and_how_to_compute_it():
    found = described(pl.LazyFrame({"a": [1]}))
    assert found["model"].splitlines() == [
        "t (polars.LazyFrame, 1 column):",
        "- a (Int64)",
        "It is lazy, so its rows aren't looked at here. A query computes what it needs; "
        "in the notebook t = t.collect() loads it.",
    ]
    assert found["more"] is None
    assert shown(found)["a"]["missing"] is None
    assert (found["level"], found["tables"][0]["rows"]) == ("schema", 0)


def test_a_cell_to_insert_runs_without_us(penguins):
    for value in (penguins, pl.from_pandas(penguins)):
        code = described(value)["user"][TABLE]["code"]
        assert code.startswith("t.describe(")
        eval(code, {"t": value})


def test_columns_can_be_chosen_whatever_their_case(penguins):
    found = described(penguins, columns=["YEAR", "year", "sex"])
    assert list(lines(found)) == ["year", "sex"]
    assert list(shown(found)) == ["year", "sex"]


@pytest.mark.parametrize(
    ("column", "hint"),
    [
        ("bodymass", "Did you mean 'body_mass_g'?"),
        ("xyz", "Describe the table without naming columns to see all of them."),
        ("sex", "Describe the table without naming columns to see all of them."),
    ],
)
def test_a_column_that_is_none_or_hidden_is_answered_with_those_like_it(penguins, column, hint):
    with pytest.raises(Failure) as caught:
        described(penguins, "rows", ("t", "sex", "hidden"), columns=[column])
    assert (caught.value.message, caught.value.hint) == (f"t has no column {column!r}.", hint)


def test_a_hidden_table_is_not_there(penguins):
    with pytest.raises(Failure, match="There is no table 't'"):
        described(penguins, "rows", ("t", None, "hidden"))


def test_of_a_wide_table_the_first_hundred_columns_are_described():
    wide = pd.DataFrame(np.zeros((9, 250)))
    found = described(wide, "aggregates", ("t", "3", "hidden"), ("t", "150", "hidden"))
    assert len(lines(found)) == 99
    assert "… and 149 more columns: name them to see them" in found["model"]
    assert list(lines(described(wide, columns=["249"]))) == ["249"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_large_table_is_sampled_for_what_needs_sorting_and_that_is_marked(library):
    rows = 300_000
    frame = pd.DataFrame(
        {
            "n": np.arange(rows, dtype="f8"),
            "half": np.where(np.arange(rows) % 2 == 0, "even", "odd"),
            "flag": np.arange(rows) % 4 == 0,
            "gaps": np.where(np.arange(rows) % 10 == 0, np.nan, 1.0),
        }
    )
    found = described(LIBRARIES[library](frame), "aggregates")
    figures = lines(found)
    assert "; ~ marks figures from 250000 evenly spread rows" in found["model"].splitlines()[0]
    assert "0 missing, ~250,000 distinct, mean 150000, std 86602.7, min 0, quartiles ~" in figures["n"]
    assert "max 299999" in figures["n"]
    assert "(~50 %), " in figures["half"]
    assert figures["flag"].endswith("25 % true")
    assert "30,000 missing" in figures["gaps"]
    assert "evenly spread" in found["user"][TABLE]["title"]


def test_beyond_twenty_five_million_cells_everything_is_from_the_sample():
    rows = 26_000_000
    found = described(
        pd.DataFrame({"gaps": np.where(np.arange(rows) % 10 == 0, np.nan, 1.0).astype("f4")}), "aggregates"
    )
    line = lines(found)["gaps"]
    missing = int(line.split("~")[1].split(" ")[0].replace(",", ""))
    assert missing == pytest.approx(rows / 10, rel=0.02)
    assert "mean ~1, " in line


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow", "python objects"])
def test_a_million_rows_of_twenty_columns_take_a_second_at_most(library):
    rows, picks = 1_000_000, np.random.default_rng(0)
    words = np.array([f"word number {number}" for number in range(5_000)], dtype=object)
    columns = {}
    for number in range(0, 20, 4):
        texts = words[picks.integers(0, 5_000, rows)]
        columns[f"text {number}"] = texts if library == "python objects" else pd.array(texts, dtype="str")
        columns[f"float {number}"] = picks.normal(size=rows)
        columns[f"int {number}"] = picks.integers(0, 1_000, rows)
        columns[f"time {number}"] = np.datetime64("2020-01-01", "us") + picks.integers(0, 10**12, rows)
    value = LIBRARIES.get(library, lambda frame: frame)(pd.DataFrame(columns, copy=False))
    began = time.process_time()
    described(value)
    assert time.process_time() - began <= 1
