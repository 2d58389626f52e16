"""On the chat page: how every state looks, light and dark, wide and narrow, English and Chinese. axe finds nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from accessibility import violations
from chat import Chat
from playwright.sync_api import Page, expect
from processes import Model, World

ChatPage = Callable[..., Chat]
Picture = Callable[[Page | Any, str], None]
LIGHT: dict[str, Any] = {"color_scheme": "light"}
DARK: dict[str, Any] = {"color_scheme": "dark"}
PHONE: dict[str, Any] = {"width": 390, "height": 844, "color_scheme": "light", "has_touch": True, "is_mobile": True}
LOOKS = pytest.mark.parametrize(("look", "options"), [("light", LIGHT), ("dark", DARK), ("phone", PHONE)])


@dataclass
class Looking:
    """Keeps a picture of a state, and claims that it is in order."""

    picture: Picture
    look: str

    def at(self, chat: Chat, state: str) -> None:
        self.picture(chat.page, f"page-{state}-{self.look}")
        assert violations(chat) == []
        width = chat.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"the page scrolls sideways: {width}"


def asking(**arguments: object) -> dict[str, object]:
    return {"calls": [{"name": "ask_user_question", "arguments": json.dumps(arguments)}]}


@LOOKS
class TestEveryState:
    def test_of_an_empty_session(
        self, chat_page: ChatPage, offline_world: World, picture: Picture, look: str, options: dict[str, Any]
    ) -> None:
        looking = Looking(picture, look)
        chat = chat_page(f"look-empty-{look}", server=offline_world, **options)
        chat.root.get_by_text("Step by step").click()
        looking.at(chat, "empty")

    def test_of_a_conversation(
        self, chat_page: ChatPage, offline_world: World, picture: Picture, look: str, options: dict[str, Any]
    ) -> None:
        looking = Looking(picture, look)
        chat = chat_page(f"look-talk-{look}", server=offline_world, **options)
        chat.ask("show me markdown")
        looking.at(chat, "markdown")
        chat.ask(f"add a todo: count the penguins of {look} tomorrow 9am, high priority")
        tool = chat.log.locator(".tcj-tool").first
        looking.at(chat, "tool")
        tool.locator("summary").first.click()
        expect(tool.locator(".tcj-pre").first).to_be_visible()
        looking.at(chat, "tool-open")
        chat.say("ask me which island: Biscoe, Dream or Torgersen")
        expect(chat.question).to_be_visible()
        looking.at(chat, "question")
        chat.type("a thought in between")
        looking.at(chat, "question-draft")
        chat.type("")
        chat.question.get_by_role("button", name="Dream").click()
        expect(chat.ends).to_have_count(3)
        looking.at(chat, "answered")

    def test_of_what_goes_wrong(
        self, chat_page: ChatPage, model: Model, picture: Picture, look: str, options: dict[str, Any]
    ) -> None:
        looking = Looking(picture, look)
        chat = chat_page(f"look-wrong-{look}", **options)
        chat.ask("begin @deltas:40 @cut:20")
        model.script({"status": 401, "error": "no such key"})
        chat.ask("with a wrong key")
        looking.at(chat, "error")
        model.script(asking(question="Which columns?", options=["mass", "island", "year"], multiple=True))
        chat.say("ask me for several")
        chat.question.get_by_role("checkbox", name="year").check()
        looking.at(chat, "question-several")
        chat.stop_button.click()
        expect(chat.ends).to_have_count(3)
        model.script(
            {"text": "I hand it on.", "calls": [{"name": "ask_planner", "arguments": '{"task": "Add a todo: milk"}'}]},
            {"calls": [{"name": "todo_manager", "arguments": '{"action": "add", "title": "milk"}'}]},
            {"text": "Added **milk**."},
            {"text": "It is on your list.", "reasoning": "The planner has done it."},
        )
        chat.ask("I need milk")
        chat.log.locator(".tcj-tool").last.locator("summary").first.click()
        expect(chat.log.locator(".tcj-tool .tcj-tool")).to_be_visible()
        looking.at(chat, "nested")
        chat.say("go on for long @deltas:2000 @delay:0.02")
        expect(chat.answers.last).to_contain_text("word word")
        chat.say("and this afterwards")
        expect(chat.log.locator(".tcj-pending")).to_contain_text("Queued")
        looking.at(chat, "queued")
        chat.composer.press("Escape")
        expect(chat.log.locator(".tcj-pending")).to_have_count(0)
        expect(chat.ends).to_have_count(6)
        chat.composer.press("ArrowUp")
        expect(chat.log.get_by_role("textbox", name="Edit your message")).to_be_focused()
        looking.at(chat, "editing")

    def test_of_what_lies_over_it(
        self, chat_page: ChatPage, offline_world: World, picture: Picture, look: str, options: dict[str, Any]
    ) -> None:
        looking = Looking(picture, look)
        chat = chat_page(f"look-over-{look}", server=offline_world, **options)
        chat.ask(f"add a todo: weigh the penguins of {look} tomorrow 9am, high priority")
        chat.ask(f"add a todo: done with {look}")
        chat.ask(f"remind me every monday at 9am to look at {look}")
        looking.at(chat, "todo-said")
        chat.menu()
        looking.at(chat, "menu")
        chat.page.keyboard.press("Escape")
        chat.menu("Model")
        looking.at(chat, "model-menu")
        chat.page.keyboard.press("Escape")
        dialog = chat.switcher()
        dialog.locator(".tcj-session").first.get_by_role("button", name="Actions for").click()
        looking.at(chat, "switcher")
        dialog.get_by_role("button", name="Delete", exact=True).click()
        expect(chat.root.get_by_role("button", name="Keep it")).to_be_visible()
        looking.at(chat, "confirm")
        chat.page.keyboard.press("Escape")
        chat.page.keyboard.press("Escape")
        drawer = chat.drawer("Todos")
        drawer.get_by_role("checkbox", name=f"done with {look}").click()  # it moves
        drawer.locator(".tcj-done summary").click()
        looking.at(chat, "todos")
        chat.root.get_by_role("tab", name="Reminders").click()
        expect(chat.root.get_by_role("tabpanel")).to_contain_text("every Mon")
        looking.at(chat, "reminders")
        chat.page.keyboard.press("Escape")
        chat.choose("Keyboard")
        looking.at(chat, "keys")
        chat.page.keyboard.press("Escape")
        chat.composer.press_sequentially("/")
        expect(chat.root.get_by_role("listbox")).to_be_visible()
        looking.at(chat, "completion")
        chat.composer.fill("/help")
        chat.composer.press("Enter")
        expect(chat.log.locator(".tcj-notice")).to_be_visible()
        looking.at(chat, "help")
        chat.ask("remind me in 1 second to stretch")
        expect(chat.log.get_by_role("group", name="Reminder")).to_be_visible()
        looking.at(chat, "reminder")


@pytest.mark.parametrize(("look", "options"), [("zh", LIGHT), ("zh-phone", PHONE)])
def test_in_chinese(
    chat_page: ChatPage, offline_world: World, picture: Picture, look: str, options: dict[str, Any]
) -> None:
    looking = Looking(picture, look)
    chat = chat_page(f"look-{look}", server=offline_world, locale="zh-CN", **options)
    expect(chat.root).to_have_attribute("lang", "zh")
    expect(chat.composer).to_have_attribute("placeholder", "问问你的表格…")
    looking.at(chat, "empty")
    chat.ask("添加待办：明天9点买牛奶")
    expect(chat.answers.last).to_contain_text("已添加待办")
    chat.say("问我在红、绿、蓝之间选一个")
    expect(chat.question.get_by_role("button", name="绿")).to_be_visible()
    looking.at(chat, "question")
    chat.page.keyboard.press("2")
    expect(chat.ends).to_have_count(2)
    chat.menu("更多").get_by_role("menuitem", name="待办").click()
    expect(chat.root.get_by_role("tabpanel", name="待办")).to_contain_text("买牛奶")
    looking.at(chat, "todos")
