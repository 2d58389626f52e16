"""On the chat page: tables of a real kernel; results, charts, evidence, consent, privacy and receipts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from accessibility import violations
from chat import Chat
from conftest import MakeWorld
from kernels import PENGUINS, UserKernel, call, steps
from playwright.sync_api import Locator, expect
from processes import Model, World

TablesPage = Callable[..., Chat]
Picture = Callable[[Any, str], None]

ALL = "SELECT species, island, bill_length_mm, body_mass_g FROM penguins"
BY_ISLAND = "SELECT island, avg(body_mass_g) AS mass FROM penguins GROUP BY island ORDER BY mass DESC"
ANSWER = "Biscoe, at 4,716 g on average [q1], before Dream with 3,713 g."
SCATTER = {
    "title": "Bills and masses",
    "mark": "point",
    "encoding": {
        "x": {"field": "bill_length_mm", "type": "quantitative", "scale": {"zero": False}},
        "y": {"field": "body_mass_g", "type": "quantitative", "scale": {"zero": False}},
        "color": {"field": "species", "type": "nominal"},
    },
}
HEAVY = "heavy = penguins[penguins.body_mass_g > 5000]\nprint(len(heavy), 'heavy ones')\nheavy.head(3)"
OPTIONS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"width": 390, "height": 844, "color_scheme": "light", "has_touch": True, "is_mobile": True},
    "zh": {"locale": "zh-CN", "color_scheme": "light"},
}
READING_MS = 700
"""As long as a card that asks takes no consent."""


@pytest.fixture(scope="module")
def running_kernel(world: World) -> Iterator[UserKernel]:
    kernel = UserKernel(world)
    yield kernel
    kernel.end()


@pytest.fixture
def kernel(running_kernel: UserKernel, model: Model) -> UserKernel:
    """A kernel that has nothing but the penguins; nothing is scripted."""
    running_kernel.run(f"%reset -f\n{PENGUINS}")
    model.reset()
    return running_kernel


@pytest.fixture
def tables_page(kernel: UserKernel, chat_page: Callable[..., Chat]) -> TablesPage:
    """``tables_page("demo", …)``: the page of a session that is about the kernel."""

    def open_(session: str, *, settings: dict[str, Any] | None = None, **options: Any) -> Chat:
        kernel.belongs_to(session, **(settings or {}))
        return chat_page(session, **options)

    return open_


def result(chat: Chat, ref: str = "q1") -> Locator:
    """A result that is shown."""
    return chat.log.get_by_role("figure", name=re.compile(rf"(Result|结果) {ref}\b"))


def column(table: Locator, number: int) -> list[str]:
    """What stands in a column, counted from 1."""
    return table.locator(f"tbody td:nth-child({number})").all_inner_texts()


def card(chat: Chat) -> Locator:
    """What stands behind a mark."""
    return chat.root.locator(".tcj-evidence-card")


def consent(chat: Chat) -> Locator:
    """The card that asks."""
    return chat.log.locator(".tcj-approval.tcj-open")


def allow(chat: Chat, decision: str) -> None:
    """Press a button of the card, once it could be read."""
    expect(consent(chat)).to_be_visible()
    chat.page.wait_for_timeout(READING_MS)
    consent(chat).locator(f"[data-decision={decision}]").click()


class TestAResult:
    def test_is_sorted_searched_and_paged(self, tables_page: TablesPage, model: Model) -> None:
        chat = tables_page("tables-result")
        model.script(*steps(call("query_table", sql=ALL, show_only=True), answer="All of them are in [q1]."))
        chat.ask("show me all")
        shown = result(chat)
        expect(shown).to_contain_text("344 rows")
        expect(shown.locator("tbody tr")).to_have_count(25)
        mass = shown.get_by_role("columnheader", name="body_mass_g")
        mass.get_by_role("button").click()
        expect(mass).to_have_attribute("aria-sort", "ascending")
        expect(shown.locator("tbody td:nth-child(4)").first).to_have_text("2700")
        mass.get_by_role("button").click()
        expect(shown.locator("tbody td:nth-child(4)").first).to_have_text("6300")
        shown.get_by_role("searchbox").fill("torgersen")
        expect(shown).to_contain_text("52 of 344 rows")
        assert set(column(shown, 2)) == {"Torgersen"}
        expect(shown).to_contain_text("1–25 of 52")
        for _ in range(2):
            shown.get_by_role("button", name="Next rows").click()
        expect(shown).to_contain_text("51–52 of 52")
        expect(shown.locator("tbody tr")).to_have_count(2)
        assert column(shown, 4)[-1] == "null"  # what has no value is last either way
        shown.get_by_role("searchbox").fill("no such penguin")
        expect(shown).to_contain_text("No row has “no such penguin” in it.")

    def test_is_code_that_runs_without_the_copilot_and_a_table_for_a_spreadsheet(
        self, tables_page: TablesPage, kernel: UserKernel, model: Model
    ) -> None:
        chat = tables_page("tables-copy", permissions=["clipboard-read", "clipboard-write"])
        model.script(*steps(call("query_table", sql=BY_ISLAND, show_only=True), answer="See q1."))
        chat.ask("which island?")
        result(chat).get_by_role("button", name="Copy code").click()
        expect(result(chat)).to_contain_text("Copied")
        code: str = chat.page.evaluate("navigator.clipboard.readText()")
        assert "table_copilot" not in code
        kernel.run(f"del _q1\n{code}")
        result(chat).get_by_role("button", name="Copy", exact=True).click()
        chat.page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('island'))")
        lines = chat.page.evaluate("navigator.clipboard.readText()").splitlines()
        assert lines[:2] == ["island\tmass", "Biscoe\t4716.017964071856"]


def test_a_chart_is_a_picture_with_what_it_is_made_of(tables_page: TablesPage, model: Model) -> None:
    chat = tables_page("tables-chart")
    model.script(*steps(call("plot_table", table="penguins", spec=SCATTER), answer="Longer bills, heavier birds."))
    chat.ask("plot bills against masses")
    chart = chat.log.get_by_role("figure", name="Bills and masses")
    drawn = chart.get_by_role("img")
    drawn.scroll_into_view_if_needed()
    assert drawn.evaluate("(img) => img.decode().then(() => [img.naturalWidth, img.complete])") == [
        pytest.approx(400, abs=200),
        True,
    ]
    chart.get_by_text("Vega-Lite specification").click()
    expect(chart.locator(".tcj-code")).to_contain_text('"bill_length_mm"')
    expect(chart.get_by_role("button", name="Copy code")).to_be_visible()


class TestEvidence:
    def test_stands_behind_its_mark_grows_old_and_is_renewed(
        self, tables_page: TablesPage, kernel: UserKernel, model: Model
    ) -> None:
        chat = tables_page("tables-evidence")
        model.script(*steps(call("query_table", sql=BY_ISLAND, show_only=True), answer=ANSWER))
        chat.ask("Which island has the heaviest penguins?")
        mark = chat.answers.get_by_role("button", name="Evidence q1")
        mark.click()
        expect(card(chat)).to_contain_text("just now")
        expect(card(chat)).to_contain_text("The tables are as they were.")
        expect(card(chat)).to_contain_text("penguins 344 × 8")
        expect(card(chat)).to_contain_text("SELECT island")
        expect(card(chat).get_by_role("button", name="Run again")).to_have_count(0)
        chat.page.keyboard.press("Escape")
        expect(mark).to_be_focused()

        kernel.run("penguins = penguins[penguins.island != 'Biscoe'].reset_index(drop=True)")
        mark.click()
        expect(card(chat)).to_contain_text("penguins has changed since.")
        expect(mark).to_have_accessible_name("Evidence q1, out of date")
        card(chat).get_by_role("button", name="Run again").click()
        expect(card(chat)).to_contain_text("The tables are as they were.")
        expect(card(chat)).to_contain_text("penguins 176 × 8")
        assert column(result(chat), 1) == ["Dream", "Torgersen"]
        expect(mark).to_have_accessible_name("Evidence q1")
        chat.page.reload()
        chat.attached()
        assert column(result(chat), 1) == ["Dream", "Torgersen"]

    def test_is_missed_where_a_number_has_none(self, tables_page: TablesPage, model: Model) -> None:
        chat = tables_page("tables-unproved")
        model.script(*steps(call("query_table", sql=BY_ISLAND, show_only=True), answer="About 9,999 g [q1]."))
        chat.ask("How heavy?")
        expect(chat.answers).to_contain_text("1 number without evidence: 9,999")
        model.script({"text": "Nothing was computed: 12,345 and 777."})
        chat.ask("And else?")
        expect(chat.answers.last).to_contain_text("Nothing was computed")
        expect(chat.answers.last).not_to_contain_text("evidence")  # it did not look into a table


class TestConsent:
    def test_to_send_rows_shows_them_first_and_refusal_has_the_focus(
        self, tables_page: TablesPage, model: Model
    ) -> None:
        chat = tables_page("tables-consent")
        model.script(*steps(call("query_table", sql=BY_ISLAND), answer=ANSWER))
        chat.say("Which island?")
        expect(consent(chat)).to_contain_text("The model asks to see")
        expect(consent(chat).get_by_role("button", name="No")).to_be_focused()
        expect(result(chat)).to_contain_text("4716")  # the user sees it already
        consent(chat).get_by_text("Show what").click()
        expect(consent(chat)).to_contain_text("Biscoe")
        consent(chat).get_by_role("button", name="No").click()
        expect(chat.ends).to_have_count(1)
        assert "Biscoe" not in json.dumps([item["body"] for item in model.requests()])
        expect(chat.log).to_contain_text("not shown")

        model.script(*steps(call("query_table", sql=BY_ISLAND), answer="Biscoe."))
        chat.say("Once more")
        allow(chat, "once")
        expect(chat.ends).to_have_count(2)
        assert "Biscoe" in json.dumps(model.requests()[-1]["body"])
        expect(chat.root.get_by_role("button", name="Privacy: schema")).to_be_visible()

    def test_for_the_session_raises_its_level_for_all_to_see(self, tables_page: TablesPage, model: Model) -> None:
        chat = tables_page("tables-consent-session")
        first = call("query_table", sql="SELECT species FROM penguins LIMIT 2")
        model.script(*steps(first, answer="Two of them."))
        chat.say("Show two")
        allow(chat, "session")
        expect(chat.root.get_by_role("button", name="Privacy: rows")).to_be_visible()
        expect(chat.ends).to_have_count(1)
        model.script(*steps(first, answer="Again."))
        chat.ask("And again")  # without a question


def test_code_runs_once_it_is_allowed_and_tells_what_it_left(
    tables_page: TablesPage, kernel: UserKernel, model: Model
) -> None:
    chat = tables_page("tables-code")
    model.script(*steps(call("run_code", code=HEAVY), answer="They are in `heavy`."))
    chat.say("Find the heavy ones")
    expect(consent(chat).locator(".tcj-code")).to_contain_text("penguins.body_mass_g > 5000")
    expect(consent(chat).get_by_role("button", name=re.compile("Don.t run"))).to_be_focused()
    assert kernel.value("'heavy' in globals()") is False
    allow(chat, "once")
    expect(consent(chat)).to_contain_text("The model asks to see")  # what it printed are values
    consent(chat).get_by_role("button", name="No").click()
    expect(chat.ends).to_have_count(1)
    shown = chat.log.locator(".tcj-run")
    expect(shown).to_contain_text("61 heavy ones")
    expect(shown).to_contain_text("new: heavy")
    expect(shown.get_by_role("table")).to_contain_text("Gentoo")
    assert kernel.value("len(heavy)") == 61
    assert "61 heavy" not in json.dumps([item["body"] for item in model.requests()])

    model.script(*steps(call("run_code", code="heavy.no_such_column"), answer="There is none."))
    chat.say("And fail")
    allow(chat, "once")
    expect(chat.log.locator(".tcj-run .tcj-error")).to_contain_text("AttributeError")
    expect(consent(chat)).to_contain_text("The model asks to see")  # what the error says
    consent(chat).get_by_role("button", name="No").click()
    expect(chat.ends).to_have_count(2)


class TestPrivacy:
    def test_is_set_lowered_by_rules_and_masked(
        self, tables_page: TablesPage, kernel: UserKernel, model: Model, world: World
    ) -> None:
        chat = tables_page("tables-privacy")
        chat.root.get_by_role("button", name="Privacy: schema").click()
        dialog = chat.root.get_by_role("dialog", name="What models may see")
        dialog.get_by_role("radio", name=re.compile("^aggregates")).click()
        expect(chat.root.locator(".tcj-header")).to_contain_text("aggregates")
        dialog.get_by_role("combobox", name="Column").select_option("sex")
        dialog.get_by_role("combobox", name="At most").select_option("hidden")
        dialog.get_by_role("button", name="Add").click()
        expect(dialog.get_by_role("listitem")).to_have_text("penguins.sex → hidden")
        dialog.get_by_role("switch", name="Mask names").click()
        expect(chat.root.locator(".tcj-header")).to_contain_text("masked")
        chat.page.keyboard.press("Escape")
        model.script(*steps(call("list_tables"), answer="Some."))
        chat.ask("What is there?")
        sent = json.dumps([item["body"]["messages"] for item in model.requests()])
        assert "body_mass_g" not in sent

        chat.page.reload()
        chat.attached()
        chat.root.get_by_role("button", name="Privacy: aggregates").click()
        expect(dialog.get_by_role("switch", name="Mask names")).to_be_checked()
        dialog.get_by_role("switch", name="Mask names").click()
        dialog.get_by_role("button", name="Remove the rule for penguins.sex").click()
        expect(dialog.get_by_role("listitem")).to_have_count(0)
        expect(chat.root.locator(".tcj-header")).not_to_contain_text("masked")

    def test_has_a_ceiling_that_the_administrator_set(
        self, make_world: MakeWorld, chat_page: Callable[..., Chat], picture: Picture
    ) -> None:
        chat = chat_page("tables-ceiling", server=make_world(TABLE_COPILOT_PRIVACY_CEILING="schema"))
        chat.root.get_by_role("button", name="Privacy: schema").click()
        dialog = chat.root.get_by_role("dialog", name="What models may see")
        for level in ("aggregates", "rows"):
            expect(dialog.get_by_role("radio", name=re.compile(f"^{level}"))).to_be_disabled()
        expect(dialog).to_contain_text("limited by this server’s administrator")
        expect(dialog.get_by_role("radio", name=re.compile("^names"))).to_be_enabled()
        assert violations(chat) == []
        picture(chat.page, "page-tables-ceiling")


def test_what_was_sent_is_shown_word_for_word_and_can_be_kept(
    tables_page: TablesPage, model: Model, tmp_path: Path
) -> None:
    chat = tables_page("tables-sent")
    model.script(*steps(call("list_tables"), answer="Penguins."))
    chat.ask("What is there?")
    bodies = [item["body"] for item in model.requests()]
    chat.root.get_by_role("button", name=re.compile("2 requests")).click()
    dialog = chat.root.get_by_role("dialog", name="What was sent")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    expect(dialog.get_by_role("listitem").first).to_contain_text("penguins: schema · 8 columns · 0 rows")
    expect(dialog.get_by_role("listitem").last).to_contain_text("nothing of a table")
    with chat.page.expect_download() as download:
        dialog.get_by_role("button", name="Export as JSON Lines").click()
    download.value.save_as(tmp_path / "sent.jsonl")
    lines = (tmp_path / "sent.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["payload"] for line in lines] == bodies
    dialog.get_by_role("button", name=re.compile("mock")).first.click()
    payload = dialog.get_by_role("group", name="The request, word for word")
    expect(payload).to_contain_text("bill_length_mm")
    dialog.get_by_role("button", name="All requests").click()
    expect(dialog.get_by_role("listitem")).to_have_count(2)


class TestBeforeAnythingWasSaid:
    def test_the_kernels_tables_are_things_to_try(
        self, tables_page: TablesPage, kernel: UserKernel, model: Model
    ) -> None:
        chat = tables_page("tables-empty")
        tries = chat.root.get_by_role("list", name="Things to try").get_by_role("button")
        expect(tries.first).to_have_text("Describe `penguins` (344 × 8)")
        expect(tries.nth(1)).to_contain_text("penguins")
        tries.first.click()
        chat.composer.press("Enter")
        expect(chat.ends).to_have_count(1)
        assert "Describe `penguins`" in json.dumps(model.requests()[0]["body"])

    def test_a_table_is_completed_with_its_shape_and_level(self, tables_page: TablesPage, kernel: UserKernel) -> None:
        kernel.run("import pandas as pd\nislands = pd.DataFrame({'island': ['Dream'], 'area': [1.5]})")
        chat = tables_page("tables-complete", settings={"rules": [{"table": "islands", "level": "names"}]})
        expect(chat.root.locator(".tcj-suggestion").first).to_contain_text("penguins")  # they are known
        chat.composer.press_sequentially("compare @isl")
        offered = chat.root.get_by_role("listbox").get_by_role("option")
        expect(offered).to_have_count(1)
        expect(offered).to_contain_text("1 × 2")
        expect(offered).to_contain_text("models see: names")
        chat.composer.press("Tab")
        expect(chat.composer).to_have_value("compare @islands ")


@pytest.mark.parametrize("look", list(OPTIONS))
def test_every_state_looks_right(
    tables_page: TablesPage, kernel: UserKernel, model: Model, picture: Picture, look: str
) -> None:
    def at(state: str) -> None:
        picture(chat.page, f"page-tables-{state}-{look}")
        assert violations(chat) == [], state
        width, room = chat.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width <= room, f"{state}: the page scrolls sideways"

    kernel.run("import pandas as pd\nislands = pd.DataFrame({'island': ['Dream'], 'area': [1.5]})")
    chat = tables_page(f"tables-look-{look}", **OPTIONS[look])
    expect(chat.root.locator(".tcj-suggestion").first).to_contain_text("penguins")
    at("empty")
    chat.composer.press_sequentially("@")
    expect(chat.root.get_by_role("option", name=re.compile("islands"))).to_be_visible()
    at("completion")
    chat.type("")

    model.script(
        *steps(
            call("query_table", sql=BY_ISLAND),
            answer="Biscoe, at 4,716 g on average [q1]. It was 9,999 g before.",
        )
    )
    chat.say("Which island has the heaviest penguins?")
    expect(consent(chat)).to_be_visible()
    consent(chat).locator("summary").click()
    at("consent")
    consent(chat).locator("[data-decision=deny]").click()
    expect(chat.ends).to_have_count(1)
    mark = chat.answers.locator(".tcj-mark")
    mark.click()
    expect(card(chat)).to_contain_text("SELECT")
    at("evidence")
    chat.page.keyboard.press("Escape")
    kernel.run("penguins = penguins.copy().iloc[1:]")
    mark.click()
    expect(card(chat).locator(".tcj-card-button")).to_be_visible()
    at("stale")
    chat.page.keyboard.press("Escape")

    model.script(*steps(call("query_table", sql=ALL, show_only=True), answer="All are in [q2]."))
    chat.ask("Show me all")
    at("result")
    model.script(*steps(call("plot_table", table="penguins", spec=SCATTER), answer="Heavier with longer bills."))
    chat.ask("Plot bills against masses")
    chat.log.locator(".tcj-picture").evaluate("(img) => img.decode()")
    at("chart")
    model.script(*steps(call("run_code", code=HEAVY), answer="They are in `heavy`."))
    chat.say("Find the heavy ones")
    expect(consent(chat)).to_be_visible()
    at("code")
    allow(chat, "once")
    expect(consent(chat).locator("summary")).to_be_visible()
    consent(chat).locator("[data-decision=deny]").click()
    expect(chat.ends).to_have_count(4)
    at("ran")

    chat.root.locator(".tcj-privacy").click()
    dialog = chat.root.get_by_role("dialog")
    dialog.locator(".tcj-new-rule button").click()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    at("privacy")
    chat.page.keyboard.press("Escape")
    chat.root.locator(".tcj-receipt").click()
    expect(dialog.get_by_role("listitem").first).to_contain_text("penguins")
    at("sent")
    dialog.locator(".tcj-request").first.click()
    expect(dialog.locator(".tcj-payload")).to_contain_text("messages")
    at("payload")
