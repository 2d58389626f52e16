"""DuckDB's errors, told without a value: every error that can be provoked by cells is provoked here."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.sql import Database
from table_copilot_jupyter.kernel.probe.sql_errors import UNSHOWN, failure, near

CANARY = "CanaryValue"

TABLE = pd.DataFrame(
    {
        "cat": pd.Categorical([CANARY, "b"]),
        "text": [CANARY, "x"],
        "mixed": [CANARY + "1", "2"],
        "record": [{CANARY: 1}, {CANARY: 2}],
        "big": [1, 2**62],
        "day": pd.to_datetime(["2026-01-01", "2026-02-01"]),
        "items": [[1], [2]],
    }
)

PROVOKING = [
    "SELECT text::INT FROM df",
    "SELECT cast(text AS DATE) FROM df",
    "SELECT cast(text AS TIME) FROM df",
    "SELECT text::TIMESTAMP FROM df",
    "SELECT text::DECIMAL(3, 1) FROM df",
    "SELECT text::BOOLEAN FROM df",
    "SELECT text::UUID FROM df",
    "SELECT text::JSON FROM df",
    "SELECT text::BIT FROM df",
    "SELECT text::INTERVAL FROM df",
    "SELECT text::INT[] FROM df",
    "SELECT mixed::INT FROM df",
    "SELECT strptime(text, '%Y') FROM df",
    "SELECT json_extract(text, '$') FROM df",
    "SELECT from_base64(text) FROM df",
    "SELECT from_hex(text) FROM df",
    "SELECT date_trunc(text, day) FROM df",
    "SELECT date_part(text, day) FROM df",
    "SELECT regexp_matches('x', text || '(') FROM df",
    "SELECT format(text || '{', 1) FROM df",
    "SELECT printf(text || '%d', text) FROM df",
    "SELECT interval (text) day FROM df",
    "SELECT text AND true FROM df",
    "SELECT * FROM df WHERE text",
    "SELECT sum(big) OVER (ORDER BY big ROWS BETWEEN text PRECEDING AND CURRENT ROW) FROM df",
    "SELECT cat = big FROM df",
    "SELECT cat + 1 FROM df",
    "SELECT coalesce(cat, 1) FROM df",
    "SELECT cat::ENUM('z') FROM df",
    "SELECT text::ENUM('z') FROM df",
    "SELECT sum(cat) FROM df",
    "SELECT record + 1 FROM df",
    "SELECT record > 1 FROM df",
    "SELECT record.missing FROM df",
    "SELECT record::INT FROM df",
    "SELECT map_extract(record, 'a') FROM df",
    "SELECT struct_insert(record, a := 1).b FROM df",
    "SELECT CASE WHEN big = 1 THEN cat ELSE big END FROM df",
    "SELECT big * big FROM df",
    "SELECT big::TINYINT FROM df",
    "SELECT make_date(big, 1, 1) FROM df",
    "SELECT chr(big::INT) FROM df",
    "SELECT text[big] FROM df UNION ALL SELECT big FROM df ORDER BY missing",
    "SELECT list_extract(items, text) FROM df",
    "SELECT items::VARCHAR::INT FROM df",
    "SELECT (SELECT text FROM df)",
    "SELECT array_value(text)::INT[1] FROM df",
    "SELECT text COLLATE missing FROM df",
    "SELECT day AT TIME ZONE text FROM df",
    "SELECT strftime(day, text || '%!') FROM df",
    "SELECT try_cast(text AS INT) + text FROM df",
    "PIVOT df ON cat IN ('z') USING sum(missing)",
]


def failing(sql, tables=TABLE):
    with Database(20.0) as database:
        database.add("df", tables, list(tables.columns))
        with pytest.raises(Failure) as failed:
            database.run(database.parse(sql).text, keep=10)
    return failed.value


@pytest.mark.parametrize("sql", PROVOKING)
def test_no_error_tells_a_value(sql):
    told = failing(sql)
    assert CANARY.lower() not in (told.message + told.hint).lower()
    assert "4611686018427387904" not in told.message + told.hint
    assert told.message


def test_the_user_gets_the_whole_error():
    told = failing("SELECT text::INT FROM df")
    assert CANARY in told.detail
    assert "LINE 1" in told.detail


@pytest.mark.parametrize(
    ("sql", "message", "hint"),
    [
        ("SELECT txt FROM df", 'There is no column "txt" in the tables of the statement.', 'Did you mean "text"?'),
        ("SELECT df.txt FROM df", 'There is no column "txt"', '"text"'),
        ("SELECT * EXCLUDE (txt) FROM df", 'There is no column "txt"', '"text"'),
        ("SELECT zzzz FROM df", 'There is no column "zzzz"', 'The columns are: "big", "cat", "day"'),
        ("SELECT other.text FROM df", 'The statement has no table "other" there.', '"df"'),
        ("SELECT avgg(big) FROM df", 'There is no function "avgg" here.', 'Did you mean "avg"?'),
        ("SELECT text, sum(big) FROM df", 'The column "text" is neither in GROUP BY nor in an aggregate', ""),
        ("SELECT big FROM df a, df b", 'More than one table has a column "big".', "table's name before it"),
        ("SELECT text + 1 FROM df", '"+" takes no arguments (VARCHAR, INTEGER_LITERAL).', "Cast"),
        ("SELECT cat + 1 FROM df", '"+" takes no arguments of these types.', "Cast"),
        ("SELECT day > text FROM df", "TIMESTAMP and VARCHAR can't be compared or mixed.", "Cast"),
        ("SELECT record > 1 FROM df", "Two types can't be compared or mixed.", "Cast"),
        ("SELECT text::INT FROM df", 'A value of the column "text" can\'t be converted to INT32.', "TRY_CAST"),
        ("SELECT text::DATE FROM df", 'A value of the column "text" can\'t be converted.', "TRY_CAST"),
        ("SELECT big * big FROM df", "A number overflows.", "HUGEINT"),
        ("SELECT big // 0 FROM df", "A division by zero.", "NULLIF"),
        ("SELECT 1 FROM df WHERE sum(big) > 1", "WHERE can't contain aggregates.", "HAVING"),
        ("SELECT 1 FROM df WHERE row_number() OVER () = 1", "WHERE can't contain window functions.", "QUALIFY"),
        ("SELECT max(sum(big)) FROM df", "Aggregates can't be nested.", "subquery"),
        ("SELECT 1 UNION SELECT 1, 2", "The parts of a UNION need the same number of columns.", ""),
        ("SELECT (SELECT text FROM df)", "A subquery that stands for a value returns more than one row.", "LIMIT 1"),
        ("SELECT text FROM df ORDER BY 9", "A position in ORDER BY or GROUP BY is out of range.", ""),
        ("SELECT text FROM df LIMIT -1", "LIMIT and OFFSET can't be negative.", ""),
        ("SELECT row_number() FROM df", "A window function needs OVER", ""),
        ("SELECT list_transform([1], x -> x)", "DuckDB no longer takes x -> …", "lambda x"),
        ("SELECT record.missing FROM df", UNSHOWN, ""),
        ("SELECT strptime(text, '%Y') FROM df", UNSHOWN, "TRY"),
    ],
)
def test_known_errors_say_what_to_do(sql, message, hint):
    told = failing(sql)
    assert message in told.message
    assert hint in told.hint


def test_a_name_that_only_the_data_knows_is_not_told():
    error = duckdb.BinderException(f'Binder Error: Referenced column "{CANARY}" not found in FROM clause!')
    assert CANARY not in str(failure(error, "SELECT a FROM df", {"df": ["a"]}))
    assert CANARY in str(failure(error, f"SELECT {CANARY} FROM df", {"df": ["a"]}))


def test_a_column_in_an_error_is_told_only_if_it_is_known():
    error = duckdb.ConversionException(
        f"Conversion Error: Could not convert string 'x' to INT32 when casting from source column {CANARY}"
    )
    assert failure(error, "SELECT 1", {"df": ["a"]}).message == "A value can't be converted to INT32."


def test_a_value_that_looks_like_an_error_is_not_believed():
    for text in (
        f"Conversion Error: Could not convert string '{CANARY}' to {CANARY} when casting from source column a",
        f"Conversion Error: Unimplemented type for cast (VARCHAR -> ENUM('{CANARY}'))",
        f"Conversion Error: Unimplemented type for cast (ENUM('x -> {CANARY}') -> DATE)",
    ):
        assert CANARY not in str(failure(duckdb.ConversionException(text), "SELECT 1", {"df": ["a"]}))


def test_an_unknown_error_tells_its_kind_only():
    told = failure(duckdb.Error(f"Something new: {CANARY}"), "SELECT 1", {})
    assert told.message == f"DuckDB refuses the query: Error {UNSHOWN}."
    assert told.detail == f"Something new: {CANARY}"


def test_the_lines_of_an_error_are_those_of_the_statement():
    told = failing("SELECT big,\n  text::INT\nFROM df")
    assert "LINE 2" in told.detail


def test_near_names_are_found_without_case():
    assert near("ISLND", ["island", "mass"]) == 'Did you mean "island"?'
    assert near("zz", ["island"]) == ""
