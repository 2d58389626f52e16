"""On the chat page: the server goes away and comes back, and who may come in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from accessibility import violations
from chat import Chat
from playwright.sync_api import Page, expect
from processes import TOKEN, World

ChatPage = Callable[..., Chat]
OpenPage = Callable[..., Page]
Picture = Callable[[Page | Any, str], None]
GONE = pytest.mark.expects_noise("WebSocket connection to")


@pytest.fixture(scope="module")
def mortal_world(make_world: Callable[..., World]) -> World:
    """A server that may be killed."""
    return make_world()


@GONE
@pytest.mark.expects_noise("net::ERR_")
class TestAServerThatGoesAway:
    def test_in_mid_answer_leaves_all_that_was_there(
        self, chat_page: ChatPage, mortal_world: World, picture: Picture
    ) -> None:
        chat = chat_page("gone-answer", server=mortal_world)
        chat.ask("said before")
        chat.say("go on for long @deltas:1000 @delay:0.02")
        expect(chat.answers.last).to_contain_text("word word word")
        chat.type("a thought in between")
        mortal_world.kill()

        expect(chat.root.get_by_role("status").filter(has_text="Reconnecting")).to_be_visible()
        expect(chat.answers.first).to_contain_text("You said: said before")
        chat.composer.press_sequentially(", kept")
        picture(chat.page, "page-reconnecting")
        assert violations(chat) == []
        mortal_world.start()
        expect(chat.root).to_have_attribute("data-connection", "open", timeout=20_000)
        expect(chat.ends).to_have_count(2)
        expect(chat.ends.last).to_contain_text("The server went away in mid-answer.")
        expect(chat.user_messages).to_have_count(2)
        expect(chat.composer).to_have_value("a thought in between, kept")
        expect(chat.root.locator(".tcj-bar")).to_have_count(0)

        picture(chat.page, "page-interrupted")
        chat.ends.last.get_by_role("button", name="Retry").click()
        expect(chat.ends).to_have_count(1)
        expect(chat.answers.last).to_contain_text("word word word")
        expect(chat.user_messages).to_have_count(2)
        chat.stop_button.click()
        expect(chat.ends.last).to_contain_text("Stopped.")

    def test_for_good_is_told_and_tried_again_by_hand(
        self, chat_page: ChatPage, mortal_world: World, picture: Picture
    ) -> None:
        chat = chat_page("gone-for-good", server=mortal_world, color_scheme="dark")
        chat.ask("said before")
        # The page's own clock: five tries take half a minute of it.
        chat.page.clock.install()
        mortal_world.kill()
        bar = chat.root.locator(".tcj-bar")
        for attempt in range(1, 6):
            expect(bar).to_contain_text(f"Reconnecting ({attempt} of 5)")
            chat.page.clock.run_for(640 * 2 ** (attempt - 1))
        expect(bar).to_contain_text("Not connected.")
        expect(bar).to_contain_text("Check that Jupyter runs")
        chat.page.clock.resume()
        picture(chat.page, "page-not-connected")
        assert violations(chat) == []
        chat.type("kept as a draft")
        expect(chat.root.locator(".tcj-send")).to_be_disabled()

        mortal_world.start()
        bar.get_by_role("button", name="Try again").click()
        chat.attached()
        expect(bar).to_have_count(0)
        expect(chat.composer).to_have_value("kept as a draft")
        chat.composer.press("Enter")
        expect(chat.answers.last).to_contain_text("You said: kept as a draft")
        expect(chat.user_messages).to_have_count(2)


class TestWhoComesIn:
    def test_without_a_token_logs_in_first(self, open_page: OpenPage, world: World) -> None:
        page = open_page()
        page.goto(f"{world.address}table-copilot/?session=who-logs-in")
        expect(page).to_have_url(re.compile("/login"))
        page.get_by_label("Password or token").fill(TOKEN)
        page.get_by_role("button", name="Log in", exact=True).click()
        Chat(page.locator(".tcj-chat")).attached()
        expect(page).to_have_url(re.compile("session=who-logs-in"))

    def test_with_a_token_does_not_keep_it_in_the_address(self, chat_page: ChatPage) -> None:
        chat = chat_page("who-token")
        assert TOKEN not in chat.page.url
        assert "session=who-token" in chat.page.url

    def test_finds_a_page_that_runs_nothing_but_its_own(self, open_page: OpenPage, world: World) -> None:
        page = open_page()
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective))"
        )
        reply = page.goto(f"{world.address}table-copilot/?token={TOKEN}&session=who-policy")
        assert reply is not None
        policy = reply.header_value("content-security-policy") or ""
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        chat = Chat(page.locator(".tcj-chat")).attached()
        chat.ask("<img src=x onerror=alert(1)> **bold** `code` $x^2$")
        chat.choose("Todos")
        chat.page.keyboard.press("Escape")
        expect(chat.log.locator("img")).to_have_count(0)
