"""A chart is drawn as a picture that every surface can show."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from fake_stores import tool_context
from fake_workspace import FakeWorkspace

from table_copilot_jupyter.tools.base import ToolError
from table_copilot_jupyter.tools.plot import CHART_MIME, SVG_MIME, PlotTableArguments, PlotTableTool, drawn

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"island": "Biscoe", "mass": 4716}, {"island": "Dream", "mass": 3713}]},
    "mark": "bar",
    "encoding": {"x": {"field": "island"}, "y": {"field": "mass", "type": "quantitative"}},
}


async def test_the_user_gets_the_chart_and_its_picture():
    value = {
        "model": "The chart is shown to the user.",
        "level": "schema",
        "tables": [],
        "user": {CHART_MIME: {"spec": SPEC, "title": "birds"}, "text/plain": "Chart: birds"},
        "more": None,
    }
    shown: list[dict[str, Any]] = []
    context = tool_context(workspace=FakeWorkspace({"plot": value}), output=shown.append)
    arguments = PlotTableArguments(table="birds", spec={"mark": "bar"})
    result = await PlotTableTool().run(arguments, context)
    assert result.content == "The chart is shown to the user."
    assert shown[0][CHART_MIME]["spec"] == SPEC
    assert "Biscoe" in shown[0][SVG_MIME]
    assert shown[0][SVG_MIME].startswith("<svg")


def test_what_can_not_be_drawn_is_told_without_its_data():
    with pytest.raises(ToolError) as raised:
        drawn(
            {"data": {"values": [{"x": "Ada"}]}, "mark": "nonsense", "encoding": {"x": {"field": "x", "type": "odd"}}}
        )
    assert "can't be drawn" in str(raised.value)
    assert "Ada" not in str(raised.value)


def test_drawing_fetches_nothing():
    with pytest.raises(ToolError, match="can't be drawn"):
        drawn({"data": {"url": "http://127.0.0.1:9/x.csv"}, "mark": "bar", "encoding": {"x": {"field": "x"}}})


BARS = {"data": {"values": [{"x": "a", "y": 3}]}, "mark": "bar", "encoding": {"x": {"field": "x"}, "y": {"field": "y"}}}


def test_a_picture_has_colours_for_dark_places_too():
    svg = drawn(BARS)
    assert "prefers-color-scheme:dark" in svg
    assert svg.count("<style>") == 1
    ElementTree.fromstring(svg)


def test_a_picture_with_a_ground_of_its_own_stays_as_it_was_asked_for():
    svg = drawn({**BARS, "background": "beige"})
    assert 'fill="beige"' in svg
    assert "<style>" not in svg
