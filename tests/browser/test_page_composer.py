"""On the chat page: where the user writes; commands, completion, long texts; and the view before anything was said."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from chat import Chat
from playwright.sync_api import expect
from processes import Model, World

ChatPage = Callable[..., Chat]
PASTE = """(area, text) => {
  area.focus();
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  if (!area.dispatchEvent(event)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste", bubbles: true }));
}"""
"""A paste as the browser does it; its clipboard belongs to the whole machine."""

AGENTS = ["analyst", "copilot", "planner"]
TRIES = [
    ("en", "add a todo: sharpen the pencil", "I can't answer that"),
    ("zh-CN", "添加待办：削铅笔", "这个我答不了"),
]


class TestCompletion:
    def test_of_a_command_by_keyboard(self, chat_page: ChatPage) -> None:
        chat = chat_page("composer-slash")
        chat.composer.press_sequentially("/")
        commands = chat.root.get_by_role("listbox", name="Commands")
        assert commands.get_by_role("option").count() > 8
        chat.composer.press_sequentially("he")
        expect(commands.get_by_role("option")).to_have_count(1)
        chat.composer.press("Tab")
        expect(chat.composer).to_have_value("/help ")
        expect(commands).to_have_count(0)
        chat.composer.press("Enter")
        notice = chat.log.locator(".tcj-notice")
        expect(notice.locator(".tcj-command")).to_have_text("/help")
        expect(notice.get_by_role("table")).to_contain_text("/todos")
        expect(chat.log.locator(".tcj-day")).to_have_count(0)
        expect(chat.composer).to_have_value("")

    def test_of_an_agent_by_keyboard(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("composer-agent", server=offline_world)
        chat.composer.press_sequentially("@")
        agents = chat.root.get_by_role("listbox", name="Agents")
        expect(agents.get_by_role("option")).to_have_text([re.compile("^@" + name) for name in AGENTS])
        chat.composer.press_sequentially("pl")
        expect(agents.get_by_role("option")).to_have_count(1)
        chat.composer.press("Enter")
        expect(chat.composer).to_have_value("@planner ")
        chat.composer.press_sequentially("who are you")
        chat.composer.press("Enter")
        expect(chat.answers.locator(".tcj-agent")).to_have_text("planner")

    def test_is_put_away_by_esc(self, chat_page: ChatPage) -> None:
        chat = chat_page("composer-esc")
        chat.composer.press_sequentially("/")
        expect(chat.root.get_by_role("listbox")).to_be_visible()
        chat.composer.press("Escape")
        expect(chat.root.get_by_role("listbox")).to_have_count(0)
        expect(chat.composer).to_have_value("/")


class TestALongText:
    def test_of_900_kb_is_pasted_and_sent(self, chat_page: ChatPage, model: Model) -> None:
        chat = chat_page("composer-long")
        text = ("penguin " * 12 + "\n") * 9150
        chat.composer.evaluate(PASTE, text)
        model.script({"text": "A long text."})
        chat.composer.press("Enter")
        expect(chat.composer).to_have_value("")
        expect(chat.answers).to_contain_text("A long text.", timeout=15_000)
        expect(chat.user_messages).to_contain_text("penguin")
        expect(chat.root.get_by_role("alert")).to_have_count(0)

    def test_that_is_too_long_is_refused_with_what_to_do(self, chat_page: ChatPage) -> None:
        chat = chat_page("composer-too-long")
        chat.type("kept")
        chat.composer.evaluate(PASTE, "x" * 1_200_000)
        alert = chat.root.get_by_role("alert")
        expect(alert).to_contain_text("a message holds 900 kB")
        expect(chat.composer).to_have_value("kept")
        alert.get_by_role("button", name="Dismiss").click()
        expect(alert).to_have_count(0)
        expect(chat.composer).to_be_focused()

    def test_breaks_lines_with_shift_and_the_field_grows(self, chat_page: ChatPage) -> None:
        chat = chat_page("composer-lines")
        low = chat.composer.evaluate("e => e.offsetHeight")
        chat.composer.press_sequentially("one")
        chat.composer.press("Shift+Enter")
        chat.composer.press_sequentially("two")
        expect(chat.composer).to_have_value("one\ntwo")
        assert chat.composer.evaluate("e => e.offsetHeight") > low + 10
        chat.composer.press("Enter")
        expect(chat.user_messages.locator(".tcj-user-text")).to_have_text("one\ntwo", use_inner_text=True)


class TestBeforeAnythingWasSaid:
    def test_three_things_to_try_go_into_the_field(self, chat_page: ChatPage) -> None:
        chat = chat_page("composer-empty")
        expect(chat.composer).to_be_focused()
        tries = chat.root.get_by_role("list", name="Things to try").get_by_role("button")
        expect(tries).to_have_count(3)
        tries.first.click()
        expect(chat.composer).to_be_focused()
        expect(chat.composer).to_have_value(tries.first.inner_text())
        expect(chat.root).not_to_contain_text("offline model")

    @pytest.mark.parametrize(("locale", "todo", "unknown"), TRIES, ids=["en", "zh"])
    def test_each_is_understood_by_the_offline_model(
        self, chat_page: ChatPage, offline_world: World, locale: str, todo: str, unknown: str
    ) -> None:
        chat = chat_page(f"composer-tries-{locale}", server=offline_world, locale=locale)
        chat.ask(todo)
        chat.ask(todo)
        for number in range(3):
            chat.page.goto(f"{offline_world.address}table-copilot/?session=composer-tries-{locale}-{number}")
            chat.attached()
            expect(chat.root.locator(".tcj-suggestion").first).not_to_contain_text(":")  # it knows of the todos
            chat.root.locator(".tcj-suggestion").nth(number).click()
            expect(chat.composer).not_to_have_value("")
            chat.composer.press("Enter")
            expect(chat.log.locator(".tcj-end, .tcj-question")).to_have_count(1)
            expect(chat.log).not_to_contain_text(unknown)

    def test_the_offline_model_says_how_to_connect_another(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("composer-offline", server=offline_world)
        expect(chat.root.locator(".tcj-model")).to_have_text("offline model")
        chat.root.get_by_text("Step by step").click()
        expect(chat.root.locator(".tcj-steps li")).to_have_count(3)
        expect(chat.root.locator(".tcj-steps")).to_contain_text("OPENROUTER_API_KEY=your-key")
        chat.ask("what can you do?")
        expect(chat.root.locator(".tcj-steps")).to_have_count(0)
