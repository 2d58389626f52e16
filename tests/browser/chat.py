"""The chat and JupyterLab as a user sees them: what can be read, pressed and typed."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect

NOT_READY = re.compile("Not connected|未连接")
"""What the send button says until a session is there to send to."""
RAN = re.compile(r"\[\d+\]:")
"""The prompt of a cell that has run."""


WATCH_ANSWER = """(root) => {
  window.seen = [];
  new MutationObserver(() => {
    const text = [...root.querySelectorAll(".tcj-text .tcj-markdown")].at(-1)?.textContent ?? "";
    if (text !== window.seen.at(-1)) window.seen.push(text);
  }).observe(root, { childList: true, characterData: true, subtree: true });
}"""


GROUND = """async (seen) => {
  const image = new Image();
  image.src = `data:image/png;base64,${seen}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  return [...canvas.getImageData(2, 2, 1, 1).data.slice(0, 3)];
}"""


def ground(picture: Locator) -> list[int]:
    """What is seen in the corner of a picture: red, green and blue, each of 255."""
    picture.evaluate("(img) => img.decode()")
    colour: list[int] = picture.page.evaluate(GROUND, base64.b64encode(picture.screenshot()).decode())
    return colour


def write_notebook(path: Path, cells: list[str]) -> None:
    """A Python notebook with these code cells."""
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=metadata)
    nbformat.write(notebook, path)


class Chat:
    """One mounted chat; ``root`` is its outermost element."""

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.page: Page = root.page
        self.composer = root.locator("textarea.tcj-input")
        self.log = root.get_by_role("log")
        self.stop_button = root.locator(".tcj-stop")

    def attached(self) -> Chat:
        """Wait until it shows its session."""
        expect(self.composer).to_be_visible()
        expect(self.root).to_have_attribute("data-connection", "open", timeout=20_000)
        expect(self.root.locator(".tcj-model")).to_be_visible(timeout=20_000)
        expect(self.root.locator(".tcj-send")).not_to_have_attribute("title", NOT_READY, timeout=20_000)
        return self

    def type(self, text: str) -> None:
        self.composer.fill(text)

    def say(self, text: str) -> None:
        """Send a message; does not wait for its answer."""
        self.composer.fill(text)
        self.composer.press("Enter")
        for _ in range(3):  # Lab that still starts may take the focus to its notebook just before the key
            try:
                expect(self.composer).not_to_have_value(text, timeout=1_500)
                return
            except AssertionError:
                self.composer.press("Enter")

    def ask(self, text: str) -> None:
        """Send a message and wait until its turn has ended."""
        ended = self.ends.count()
        self.say(text)
        expect(self.ends).to_have_count(ended + 1, timeout=30_000)

    def watch_answer(self) -> None:
        """From now on, keep every text that the last answer shows on its way."""
        self.root.evaluate(WATCH_ANSWER)

    def seen_of_answer(self) -> list[str]:
        """What was kept since ``watch_answer``."""
        seen: list[str] = self.page.evaluate("window.seen")
        return seen

    @property
    def ends(self) -> Locator:
        return self.log.locator(".tcj-end")

    @property
    def answers(self) -> Locator:
        return self.log.locator(".tcj-text")

    @property
    def answer_texts(self) -> Locator:
        """What the answers say, without what can be done with them."""
        return self.log.locator(".tcj-text .tcj-markdown")

    @property
    def user_messages(self) -> Locator:
        return self.log.locator(".tcj-user")

    @property
    def question(self) -> Locator:
        """The question that waits."""
        return self.log.locator(".tcj-question.tcj-open")

    def menu(self, name: str = "More") -> Locator:
        """One of the header's menus, opened."""
        self.root.locator(".tcj-header").get_by_role("button", name=name).click()
        menu = self.root.get_by_role("menu")
        expect(menu).to_be_visible()
        return menu

    def choose(self, item: str) -> None:
        """Choose from the menu at the right."""
        self.menu().get_by_role("menuitem", name=item, exact=True).click()

    def drawer(self, tab: str) -> Locator:
        """The todos or the reminders, opened."""
        self.choose(tab)
        return self.root.get_by_role("tabpanel", name=tab)

    def switcher(self) -> Locator:
        """The list of sessions, opened."""
        self.root.locator(".tcj-title").click()
        dialog = self.root.get_by_role("dialog", name="Sessions")
        expect(dialog.locator(".tcj-session").first).to_be_visible()
        return dialog


class Lab:
    """A notebook in JupyterLab or Notebook 7."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name

    def ready(self) -> Lab:
        """Wait until the notebook's kernel can take work."""
        self.page.wait_for_function(
            """() => {
              const app = window.jupyterapp;
              const kernel = app?.shell.currentWidget?.sessionContext?.session?.kernel;
              return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
            }""",
            timeout=60_000,
        )
        return self

    def bears_a_lost_server(self) -> Lab:
        """Close the dialog in which Lab itself says that the server went away, whenever it comes."""
        dialog = self.page.get_by_role("dialog", name="Server Connection Error")
        self.page.add_locator_handler(dialog, lambda: dialog.get_by_role("button", name="Close").click())
        return self

    def run(self, index: int) -> None:
        """Start a cell; does not wait for it."""
        self.page.evaluate(
            """(index) => {
              window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
              window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def command(self, name: str, **arguments: object) -> None:
        self.page.evaluate("([name, args]) => { window.jupyterapp.commands.execute(name, args) }", [name, arguments])

    def save(self) -> None:
        """Save the notebook, and wait until it is."""
        self.page.evaluate("jupyterapp.shell.currentWidget.context.save()")

    def open(self, name: str) -> Lab:
        """Another notebook, in front now."""
        self.command("docmanager:open", path=name)
        self.page.wait_for_function("(name) => jupyterapp.shell.currentWidget?.title.label === name", arg=name)
        return Lab(self.page, name).ready()

    def to_front(self) -> Lab:
        self.page.locator(f'#jp-main-dock-panel [role="tab"]:has-text("{self.name}")').click()
        return self

    @property
    def sources(self) -> list[str]:
        """The cells of the notebook in front."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(c => c.source)")

    def cell(self, index: int) -> Locator:
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        return self.cell(index).locator(".jp-OutputArea")

    def finished(self, index: int) -> Locator:
        """What a cell shows when it has run to its end."""
        expect(self.cell(index).locator(".jp-InputPrompt")).to_have_text(RAN, timeout=30_000)
        return self.output(index)

    def input(self, index: int) -> Locator:
        """Where a cell waits for what is typed."""
        box = self.output(index).locator(".jp-Stdin-input:not([data-answered])")
        expect(box).to_be_visible()
        return box

    def answer(self, index: int, text: str) -> None:
        """Type it where the cell waits for it. Lab leaves a box for a moment after it was answered."""
        box = self.input(index)
        box.fill(text)
        box.evaluate("(box) => { box.dataset.answered = ''; box.focus() }")
        self.page.keyboard.press("Enter")

    def widget(self, index: int = 0) -> Chat:
        """The chat in a cell's output."""
        return Chat(self.output(index).locator(".tcj-chat")).attached()

    def panel(self) -> Chat:
        """The chat in the sidebar, opened."""
        self.command("table-copilot:open")
        return Chat(self.page.locator(".tcj-panel .tcj-chat")).attached()
