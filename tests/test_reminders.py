"""Reminders in a notebook: between the cells, and those that came while it was closed."""

import pytest
from fake_server import fake_server, waiting
from kernel_client import running_kernel

from table_copilot_jupyter.client.reminders import reminder_text
from table_copilot_jupyter.client.session_choice import session_ids

NOTEBOOK = "/home/ada/penguins.ipynb"
SESSION = next(session_ids(NOTEBOOK))


@pytest.fixture
async def server():
    async with fake_server() as server:
        yield server


def kernel_of(server, folder):
    return running_kernel(folder, TABLE_COPILOT_URL=server.url, JPY_SESSION_NAME=NOTEBOOK)


def remind(server, content, **fields):
    server.emit(SESSION, "reminder", reminder_id="r", content=content, due="2026-11-22T09:00:00Z", **fields)


async def test_a_reminder_between_two_cells_is_shown_below_the_last(server, tmp_path):
    async with kernel_of(server, tmp_path) as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        await kernel.run("%copilot hello")
        await kernel.run("%copilot hello again")
        remind(server, "<b>Stretch</b>")
        data, parent = await kernel.shown_between_cells()
        assert parent == kernel.last_cell
        assert data["text/plain"] == "Reminder: <b>Stretch</b>"
        assert "&lt;b&gt;Stretch" in data["text/html"]


async def test_a_reminder_is_told_in_the_language_of_what_was_said_last(server, tmp_path):
    async with kernel_of(server, tmp_path) as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        await kernel.run("%copilot 你好")
        remind(server, "喝水", late=True)
        data, _ = await kernel.shown_between_cells()
        assert data["text/plain"] == "提醒：喝水（原定 2026-11-22 09:00）"


async def test_a_reminder_during_a_turn_is_shown_once_by_the_turn(server, tmp_path):
    async with kernel_of(server, tmp_path) as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        await kernel.run("%copilot --quiet hello")
        server.then(waiting)

        async def on_display(cell):
            if "so far" in cell.plain and "Stretch" not in cell.plain:
                remind(server, "Stretch")
            elif "Stretch" in cell.plain:
                server.turns[-1].cancelled.set()

        server.turns.clear()
        cell = await kernel.run("%copilot hello", on_display=on_display)
        assert cell.plain.count("Stretch") == 1
        assert len(cell.displays) == 1


async def test_what_came_while_the_notebook_was_closed_is_shown_once_it_is_used_again(server, tmp_path):
    for folder in ("first", "second", "third"):
        (tmp_path / folder).mkdir()
    async with kernel_of(server, tmp_path / "first") as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        await kernel.run("%copilot hello")
    remind(server, "Stretch", late=True)
    async with kernel_of(server, tmp_path / "second") as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        cell = await kernel.run("%copilot hello again")
        assert "Reminder: Stretch (was due 2026-11-22 09:00)" in cell.plain
    async with kernel_of(server, tmp_path / "third") as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        cell = await kernel.run("%copilot and again")
        assert "Stretch" not in cell.plain


async def test_what_was_closed_elsewhere_is_not_shown_again(server, tmp_path):
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    async with kernel_of(server, tmp_path / "first") as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        await kernel.run("%copilot hello")
    remind(server, "Stretch", late=True)
    server.emit(SESSION, "reminder_closed", reminder_id="r", action="done", by="page")
    async with kernel_of(server, tmp_path / "second") as kernel:
        await kernel.run("%load_ext table_copilot_jupyter")
        cell = await kernel.run("%copilot hello again")
        assert "Stretch" not in cell.plain


def test_a_reminder_says_when_it_was_due_only_if_it_is_late():
    event = {"content": "Stand-up", "due": "2026-11-22T09:00:00+01:00", "late": False}
    assert reminder_text(event) == "Reminder: Stand-up"
    assert reminder_text({**event, "late": True}) == "Reminder: Stand-up (was due 2026-11-22 09:00)"
