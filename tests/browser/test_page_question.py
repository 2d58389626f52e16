"""On the chat page: a question of the copilot, and every way to answer it."""

from __future__ import annotations

import json
from collections.abc import Callable

from chat import Chat
from playwright.sync_api import expect
from processes import Model, World

ChatPage = Callable[..., Chat]
ASK = "ask me which island: Biscoe, Dream or Torgersen"


def expect_answered(chat: Chat, answer: str) -> None:
    """The card has folded to one line, and the turn went on with the answer."""
    expect(chat.question).to_have_count(0)
    expect(chat.log.locator(".tcj-question")).to_have_text(f"Which island? → {answer}")
    expect(chat.answers).to_contain_text(f"You answered: {answer}")
    expect(chat.ends).to_have_count(1)


class TestAnAnswer:
    def test_by_click(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("question-click", server=offline_world)
        chat.say(ASK)
        expect(chat.log.locator(".tcj-running")).to_contain_text("Waiting for your answer")
        chat.question.get_by_role("button", name="Dream").click()
        expect_answered(chat, "Dream")

    def test_in_the_users_own_words(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("question-free", server=offline_world)
        chat.say(ASK)
        chat.question.get_by_role("textbox", name="Something else").fill("Anvers")
        chat.question.get_by_role("textbox").press("Enter")
        expect_answered(chat, "Anvers")

    def test_of_several_options(self, chat_page: ChatPage, model: Model) -> None:
        chat = chat_page("question-several")
        asked = {"question": "Which columns?", "options": ["mass", "island", "year"], "multiple": True}
        model.script(
            {"calls": [{"name": "ask_user_question", "arguments": json.dumps(asked)}]}, {"text": "I take them."}
        )
        chat.say("choose some columns")
        chat.question.get_by_role("checkbox", name="year").check()
        chat.page.keyboard.press("1")
        expect(chat.question.get_by_role("checkbox", name="mass")).to_be_checked()
        chat.question.get_by_role("button", name="Answer").click()
        expect(chat.log.locator(".tcj-question")).to_have_text("Which columns? → mass, year")
        expect(chat.answers).to_contain_text("I take them.")


class TestByKeyboardAlone:
    def test_a_question_takes_the_focus_and_a_digit_answers(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("question-digit", server=offline_world)
        chat.composer.focus()
        keyboard = chat.page.keyboard
        keyboard.type(ASK)
        keyboard.press("Enter")
        expect(chat.question.get_by_role("button", name="Biscoe")).to_be_focused()
        keyboard.press("3")
        expect_answered(chat, "Torgersen")
        expect(chat.composer).to_be_focused()

    def test_tab_and_enter_choose(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("question-tab", server=offline_world)
        chat.composer.focus()
        keyboard = chat.page.keyboard
        keyboard.type(ASK)
        keyboard.press("Enter")
        expect(chat.question.get_by_role("button", name="Biscoe")).to_be_focused()
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect_answered(chat, "Dream")

    def test_what_is_being_typed_keeps_the_focus_and_its_digits(
        self, chat_page: ChatPage, offline_world: World
    ) -> None:
        chat = chat_page("question-typing", server=offline_world)
        other = chat_page("question-typing", server=offline_world, context=chat.page.context)
        chat.composer.press_sequentially("row ")
        other.say(ASK)
        expect(chat.question).to_be_visible()
        expect(chat.composer).to_be_focused()
        chat.page.keyboard.type("12")
        expect(chat.composer).to_have_value("row 12")
        expect(chat.question).to_be_visible()


class TestInTwoTabs:
    def test_an_answer_in_one_closes_it_in_the_other(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("question-tabs", server=offline_world)
        other = chat_page("question-tabs", server=offline_world, context=chat.page.context)
        chat.say(ASK)
        expect(other.question).to_be_visible()
        expect(other.user_messages).to_contain_text(ASK)
        other.question.get_by_role("button", name="Biscoe").click()
        for shown in (chat, other):
            expect_answered(shown, "Biscoe")

    def test_a_question_outlives_a_reload(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("question-reload", server=offline_world)
        chat.say(ASK)
        expect(chat.question).to_be_visible()
        chat.page.reload()
        chat.attached()
        chat.question.get_by_role("button", name="Dream").click()
        expect_answered(chat, "Dream")

    def test_an_answer_is_seen_in_both_as_it_comes(self, chat_page: ChatPage) -> None:
        chat = chat_page("tabs-stream")
        other = chat_page("tabs-stream", context=chat.page.context)
        chat.say("tell both of us @deltas:150 @delay:0.02")
        expect(other.log.locator(".tcj-running")).to_be_visible()
        expect(other.answer_texts).to_contain_text("word word")
        for each in (chat, other):
            expect(each.ends).to_have_count(1)
        assert other.answer_texts.inner_text() == chat.answer_texts.inner_text()

    def test_a_stopped_turn_closes_its_question(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("question-stop", server=offline_world)
        chat.say(ASK)
        expect(chat.question).to_be_visible()
        chat.stop_button.click()
        expect(chat.log.locator(".tcj-question")).to_have_text("Which island? → not answered")
        expect(chat.log.locator(".tcj-end")).to_contain_text("Stopped.")
