"""The panel in JupyterLab and Notebook 7: how it comes and goes, and whose keys are typed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from accessibility import violations
from chat import Chat, Lab, write_notebook
from conftest import OpenPage, configure
from playwright.sync_api import Page, expect
from processes import TOKEN, Model, World, free_port

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

BUTTON = '.jp-NotebookPanel-toolbar [data-command="table-copilot:open"]'
SHORTCUT = "ControlOrMeta+Alt+k"


def test_opens_by_its_button_a_shortcut_and_the_palette(lab: OpenLab, picture: Picture) -> None:
    notebook = lab("opens.ipynb", ["1 + 1"])
    page = notebook.page
    panel = page.locator("#table-copilot-panel")
    field = panel.locator("textarea")
    expect(panel).to_be_hidden()
    page.locator(BUTTON).click()
    expect(field).to_be_focused()
    picture(page, "panel-empty")
    page.locator(BUTTON).click()
    expect(panel).to_be_hidden()

    notebook.cell(0).click()
    page.keyboard.press(SHORTCUT)
    expect(field).to_be_focused()
    notebook.cell(0).click()
    page.keyboard.press(SHORTCUT)  # open, but the focus was elsewhere
    expect(field).to_be_focused()
    page.keyboard.press(SHORTCUT)
    expect(panel).to_be_hidden()
    expect(page.locator(".jp-Notebook:focus-within")).to_be_visible()

    page.keyboard.press("ControlOrMeta+Shift+c")
    page.locator(".jp-ModalCommandPalette input").fill("table copilot panel")
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    expect(field).to_be_focused()


def test_is_in_notebook_7_too(lab: OpenLab, picture: Picture) -> None:
    notebook = lab("seven.ipynb", ["import math\nmath.tau"], app="notebook")
    page = notebook.page
    page.locator(BUTTON).click()
    chat = Chat(page.locator(".tcj-panel .tcj-chat")).attached()
    expect(chat.composer).to_be_focused()
    box = chat.root.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1200
    chat.ask("what is tau? in Notebook 7")
    expect(chat.answer_texts.last).to_have_text("You said: what is tau? in Notebook 7")
    notebook.run(0)
    expect(notebook.output(0)).to_contain_text("6.28")
    picture(page, "panel-notebook7")
    assert violations(chat) == []

    chat.composer.focus()
    page.keyboard.press(SHORTCUT)
    expect(page.locator("#table-copilot-panel")).to_be_hidden()
    page.locator(BUTTON).click()
    expect(chat.composer).to_be_focused()


def test_what_is_typed_in_the_chat_is_no_shortcut(lab: OpenLab, world: World) -> None:
    notebook = lab("keys.ipynb", ["first = 1", "second = 2"])
    page, chat = notebook.page, notebook.panel()
    before = notebook.sources
    notebook.cell(0).click()
    page.keyboard.press("Escape")  # command mode, in which letters are commands
    chat.composer.click()
    page.keyboard.type("ddaxbzm")
    expect(chat.composer).to_have_value("ddaxbzm")
    chat.root.get_by_role("button", name="More").focus()
    page.keyboard.type("ddax")
    page.keyboard.press("Escape")
    assert notebook.sources == before

    page.evaluate("jupyterapp.shell.currentWidget.content.model.sharedModel.cells[0].setSource('first = 100')")
    chat.composer.focus()
    page.keyboard.press("ControlOrMeta+s")
    page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    assert "first = 100" in (world.home / "root" / "keys.ipynb").read_text()
    expect(chat.composer).to_have_value("ddaxbzm")


@pytest.fixture
def bare_world(tmp_path: Path, model: Model) -> Iterator[World]:
    """A server on which the copilot is not switched on."""
    world = World(tmp_path, model.url, port=free_port())
    configure(world)
    world.has_copilot = False
    world.start()
    yield world
    world.end()
    world.forget()


@pytest.mark.expects_noise("status of 404")
@pytest.mark.expects_noise("net::ERR_")
@pytest.mark.expects_noise("WebSocket connection to")
def test_says_what_to_do_where_the_server_has_no_copilot(
    open_page: OpenPage, bare_world: World, picture: Picture
) -> None:
    write_notebook(bare_world.home / "root" / "bare.ipynb", ["1"])
    page: Page = open_page()
    page.goto(f"{bare_world.address}lab/tree/bare.ipynb?reset&token={TOKEN}")
    notebook = Lab(page, "bare.ipynb").ready().bears_a_lost_server()
    notebook.command("table-copilot:open")
    panel = page.locator("#table-copilot-panel")
    expect(panel).to_contain_text("The copilot is not part of this Jupyter server.")
    expect(panel).to_contain_text("jupyter server extension enable table_copilot_jupyter")
    assert violations(Chat(panel.locator(".tcj-chat"))) == []
    picture(page, "panel-no-copilot")
    panel.get_by_role("button", name="Check again").click()
    expect(panel).to_contain_text("The copilot is not part of this Jupyter server.")

    bare_world.end()
    bare_world.has_copilot = True
    bare_world.start()
    panel.get_by_role("button", name="Check again").click()
    chat = Chat(panel.locator(".tcj-chat")).attached()
    chat.ask("now you are here")
    expect(chat.answer_texts).to_have_text("You said: now you are here")
