"""The panel and the tables of the notebook beside it: what to try, a busy kernel, results as cells, failed cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from accessibility import violations
from chat import Chat, Lab, ground
from conftest import MakeWorld
from kernels import PENGUINS, call, steps
from playwright.sync_api import expect
from processes import Model

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

BY_ISLAND = "SELECT island, avg(body_mass_g) AS mass FROM penguins GROUP BY island ORDER BY mass DESC"
QUERY = call("query_table", sql=BY_ISLAND, show_only=True)
MASSES = {"mark": "bar", "encoding": {"x": {"field": "body_mass_g", "bin": True}, "y": {"aggregate": "count"}}}
ANSWER = "Biscoe, at 4,716 g on average [q1]."
DESCRIBE = "Describe `penguins` (344 × 8)"
ASK = "@analyst Which island has the heaviest penguins?"
SLEEP = "import time\ntime.sleep(60)"


@pytest.fixture(autouse=True)
def _nothing_scripted(model: Model) -> None:
    model.reset()


def load(notebook: Lab) -> None:
    """Run the first cell, which makes the table, to its end."""
    notebook.run(0)
    expect(notebook.cell(0).locator(".jp-InputPrompt")).to_contain_text("[1]", timeout=30_000)


def test_what_to_try_follows_the_notebooks_tables(lab: OpenLab, model: Model, picture: Picture) -> None:
    notebook = lab("tables-tries.ipynb", [PENGUINS, "del penguins"])
    chat = notebook.panel()
    tries = chat.root.locator(".tcj-suggestion")
    expect(tries).to_have_count(3)
    expect(chat.root).not_to_contain_text("penguins (")
    notebook.run(0)
    expect(tries.first).to_have_text(DESCRIBE)
    picture(notebook.page, "panel-tables-empty")
    assert violations(chat) == []
    chat.composer.press_sequentially("@peng")
    option = chat.root.get_by_role("option")
    expect(option).to_contain_text("344 × 8")
    chat.composer.press("Escape")
    chat.type("")
    notebook.run(1)
    expect(tries.filter(has_text="penguins")).to_have_count(0)


def test_a_result_is_inserted_as_a_cell_that_runs(lab: OpenLab, model: Model, picture: Picture) -> None:
    notebook = lab("tables-insert.ipynb", [PENGUINS, "last = 1"])
    load(notebook)
    chat = notebook.panel()
    model.script(*steps(QUERY, answer=ANSWER))
    chat.ask(ASK)
    notebook.cell(0).locator(".jp-InputPrompt").click()
    shown = chat.log.locator("figure.tcj-result")
    expect(shown).to_contain_text("Biscoe")
    picture(notebook.page, "panel-tables-result")
    assert violations(chat) == []
    shown.get_by_role("button", name="Insert as cell").click()
    expect(notebook.cell(2)).to_be_visible()
    code = notebook.sources[1]
    assert "island" in code
    assert "table_copilot" not in code
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("Torgersen")
    chat.answers.locator(".tcj-mark").click()
    expect(chat.root.locator(".tcj-evidence-card")).to_contain_text("The tables are as they were.")
    picture(notebook.page, "panel-tables-evidence")


def test_a_question_is_answered_while_a_cell_runs(lab: OpenLab, model: Model, picture: Picture) -> None:
    notebook = lab("tables-busy.ipynb", [PENGUINS, SLEEP])
    load(notebook)
    chat = notebook.panel()
    expect(chat.root.locator(".tcj-suggestion").first).to_have_text(DESCRIBE)
    notebook.run(1)
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_contain_text("[*]")
    model.script(*steps(QUERY, answer=ANSWER))
    chat.ask(ASK)
    expect(chat.log.locator("figure.tcj-result")).to_contain_text("Biscoe")
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_contain_text("[*]")
    picture(notebook.page, "panel-tables-busy")
    notebook.command("notebook:interrupt-kernel")
    expect(notebook.output(1)).to_contain_text("KeyboardInterrupt")


def test_explain_tells_the_model_no_value_of_the_error(lab: OpenLab, model: Model, picture: Picture) -> None:
    notebook = lab("tables-explain.ipynb", [PENGUINS, "penguins[penguins.island.iloc[0] + '-42']"])
    load(notebook)
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("KeyError: 'Torgersen-42'")
    handed = call("ask_analyst", task="Explain the error of the last cell.")
    model.script(
        {"calls": [handed]},
        *steps(call("explain_error"), answer="No such column."),
        {"text": "The table has no such column."},
    )
    notebook.cell(1).locator('[data-command="table-copilot:explain-error"]').click()
    chat = Chat(notebook.page.locator(".tcj-panel .tcj-chat")).attached()
    consent = chat.log.locator(".tcj-approval.tcj-open")
    expect(consent).to_contain_text("The model asks to see")  # the error's words
    picture(notebook.page, "panel-tables-explain")
    consent.locator("[data-decision=deny]").click()
    expect(chat.answer_texts.last).to_have_text("The table has no such column.")
    sent = json.dumps([item["body"] for item in model.requests()])
    assert "KeyError" in sent
    assert "Torgersen" not in sent
    assert "Traceback" not in sent


def test_a_dark_theme_reads_as_well(lab: OpenLab, make_world: MakeWorld, model: Model, picture: Picture) -> None:
    notebook = lab("tables-dark.ipynb", [PENGUINS], server=make_world())  # the theme is the server's
    load(notebook)
    chat = notebook.panel()
    notebook.command("apputils:change-theme", theme="JupyterLab Dark")
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-name", "JupyterLab Dark")
    sql = "SELECT species, island, sex, bill_length_mm, bill_depth_mm, body_mass_g, year FROM penguins"
    model.script(*steps(call("query_table", sql=sql), answer="All are in [q1], 1,234 of them."))
    chat.say("@analyst Show me all")
    consent = chat.log.locator(".tcj-approval.tcj-open")
    consent.locator("summary").click()
    picture(notebook.page, "panel-tables-dark")
    assert violations(chat) == []
    consent.locator("[data-decision=deny]").click()
    expect(chat.ends).to_have_count(1)
    chat.root.locator(".tcj-privacy").click()
    expect(chat.root.get_by_role("dialog").get_by_role("combobox")).to_have_count(3)
    picture(notebook.page, "panel-tables-privacy")
    assert violations(chat) == []
    chat.page.keyboard.press("Escape")
    model.script(*steps(call("plot_table", table="penguins", spec=MASSES), answer="Most weigh less than 4 kg."))
    chat.ask("@analyst Plot the masses")
    chart = chat.log.locator(".tcj-drawing")
    assert max(ground(chart)) < 0x20
    picture(notebook.page, "panel-tables-chart-dark")
    notebook.command("apputils:change-theme", theme="JupyterLab Light")
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-name", "JupyterLab Light")
    assert ground(chart) == [0xFF, 0xFF, 0xFF]
