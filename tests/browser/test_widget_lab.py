"""``CopilotChat()`` in a cell of JupyterLab, by the server's WebSocket."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from accessibility import violations
from chat import Chat, Lab
from playwright.sync_api import expect
from processes import Model, World

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

SHOW = "from table_copilot_jupyter import CopilotChat\nchat = CopilotChat()\nchat"


def widget_of(notebook: Lab) -> Chat:
    """The chat of the first cell, shown."""
    notebook.run(0)
    return notebook.widget(0)


def test_a_conversation(lab: OpenLab, picture: Picture) -> None:
    notebook = lab("widget-talk.ipynb", [SHOW, "%load_ext table_copilot_jupyter\n%copilot said in the magic"])
    sockets: list[str] = []
    notebook.page.on("websocket", lambda socket: sockets.append(socket.url))
    chat = widget_of(notebook)
    assert [url for url in sockets if "/table-copilot/ws" in url], "the page reaches the server itself"
    picture(notebook.page, "widget-empty")
    chat.ask("hello from the cell")
    expect(chat.answer_texts.last).to_have_text("You said: hello from the cell")
    notebook.run(1)
    expect(chat.answer_texts.last).to_have_text("You said: said in the magic")
    expect(notebook.output(1)).to_contain_text("You said: said in the magic")
    panel = notebook.panel()
    expect(panel.answer_texts).to_have_text(["You said: hello from the cell", "You said: said in the magic"])
    panel.ask("and in the panel")
    expect(chat.answer_texts.last).to_have_text("You said: and in the panel")
    assert violations(chat) == []
    picture(notebook.page, "widget-lab-light")
    body = notebook.page.locator("body")
    try:
        notebook.command("apputils:change-theme", theme="JupyterLab Dark")
        expect(body).to_have_attribute("data-jp-theme-light", "false")
        assert violations(chat) == []
        picture(notebook.page, "widget-lab-dark")
    finally:  # the server keeps the theme, and is shared
        notebook.command("apputils:change-theme", theme="JupyterLab Light")
        expect(body).to_have_attribute("data-jp-theme-light", "true")


def test_two_views_share_state_and_draft(lab: OpenLab, picture: Picture) -> None:
    boxed = "from ipywidgets import HBox, Tab\nHBox([chat, chat])"
    notebook = lab("widget-views.ipynb", [SHOW, "chat", boxed, "Tab([chat], titles=['Chat'])"], height=1400)
    first = widget_of(notebook)
    first.ask("seen everywhere")
    first.type("half a thought")
    notebook.run(1)
    second = notebook.widget(1)
    expect(second.composer).to_have_value("half a thought")
    expect(second.answer_texts).to_have_text(["You said: seen everywhere"])
    second.composer.fill("a whole thought")
    expect(first.composer).to_have_value("a whole thought")
    second.ask("said in the second")
    expect(first.answer_texts.last).to_have_text("You said: said in the second")
    notebook.run(2)
    boxes = notebook.output(2).locator(".tcj-chat")
    expect(boxes).to_have_count(2)
    for number in range(2):
        expect(boxes.nth(number).locator(".tcj-text .tcj-markdown")).to_have_count(2)
    notebook.output(2).scroll_into_view_if_needed()
    picture(notebook.page, "widget-hbox")
    notebook.run(3)
    tab = notebook.widget(3)
    expect(tab.answer_texts).to_have_count(2)
    tab.root.scroll_into_view_if_needed()
    picture(notebook.page, "widget-tab")


def test_stop_and_an_answer_do_not_wait_for_the_cell(lab: OpenLab, model: Model) -> None:
    notebook = lab("widget-busy.ipynb", [SHOW, "import time\ntime.sleep(60)"])
    chat = widget_of(notebook)
    notebook.run(1)
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    chat.say("count @deltas:600 @delay:0.02")
    expect(chat.answers).to_contain_text("word word")
    assert seconds_until(chat.stop_button, "(root) => root.querySelector('.tcj-end') !== null") < 0.3
    asked = {"question": "Which island?", "options": ["Biscoe", "Dream"]}
    model.script({"calls": [{"name": "ask_user_question", "arguments": json.dumps(asked)}]}, {"text": "So be it."})
    chat.say("ask me")
    dream = chat.question.get_by_role("button", name="Dream")
    expect(dream).to_be_visible()
    assert seconds_until(dream, "(root) => root.querySelector('.tcj-question.tcj-open') === null") < 0.3
    expect(chat.answer_texts.last).to_have_text("So be it.")
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    notebook.command("notebook:interrupt-kernel")
    expect(notebook.output(1)).to_contain_text("KeyboardInterrupt")


def seconds_until(pressed: Any, condition: str) -> float:
    """From pressing a button of a chat to what that brings about, as the page sees it."""
    return pressed.evaluate(
        f"""async (button) => {{
          const root = button.closest('.tcj-chat');
          const begin = performance.now();
          button.click();
          while (!({condition})(root)) await new Promise(requestAnimationFrame);
          return (performance.now() - begin) / 1000;
        }}"""
    )


def test_a_reload_in_mid_answer_shows_it_once_and_whole(lab: OpenLab) -> None:
    notebook = lab("widget-reload.ipynb", [SHOW])
    chat = widget_of(notebook)
    chat.ask("before the reload")
    notebook.save()
    chat.say("count @deltas:150 @delay:0.02")
    expect(chat.answers.last).to_contain_text("word word")
    notebook.page.reload()
    notebook.ready()
    chat = notebook.widget(0)
    expect(chat.user_messages).to_have_count(2)
    expect(chat.ends).to_have_count(2, timeout=15_000)
    expect(chat.answer_texts).to_have_text(["You said: before the reload", "word " * 150])
    expect(notebook.page.locator(".tcj-static")).to_be_hidden()


def test_cells_speak_with_it(lab: OpenLab) -> None:
    notebook = lab(
        "widget-cells.ipynb",
        [
            SHOW + "\nheard, turns = [], []\nchat.on_message(lambda m: heard.append(m['role']))\n"
            "chat.observe(lambda change: turns.append(change['new']), 'busy')\nchat",
            "answer = chat.ask('a tale @deltas:40 @delay:0.02')\n"
            "print(len(answer.text.split()), heard, turns, chat.busy)",
            "from ipywidgets import Text\nfrom traitlets import link\nfield = Text()\n"
            "link((chat, 'model'), (field, 'value'))\nfield.value = 'mock-2'\n"
            "print(chat.model, [m['content'][:5] for m in chat.messages])",
            "chat.session_id = 'widget-cells-other'\nchat.height = '300px'\nchat.language = 'zh'",
            "print(chat.session_id)",
        ],
    )
    chat = widget_of(notebook)
    notebook.run(1)
    expect(chat.answers).to_contain_text("word word")
    expect(chat.stop_button).to_be_visible()
    expect(notebook.output(1)).to_have_text("40 ['user', 'assistant'] [True, False] False")
    expect(chat.answer_texts).to_have_text("word " * 40)
    notebook.run(2)
    expect(notebook.output(2)).to_have_text("mock-2 ['a tal', 'word ']")
    expect(chat.root.locator(".tcj-model")).to_have_text("mock-2")

    notebook.run(3)
    expect(chat.user_messages).to_have_count(0)
    expect(chat.composer).to_have_attribute("placeholder", "问问你的表格…")
    expect(chat.root).to_have_css("height", "300px")
    chat.ask("in the other")
    chat.root.locator(".tcj-title").click()
    chat.root.locator(".tcj-session-open", has_text="a tale").click()
    expect(chat.answer_texts).to_have_text("word " * 40)
    notebook.run(4)
    expect(notebook.output(4)).not_to_have_text("widget-cells-other")


def test_a_restart_of_the_kernel_does_not_end_it(lab: OpenLab) -> None:
    notebook = lab("widget-restart.ipynb", [SHOW])
    chat = widget_of(notebook)
    chat.ask("before the restart")
    notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    notebook.ready()
    chat.ask("in the old output")
    notebook.run(0)
    expect(notebook.output(0).locator(".tcj-static")).to_contain_text("in the old output")
    chat = notebook.widget(0)
    expect(chat.answer_texts).to_have_text(["You said: before the restart", "You said: in the old output"])
    expect(notebook.output(0).locator(".tcj-static")).to_be_hidden()
    chat.ask("in the new one")
    expect(chat.answer_texts).to_have_count(3)


@pytest.mark.expects_noise("WebSocket connection to")
@pytest.mark.expects_noise("net::ERR_")
@pytest.mark.expects_noise("Failed to fetch")
def test_goes_on_when_the_server_was_killed_and_is_back(lab: OpenLab, make_world: Callable[..., World]) -> None:
    world = make_world()
    notebook = lab("widget-killed.ipynb", [SHOW], server=world).bears_a_lost_server()
    chat = widget_of(notebook)
    chat.ask("said before")
    chat.say("go on for long @deltas:1000 @delay:0.02")
    expect(chat.answers.last).to_contain_text("word word word")
    world.kill()
    expect(chat.root.get_by_role("status").filter(has_text="Reconnecting")).to_be_visible()
    world.start()
    expect(chat.root).to_have_attribute("data-connection", "open", timeout=30_000)
    expect(chat.ends).to_have_count(2)
    expect(chat.ends.last).to_contain_text("The server went away in mid-answer.")
    expect(chat.user_messages).to_have_count(2)
    chat.ask("said after")
    expect(chat.answer_texts.last).to_have_text("You said: said after")


def test_fits_where_it_stands(lab: OpenLab, model: Model, picture: Picture) -> None:
    narrow = "from ipywidgets import Box, Layout\nBox([chat], layout=Layout(width='280px'))"
    chinese = "CopilotChat(language='zh', height='300px')"
    notebook = lab("widget-fits.ipynb", [SHOW, narrow, chinese, "CopilotChat(height='nonsense')"], height=1500)
    chat = widget_of(notebook)
    frame = notebook.output(0).locator(".tcj-widget")
    assert height_of(frame) == 480
    assert frame.evaluate("(frame) => getComputedStyle(frame).resize") == "vertical"
    frame.evaluate("(frame) => { frame.style.height = '620px' }")  # as its corner does when it is dragged
    assert height_of(chat.root) == 620
    model.script({"text": f"| a | b |\n|---|---|\n| wide | {'-'.join(['enough', *['for-a-scroll-bar'] * 9])} |"})
    chat.ask("show me a wide table")

    notebook.run(1)
    small = notebook.widget(1)
    expect(small.answers.last).to_be_visible()
    assert small.root.evaluate("(root) => root.scrollWidth <= root.clientWidth && root.clientWidth <= 280")
    assert violations(small) == []
    notebook.run(2)
    other = notebook.widget(2)
    expect(other.composer).to_have_attribute("placeholder", "问问你的表格…")
    assert height_of(other.root) == 300
    assert violations(other) == []
    notebook.run(3)
    expect(notebook.output(3)).to_have_text(re.compile(r"^TraitError: 'nonsense' is no height: use a CSS length"))
    notebook.output(1).scroll_into_view_if_needed()
    picture(notebook.page, "widget-narrow-zh")


def height_of(shown: Any) -> float:
    return round(shown.bounding_box()["height"])
