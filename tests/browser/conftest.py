"""A real Jupyter server, a real Chromium, and the chat in its three mounts.

Each test has a browser context of its own. Afterwards it must have been quiet: no error on the console, no
exception, no request to another host.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chat import Chat, Lab, write_notebook
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from processes import TOKEN, Model, World, free_port, mock_model

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb"),
]
SETTINGS = {
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
    "apputils-extension/themes": {"theme": "JupyterLab Light"},
    "docmanager-extension/plugin": {"autosave": False},
}
JUPYTERS_OWN = ("reading 'schema'", "'filebrowser:open-path' not registered")
"""What Notebook 7 throws by itself."""
PATIENCE_MS = 15_000
"""How long something may take to be seen; what has to be quick is measured by its own test."""
PICTURES = Path(__file__).parent.parent.parent / "build" / "screenshots"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is needed and was not found. On Debian and Ubuntu: apt-get install chromium"
    running = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="session")
def model() -> Iterator[Model]:
    with mock_model() as running:
        yield running


def configure(world: World) -> None:
    """Lab as a test needs it: its application in reach, no news, no autosave."""
    config = world.home / "config"
    config.mkdir(exist_ok=True)
    exposed = {"expose_app_in_browser": True}
    (config / "jupyter_server_config.json").write_text(
        json.dumps({"LabApp": exposed, "JupyterNotebookApp": exposed, "KernelManager": {"shutdown_wait_time": 1}})
    )
    for name, values in SETTINGS.items():
        path = config / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def make_world(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[MakeWorld]:
    """``make_world(OPENAI_API_KEY="", …)``: a running server that keeps its address over restarts."""
    made: list[World] = []

    def make(**environment: str) -> World:
        world = World(tmp_path_factory.mktemp("world"), model.url, port=free_port(), **environment)
        made.append(world)
        configure(world)
        world.start()
        return world

    yield make
    for world in made:
        world.end()
        world.forget()


@pytest.fixture(scope="session")
def world(make_world: MakeWorld) -> World:
    """The server that most tests share; its model is the mock."""
    return make_world()


@pytest.fixture(scope="session")
def offline_world(make_world: MakeWorld) -> World:
    """A server without a key."""
    return make_world(OPENAI_API_KEY="", OPENAI_BASE_URL="", MODEL_NAME="")


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """``open_page(width=…, height=…, …)``: an empty page in a context of its own. All must be quiet until the end."""
    contexts: list[BrowserContext] = []
    noise: list[str] = []
    quiet_about = [*JUPYTERS_OWN, *(mark.args[0] for mark in request.node.iter_markers("expects_noise"))]

    def hear(text: str) -> None:
        if not any(words in text for words in quiet_about):
            noise.append(text)

    def open_(*, width: int = 1200, height: int = 860, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            context.set_default_timeout(20_000)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: hear(f"exception: {error}"))
        page.on("console", lambda message: hear(f"console: {message.text}") if message.type == "error" else None)
        page.on("request", lambda sent: hear(f"foreign request: {sent.url}") if _is_foreign(sent.url) else None)
        return page

    yield open_
    failed = getattr(request.node, "failed", False)
    for number, context in enumerate(contexts):
        if failed:
            for page in context.pages:
                PICTURES.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=PICTURES / f"failed-{request.node.name}-{number}.png")
        context.close()
    assert failed or not noise, noise


def _is_foreign(url: str) -> bool:
    return not re.match(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|data:|blob:|about:", url)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if call.when == "call":
        item.failed = report.failed
    return report


@pytest.fixture
def picture() -> Callable[[Page | Any, str], None]:
    """``picture(page, "lab-panel")``: keeps a screenshot in build/screenshots."""

    def take(shown: Any, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        shown.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    return take


@pytest.fixture
def chat_page(open_page: OpenPage, world: World) -> Callable[..., Chat]:
    """``chat_page(session="demo", width=390, …)``: the chat on its own page, attached."""

    def open_(session: str = "", *, server: World | None = None, **options: Any) -> Chat:
        page = open_page(**options)
        query = f"&session={session}" if session else ""
        page.goto(f"{(server or world).address}table-copilot/?token={TOKEN}{query}")
        return Chat(page.locator(".tcj-chat")).attached()

    return open_


@pytest.fixture
def lab(open_page: OpenPage, world: World) -> Callable[..., Lab]:
    """``lab("name.ipynb", ["cell", …], app="lab")``: a new notebook in JupyterLab or (``app="tree"``) Notebook 7."""

    def open_(name: str, cells: list[str], *, server: World | None = None, app: str = "lab", **options: Any) -> Lab:
        server = server or world
        write_notebook(server.home / "root" / name, cells)
        page = open_page(**options)
        where = f"lab/tree/{name}?reset&" if app == "lab" else f"notebooks/{name}?"
        page.goto(f"{server.address}{where}token={TOKEN}")
        return Lab(page, name).ready()

    return open_
