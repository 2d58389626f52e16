"""What a notebook keeps of ``CopilotChat()``: for who opens it later, exports it, or never had a front end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chat import Lab
from conftest import OpenPage
from playwright.sync_api import expect
from processes import TOKEN, World

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

SHOW = "from table_copilot_jupyter import CopilotChat\nchat = CopilotChat()\nchat"


@pytest.mark.expects_noise("widget model not found")  # which is true, and not told to the reader
@pytest.mark.expects_noise("foreign request")  # nbconvert's page asks a CDN for MathJax and require.js
@pytest.mark.expects_noise("ERR_FAILED")
def test_a_saved_notebook_carries_the_transcript(
    lab: OpenLab, world: World, open_page: OpenPage, tmp_path: Path, picture: Picture
) -> None:
    notebook = lab("saved.ipynb", [SHOW])
    notebook.run(0)
    chat = notebook.widget(0)
    chat.ask("a **bold** question, kept")
    expect(chat.answer_texts).to_have_text("You said: a bold question, kept")
    notebook.save()
    path = world.home / "root" / "saved.ipynb"
    saved = json.loads(path.read_text())
    transcript, widget = saved["cells"][0]["outputs"]
    html = "".join(transcript["data"]["text/html"])
    assert "You said: a <strong>bold</strong> question, kept" in html
    assert "You: a **bold** question, kept" in "".join(transcript["data"]["text/plain"])
    assert "application/vnd.jupyter.widget-view+json" in widget["data"]
    assert "widgets" not in saved["metadata"]
    assert path.stat().st_size < 10_000

    # opened again, and its kernel has ended: no word of a widget that is not there
    notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    again = Lab(open_page(), "saved.ipynb")
    again.page.goto(f"{world.address}lab/tree/saved.ipynb?reset&token={TOKEN}")
    again.ready()
    static = again.output(0).locator(".tcj-static")
    expect(static).to_contain_text("a bold question, kept")
    expect(again.output(0)).to_contain_text("Error displaying widget")
    expect(again.output(0).get_by_text("Error displaying widget")).to_be_hidden()
    expect(again.output(0).get_by_text("[1]")).to_be_hidden()
    picture(again.page, "widget-saved")

    exported = tmp_path / "saved.html"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(path), "--output", str(exported)]
    subprocess.run(command, check=True, capture_output=True, env=world.environment)
    page = open_page()
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.goto(exported.as_uri())
    expect(page.locator(".tcj-static")).to_contain_text("a bold question, kept")
    expect(page.locator(".tcj-static strong")).to_have_text("bold")
    picture(page, "widget-nbconvert")


def test_a_notebook_that_runs_unattended_keeps_no_code_and_shows_the_chat_all_the_same(
    lab: OpenLab, world: World
) -> None:
    """As behind Voilà: nobody can type into a cell, but somebody looks at what it shows."""
    notebook = lab("unattended.ipynb", ["get_ipython().kernel._allow_stdin = False\n" + SHOW, "len(chat._esm)"])
    notebook.run(0)
    chat = notebook.widget(0)
    chat.ask("hello")
    expect(chat.answer_texts).to_have_text("You said: hello")
    notebook.run(1)
    expect(notebook.output(1)).to_have_text(re.compile(r"\d{3,4}$"))
