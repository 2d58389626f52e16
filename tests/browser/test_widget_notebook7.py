"""``CopilotChat()`` in Notebook 7."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accessibility import violations
from chat import Lab
from playwright.sync_api import expect

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

SHOW = "from table_copilot_jupyter import CopilotChat\nchat = CopilotChat()\nchat"


def test_a_conversation_while_a_cell_runs_and_over_a_reload(lab: OpenLab, picture: Picture) -> None:
    notebook = lab("widget-seven.ipynb", [SHOW, "import time\ntime.sleep(60)"], app="notebook")
    notebook.run(0)
    chat = notebook.widget(0)
    chat.ask("hello from Notebook 7")
    expect(chat.answer_texts).to_have_text("You said: hello from Notebook 7")
    assert violations(chat) == []
    picture(notebook.page, "widget-notebook7")
    notebook.run(1)
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    chat.say("count @deltas:600 @delay:0.02")
    expect(chat.answers.last).to_contain_text("word word")
    chat.stop_button.click()
    expect(chat.ends.last).to_contain_text("Stopped.")
    notebook.command("notebook:interrupt-kernel")
    expect(notebook.output(1)).to_contain_text("KeyboardInterrupt")
    notebook.save()
    notebook.page.reload()
    notebook.ready()
    chat = notebook.widget(0)
    expect(chat.user_messages).to_have_count(2)
    expect(chat.ends).to_have_count(2)
