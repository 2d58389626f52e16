"""Reminders come to the panel as Jupyter's notifications, whatever it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chat import Chat, Lab
from playwright.sync_api import Locator, Page, expect
from processes import World

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]


def test_come_as_notifications_from_any_session(
    lab: OpenLab, chat_page: Callable[..., Chat], offline_world: World, picture: Picture
) -> None:
    notebook = lab("reminded.ipynb", ["1"], server=offline_world)
    page, chat = notebook.page, notebook.panel()
    chat.ask("said in the notebook")
    elsewhere = chat_page("reminded-elsewhere", server=offline_world)

    _remind(elsewhere, "water the plants")
    note = _note(page, "Reminder: water the plants")
    expect(note).to_be_visible(timeout=15_000)
    expect(note.locator(".jp-toast-buttonBar button")).to_have_text(["Done", "Snooze 10 min", "Open session"])
    picture(page, "panel-notification")
    note.get_by_role("button", name="Open session").click()
    card = chat.log.locator(".tcj-reminder", has_text="water the plants")
    expect(card.get_by_role("button", name="Done")).to_be_visible()
    expect(chat.user_messages).to_contain_text("water the plants")
    card.get_by_role("button", name="Done").click()
    expect(elsewhere.log.locator(".tcj-reminder")).to_contain_text("done")
    expect(note).to_have_count(0)

    _remind(elsewhere, "close the window")
    note = _note(page, "Reminder: close the window")
    note.get_by_role("button", name="Done").click(timeout=15_000)
    expect(elsewhere.log.locator(".tcj-reminder").nth(1)).to_contain_text("done")
    _remind(elsewhere, "stretch")
    note = _note(page, "Reminder: stretch")
    note.get_by_role("button", name="Snooze 10 min").click(timeout=15_000)
    expect(elsewhere.log.locator(".tcj-reminder").nth(2)).to_contain_text("snoozed")
    expect(note).to_have_count(0)


def _remind(chat: Chat, content: str) -> None:
    chat.ask(f"remind me in 1 second to {content}")


def _note(page: Page, text: str) -> Locator:
    return page.locator(".Toastify__toast", has_text=text)
