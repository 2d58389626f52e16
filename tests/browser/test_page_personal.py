"""On the chat page: todos and reminders, the same in every tab."""

from __future__ import annotations

from collections.abc import Callable

from chat import Chat
from playwright.sync_api import expect
from processes import World

ChatPage = Callable[..., Chat]


class TestTodos:
    def test_are_ticked_off_everywhere_at_once(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("todos-one", server=offline_world)
        other = chat_page("todos-two", server=offline_world, context=chat.page.context)
        chat.ask("add a todo: feed the gentoos tomorrow 9am")
        drawers = []
        for shown in (other, chat):
            shown.page.bring_to_front()
            drawers.insert(0, shown.drawer("Todos"))
        for drawer in drawers:
            expect(drawer.locator(".tcj-todo").filter(has_text="feed the gentoos")).to_contain_text("due tomorrow")
        drawers[0].get_by_role("checkbox", name="feed the gentoos").click()  # it moves
        for drawer in drawers:
            expect(drawer.locator(".tcj-done")).to_contain_text("feed the gentoos")
        other.page.bring_to_front()
        drawers[1].locator(".tcj-done summary").click()
        drawers[1].get_by_role("checkbox", name="feed the gentoos").click()
        expect(drawers[0].get_by_role("checkbox", name="feed the gentoos")).not_to_be_checked()
        chat.page.bring_to_front()
        drawers[0].get_by_role("button", name="Delete the todo feed the gentoos").click()
        for drawer in drawers:
            expect(drawer).not_to_contain_text("feed the gentoos")

    def test_drawer_is_closed_by_esc_and_the_focus_goes_to_the_composer(
        self, chat_page: ChatPage, offline_world: World
    ) -> None:
        chat = chat_page("todos-esc", server=offline_world)
        drawer = chat.drawer("Todos")
        expect(chat.root.get_by_role("tab", name="Todos")).to_be_focused()
        chat.page.keyboard.press("ArrowRight")
        expect(chat.root.get_by_role("tab", name="Reminders")).to_be_focused()
        chat.page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)
        expect(chat.composer).to_be_focused()


class TestReminders:
    def test_that_will_come_are_snoozed_and_cancelled(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("reminders-list", server=offline_world)
        chat.ask("remind me in 5 minutes to count the eggs")
        row = chat.drawer("Reminders").locator(".tcj-reminder-row").filter(has_text="count the eggs")
        expect(row).to_contain_text("in 5 min")
        row.get_by_role("button", name="Snooze 10 min").click()
        expect(row).to_contain_text("in 10 min")
        row.get_by_role("button", name="Cancel").click()
        expect(row).to_have_count(0)

    def test_that_is_due_is_a_card_until_it_is_done(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("reminders-due", server=offline_world)
        other = chat_page("reminders-due", server=offline_world, context=chat.page.context)
        chat.ask("remind me in 1 second to stretch")
        for shown in (chat, other):
            card = shown.log.get_by_role("group", name="Reminder")
            expect(card).to_contain_text("stretch")
            expect(card.get_by_role("button")).to_have_text(["Done", "Snooze 10 min"])
        chat.log.get_by_role("group", name="Reminder").get_by_role("button", name="Done").click()
        for shown in (chat, other):
            card = shown.log.get_by_role("group", name="Reminder")
            expect(card).to_contain_text("done")
            expect(card.get_by_role("button")).to_have_count(0)
        chat.page.reload()
        chat.attached()
        expect(chat.log.get_by_role("group", name="Reminder").get_by_role("button")).to_have_count(0)

    def test_that_is_due_can_be_snoozed(self, chat_page: ChatPage, offline_world: World) -> None:
        chat = chat_page("reminders-snooze", server=offline_world)
        chat.ask("remind me in 1 second to look out of the window")
        card = chat.log.get_by_role("group", name="Reminder")
        card.get_by_role("button", name="Snooze 10 min").click()
        expect(card).to_contain_text("snoozed")
        expect(chat.drawer("Reminders")).to_contain_text("look out of the window")
