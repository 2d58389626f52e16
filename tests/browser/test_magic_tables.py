"""``%copilot`` about the tables of a notebook in JupyterLab."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from chat import Lab
from kernels import PENGUINS, call, steps
from playwright.sync_api import Locator, expect
from processes import Model, World

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

START = f"%load_ext table_copilot_jupyter\n{PENGUINS}"
BY_ISLAND = "SELECT island, avg(body_mass_g) AS mass FROM penguins GROUP BY island ORDER BY mass DESC"
HEAVY = "heavy = penguins[penguins.body_mass_g > 5000]\nprint(len(heavy), 'heavy ones')\nheavy.head(3)"

LINES = """(shown) => {
  const range = document.createRange();
  range.selectNodeContents(shown);
  return range.getClientRects().length;
}"""
"""On how many lines a text stands."""


def result(output: Locator, name: str) -> Locator:
    """A table in a cell's output that can be sorted."""
    return output.get_by_role("figure", name=name)


def column(table: Locator, number: int) -> list[str]:
    """What stands in a column, counted from 1."""
    return table.locator(f"tbody td:nth-child({number})").all_inner_texts()


def sent(model: Model) -> str:
    """All that the model was told so far."""
    return json.dumps([item["body"] for item in model.requests()])


def test_without_a_key_tables_are_asked_drawn_and_described(
    lab: OpenLab, offline_world: World, picture: Picture
) -> None:
    cells = [
        START,
        "%copilot average body mass by island",
        "%copilot plot body_mass_g against flipper_length_mm",
        "%copilot describe penguins",
    ]
    notebook = lab("magic-tables.ipynb", cells, server=offline_world, height=1800)
    for index in range(len(cells)):
        notebook.run(index)
        notebook.finished(index)
    assert_they_read_well(notebook)
    picture(notebook.page, "magic-tables-light")

    table = result(notebook.output(1), "Result q1")
    mass = table.get_by_role("columnheader", name="mean_body_mass_g")
    mass.get_by_role("button").click()
    expect(mass).to_have_attribute("aria-sort", "ascending")
    assert column(table, 1) == ["Torgersen", "Dream", "Biscoe"]

    before = notebook.page.url.partition("#")[0]
    mark = notebook.output(1).get_by_role("link", name="q1").last
    mark.click()
    assert notebook.page.url.partition("#")[0] == before
    footnote = notebook.output(1).locator(f"[id='{(mark.get_attribute('href') or '').removeprefix('#')}']")
    expect(footnote).to_contain_text("SELECT island")
    expect(footnote).to_be_in_viewport()
    expect(notebook.cell(1)).to_be_visible()

    notebook.save()
    notebook.page.reload()
    notebook.ready()
    assert_they_read_well(notebook)
    body = notebook.page.locator("body")
    try:
        notebook.command("apputils:change-theme", theme="JupyterLab Dark")
        expect(body).to_have_attribute("data-jp-theme-light", "false")
        picture(notebook.page, "magic-tables-dark")
    finally:  # the server keeps the theme, and is shared
        notebook.command("apputils:change-theme", theme="JupyterLab Light")
        expect(body).to_have_attribute("data-jp-theme-light", "true")


def assert_they_read_well(notebook: Lab) -> None:
    """The answers of the test above, as they were made."""
    asked = notebook.output(1)
    expect(asked).to_contain_text(re.compile(r"4,716.*\[q1\]"))
    assert column(result(asked, "Result q1"), 1) == ["Biscoe", "Dream", "Torgersen"]
    drawn = notebook.output(2).get_by_role("img")
    assert drawn.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 100
    described = result(notebook.output(3), re.compile("penguins"))
    expect(described.locator("tbody tr")).to_have_count(8)
    for row in described.locator("tbody tr").all():
        assert row.bounding_box()["height"] < 32, row.inner_text()


def test_an_error_of_a_cell_is_explained(lab: OpenLab, offline_world: World, picture: Picture) -> None:
    notebook = lab("magic-fix.ipynb", [START, "penguins['bill_length']", "%copilot /fix"], server=offline_world)
    for index in range(3):
        notebook.run(index)
        notebook.finished(index)
    expect(notebook.output(1)).to_contain_text("KeyError")
    answer = notebook.output(2)
    expect(answer).to_contain_text("explain_error")
    expect(answer).to_contain_text("KeyError")
    expect(answer).to_contain_text("bill_length")
    answer.scroll_into_view_if_needed()
    picture(notebook.page, "magic-fix")


def test_values_are_sent_only_after_a_typed_yes(lab: OpenLab, model: Model, picture: Picture) -> None:
    question = "%copilot @analyst Which island has the heaviest penguins?"
    notebook = lab("magic-consent.ipynb", [START, question, question])
    model.reset()
    notebook.run(0)
    notebook.finished(0)
    model.script(*steps(call("query_table", sql=BY_ISLAND), answer="I was not shown it, see [q1]."))
    notebook.run(1)
    notebook.input(1)
    asked = notebook.output(1)
    expect(asked).to_contain_text("The model asks to see 3 rows of q1: 2 columns, 1 of text.")
    expect(asked).to_contain_text("It would go to mock on 127.0.0.1")
    preview = asked.locator("pre", has_text="| Biscoe | 4716.017964 |")
    expect(preview).to_be_hidden()
    asked.get_by_text("Exactly what would be sent").click()
    expect(preview).to_be_visible()
    shown = preview.inner_text()
    picture(notebook.page, "magic-consent")
    notebook.answer(1, "")
    expect(notebook.finished(1)).to_contain_text("not allowed")
    assert "Biscoe" not in sent(model)
    assert column(result(asked, "Result q1"), 1) == ["Biscoe", "Dream", "Torgersen"]  # the user sees it

    model.script(*steps(call("query_table", sql=BY_ISLAND), answer="Biscoe, at 4,716 g on average [q2]."))
    notebook.run(2)
    notebook.answer(2, "once")
    expect(notebook.finished(2)).to_contain_text("allowed once")
    expect(notebook.output(2)).to_contain_text(re.compile(r"Biscoe, at 4,716 g on average \[q2\]"))
    told = [item["content"] for item in model.requests()[-1]["body"]["messages"] if item["role"] == "tool"]
    assert told[-1] == shown.replace("q1", "q2")
    picture(notebook.page, "magic-consent-given")


def test_code_runs_once_the_word_is_typed_in_full(lab: OpenLab, model: Model, picture: Picture) -> None:
    cells = [START, "%copilot @analyst find the heavy ones", "len(heavy)"]
    notebook = lab("magic-code.ipynb", cells)
    model.reset()
    notebook.run(0)
    notebook.finished(0)
    model.script(*steps(call("run_code", code=HEAVY), answer="They are in `heavy`."))
    notebook.run(1)
    for typed in ("", "o", "y"):
        notebook.answer(1, typed)
    notebook.input(1)
    asked = notebook.output(1)
    expect(asked).to_contain_text("heavy = penguins[penguins.body_mass_g > 5000]")
    expect(asked).to_contain_text(re.compile(r"magic-code\.ipynb · kernel [0-9a-f]{8}"))
    expect(asked).not_to_contain_text("61 heavy ones")
    picture(notebook.page, "magic-code")
    notebook.answer(1, "once")
    expect(asked).to_contain_text("Send it?")  # what it printed are values
    notebook.answer(1, "")
    notebook.finished(1)
    expect(asked).to_contain_text("61 heavy ones")
    expect(asked).to_contain_text("Variables new: heavy")
    assert "61 heavy" not in sent(model)
    words = asked.get_by_role("columnheader", name="flipper_length_mm")
    assert words.evaluate("(head) => getComputedStyle(head).overflowWrap") == "normal"
    picture(notebook.page, "magic-code-ran")
    notebook.run(2)
    expect(notebook.finished(2)).to_contain_text("61")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("%copilot how many rows has @", "%copilot how many rows has @penguins"),
        ("%%copilot\ncompare @pen", "%%copilot\ncompare @penguins"),
    ],
    ids=["line", "cell"],
)
def test_a_table_is_completed_with_its_shape_and_level(lab: OpenLab, picture: Picture, before: str, after: str) -> None:
    name = "cell" if before.startswith("%%") else "line"
    notebook = lab(f"magic-complete-{name}.ipynb", [START, "%copilot hello", before])
    for index in range(2):
        notebook.run(index)
        notebook.finished(index)
    notebook.cell(2).locator(".cm-content").click()
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.press("Tab")
    offered = notebook.page.locator(".jp-Completer:visible .jp-Completer-item", has_text="@penguins")
    expect(offered).to_contain_text("table · 344 × 8 · schema")
    assert offered.locator(".jp-Completer-typeExtended").evaluate(LINES) == 1
    picture(notebook.page, f"magic-complete-{name}")
    offered.click()
    expect(offered).to_have_count(0)
    assert notebook.sources[2] == after
