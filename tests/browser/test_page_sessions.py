"""On the chat page: many sessions, the model that answers in one, and a session as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chat import Chat
from playwright.sync_api import expect

ChatPage = Callable[..., Chat]


class TestTheList:
    def test_finds_opens_and_makes_sessions(self, chat_page: ChatPage) -> None:
        chat = chat_page("sessions-one")
        chat.ask("Emperor penguins are tall")
        for _ in range(2):
            chat.choose("New session")
            expect(chat.root.locator(".tcj-empty")).to_be_visible()
        expect(chat.composer).to_be_focused()
        chat.ask("Rockhoppers are loud")

        dialog = chat.switcher()
        search = dialog.get_by_role("searchbox")
        expect(search).to_be_focused()
        rows = dialog.locator(".tcj-session")
        expect(rows.filter(has_text="New session")).to_have_count(0)  # nothing was ever said in it
        expect(rows.filter(has_text="open now")).to_contain_text("Rockhoppers are loud")
        search.fill("emperor")
        expect(rows).to_have_count(1)
        search.press("Enter")
        expect(dialog).to_have_count(0)
        expect(chat.user_messages).to_contain_text("Emperor penguins")
        expect(chat.page).to_have_url(re.compile("session=sessions-one"))
        expect(chat.page).to_have_title(re.compile("Emperor penguins are tall"))

        chat.switcher().get_by_role("searchbox").fill("no such thing")
        expect(chat.root.get_by_role("dialog")).to_contain_text("No title has “no such thing” in it.")
        chat.page.keyboard.press("Escape")
        expect(chat.root.get_by_role("dialog")).to_have_count(0)

    def test_renames(self, chat_page: ChatPage) -> None:
        chat = chat_page("sessions-rename")
        other = chat_page("sessions-rename", context=chat.page.context)
        chat.page.bring_to_front()
        chat.ask("a title to be changed")
        dialog = chat.switcher()
        row = dialog.locator(".tcj-session").filter(has_text="a title to be changed")
        row.get_by_role("button", name="Actions for").click()
        row.get_by_role("button", name="Rename", exact=True).click()
        field = dialog.get_by_role("textbox", name="New title")
        field.fill("Gentoo")
        field.press("Enter")
        expect(dialog.locator(".tcj-session").filter(has_text="Gentoo")).to_be_visible()
        for shown in (chat, other):
            expect(shown.root.locator(".tcj-title")).to_have_text("Gentoo")

    def test_deletes_after_a_question(self, chat_page: ChatPage) -> None:
        chat = chat_page("sessions-delete")
        other = chat_page("sessions-delete", context=chat.page.context)
        chat.page.bring_to_front()
        chat.ask("to be deleted soon")
        expect(other.ends).to_have_count(1)
        row = chat.switcher().locator(".tcj-session").filter(has_text="to be deleted soon")
        row.get_by_role("button", name="Actions for").click()
        row.get_by_role("button", name="Delete", exact=True).click()
        confirm = chat.root.get_by_role("dialog", name="Delete “to be deleted soon”?")
        expect(confirm.get_by_role("button", name="Keep it")).to_be_focused()
        confirm.get_by_role("button", name="Delete").click()
        for shown in (chat, other):
            expect(shown.user_messages).to_have_count(0)
            expect(shown.root.locator(".tcj-title")).to_have_text("New session")
        chat.page.keyboard.press("Escape")
        expect(chat.switcher().locator(".tcj-session").filter(has_text="to be deleted soon")).to_have_count(0)

    def test_clears_a_conversation_after_a_question(self, chat_page: ChatPage) -> None:
        chat = chat_page("sessions-clear")
        chat.ask("soon forgotten")
        chat.choose("Clear conversation…")
        chat.root.get_by_role("dialog").get_by_role("button", name="Clear", exact=True).click()
        expect(chat.user_messages).to_have_count(0)
        chat.page.reload()
        chat.attached()
        expect(chat.root.locator(".tcj-empty")).to_be_visible()

    def test_an_address_without_a_session_opens_the_one_used_last(self, chat_page: ChatPage) -> None:
        chat_page("sessions-last").ask("the one used last")
        again = chat_page()
        expect(again.user_messages).to_contain_text("the one used last")


class TestAFile:
    @pytest.mark.parametrize(("item", "ending"), [("Export as Markdown", ".md"), ("Export as JSON", ".json")])
    def test_is_downloaded(self, chat_page: ChatPage, tmp_path: Path, item: str, ending: str) -> None:
        chat = chat_page(f"sessions-export-{ending[1:]}")
        chat.ask("Chinstraps 南极")
        with chat.page.expect_download() as started:
            chat.choose(item)
        assert started.value.suggested_filename.endswith(ending)
        path = tmp_path / "file"
        started.value.save_as(path)
        text = path.read_text(encoding="utf-8")
        assert "You said: Chinstraps 南极" in text
        if ending == ".json":
            assert json.loads(text)


class TestTheModel:
    def test_of_a_session_is_chosen_in_the_header(self, chat_page: ChatPage) -> None:
        chat = chat_page("sessions-model")
        menu = chat.menu("Model: mock")
        expect(menu.get_by_role("menuitemradio", checked=True)).to_contain_text("mock")
        expect(menu.get_by_role("menuitemradio", checked=True)).to_be_focused()
        menu.get_by_role("menuitemradio", name="offline").click()
        expect(chat.root.locator(".tcj-model")).to_have_text("offline model")
        chat.ask("who are you")
        expect(chat.answers).to_contain_text("built-in offline model")
