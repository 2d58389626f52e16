"""``CopilotChat()`` about the tables of the notebook that it stands in, in JupyterLab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accessibility import violations
from chat import Lab
from kernels import PENGUINS, call, steps
from playwright.sync_api import expect
from processes import Model

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

SHOW = f"{PENGUINS}\nfrom table_copilot_jupyter import CopilotChat\nchat = CopilotChat(privacy='schema')\nchat"
BY_ISLAND = "SELECT island, avg(body_mass_g) AS mass FROM penguins GROUP BY island ORDER BY mass DESC"


def test_its_kernels_tables_are_asked_also_while_a_cell_sleeps(lab: OpenLab, model: Model, picture: Picture) -> None:
    model.reset()
    notebook = lab("widget-tables.ipynb", [SHOW, "import time\ntime.sleep(60)"], height=1000)
    notebook.run(0)
    chat = notebook.widget(0)
    expect(chat.root.get_by_role("button", name="Privacy: schema")).to_be_visible()
    tries = chat.root.get_by_role("list", name="Things to try").get_by_role("button")
    expect(tries.first).to_have_text("Describe `penguins` (344 × 8)")  # so the session is about this kernel
    picture(notebook.page, "widget-tables-empty")

    notebook.run(1)
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    model.script(*steps(call("query_table", sql=BY_ISLAND, show_only=True), answer="See [q1]."))
    chat.ask("@analyst Which island has the heaviest penguins?")
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    table = chat.log.get_by_role("figure", name="Result q1")
    expect(table.locator("tbody tr")).to_have_count(3)
    mass = table.get_by_role("columnheader", name="mass")
    mass.get_by_role("button").click()
    expect(mass).to_have_attribute("aria-sort", "ascending")
    assert table.locator("tbody td:nth-child(1)").all_inner_texts() == ["Torgersen", "Dream", "Biscoe"]
    assert violations(chat) == []
    picture(notebook.page, "widget-tables")

    notebook.command("notebook:interrupt-kernel")
    expect(notebook.output(1)).to_contain_text("KeyboardInterrupt")
