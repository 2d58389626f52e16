"""On the chat page: what is said, what is done meanwhile, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

from chat import Chat
from playwright.sync_api import expect
from processes import Model, World

ChatPage = Callable[..., Chat]

STOPWATCH = """(type) => {
  window.stopped = new Promise((resolve) => {
    const log = document.querySelector("[role=log]");
    let pressed = null;
    document.addEventListener(type, () => (pressed ??= performance.now()), { capture: true });
    new MutationObserver(() => {
      if (pressed !== null && log.querySelector(".tcj-end")) resolve(performance.now() - pressed);
    }).observe(log, { childList: true, subtree: true });
  });
}"""


def call(name: str, **arguments: object) -> dict[str, object]:
    """A tool call of the mock model."""
    return {"name": name, "arguments": json.dumps(arguments)}


class TestAnswer:
    def test_grows_while_it_comes(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-grows")
        chat.watch_answer()
        chat.ask("tell me a lot @deltas:60 @delay:0.02")

        expect(chat.answer_texts).to_have_text("word " * 59 + "word")
        seen = [text.strip() for text in chat.seen_of_answer()]
        assert len(seen) > 10
        assert all(later.startswith(earlier) for earlier, later in pairwise(seen))

    def test_follows_its_end_until_the_reader_scrolls_up(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-scrolls", height=420)
        for number in range(4):
            chat.ask(f"text {number} @deltas:300")
        assert chat.log.evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight") < 33

        chat.log.evaluate("e => (e.scrollTop = 100)")
        chat.page.wait_for_function("document.querySelector('[role=log]').scrollTop === 100")
        other = chat_page("page-scrolls", context=chat.page.context)
        other.ask("said in another tab")
        expect(chat.root.get_by_role("button", name="New messages")).to_be_visible()
        assert chat.log.evaluate("e => e.scrollTop") == 100
        chat.root.get_by_role("button", name="New messages").click()
        expect(chat.answers.last).to_be_in_viewport()

    def test_reasoning_is_folded(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-reasons")
        chat.ask("think @reason")

        reasoning = chat.log.locator(".tcj-reasoning")
        expect(reasoning).to_have_js_property("open", False)
        reasoning.locator("summary").click()
        expect(reasoning).to_contain_text("Let me think about it.")

    def test_that_was_cut_off_says_so_and_keeps_its_part(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-cut")
        chat.ask("begin @deltas:40 @cut:20")

        expect(chat.answers.first).to_contain_text("word word")
        expect(chat.log.locator(".tcj-error")).to_be_visible()
        expect(chat.log).to_contain_text("The answer ends here, before it was finished.")


class TestToolCall:
    def test_opens_to_arguments_result_and_time(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("page-tool", server=offline_world)
        chat.ask("@planner add a todo: water the plants tomorrow 9am")

        tool = chat.log.locator(".tcj-tool")
        expect(tool).to_contain_text("todo_manager")
        expect(tool.locator(".tcj-pre")).to_have_count(0)
        tool.locator("summary").press("Enter")
        expect(tool.get_by_role("group", name="Arguments")).to_contain_text("water the plants")
        expect(tool.get_by_role("group", name="Result")).to_contain_text("water the plants")
        expect(tool).to_contain_text("Started just now")

    def test_of_a_specialist_stands_inside_its_delegation(self, chat_page: ChatPage, model: Model) -> None:
        chat = chat_page("page-nested")
        model.script(
            {"text": "I hand it on.", "calls": [call("ask_planner", task="Add a todo: buy milk")]},
            {"calls": [call("todo_manager", action="add", title="buy milk")]},
            {"text": "Added **buy milk**."},
            {"text": "It is on your list."},
        )
        chat.ask("I need milk")

        tools = chat.log.locator(".tcj-tool")
        expect(tools).to_have_count(1)
        tools.first.locator("summary").first.click()
        expect(tools).to_have_count(2)
        inner = tools.first.locator(".tcj-tool")
        expect(inner).to_contain_text("todo_manager")
        expect(tools.first.locator(".tcj-agent")).to_have_text(["planner"])
        expect(tools.first).to_contain_text("Added buy milk.")
        expect(chat.answers.last).to_contain_text("It is on your list.")

    def test_opened_while_it_runs_stays_open(self, chat_page: ChatPage, model: Model) -> None:
        chat = chat_page("page-tool-runs")
        model.script(
            {"calls": [call("ask_planner", task="Tell me a lot")]},
            {"text": "word " * 100, "deltas": 100, "delay": 0.02},
            {"text": "That was it."},
        )
        chat.say("ask the planner")
        tool = chat.log.locator(".tcj-tool")
        expect(tool).to_contain_text("running")
        tool.locator("summary").first.click()
        expect(tool.locator(".tcj-text")).to_contain_text("word word")
        expect(chat.ends).to_have_count(1)
        expect(tool.locator(".tcj-text")).to_be_visible()
        expect(tool).not_to_contain_text("running")

    def test_that_failed_says_so(self, chat_page: ChatPage, model: Model) -> None:
        chat = chat_page("page-tool-fails")
        model.script({"calls": [call("ask_user_question", question=" ")]}, {"text": "I could not ask."})
        chat.ask("ask me nothing")

        expect(chat.log.locator(".tcj-tool")).to_contain_text("failed")


class TestStop:
    def test_by_button_is_seen_at_once_and_keeps_the_part(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-stop")
        chat.page.evaluate(STOPWATCH, "pointerdown")
        chat.say("go on for long @deltas:2000 @delay:0.02")
        expect(chat.answers).to_contain_text("word word word")
        chat.stop_button.click()

        assert chat.page.evaluate("window.stopped") < 300
        expect(chat.log.locator(".tcj-end")).to_contain_text("Stopped.")
        expect(chat.answers).to_contain_text("word word word")
        expect(chat.stop_button).to_have_count(0)

    def test_by_esc(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-esc")
        chat.page.evaluate(STOPWATCH, "keydown")
        chat.say("go on for long @deltas:2000 @delay:0.02")
        expect(chat.answers).to_contain_text("word word word")
        chat.page.evaluate(STOPWATCH, "keydown")
        chat.composer.press("Escape")

        assert chat.page.evaluate("window.stopped") < 300
        expect(chat.log.locator(".tcj-end")).to_contain_text("Stopped.")

    def test_of_a_model_that_says_nothing(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-stop-hang")
        chat.say("say nothing @hang")
        expect(chat.log.locator(".tcj-running")).to_contain_text("Thinking")
        chat.stop_button.click()
        expect(chat.log.locator(".tcj-end")).to_contain_text("Stopped.")


class TestQueue:
    def test_what_is_said_meanwhile_waits_and_can_be_taken_back(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-queue")
        chat.say("the first @deltas:2000 @delay:0.02")
        expect(chat.answers).to_contain_text("word")
        chat.say("the second")
        chat.say("the third")

        waiting = chat.log.locator(".tcj-pending").filter(has_text="Queued")
        expect(waiting).to_have_count(2)
        waiting.filter(has_text="the second").get_by_role("button", name="Take back").click()
        expect(waiting).to_have_count(1)
        chat.type("a draft")
        chat.stop_button.click()
        expect(chat.composer).to_be_focused()
        expect(chat.answers.last).to_contain_text("You said: the third")
        expect(chat.ends).to_have_count(2)
        expect(chat.log).not_to_contain_text("the second")
        expect(chat.composer).to_have_value("a draft")


class TestLastMessage:
    def test_edited_takes_the_old_one_away_everywhere(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-edit")
        other = chat_page("page-edit", context=chat.page.context)
        chat.page.bring_to_front()
        chat.ask("the first")
        chat.ask("the secnd")
        chat.composer.press("ArrowUp")
        field = chat.log.get_by_role("textbox", name="Edit your message")
        expect(field).to_be_focused()
        field.fill("the second")
        field.press("Enter")

        for shown in (chat, other):
            expect(shown.answers).to_have_count(2)
            expect(shown.answers.last).to_contain_text("You said: the second")
            expect(shown.log).not_to_contain_text("secnd")
            expect(shown.answers.first).to_contain_text("You said: the first")
        other.page.reload()
        other.attached()
        expect(other.user_messages).to_have_count(2)
        expect(other.answers.last).to_contain_text("You said: the second")
        expect(other.log).not_to_contain_text("secnd")

    def test_can_be_said_again(self, chat_page: ChatPage, model: Model) -> None:
        chat = chat_page("page-retry")
        model.script({"text": "A first answer."}, {"text": "A better answer."})
        chat.ask("say something")
        expect(chat.answers).to_contain_text("A first answer.")
        chat.user_messages.hover()
        chat.user_messages.get_by_role("button", name="Retry").click()

        expect(chat.answer_texts).to_have_text(["A better answer."])
        expect(chat.user_messages).to_have_count(1)
        expect(chat.ends).to_have_count(1)

    def test_editing_is_given_up_with_esc(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-edit-esc")
        chat.ask("as it is")
        chat.composer.press("ArrowUp")
        field = chat.log.get_by_role("textbox", name="Edit your message")
        field.fill("otherwise")
        field.press("Escape")
        expect(field).to_have_count(0)
        expect(chat.user_messages).to_contain_text("as it is")
        expect(chat.composer).to_be_focused()


class TestError:
    def test_is_told_with_a_way_to_try_again(self, chat_page: ChatPage, model: Model) -> None:
        chat = chat_page("page-error")
        model.script({"status": 401, "error": "no such key"})
        chat.ask("hello")

        card = chat.log.locator(".tcj-error")
        expect(card).to_contain_text("key")
        card.get_by_role("button", name="Retry").click()
        expect(chat.answers).to_contain_text("You said: hello")
        expect(card).to_have_count(0)
        expect(chat.user_messages).to_have_count(1)


class TestReload:
    def test_in_mid_answer_shows_the_whole_text_once(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-reload")
        chat.say("tell me @deltas:100 @delay:0.02")
        expect(chat.answers).to_contain_text("word word")
        chat.page.reload()
        chat.attached()

        expect(chat.ends).to_have_count(1)
        expect(chat.answer_texts).to_have_text("word " * 99 + "word")
        expect(chat.user_messages).to_have_count(1)

    def test_keeps_the_draft(self, chat_page: ChatPage) -> None:
        chat = chat_page("page-draft")
        chat.type("half a thou")
        chat.page.reload()
        chat.attached()
        expect(chat.composer).to_have_value("half a thou")
