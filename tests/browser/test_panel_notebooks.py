"""The panel and the notebooks around it: whose conversation it shows, what goes into cells, what failed cells ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chat import Chat, Lab, write_notebook
from playwright.sync_api import expect
from processes import Model, World

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

LOAD = "%load_ext table_copilot_jupyter"
SLOW = "@deltas:80 @delay:0.05"
"""An answer of four seconds."""
ALL = "word " * 79 + "word"
CODE = "total = sum(range(10))\ntotal"
EXPLAIN = '[data-command="table-copilot:explain-error"]'
FIX = '[data-command="table-copilot:fix-error"]'


def test_follows_the_notebook_in_front(lab: OpenLab, world: World) -> None:
    first = lab("follow-a.ipynb", ["1"])
    page, chat = first.page, first.panel()
    kernel = page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
    chat.ask("this is said in A")
    chat.say(f"a long one {SLOW}")
    expect(chat.answer_texts.nth(1)).to_contain_text("word word")

    write_notebook(world.home / "root" / "follow-b.ipynb", ["2"])
    second = first.open("follow-b.ipynb")
    expect(chat.root.get_by_text("What would you like to know?")).to_be_visible()
    expect(chat.user_messages).to_have_count(0)
    chat.ask("this is said in B")
    expect(chat.answer_texts).to_have_text("You said: this is said in B")
    first.to_front()
    expect(chat.user_messages).to_have_count(2)
    expect(chat.ends).to_have_count(2, timeout=15_000)
    expect(chat.answer_texts.nth(1)).to_have_text(ALL)
    second.to_front()
    expect(chat.answer_texts).to_have_text("You said: this is said in B")

    kernels = {session["title"]: session["kernel_id"] for session in world.get("sessions")["sessions"]}
    assert kernels["this is said in A"] == kernel
    assert kernels["this is said in B"] not in (kernel, None)

    chat.switcher().get_by_role("button", name="this is said in A").first.click()  # picked by hand
    expect(chat.user_messages).to_have_count(2)
    first.to_front()
    second.to_front()
    expect(chat.user_messages).to_have_count(2)  # and kept for that notebook


def test_puts_code_into_cells_and_takes_it_back(lab: OpenLab, model: Model, picture: Picture) -> None:
    notebook = lab("insert.ipynb", ["first = 1", "last = 2"], permissions=["clipboard-read", "clipboard-write"])
    page, chat = notebook.page, notebook.panel()
    model.script({"text": f"Sum them up:\n\n```python\n{CODE}\n```\n\nand in a shell\n\n```bash\nls\n```\n"})
    chat.ask("sum it up")
    notebook.cell(0).locator(".jp-InputPrompt").click()
    code = chat.log.locator("figure.tcj-code")
    expect(code.nth(1).get_by_role("button")).to_have_text(["Copy"])  # no cell runs it
    code.nth(0).get_by_role("button", name="Insert below").click()
    assert notebook.sources == ["first = 1", CODE, "last = 2"]
    expect(notebook.cell(1)).to_contain_class("jp-mod-active")
    picture(page, "panel-inserted")
    notebook.cell(1).locator(".jp-InputPrompt").click()
    page.keyboard.press("z")
    expect(notebook.cell(2)).to_have_count(0)
    assert notebook.sources == ["first = 1", "last = 2"]

    notebook.cell(1).locator(".jp-InputPrompt").click()
    code.nth(0).get_by_role("button", name="Into cell").click()
    assert notebook.sources == ["first = 1", CODE]
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("45")
    notebook.cell(1).locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+z")
    expect(notebook.cell(1).locator(".cm-content")).to_have_text("last = 2")
    assert notebook.sources == ["first = 1", "last = 2"]

    code.nth(0).get_by_role("button", name="Copy").click()
    expect(code.nth(0).get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == CODE


def test_a_failed_cell_is_explained_and_fixed_in_its_own_session(
    lab: OpenLab, world: World, model: Model, picture: Picture
) -> None:
    other = lab("fail-other.ipynb", ["ok = 1"], width=2000)
    page = other.page
    write_notebook(world.home / "root" / "fail.ipynb", ["prices = [1, 2]\nprices[5]", "fine = 1"])
    failing = other.open("fail.ipynb")
    cell = failing.cell(0)
    expect(page.locator(EXPLAIN).locator("visible=true")).to_have_count(0)
    failing.run(0)
    expect(failing.output(0)).to_contain_text("IndexError")
    expect(cell.locator(EXPLAIN)).to_be_visible()
    picture(page, "panel-failed-cell")
    cell.locator(EXPLAIN).click()
    chat = Chat(page.locator(".tcj-panel .tcj-chat")).attached()
    expect(chat.ends).to_have_count(1)
    asked = model.requests()[-1]["body"]["messages"][-1]["content"]
    assert "prices[5]" in asked
    assert "`IndexError`" in asked
    assert "out of range" not in asked, "what an error says may quote data"
    assert "\x1b" not in asked
    expect(chat.user_messages.locator("figure.tcj-code").first.get_by_role("button")).to_have_text(["Copy"])
    picture(page, "panel-explained")

    # side by side, with the other notebook in front
    page.evaluate("jupyterapp.shell.add(jupyterapp.shell.currentWidget, 'main', { mode: 'split-right' })")
    page.locator(".jp-Cell", has_text="ok = 1").locator(".cm-content").click()
    expect(chat.user_messages).to_have_count(0)
    cell = page.locator(".jp-Cell", has_text="prices[5]")
    expect(cell.locator(FIX)).to_be_visible()
    expect(page.locator(".jp-Cell", has_text="ok = 1").locator(FIX)).to_be_hidden()
    model.script({"text": "The list is too short.\n\n```python\nprices = [1, 2]\nprices[-1]\n```\n"})
    cell.locator(FIX).click()
    expect(chat.user_messages).to_have_count(2)
    expect(chat.ends).to_have_count(2)
    assert "corrected cell" in model.requests()[-1]["body"]["messages"][-1]["content"]
    chat.log.get_by_role("button", name="Into cell").last.click()
    expect(cell).to_contain_text("prices[-1]")
    picture(page, "panel-fixed")


def test_a_deleted_session_gives_way_to_a_fresh_one_for_the_magic_too(lab: OpenLab) -> None:
    notebook = lab("deleted.ipynb", [LOAD, "%copilot first question", "%copilot second question"])
    chat = notebook.panel()
    notebook.run(0)
    notebook.run(1)
    expect(chat.answer_texts).to_have_text("You said: first question")
    dialog = chat.switcher()
    dialog.get_by_role("button", name="Actions for first question").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    chat.root.get_by_role("dialog", name="Delete").get_by_role("button", name="Delete").click()
    expect(chat.root.get_by_text("What would you like to know?")).to_be_visible()
    chat.root.page.keyboard.press("Escape")
    chat.ask("said in the fresh one")
    notebook.run(2)
    expect(notebook.output(2)).to_contain_text("You said: second question")
    expect(chat.answer_texts).to_have_text(["You said: said in the fresh one", "You said: second question"])
