"""Make the README's pictures: the quickstart notebook and the chat in JupyterLab, in the light and in the dark theme.

    pip install playwright
    python scripts/pictures.py [--browser /usr/bin/chromium] [--out docs/pictures]

A Jupyter server is started for this run, with directories of its own. The notebook is run in Lab, in a headless
Chromium that is already installed (``playwright install`` is not needed), then the top of the page is taken. For the
chat, its panel is opened beside the notebook of tables and asked a few things.
``--width``, ``--all`` and ``--print`` are for looking at the output in other shapes: narrow, whole, on paper.
"""

import argparse
import importlib.util
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
QUICKSTART = "01_quickstart"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
TABLES = "04_tables"
SAID = ["plot the average body_mass_g by species in @penguins", "which island has the heaviest penguins?"]
SHOW_PANEL = """async () => {
  const { commands } = window.jupyterapp;
  if (commands.isToggled('application:toggle-left-area')) await commands.execute('application:toggle-left-area');
  await commands.execute('table-copilot:open');
}"""
RUN_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }"
RAN_ALL = """() => {
  const cells = window.jupyterapp.shell.currentWidget?.content.widgets ?? [];
  return cells.length > 0 && cells.every(
    (cell) => cell.model.type !== 'code' || (cell.model.executionCount && cell.model.executionState !== 'running'))
}"""
KERNEL_IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
TO_TOP = """() => {
  document.activeElement?.blur()
  document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0
}"""
HEIGHT = """() => {
  const notebook = document.querySelector('.jp-Notebook');
  const cells = [...notebook.querySelectorAll('.jp-Cell')];
  return notebook.getBoundingClientRect().top + cells.reduce((sum, cell) => sum + cell.offsetHeight, 0) + 64
}"""


def _run_notebook() -> Any:
    """``scripts/run_notebook.py``, which knows how to start a server."""
    specification = importlib.util.spec_from_file_location("run_notebook", Path(__file__).with_name("run_notebook.py"))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def configure(home: Path, theme: str) -> None:
    """What the server reads when it starts, and Lab when its page is loaded."""
    (home / "config").mkdir()
    (home / "config" / "jupyter_server_config.json").write_text('{"LabApp": {"expose_app_in_browser": true}}')
    settings = {
        "apputils-extension/themes": {"theme": theme},
        "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, values in settings.items():
        path = home / "config" / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def open_and_run(browser: Browser, address: str, token: str, notebook: str, arguments: argparse.Namespace) -> Page:
    """The notebook's page, every cell of it run."""
    page = browser.new_page(viewport={"width": arguments.width, "height": arguments.height}, device_scale_factor=1.5)
    page.goto(f"{address}doc/tree/notebooks/{notebook}.ipynb?reset&token={token}")
    page.wait_for_function(KERNEL_IDLE, timeout=60_000)
    page.evaluate(RUN_ALL)
    page.wait_for_function(RAN_ALL, timeout=120_000)
    page.evaluate(TO_TOP)
    page.wait_for_timeout(500)  # a last frame to be painted
    return page


def take_chat(page: Page, path: Path) -> None:
    """The panel beside the notebook, in conversation."""
    page.set_viewport_size({"width": 1180, "height": 860})
    page.evaluate(SHOW_PANEL)
    composer = page.locator(".tcj-panel .tcj-input")
    ends = page.locator(".tcj-panel .tcj-end")
    ends.first.wait_for()
    for message in SAID:
        before = ends.count()
        composer.fill(message)
        composer.press("Enter")
        ends.nth(before).wait_for()
    page.evaluate("() => document.activeElement?.blur()")
    page.wait_for_timeout(500)  # a last frame to be painted
    page.screenshot(path=path)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def take(browser: Browser, home: Path, theme: str, arguments: argparse.Namespace) -> None:
    """One picture, on a server of its own, so that each shows the first run."""
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    configure(home, THEMES[theme])
    with _run_notebook().jupyter_server(home) as environment:
        address = environment["TABLE_COPILOT_URL"].replace("ws", "http", 1).removesuffix("table-copilot/ws")
        token = environment["JUPYTER_TOKEN"]
        page = open_and_run(browser, address, token, arguments.notebook, arguments)
        if arguments.all:
            page.set_viewport_size({"width": arguments.width, "height": int(page.evaluate(HEIGHT))})
            page.wait_for_timeout(500)
        path = arguments.out / f"{arguments.notebook.removeprefix('01_')}-{theme}.png"
        page.screenshot(path=path)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
        if not arguments.all and arguments.notebook == QUICKSTART:
            beside = open_and_run(browser, address, token, TABLES, arguments)
            take_chat(beside, arguments.out / f"chat-{theme}.png")
            beside.close()
        if arguments.print:
            page.emulate_media(media="print")
            page.pdf(path=path.with_suffix(".pdf"))
        page.close()


def main(arguments: argparse.Namespace) -> None:
    """Make one picture for each theme."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.browser, args=FLAGS)
        for theme in THEMES:
            with tempfile.TemporaryDirectory() as home:
                take(browser, Path(home), theme, arguments)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", default="/usr/bin/chromium", help="an installed Chromium")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures", help="folder for the pictures")
    parser.add_argument("--notebook", default=QUICKSTART, help="name of the notebook")
    parser.add_argument("--width", type=int, default=1080)
    parser.add_argument("--height", type=int, default=1000)
    parser.add_argument("--all", action="store_true", help="the whole notebook, not its top")
    parser.add_argument("--print", action="store_true", help="also a PDF, as printed")
    main(parser.parse_args())
