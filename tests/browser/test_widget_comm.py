"""``CopilotChat()`` where the page reaches no hub but through the kernel: all of it goes over the widget's comm."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from accessibility import violations
from chat import Lab
from conftest import configure
from playwright.sync_api import expect
from processes import Model, World, free_port

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

SHOW = "from table_copilot_jupyter import CopilotChat\nchat = CopilotChat()\nchat"
ASKS = pytest.mark.expects_noise("404")
"""That the server has no copilot is found out by asking it."""
SLEEP = "import time\ntime.sleep(60)"


@pytest.fixture(scope="module")
def bare_world(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[World]:
    """A Jupyter server without the copilot: its kernels have a hub of their own."""
    world = World(tmp_path_factory.mktemp("comm"), model.url, port=free_port())
    world.has_copilot = False
    configure(world)
    world.start()
    yield world
    world.end()
    world.forget()


def is_running(notebook: Lab, index: int) -> None:
    expect(notebook.cell(index).locator(".jp-InputPrompt")).to_have_text("[*]:")


@ASKS
def test_all_goes_through_the_kernel_while_a_cell_runs_too(
    lab: OpenLab, bare_world: World, model: Model, picture: Picture
) -> None:
    notebook = lab("comm.ipynb", [SHOW, SLEEP], server=bare_world)
    notebook.run(0)
    chat = notebook.widget(0)
    chat.ask("hello over the comm")
    expect(chat.answer_texts).to_have_text("You said: hello over the comm")
    notebook.run(1)
    is_running(notebook, 1)
    chat.ask("heard in mid-cell")
    expect(chat.answer_texts.last).to_have_text("You said: heard in mid-cell")
    asked = {"question": "Which island?", "options": ["Biscoe", "Dream"]}
    model.script({"calls": [{"name": "ask_user_question", "arguments": json.dumps(asked)}]}, {"text": "So be it."})
    chat.say("ask me")
    chat.question.get_by_role("button", name="Dream").click()
    expect(chat.answer_texts.last).to_have_text("So be it.")
    chat.say("count @deltas:600 @delay:0.02")
    expect(chat.answers.last).to_contain_text("word word")
    chat.stop_button.click()
    expect(chat.ends.last).to_contain_text("Stopped.")
    is_running(notebook, 1)
    assert violations(chat) == []
    picture(notebook.page, "widget-comm")
    notebook.command("notebook:interrupt-kernel")
    expect(notebook.output(1)).to_contain_text("KeyboardInterrupt")


def without_subshells(world: World) -> None:
    """Lab sends a comm's messages to the kernel's one queue, as other front ends do."""
    settings = world.home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    (settings / "kernels-settings.jupyterlab-settings").write_text('{"commsOverSubshells": "disabled"}')


@ASKS
def test_a_kernel_that_reads_nothing_while_a_cell_runs_is_waited_for(
    lab: OpenLab, bare_world: World, picture: Picture
) -> None:
    without_subshells(bare_world)
    notebook = lab("patient.ipynb", [SHOW, SLEEP], server=bare_world)
    notebook.run(0)
    chat = notebook.widget(0)
    chat.ask("before the cell")
    notebook.run(1)
    is_running(notebook, 1)
    chat.say("in mid-cell")
    expect(chat.root.get_by_role("status").filter(has_text="The kernel is busy.")).to_be_visible()
    expect(chat.user_messages.last).to_contain_text("in mid-cell")
    picture(notebook.page, "widget-kernel-busy")
    notebook.command("notebook:interrupt-kernel")
    expect(chat.answer_texts.last).to_have_text("You said: in mid-cell")
    expect(chat.root.locator(".tcj-bar")).to_have_count(0)
    assert chat.user_messages.count() == 2

    # the kernel, and the hub in it, begins anew
    notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    bar = chat.root.locator(".tcj-bar")
    expect(bar).to_contain_text("The kernel of this chat has ended. Run the cell again to go on.")
    expect(chat.answer_texts.first).to_have_text("You said: before the cell")
    picture(notebook.page, "widget-kernel-ended")
    notebook.ready()
    notebook.run(0)
    chat = notebook.widget(0)
    expect(chat.answer_texts).to_have_text(["You said: before the cell", "You said: in mid-cell"])
    chat.ask("after the restart")
    expect(chat.answer_texts.last).to_have_text("You said: after the restart")
