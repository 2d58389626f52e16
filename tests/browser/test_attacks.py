"""The attack corpus in a real browser, wherever what a model, a tool or a user wrote is shown.

Nothing of it may run, load, open, cover the page, or look like a part of the chat. The texts are in
``attacks.json``; how each of them is shown is tested in ``labextension/tests/attacks.test.tsx``.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chat import Chat, Lab
from conftest import OpenPage
from playwright.sync_api import Locator, Page, expect
from processes import TOKEN, Model, World

ChatPage = Callable[..., Chat]
OpenLab = Callable[..., Lab]

CORPUS: list[str] = [entry["text"] for entry in json.loads((Path(__file__).parent / "attacks.json").read_text())]
GROUPS = ["\n\n".join(CORPUS[start : start + 20]) for start in range(0, len(CORPUS), 20)]
SHORT = [text for text in CORPUS if len(text) <= 180]

FORMULAS = r"""$\href{javascript:window.__attacked=1}{a}$ $\style{position:fixed;inset:0;background:red}{b}$
$\cssId{location}{c}$ $\class{jp-Dialog}{d}$ $\require{html}\data{onclick=window.__attacked=1}{e}$"""
"""For Jupyter's own MathJax, which sets the formulas in static HTML."""

DANGERS = r"""(root) => {
  const found = [];
  const forbidden = 'script,iframe,frame,object,embed,applet,form,base,meta,link,style,template,portal,video,audio,' +
    'source,dialog[open]:not(.tcj-dialog),marquee,noscript,plaintext,xmp,foreignObject,animate,set,use,image,feImage';
  for (const element of root.querySelectorAll(forbidden)) found.push(`<${element.localName}>`);
  for (const element of root.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || ['srcdoc', 'srcset', 'formaction', 'action', 'ping', 'background', 'poster', 'popover']
          .includes(name)) found.push(`${element.localName} ${name}`);
      if (/^(href|xlink:href|src)$/.test(name)) {
        const safe = root.closest('.jp-RenderedHTML') && value.startsWith('#mjx-') ? /^/ // of Jupyter's own MathJax
          : element.localName === 'a' ? /^(https?:\/\/|mailto:[^?]*$)/ : /^data:image\/(png|jpeg|gif|webp);/;
        if (!safe.test(value)) found.push(`${element.localName} ${name}=${value}`);
      }
      if (name === 'style' && /url\(|fixed|sticky|expression|behavior|binding/i.test(value)) found.push(value);
    }
    if (['fixed', 'sticky'].includes(getComputedStyle(element).position)) found.push(`${element.className} is fixed`);
    if (element.localName === 'a' && !/\bnoopener\b/.test(element.rel)) found.push(`${element.href} has its opener`);
    if (element.localName === 'a' && element.target !== '_blank') found.push(`${element.href} leaves the page`);
  }
  return found;
}"""

UNNAMED_LINKS = r"""(root) => [...root.querySelectorAll('a[href^=http]')].filter((link) => {
  const { host, hostname, username } = new URL(link.href);
  const near = link.textContent + (link.nextSibling?.textContent ?? '');
  return username !== '' ? !near.includes(`(${hostname})`) : !near.toLowerCase().includes(hostname);
}).map((link) => `${link.textContent} -> ${link.href}`)"""


@pytest.fixture(scope="module")
def attacked(make_world: Callable[..., World]) -> World:
    """A server whose lists may be full of attacks."""
    return make_world()


class Watch:
    """What an attack would make a page do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.url = page.url
        self.seen: list[str] = []
        page.on("dialog", lambda dialog: (self.seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("popup", lambda popup: self.seen.append(f"popup: {popup.url}"))
        page.on("framenavigated", lambda frame: self.seen.append(f"navigated: {frame.url}"))
        page.on("download", lambda download: self.seen.append(f"download: {download.url}"))

    def saw_nothing(self, *shown: Locator) -> None:
        """Nor is there anything in ``shown`` that could still do it."""
        for root in shown:
            assert root.evaluate(DANGERS) == []
            assert root.evaluate(UNNAMED_LINKS) == []
        self.nothing_ran()

    def nothing_ran(self) -> None:
        assert self.page.evaluate("window.__attacked") is None
        assert self.page.evaluate("typeof document.createElement + typeof document.cookie") == "functionstring"
        assert self.seen == []
        assert self.page.url == self.url


def aside(work: Callable[[], Any]) -> None:
    """Run a client of the wire, on a thread: Playwright has this one's event loop."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def say_all(world: World, session: str, texts: list[str]) -> None:
    """Say each of the texts in a turn of its own."""

    async def say() -> None:
        async with world.client(session) as client:
            for text in texts:
                await client.say(text)

    aside(say)


def call(name: str, **arguments: Any) -> dict[str, str]:
    return {"name": name, "arguments": json.dumps(arguments)}


# --- answers and messages -------------------------------------------------------------------------


def test_streamed_answers_on_the_page(chat_page: ChatPage, attacked: World, model: Model) -> None:
    chat = chat_page("attack-groups", server=attacked)
    watch = Watch(chat.page)
    for group in GROUPS:
        model.script({"text": group, "deltas": 60, "reasoning": group})
        chat.ask("attack")
        watch.saw_nothing(chat.root)


@pytest.mark.parametrize("part", range(4))
def test_each_alone_as_a_message_and_as_an_answer(
    part: int, chat_page: ChatPage, attacked: World, model: Model
) -> None:
    texts = CORPUS[part::4]
    chat = chat_page(f"attack-alone-{part}", server=attacked)
    watch = Watch(chat.page)
    model.script(*({"text": text, "deltas": 3} for text in texts))
    say_all(attacked, f"attack-alone-{part}", texts)
    expect(chat.ends).to_have_count(len(texts), timeout=20_000)
    watch.saw_nothing(chat.root)
    chat.page.reload()
    chat.attached()
    watch.seen.remove(f"navigated: {chat.page.url}")
    expect(chat.user_messages).to_have_count(len(texts))
    watch.saw_nothing(chat.root)


def test_links_open_a_page_of_their_own_and_nothing_else(chat_page: ChatPage, attacked: World, model: Model) -> None:
    chat = chat_page("attack-links", server=attacked)
    context = chat.page.context
    context.route(
        re.compile(r"^https?://(?!localhost|127\.0\.0\.1)"), lambda route: route.fulfill(body="<title>there</title>")
    )
    model.script(*({"text": group} for group in GROUPS))
    say_all(attacked, "attack-links", ["attack"] * len(GROUPS))
    expect(chat.ends).to_have_count(len(GROUPS))
    links = chat.log.locator("a[href^=http]")
    assert links.count() > 10
    for link in links.all():
        with context.expect_page() as opened:
            link.evaluate("(link) => link.click()")
        page = opened.value
        page.wait_for_load_state()
        assert re.match("https?://", page.url)
        assert page.evaluate("[window.opener, document.referrer]") == [None, ""]
        page.close()
    assert chat.page.evaluate("window.__attacked") is None
    assert chat.page.url.endswith("session=attack-links")


# --- what tools bring ---------------------------------------------------------------------------


def test_todos_reminders_and_the_results_of_tools(chat_page: ChatPage, attacked: World, model: Model) -> None:
    chat = chat_page("attack-lists", server=attacked)
    watch = Watch(chat.page)
    model.script(
        {"calls": [call("todo_manager", action="add", title=text, tags=["<b onclick=1>"]) for text in SHORT]},
        {"text": "All noted."},
        {"calls": [call("todo_manager", action="list"), call(SHORT[0], x=SHORT[0])]},
        {"text": "That is all."},
    )
    for number in range(2):
        chat.say("@planner attack")
        expect(chat.ends).to_have_count(number + 1, timeout=30_000)
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    model.script(
        {"calls": [call("schedule_reminder", action="create", content=text, when=soon) for text in SHORT[:40]]},
        {"text": "I shall."},
    )
    chat.say("@planner attack")
    expect(chat.log.locator(".tcj-reminder")).to_have_count(40, timeout=20_000)
    for tool in chat.log.locator(".tcj-tool details, details.tcj-tool").all():
        tool.evaluate("(details) => { details.open = true }")
    watch.saw_nothing(chat.root)
    todos = chat.drawer("Todos")
    expect(todos.get_by_role("checkbox")).to_have_count(len(SHORT))
    watch.saw_nothing(chat.root)


def test_questions_and_their_options(chat_page: ChatPage, attacked: World, model: Model) -> None:
    chat = chat_page("attack-questions", server=attacked)
    watch = Watch(chat.page)
    options = list({text.casefold(): text for text in SHORT if "\n" not in text}.values())
    asked = [
        {"question": group[:2000], "options": options[9 * number : 9 * number + 9], "multiple": number % 2 == 1}
        for number, group in enumerate(GROUPS)
    ]
    for number, question in enumerate(asked):
        model.script({"calls": [call("ask_user_question", **question)]}, {"text": "So be it."})
        chat.say("ask me")
        expect(chat.question.get_by_role("checkbox" if question["multiple"] else "button")).not_to_have_count(0)
        watch.saw_nothing(chat.root)
        if question["multiple"]:
            chat.question.get_by_role("checkbox").first.check()
            chat.question.get_by_role("button", name="Answer").click()
        else:
            chat.question.locator("button").first.click()
        expect(chat.ends).to_have_count(number + 1)
        watch.saw_nothing(chat.root)


def test_titles_of_sessions(chat_page: ChatPage, attacked: World) -> None:
    chat = chat_page("attack-titles", server=attacked)
    watch = Watch(chat.page)
    titles = [text for text in SHORT if len(text) < 100][:60]

    async def name_sessions() -> None:
        async with attacked.client("attack-titles") as client:
            for number, title in enumerate(titles):
                session = f"attack-title-{number}"
                await client.attach(session)
                await client.say("attack")
                await client.ask("rename", session_id=session, title=title)
            await client.ask("rename", session_id="attack-titles", title=titles[0])

    aside(name_sessions)
    expect(chat.root.locator(".tcj-title")).to_contain_text("__attacked")
    dialog = chat.switcher()
    assert dialog.locator(".tcj-session").count() >= len(titles)
    watch.saw_nothing(chat.root)


# --- in JupyterLab ---------------------------------------------------------------------------------


def test_the_panel_the_widget_and_what_is_kept_of_it(
    lab: OpenLab, open_page: OpenPage, attacked: World, model: Model
) -> None:
    show = "from table_copilot_jupyter import CopilotChat\nchat = CopilotChat()\nchat"
    notebook = lab("attacked.ipynb", [show], server=attacked)
    notebook.run(0)
    chat, panel = notebook.widget(0), notebook.panel()
    watch = Watch(notebook.page)
    for group in GROUPS:
        model.script({"text": group, "deltas": 60})
        panel.ask(group[:500])
    for shown in (chat, panel):
        expect(shown.ends).to_have_count(len(GROUPS))
        watch.saw_nothing(shown.root)
    watch.nothing_ran()

    static = notebook.output(0).locator(".tcj-static")
    expect(static.locator("b", has_text="You")).to_have_count(len(GROUPS))
    notebook.save()
    notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    again = Lab(open_page(), "attacked.ipynb")
    again.page.goto(f"{attacked.address}lab/tree/attacked.ipynb?reset&token={TOKEN}")
    again.ready()
    watch = Watch(again.page)
    static = again.output(0).locator(".tcj-static")
    expect(static).to_be_visible()
    watch.saw_nothing(static)


def test_the_magics_output(lab: OpenLab, attacked: World, model: Model) -> None:
    answers = [*GROUPS, FORMULAS]
    asking = ["%copilot attack"] * len(answers)
    notebook = lab("attacked-magic.ipynb", ["%load_ext table_copilot_jupyter", *asking], server=attacked)
    watch = Watch(notebook.page)
    model.script(*({"text": answer, "deltas": 60} for answer in answers))
    notebook.command("notebook:run-all-cells")
    for number in range(1, len(answers) + 1):
        outputs = notebook.output(number).locator(".jp-RenderedHTML")
        expect(outputs.last).to_contain_text("tokens", timeout=20_000)
        watch.saw_nothing(*outputs.all())
    formulas = notebook.output(len(answers))
    expect(formulas.locator("mjx-container")).to_have_count(5)
    watch.saw_nothing(formulas.locator(".jp-RenderedHTML").last)
    assert formulas.locator("#location, .jp-Dialog").count() == 0
