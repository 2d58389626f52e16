"""In notebooks, in the sidebar and in a cell: a tool, a question answered by click, and a second tab that sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from chat import Chat, Lab
from playwright.sync_api import expect
from processes import World

WIDGET = "from table_copilot_jupyter import CopilotChat\nchat = CopilotChat()\nchat"


def mounted(notebook: Lab, place: str) -> Chat:
    if place == "panel":
        return notebook.panel()
    notebook.run(0)
    return notebook.widget(0)


@pytest.mark.parametrize("place", ["panel", "widget"])
@pytest.mark.parametrize("app", ["lab", "tree"])
def test_a_tool_and_a_question(
    lab: Callable[..., Lab], chat_page: Callable[..., Chat], offline_world: World, app: str, place: str
) -> None:
    chat = mounted(lab(f"both-{app}-{place}.ipynb", [WIDGET], server=offline_world, app=app), place)
    chat.ask(f"add a todo: weigh the {place} of {app}")
    tool = chat.log.locator(".tcj-tool").first
    tool.locator("summary").first.click()
    expect(tool).to_contain_text("todo_manager")
    expect(tool).to_contain_text("ms")

    other = chat_page(server=offline_world)  # the session that was used last
    expect(other.user_messages).to_contain_text(f"add a todo: weigh the {place} of {app}")
    chat.say("ask me which island: Biscoe, Dream or Torgersen")
    expect(other.question).to_be_visible()
    chat.question.get_by_role("button", name="Dream").click()
    for each in (chat, other):
        expect(each.question).to_have_count(0)
        expect(each.ends).to_have_count(2)
        expect(each.answers.last).to_contain_text("You answered: Dream")
