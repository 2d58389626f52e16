"""How the panel looks and reads: Jupyter's themes, the settings, little room, and what axe finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from accessibility import violations
from chat import Chat, Lab
from conftest import MakeWorld
from playwright.sync_api import expect
from processes import Model, World

OpenLab = Callable[..., Lab]
Picture = Callable[[Any, str], None]

ANSWER = """The heaviest ones live on **Biscoe**, by a wide margin:

| island | penguins | body mass |
|---|---:|---:|
| Biscoe | 168 | 4716.0 |
| Dream | 124 | 3712.9 |
| Torgersen | 52 | 3706.4 |

```python
penguins.groupby("island")["body_mass_g"].mean()  # in grams
```

See [the data](https://example.org/penguins) and `penguins.describe()`.
"""
QUESTION = '{"question": "Which island?", "options": ["Biscoe", "Dream", "Torgersen"]}'


@pytest.fixture(scope="module")
def own_world(make_world: MakeWorld) -> World:
    """Settings are the server's: here they may change."""
    return make_world()


def test_every_theme_is_followed_at_once_and_can_be_read(
    lab: OpenLab, own_world: World, model: Model, picture: Picture
) -> None:
    notebook = lab("themes.ipynb", ["import math\nmath.tau"], server=own_world)
    page, chat = notebook.page, notebook.panel()
    assert violations(chat) == []
    notebook.run(0)
    model.script({"text": ANSWER, "reasoning": "Group by island, then take the mean."})
    chat.ask("Which island has the heaviest penguins?")
    model.script({"calls": [{"name": "ask_user_question", "arguments": QUESTION}]})
    chat.say("And which of them shall I plot?")
    expect(chat.question).to_be_visible()
    chat.composer.focus()
    backs = set()
    for theme in ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"):
        notebook.command("apputils:change-theme", theme=theme)
        expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        backs.add(chat.root.evaluate("e => getComputedStyle(e).backgroundColor"))
        chat.log.evaluate("e => (e.scrollTop = 0)")
        picture(page, f"panel-{theme.removeprefix('JupyterLab ').lower().replace(' ', '-')}")
        assert violations(chat) == [], theme
    assert len(backs) == 3
    notebook.command("apputils:change-theme", theme="JupyterLab Light")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", "JupyterLab Light")

    chat.drawer("Todos")
    assert violations(chat) == []
    page.keyboard.press("Escape")
    chat.switcher()
    assert violations(chat) == []


def test_settings_hold_at_once(lab: OpenLab, own_world: World, picture: Picture) -> None:
    notebook = lab("settings.ipynb", ["1"], server=own_world)
    page, chat = notebook.page, notebook.panel()
    chat.choose("Settings")
    form = page.locator(".jp-SettingsPanel")
    language, send_key = (form.get_by_role("combobox").nth(at) for at in (0, 1))
    expect(form.get_by_text("The language of the panel.")).to_be_visible()
    picture(page, "panel-settings")
    language.select_option(label="中文")
    expect(chat.composer).to_have_attribute("placeholder", "问问你的表格…")
    expect(chat.root.get_by_text("想了解什么？")).to_be_visible()
    send_key.select_option(label="Ctrl+Enter (⌘+Enter)")
    notebook.to_front()
    expect(page.locator('.jp-NotebookPanel-toolbar [data-command="table-copilot:open"]')).to_be_visible()
    expect(chat.root.get_by_role("button", name="发送（Ctrl+Enter）")).to_be_visible()
    chat.composer.fill("第一行")
    chat.composer.press("Enter")
    expect(chat.composer).to_have_value("第一行\n")
    chat.composer.press("ControlOrMeta+Enter")
    expect(chat.answer_texts).to_have_text("You said: 第一行")
    picture(page, "panel-chinese")
    assert violations(chat) == []
    page.keyboard.press("ControlOrMeta+Shift+c")
    page.locator(".jp-ModalCommandPalette input").fill("table copilot")
    expect(page.locator(".jp-ModalCommandPalette .lm-CommandPalette-itemLabel").first).to_contain_text(
        "Table Copilot 面板"
    )
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Settings", exact=True).click()
    page.get_by_role("button", name="Restore to Defaults").click()
    expect(chat.root.get_by_role("button", name="Send (Enter)")).to_be_visible()


def test_has_room_enough_at_its_least_width(lab: OpenLab, own_world: World, model: Model, picture: Picture) -> None:
    notebook = lab("narrow.ipynb", ["1"], server=own_world, width=760, height=800)
    chat = notebook.panel()
    expect(chat.root).to_have_js_property("clientWidth", 280)
    _fits(chat)
    model.script({"text": ANSWER + "\n\n" + "a_very_long_name_" * 12 + "\n\n`" + "another_long_name_" * 12 + "`"})
    chat.ask("Which island has the heaviest penguins? " + "unbroken" * 20)
    _fits(chat)
    picture(notebook.page, "panel-narrow")
    model.script({"calls": [{"name": "ask_user_question", "arguments": QUESTION}]})
    chat.say("ask me")
    expect(chat.question).to_be_visible()
    _fits(chat)
    chat.log.evaluate("e => (e.scrollTop = e.scrollHeight)")
    picture(notebook.page, "panel-narrow-question")
    chat.question.get_by_role("button", name="Dream").click()
    expect(chat.ends).to_have_count(2)
    chat.switcher()
    _fits(chat)
    picture(notebook.page, "panel-narrow-switcher")
    notebook.page.keyboard.press("Escape")
    chat.drawer("Reminders")
    _fits(chat)


def _fits(chat: Chat) -> None:
    """Nothing sticks out, but what scrolls in itself."""
    sticking = chat.root.evaluate(
        """async (root) => {
          const all = root.getAnimations({ subtree: true });
          const moves = all.filter((move) => move.effect.getTiming().iterations !== Infinity);
          await Promise.all(moves.map((move) => move.finished.catch(() => null)));
          const right = root.getBoundingClientRect().right + 0.5;
          const cuts = (e) => e !== root && (getComputedStyle(e).overflowX !== "visible" || cuts(e.parentElement));
          return [...root.querySelectorAll("*")]
            .filter((e) => e.getBoundingClientRect().right > right && !cuts(e.parentElement))
            .map((e) => e.className || e.tagName);
        }"""
    )
    assert sticking == []
    for part in (chat.root, chat.root.locator(".tcj-transcript"), chat.root.locator(".tcj-under")):
        assert part.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
