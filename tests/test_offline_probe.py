"""The offline model against the real kernel side: its SQL runs, its charts draw, and its numbers are all proven."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_offline import Conversation
from test_offline_sentences import (
    ANALYST,
    CHART_QUERIES,
    CHARTS,
    CHINESE_QUERIES,
    CHINESE_ROWS,
    ENGLISH_QUERIES,
    ENGLISH_ROWS,
)

from table_copilot_jupyter.engine.offline.talk import without_footer
from table_copilot_jupyter.evidence import ResultIndex, prove
from table_copilot_jupyter.kernel.probe import entry
from table_copilot_jupyter.tools.plot import CHART_MIME, drawn

TABLE_MIME = "application/vnd.table-copilot.table+json"
OPERATIONS = {
    "list_tables": "tables",
    "describe_table": "describe",
    "query_table": "query",
    "plot_table": "plot",
    "run_code": "run",
    "explain_error": "error",
}


def penguins() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    species = np.repeat(["Adelie", "Gentoo", "Chinstrap"], [152, 124, 68])
    mass = np.where(species == "Gentoo", 5076.0, 3700.0) + rng.normal(0, 300, 344).round()
    mass[[3, 300]] = np.nan
    return pd.DataFrame(
        {
            "species": species,
            "island": np.where(species == "Gentoo", "Biscoe", rng.choice(["Torgersen", "Dream"], 344)),
            "bill_length_mm": rng.normal(44, 5, 344).round(1),
            "bill_depth_mm": rng.normal(17, 2, 344).round(1),
            "flipper_length_mm": (190 + mass / 200).round(),
            "body_mass_g": mass,
            "sex": rng.choice(["male", "female", None], 344, p=[0.49, 0.48, 0.03]),
            "year": rng.choice([2007, 2008, 2009], 344),
        }
    )


def gapminder() -> pd.DataFrame:
    countries = {"China": "Asia", "India": "Asia", "Norway": "Europe", "Kenya": "Africa", "Chile": "Americas"}
    rows = [
        {
            "country": country,
            "continent": continent,
            "year": year,
            "lifeExp": 50 + 5 * at + (year - 1952) / 5,
            "pop": (9 - at) * 1_000_000 + year,
            "gdpPercap": 900.5 * (at + 1) + year,
        }
        for at, (country, continent) in enumerate(countries.items())
        for year in range(1952, 2008, 5)
    ]
    return pd.DataFrame(rows).astype({"country": "category"})


PENGUINS, GAPMINDER = penguins(), gapminder()


class Kernel(Conversation):
    """The analyst, with tools that the kernel side carries out at a privacy ``level``."""

    def __init__(self, level: str = "rows") -> None:
        super().__init__(ANALYST, self.carry_out, "analyst")
        self.namespace: dict[str, Any] = {"penguins": PENGUINS, "gapminder": GAPMINDER}
        self.policy = {"level": level, "ceiling": "rows", "rules": []}
        self.results: list[ResultIndex] = []
        self.drawn: list[str] = []

    def carry_out(self, tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
        if tool == "ask_user_question":
            return True, f"The user answered: {arguments['options'][0]}"
        wanted = {**arguments, "source": arguments.get("table")}
        if tool == "run_code":
            wanted["sha256"] = hashlib.sha256(arguments["code"].encode()).hexdigest()
        request = {"op": OPERATIONS[tool], "arguments": wanted, "policy": self.policy}
        answer = entry.handle(self.namespace, request)
        if not answer["ok"]:
            return False, f"{answer['error']['message']} {answer['error']['hint']}"
        shown = answer["value"]["user"] or {}
        if tool == "query_table":
            self.results.append(ResultIndex.of(shown[TABLE_MIME]["ref"], shown[TABLE_MIME]))
        if CHART_MIME in shown:
            self.drawn.append(drawn(shown[CHART_MIME]["spec"]))
        return True, answer["value"]["model"]


@pytest.mark.parametrize("text", [text for text, *_ in ENGLISH_QUERIES + ENGLISH_ROWS + CHINESE_QUERIES + CHINESE_ROWS])
def test_the_sql_runs_and_every_number_of_the_answer_stands_in_its_result(text: str) -> None:
    kernel = Kernel()
    said = without_footer(kernel.say(text))
    assert "did not work" not in said
    assert "没有成功" not in said
    proof = prove(said, kernel.results, said=text)
    assert [mark.text for mark in proof.numbers if mark.ref is None] == []
    assert proof.refs == ("q1",)


@pytest.mark.parametrize("text", [text for text, *_ in CHARTS] + [text for text, _ in CHART_QUERIES])
def test_the_chart_draws(text: str) -> None:
    kernel = Kernel()
    said = kernel.say(text)
    assert "did not work" not in said
    assert kernel.drawn[0].startswith("<svg")


@pytest.mark.parametrize(
    "text",
    [
        "how many rows has penguins",
        "how many penguins per species",
        "average body mass by island",
        "missing values in sex",
    ],
)
def test_aggregates_may_be_read_without_the_rows(text: str) -> None:
    assert "can't read" not in Kernel("aggregates").say(text)


@pytest.mark.parametrize(
    "text",
    [
        "average body mass by island",
        "which island has the heaviest penguins",
        "what is the heaviest penguin",
        "how many Gentoo penguins are there",
        "show penguins where sex is female",
        "distinct values of island",
        "describe penguins",
        "plot body mass by island",
        "body_mass_g 最大的 5 行",
    ],
)
@pytest.mark.parametrize("level", ["schema", "names"])
def test_below_aggregates_no_value_is_told_and_the_turn_still_ends_well(text: str, level: str) -> None:
    kernel = Kernel(level)
    said = without_footer(kernel.say(text))
    assert "did not work" not in said
    values = {"Biscoe", "Torgersen", "Dream", "Adelie", "Chinstrap"}
    assert not any(value in said for value in values)


def test_code_runs_in_the_kernel() -> None:
    kernel = Kernel()
    assert "42" in kernel.say("run: print(6 * 7)")


def test_a_column_with_any_name_is_found_and_quoted() -> None:
    dates = pd.date_range("2023-01-05", periods=80, freq="9D")
    orders = pd.DataFrame({"Order Date": dates, "Unit Price (USD)": range(80), "group": ["a", "b"] * 40})
    kernel = Kernel()
    kernel.namespace = {"orders": orders}
    assert "2023 20 [q1] and 2024 60 [q1]" in kernel.say("average unit price by year")
    assert "b 40 [q2] and a 39 [q2]" in kernel.say("mean unit price by group")
    assert "has 40 [q3] rows where `Order Date` is after 2023-12-30." in kernel.say("how many rows after 2023-12-30")
    assert "has 10 [q4] rows where `Unit Price (USD)` is over 69" in kernel.say("how many orders cost more than 69")
