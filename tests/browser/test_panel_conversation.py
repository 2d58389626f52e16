"""A conversation in the panel, whatever happens to the kernel, the page and the server meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from chat import Chat, Lab
from conftest import MakeWorld, OpenPage
from playwright.sync_api import Request, expect
from processes import TOKEN, Model, World

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

LOAD = "%load_ext table_copilot_jupyter"
SLOW = "@deltas:80 @delay:0.05"
"""An answer of four seconds."""
ALL = "word " * 79 + "word"
STOP = """(root) => {
  const ends = () => root.querySelectorAll(".tcj-end").length;
  const before = ends();
  const pressed = performance.now();
  root.querySelector(".tcj-stop").click();
  return new Promise((resolve) => {
    new MutationObserver(() => {
      if (ends() > before) resolve((performance.now() - pressed) / 1000);
    }).observe(root, { childList: true, subtree: true });
  });
}"""


def test_streams_and_stops(lab: OpenLab, picture: Picture) -> None:
    chat = lab("streams.ipynb", ["1"]).panel()
    chat.watch_answer()
    chat.say("tell me a lot @deltas:40 @delay:0.02")
    expect(chat.stop_button).to_be_visible()
    expect(chat.ends).to_have_count(1)
    expect(chat.answer_texts).to_have_text("word " * 39 + "word")
    seen = chat.seen_of_answer()
    assert len(seen) > 10
    assert all(later.startswith(earlier.strip()) for earlier, later in pairwise(seen))
    expect(chat.stop_button).to_be_hidden()

    chat.say("go on @deltas:1000 @delay:0.02")
    expect(chat.answer_texts.nth(1)).to_contain_text("word word")
    assert chat.root.evaluate(STOP) < 0.3
    expect(chat.ends.nth(1)).to_contain_text("Stopped.")

    chat.say("and once more @deltas:1000 @delay:0.02")
    expect(chat.answer_texts.nth(2)).to_contain_text("word word")
    chat.page.evaluate("jupyterapp.commands.execute('table-copilot:stop')")
    expect(chat.ends.nth(2)).to_contain_text("Stopped.")


def test_shares_its_session_with_the_magic(lab: OpenLab, picture: Picture) -> None:
    notebook = lab("shares.ipynb", [LOAD, f"%copilot from the cell {SLOW}", "%copilot what did I say before?"])
    chat = notebook.panel()
    notebook.run(0)
    notebook.run(1)
    expect(chat.user_messages).to_contain_text("from the cell")
    expect(chat.user_messages).to_contain_text("from a cell")
    expect(chat.answer_texts).to_contain_text("word word")
    expect(chat.stop_button).to_be_visible()  # it comes, in both places
    expect(notebook.output(1)).to_contain_text("word word")
    chat.say("from the panel")  # queued behind it
    expect(chat.ends).to_have_count(2, timeout=15_000)
    expect(chat.answer_texts.nth(0)).to_have_text(ALL)
    expect(chat.answer_texts.nth(1)).to_have_text("You said: from the panel")

    notebook.run(2)
    expect(chat.answer_texts.nth(2)).to_have_text("You said: what did I say before?")
    expect(notebook.output(2)).to_contain_text("You said: what did I say before?")
    picture(notebook.page, "panel-and-magic")


def test_the_model_knows_in_a_cell_what_was_said_in_the_panel(lab: OpenLab, model: Model) -> None:
    notebook = lab("knows.ipynb", [LOAD, "%copilot and in the cell"])
    chat = notebook.panel()
    chat.ask("my colour is teal")
    notebook.run(0)
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("You said: and in the cell")
    said = [message.get("content") for message in model.requests()[-1]["body"]["messages"]]
    assert "my colour is teal" in said


def test_answers_while_the_kernel_is_busy_and_after_its_restart(lab: OpenLab, world: World) -> None:
    notebook = lab("busy.ipynb", ["import time; print('begun')\ntime.sleep(60)"])
    page, chat = notebook.page, notebook.panel()
    notebook.run(0)
    expect(notebook.output(0)).to_contain_text("begun")
    chat.ask("are you there?")
    expect(chat.answer_texts).to_have_text("You said: are you there?")
    session = world.get("sessions")["sessions"][0]
    first = page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
    assert session["kernel_id"] == first

    chat.say(f"and now? {SLOW}")
    expect(chat.answer_texts.nth(1)).to_contain_text("word word")
    notebook.command("kernelmenu:restart")
    page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    notebook.ready()
    expect(chat.ends).to_have_count(2, timeout=15_000)
    expect(chat.answer_texts.nth(1)).to_have_text(ALL)
    chat.ask("after the restart")
    expect(chat.answer_texts.nth(2)).to_have_text("You said: after the restart")


def test_a_reload_in_mid_answer_loses_nothing(lab: OpenLab) -> None:
    notebook = lab("reload.ipynb", ["1"])
    page = notebook.page
    with page.expect_request(_saves_that_it_is_open):
        chat = notebook.panel()
    chat.ask("first")
    chat.say(f"a long one {SLOW}")
    expect(chat.answer_texts.nth(1)).to_contain_text("word word")
    chat.composer.fill("a draft")
    page.goto(re.sub("[?].*", "", page.url))
    notebook.ready()
    chat = Chat(page.locator(".tcj-panel .tcj-chat")).attached()  # still open
    expect(chat.composer).to_have_value("a draft")
    expect(chat.ends).to_have_count(2, timeout=15_000)
    expect(chat.user_messages).to_have_count(2)
    expect(chat.answer_texts.nth(1)).to_have_text(ALL)


@pytest.mark.expects_noise("net::ERR_")
@pytest.mark.expects_noise("Failed to fetch")
@pytest.mark.expects_noise("WebSocket connection to")
def test_the_server_ends_in_mid_answer_and_comes_back(lab: OpenLab, make_world: MakeWorld, picture: Picture) -> None:
    world = make_world()
    notebook = lab("server.ipynb", ["1"], server=world).bears_a_lost_server()
    chat = notebook.panel()
    chat.ask("before")
    chat.say("a long one @deltas:2000 @delay:0.02")
    expect(chat.answer_texts.nth(1)).to_contain_text("word word")
    world.kill()
    expect(chat.root.get_by_text("Reconnecting (")).to_be_visible()
    chat.composer.fill("a draft")
    picture(notebook.page, "panel-reconnecting")
    world.start()
    expect(chat.root).to_have_attribute("data-connection", "open", timeout=30_000)
    expect(chat.ends.nth(1)).to_contain_text("The server went away in mid-answer.")
    expect(chat.answer_texts.nth(1)).to_contain_text("word")
    expect(chat.composer).to_have_value("a draft")
    chat.ask("after")
    expect(chat.answer_texts.nth(2)).to_have_text("You said: after")


@pytest.mark.expects_noise("Comm not found")
def test_two_tabs_on_one_notebook_show_one_conversation(lab: OpenLab, open_page: OpenPage, world: World) -> None:
    notebook = lab("tabs.ipynb", ["1"])
    chat = notebook.panel()
    other_page = open_page()
    other_page.goto(f"{world.address}lab/tree/tabs.ipynb?token={TOKEN}")
    other = Lab(other_page, "tabs.ipynb").ready().panel()
    chat.say(f"from the first {SLOW}")
    expect(other.answer_texts).to_contain_text("word word")
    other.say("from the second")
    expect(chat.log).to_contain_text("from the second")
    for each in (chat, other):
        expect(each.ends).to_have_count(2, timeout=15_000)
        expect(each.answer_texts.nth(0)).to_have_text(ALL)
        expect(each.answer_texts.nth(1)).to_have_text("You said: from the second")
        expect(each.user_messages).to_have_count(2)


def _saves_that_it_is_open(request: Request) -> bool:
    """Lab saves its layout a moment after it changed."""
    return "/workspaces" in request.url and '"current":"table-copilot-panel"' in (request.post_data or "")
