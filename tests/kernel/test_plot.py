"""Charts hold the table's data and nothing that loads anything."""

from __future__ import annotations

import json

import pandas
import polars
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.gate import Policy
from table_copilot_jupyter.kernel.probe.plot import CHART_MIME, MAX_ROWS, plot

BARS = {"mark": "bar", "encoding": {"x": {"field": "island"}, "y": {"field": "mass", "type": "quantitative"}}}
SCHEMA = Policy("schema", "rows")


@pytest.fixture
def namespace():
    return {"birds": pandas.DataFrame({"island": ["Biscoe", "Dream"], "mass": [4716.0, None], "secret": ["x", "y"]})}


def drawn(namespace, spec=BARS, source="birds", policy=SCHEMA):
    return plot(namespace, policy, {"source": source, "spec": spec})


def chart(namespace, **arguments):
    return drawn(namespace, **arguments)["user"][CHART_MIME]


def test_the_chart_holds_the_columns_that_it_names_and_no_others(namespace):
    assert chart(namespace)["spec"]["data"] == {
        "values": [{"island": "Biscoe", "mass": 4716.0}, {"island": "Dream", "mass": None}]
    }


def test_the_model_is_told_that_it_was_drawn_and_no_value(namespace):
    value = drawn(namespace)
    assert "2 rows; columns island, mass" in value["model"]
    assert "Biscoe" not in value["model"]
    assert value["tables"] == [{"name": "birds", "level": "schema", "columns": 2, "rows": 0}]


def test_data_of_the_descriptions_own_is_dropped(namespace):
    spec = {**BARS, "data": {"url": "https://example.org/x.csv"}, "datasets": {"a": [1]}, "usermeta": {"x": 1}}
    shown = chart(namespace, spec=spec)["spec"]
    assert "url" not in json.dumps(shown["data"])
    assert not {"datasets", "usermeta"} & shown.keys()


@pytest.mark.parametrize(
    "spec",
    [
        {"mark": "image", "encoding": {}},
        {"mark": {"type": "image"}, "encoding": {}},
        {"mark": "bar", "encoding": {"url": {"field": "island"}}},
        {"mark": "bar", "encoding": {"href": {"value": "https://example.org"}}},
        {"mark": {"type": "bar", "href": "https://example.org"}},
        {"layer": [{"mark": "bar"}, {"mark": "image"}]},
        {"mark": "bar", "transform": [{"lookup": "island", "from": {"data": {"url": "x"}, "key": "k"}}]},
        {"mark": "geoshape", "projection": {"src": "x"}},
    ],
)
def test_whatever_would_load_something_is_refused(namespace, spec):
    with pytest.raises(Failure, match=r"load|looks up"):
        drawn(namespace, spec=spec)


@pytest.mark.parametrize("spec", [None, [], "bar", {}, {"encoding": {}}, {"mark": "bar", "x": "y" * 30_000}])
def test_a_description_that_is_none_is_refused_with_what_is_missing(namespace, spec):
    with pytest.raises(Failure, match="description"):
        drawn(namespace, spec=spec)


def test_a_column_that_is_not_there_is_named_with_those_that_are(namespace):
    spec = {"mark": "bar", "encoding": {"x": {"field": "isle"}}}
    with pytest.raises(Failure, match="'isle', which is no column of birds") as raised:
        drawn(namespace, spec=spec)
    assert "island" in raised.value.hint


def test_columns_that_transforms_make_may_be_named(namespace):
    spec = {
        "transform": [{"aggregate": [{"op": "mean", "field": "mass", "as": "m"}], "groupby": ["island"]}],
        "mark": "bar",
        "encoding": {"x": {"field": "island"}, "y": {"field": "m"}},
    }
    assert chart(namespace, spec=spec)["spec"]["transform"] == spec["transform"]


def test_a_hidden_column_is_as_if_it_were_not_there(namespace):
    policy = Policy.read(
        {"level": "rows", "ceiling": "rows", "rules": [{"table": "birds", "column": "mass", "level": "hidden"}]}
    )
    with pytest.raises(Failure, match="'mass', which is no column"):
        drawn(namespace, policy=policy)


def test_a_large_table_is_to_be_aggregated_first(namespace):
    namespace["big"] = pandas.DataFrame({"island": ["a"] * (MAX_ROWS + 1), "mass": 1.0})
    with pytest.raises(Failure, match=rf"{MAX_ROWS + 1} rows; at most {MAX_ROWS}") as raised:
        drawn(namespace, source="big")
    assert "query_table" in raised.value.hint


@pytest.mark.parametrize("library", [pandas, polars])
def test_the_inserted_cell_draws_the_same_without_us(namespace, library):
    namespace["birds"] = library.DataFrame({"island": ["Biscoe", "Dre'''am"], "mass": [4716.0, 1.0]})
    made = chart(namespace, spec={**BARS, "title": "It's \\ '''"})
    scope = {"birds": namespace["birds"], "shown": None}
    code = made["code"].replace(
        "from IPython.display import display", "display = lambda bundle, raw: globals().update(shown=bundle)"
    )
    exec(code, scope)
    assert scope["shown"]["application/vnd.vegalite.v5+json"] == made["spec"]


def test_the_chart_of_a_result_has_the_results_reference(namespace):
    namespace["_q3"] = namespace["birds"]
    assert chart(namespace, source="_q3")["ref"] == "q3"
    assert chart(namespace)["ref"] is None
