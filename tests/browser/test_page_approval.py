"""On the chat page: a decision that only the user can take. The frames are put into a real connection."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from accessibility import violations
from chat import Chat
from playwright.sync_api import Page, WebSocketRoute, expect
from processes import TOKEN, World

READING_MS = 700
"""Longer than the time in which a new card allows nothing."""
CLICK_AS_IT_APPEARS = """() => {
  window.clicks = 0;
  new MutationObserver((_, observer) => {
    const allow = document.querySelector("[data-decision=once]");
    if (allow === null) return;
    observer.disconnect();
    for (; window.clicks < 2; window.clicks++) allow.click();
  }).observe(document.body, { childList: true, subtree: true });
}"""
CODE = "import os\nos.remove('penguins.csv')  # \u202etidy up"


class Line:
    """The page's connection: what the page sends is seen, and frames can be put in."""

    def __init__(self, page: Page) -> None:
        self.decisions: list[dict[str, Any]] = []
        self._page = page
        self._route: WebSocketRoute | None = None
        page.route_web_socket("**/table-copilot/ws*", self._open)

    def _open(self, route: WebSocketRoute) -> None:
        self._route = route
        server = route.connect_to_server()

        def from_page(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["type"] == "decide":  # the server knows nothing of it
                self.decisions.append(frame)
            else:
                server.send(text)

        route.on_message(from_page)
        server.on_message(route.send)

    def put(self, **frame: Any) -> None:
        assert self._route is not None
        self._route.send(json.dumps(frame))

    def decision(self) -> str:
        """The one that the page sent for the card, once it has."""
        while not self.decisions:
            self._page.wait_for_timeout(20)
        [frame] = self.decisions
        assert frame["approval_id"] == "a1"
        decision: str = frame["decision"]
        return decision


@pytest.fixture
def asked(open_page: Callable[..., Page], world: World) -> tuple[Chat, Line]:
    """A chat in which a tool asks to run code, and something clicks on the allowance in the moment that it appears."""
    page = open_page()
    line = Line(page)
    page.goto(f"{world.address}table-copilot/?session=approval&token={TOKEN}")
    chat = Chat(page.locator(".tcj-chat")).attached()
    common = {"session_id": "approval", "turn_id": "t1", "at": "2026-11-22T08:00:00Z"}
    said = {"message_id": "m1", "content": "tidy up", "surface": "page", "agent": None, "mentions": [], "queued": False}
    line.put(type="user_message", seq=1001, **common, **said)
    line.put(type="turn_started", seq=1002, **common, message_id="m1", agent="copilot", model="mock")
    approval = {"approval_id": "a1", "call_id": "c1", "content": "Run 2 lines of code", "tool": "run_code"}
    options = ["once", "session", "deny"]
    arguments = {"code": CODE}
    page.evaluate(CLICK_AS_IT_APPEARS)
    line.put(type="approval", seq=1003, **common, **approval, arguments=arguments, options=options, agent="copilot")
    expect(chat.log.locator(".tcj-approval.tcj-open")).to_be_visible()
    return chat, line


def test_code_is_shown_as_it_is_and_the_refusal_has_the_focus(asked, picture) -> None:
    chat, _ = asked
    card = chat.root.get_by_role("group", name="Permission needed")
    expect(card).to_contain_text("os.remove('penguins.csv')")
    expect(card).to_contain_text("<U+202E>tidy up")
    expect(card.get_by_role("button", name=re.compile("Don.t run"))).to_be_focused()
    assert violations(chat) == []
    picture(chat.page, "page-approval")


def test_no_key_or_click_that_was_meant_for_something_else_allows_it(asked) -> None:
    chat, line = asked
    assert chat.page.evaluate("window.clicks") == 2
    expect(chat.root.locator("[data-decision=deny]")).to_be_focused()
    chat.page.keyboard.press("Enter")
    assert line.decision() == "deny"


def test_a_decision_is_sent_once_the_card_could_be_read(asked) -> None:
    chat, line = asked
    chat.page.wait_for_timeout(READING_MS)
    chat.root.get_by_role("button", name="Run once").click()
    assert line.decision() == "once"
