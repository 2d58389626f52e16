"""Both languages of what the client says: nothing of ours stays English in Chinese, wherever it stands."""

import ast
import html
import inspect
import re

import pytest
from fake_server import RESULT
from test_render import Inventory

from table_copilot_jupyter.client import approvals, explanations, mime, options
from table_copilot_jupyter.client.completion import Learned, offered
from table_copilot_jupyter.client.dialogue import Unanswerable
from table_copilot_jupyter.client.errors import CopilotConnectionError, CopilotTurnError, without_stack
from table_copilot_jupyter.client.html import transcript_html
from table_copilot_jupyter.client.outputs import output_html, output_text
from table_copilot_jupyter.client.pages import Pages
from table_copilot_jupyter.client.parts import ApprovalPart, ErrorPart, Part, QuestionPart
from table_copilot_jupyter.client.plain import transcript_text
from table_copilot_jupyter.client.prompting import Prompter
from table_copilot_jupyter.client.reminders import reminder_text
from table_copilot_jupyter.client.render import TerminalView
from table_copilot_jupyter.client.transcript import Transcript
from table_copilot_jupyter.client.words import ENGLISH, Words
from table_copilot_jupyter.protocol import ErrorCode

CHINESE = Words("zh")
DATA = "Ω"
"""Stands wherever the user's, a model's or a tool's own text does: no letter of either language."""
IDENTIFIERS = {
    *("q1", "_q1", "SQL", "null", "true", "duckdb", "run_code", "share_data", "list_tables", "SELECT", "kB", "B"),
    *("Copilot", "CopilotChat", "on_approval", "privacy", "rows", "copilot", "once", "session", "deny", "no"),
    *("https", "ID", "_"),
}
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def own_words(text):
    """The Latin words of a text that are no identifiers."""
    return set(_WORD.findall(text)) - IDENTIFIERS


def seen(markup):
    """All that a reader of HTML may see: its text, and what stands for pictures."""
    described = (value for _, name, value in Inventory(markup).attributes if name == "alt")
    return " ".join([html.unescape(re.sub(r"<[^>]*>", " ", markup)), *described])


def assert_in_both_languages(say):
    """``say(words)`` has words of ours: English ones, none of which is left in Chinese."""
    english, chinese = say(ENGLISH), say(CHINESE)
    assert own_words(english), english
    assert not own_words(chinese), chinese
    assert re.search("[\u4e00-\u9fff]", chinese), chinese
    assert not re.search("[\u4e00-\u9fff]", english), english


# --- the parts of a transcript -------------------------------------------------------------------

EVIDENCE = {**RESULT["evidence"], "sql": DATA, "tables": [{"name": DATA, "fingerprint": None}]}
COLUMN = {"name": DATA, "type": DATA, "numeric": False}
TABLE = {**RESULT, "columns": [COLUMN], "rows": [[DATA]], "total_rows": 1, "sql": DATA, "code": DATA}
TABLE["evidence"] = EVIDENCE
LISTED = {**TABLE, "ref": None, "evidence": None, "sql": None}
CHART = {"ref": "q1", "title": DATA, "spec": {}, "code": DATA, "evidence": EVIDENCE}
RUN = {"code": DATA, "stdout": DATA, "stderr": DATA, "outputs": [{"image/png": "aGk="}], "error": None}
FAILED = {"name": "", "message": DATA, "traceback": DATA}
CHANGED = {"new": [DATA], "changed": [DATA] * 30, "removed": [DATA]}
MANY = {"total_rows": 50_000, "rows": [[DATA] * 80] * 30, "columns": [COLUMN] * 80}


def began(**fields):
    return {"type": "tool_started", "call_id": "c", "tool": DATA, "arguments": {DATA: DATA}, **fields}


def ended(ok=True, elapsed_ms=12):
    return {"type": "tool_finished", "call_id": "c", "ok": ok, "content": DATA, "elapsed_ms": elapsed_ms}


def showed(kind, content, **others):
    return [began(), {"type": "tool_output", "call_id": "c", "mime": {kind: content, **others}}, ended()]


def said(content=DATA, **fields):
    return {"type": "message", "message_id": "m", "agent": "copilot", "content": content, **fields}


def asked(**fields):
    return {"type": "question", "question_id": "q", "content": DATA, "options": [DATA, DATA], **fields}


def approval(tool, **arguments):
    return {"type": "approval", "approval_id": "a", "content": DATA, "tool": tool, "arguments": arguments}


def decided(decision, note=""):
    return {"type": "approval_closed", "approval_id": "a", "decision": decision, "by": DATA, "note": note}


SHARING = approval("share_data", what="3 rows of q1: 2 columns, 1 of text", preview=DATA, model=DATA, host=DATA)
RUNNING = approval("run_code", code=DATA, sha256=DATA, kernel=DATA, notebook=DATA)
OTHER = approval(DATA, **{DATA: DATA})
FINISHED = {"type": "turn_finished", "reason": "complete"}

OF_OURS = {
    "reasoning that grows": [{"type": "reasoning", "message_id": "m", "agent": "copilot", "delta": DATA}],
    "reasoning": [said(reasoning=DATA)],
    "an image": [said(f"![{DATA}](https://1.2)")],
    "an image without a description": [said("![](https://1.2)")],
    "a call that runs": [began()],
    "a call that was not finished": [began(), FINISHED],
    "a call that went well": [began(), ended()],
    "a call that took long": [began(), ended(elapsed_ms=3400)],
    "a call that failed": [began(), ended(ok=False)],
    "a call inside of a call": [began(), {**began(parent_call_id="c"), "call_id": "d"}],
    "a result": showed(mime.TABLE, TABLE, **{"text/plain": DATA}),
    "a long result": showed(mime.TABLE, {**TABLE, **MANY}),
    "a long result that is kept": showed(mime.TABLE, {**TABLE, **MANY, "evidence": {**EVIDENCE, "rows": 50_000}}),
    "a result that was cut": showed(mime.TABLE, {**TABLE, **MANY, "evidence": {**EVIDENCE, "rows": 1000}}),
    "a description": showed(mime.TABLE, {**LISTED, "title": "Ω: 344 rows × 8 columns"}),
    "a chart that could not be drawn": showed(mime.CHART, {**CHART, "title": None}),
    "a chart": showed(mime.CHART, {**CHART, "ref": None, "title": None}, **{"image/svg+xml": "<svg/>"}),
    "code that ran": showed(mime.RUN, RUN),
    "code that failed": showed(mime.RUN, {**RUN, "error": FAILED}),
    "code that changed variables": showed(mime.RUN, {**RUN, "variables": CHANGED}),
    "a question that nobody answered": [asked(), {"type": "question_closed", "question_id": "q", "answer": None}],
    "a consent": [SHARING],
    "code to approve": [RUNNING],
    **{
        f"{name}, {decision or 'open'}": [request, decided(decision)]
        for name, request in {"a consent": SHARING, "code to approve": RUNNING, "any approval": OTHER}.items()
        for decision in ("once", "session", "deny", "")
    },
    **{
        f"{tool} that nobody could allow, {refused.__name__}": [
            request,
            decided("deny", refused(tool, request["arguments"])),
        ]
        for tool, request in {"share_data": SHARING, "run_code": RUNNING}.items()
        for refused in (approvals.no_input, approvals.no_callback)
    },
    "numbers without evidence": [
        said(),
        {"type": "evidence", "message_id": "m", "numbers": [{"text": str(number)} for number in range(12)]},
    ],
    "a reminder": [{"type": "reminder", "reminder_id": "r", "content": DATA}],
    **{reason: [{**FINISHED, "reason": reason}] for reason in ("cancelled", "limit", "interrupted")},
    "tokens": [{"type": "usage", "input": 1234, "output": 1}],
    "what was sent": [{"type": "sent", "bytes": 1200, "tables": [{"rows": 1}]}],
    "all that was sent": [{"type": "sent", "bytes": 12, "tables": [{"rows": 3}]}] * 2,
}
"""Each way in which something of ours is said of a turn."""


def turn(events):
    transcript = Transcript()
    for event in [{"type": "turn_started", "turn_id": "t", "model": "offline"}, *events]:
        transcript.apply(event)
    return transcript


@pytest.mark.parametrize("events", OF_OURS.values(), ids=OF_OURS)
def test_around_an_answer_nothing_of_ours_stays_english(events):
    assert_in_both_languages(lambda words: seen(transcript_html(turn(events), words)))
    assert not own_words(transcript_text(turn(events), CHINESE))


def test_every_kind_of_part_is_among_them():
    texts = [said(), {"type": "notice", "content": DATA, "level": "warning"}, {"type": "error", "message": DATA}]
    parts = [part for events in [texts, *OF_OURS.values()] for part in turn(events).parts]
    assert {type(part) for part in parts} == set(Part.__subclasses__())


@pytest.mark.parametrize("events", [[said()], [{"type": "notice", "content": DATA}], [asked()]])
def test_what_others_say_stays_as_it_is(events):
    shown = [transcript_text(turn(events), words) for words in (ENGLISH, CHINESE)]
    assert shown[0] == shown[1]
    assert DATA in shown[0]


@pytest.mark.parametrize("code", ErrorCode)
def test_an_error_in_english_comes_after_what_its_code_means(code):
    events = [{"type": "error", "code": str(code), "message": DATA, "hint": DATA}]
    markup, text = transcript_html(turn(events), CHINESE), transcript_text(turn(events), CHINESE)
    assert re.search(f"[\u4e00-\u9fff]：{DATA}</b>", markup)
    assert re.search(f"错误：[\u4e00-\u9fff]+：{DATA} {DATA}", text)
    assert transcript_text(turn(events)) == f"Error: {DATA} {DATA}"
    assert isinstance(turn(events).parts[0], ErrorPart)


def test_an_error_in_chinese_needs_no_more():
    (*_, line) = transcript_text(
        turn([{"type": "error", "code": "bad_frame", "message": "没有这个命令。", "hint": "请用 /help。"}]), CHINESE
    ).split("\n")
    assert line == "错误：没有这个命令。请用 /help。"


@pytest.mark.parametrize(
    "waiting",
    [
        {"type": "turn_started", "turn_id": "t", "model": DATA},
        {"type": "user_message", "content": DATA, "queued": True},
        {"type": "connection", "content": "Reconnecting (1 of 5)…", "attempt": 1, "of": 5},
    ],
)
def test_what_is_waited_for_is_told_in_both(waiting):
    transcript = Transcript()
    transcript.apply(waiting)
    assert_in_both_languages(lambda words: seen(Pages(transcript, words=words).render()[0].html))


def test_a_notebook_and_a_terminal_are_in_one_language_from_end_to_end():
    events = [event for events in OF_OURS.values() for event in events]
    transcript, written = Transcript(), []
    pages, view = Pages(transcript, words=CHINESE), TerminalView(transcript, written.append, CHINESE)
    shown = []
    for event in [*events, {"type": "connection", "content": "x", "attempt": 1, "of": 5}]:
        view.update(event, transcript.apply(event))
        shown += pages.render()
    view.finish()
    shown += pages.render(final=True)
    assert not own_words(" ".join(f"{seen(page.html)} {page.text}" for page in shown))
    assert not own_words("".join(written))


# --- what tools show -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("3 tables\nΩ", "3 个表\nΩ"),
        ("1 table\nΩ", "1 个表\nΩ"),
        ("No tables", "没有表"),
        ("Ω: 8 columns\nΩ", "Ω：8 列\nΩ"),
        ("Ω: 1,344 rows × 8 columns\nΩ", "Ω：1,344 行 × 8 列\nΩ"),
        ("Ω\n… and 324 more rows", "Ω\n… 另有 324 行"),
        ("Ω\n… and 3 more columns", "Ω\n… 另有 3 列"),
        ("Ω\n… and 1,324 more rows and 3 more columns", "Ω\n… 另有 1,324 行、3 列"),
        ("3 tables of Ω", "3 tables of Ω"),
    ],
)
def test_what_the_kernel_says_of_a_table_is_told_in_chinese(text, chinese):
    bundle = {mime.TABLE: LISTED, "text/plain": text}
    assert output_text(bundle, CHINESE) == chinese
    assert output_text(bundle) == text
    assert output_text({"text/plain": text}, CHINESE) == text


def test_the_headers_of_a_list_are_ours_and_those_of_a_result_the_users():
    columns = [{**COLUMN, "name": "rows"}, {**COLUMN, "name": "most frequent"}]
    listed, result = {**LISTED, "columns": columns}, {**TABLE, "columns": columns}
    assert [name in output_html({mime.TABLE: listed}, CHINESE) for name in ("行数", "最常见")] == [True, True]
    assert ">most frequent</th>" in output_html({mime.TABLE: result}, CHINESE)
    assert ">most frequent</th>" in output_html({mime.TABLE: listed})


@pytest.mark.parametrize(
    ("what", "chinese"),
    [
        ("1 row of q1: 1 column", "模型想看 q1 的 1 行（1 列）。"),
        ("3 rows of q1: 2 columns, 1 of text", "模型想看 q1 的 3 行（2 列，其中 1 列是文字）。"),
        ("statistics of 8 columns of Ω (1,344 rows)", "模型想看 Ω 中 8 列的统计值（共 1,344 行）。"),
        ("the message and traceback of the error", "模型想看错误信息及其调用堆栈。"),
        ("the output of the code: 2 lines of text and 1 output", "模型想看代码的输出：2 行文字和 1 个输出。"),
        (
            "the output of the code (1 line of text (2 pictures are not sent)) and its error's message",
            "模型想看代码的输出（1 行文字（2 张图片不发送））和错误信息。",
        ),
        ("Ω", "模型想看：Ω。"),
    ],
)
def test_what_a_model_asks_to_see_is_told_in_chinese(what, chinese):
    part = ApprovalPart(tool="share_data", content=DATA, arguments={"what": what})
    assert (approvals.asked(part, CHINESE), approvals.asked(part, ENGLISH)) == (chinese, DATA)


# --- what is asked -------------------------------------------------------------------------------


class Asked(Exception):
    pass


def prompt(words, part):
    """What stands before the field."""
    prompts = []

    class Typist(Prompter):
        def _input(self, identifier, prompt):
            prompts.append(prompt)
            raise Asked

    prompter = Typist(words=words)
    with pytest.raises(Asked):
        prompter.question(part) if isinstance(part, QuestionPart) else prompter.approval(part)
    return prompts[0]


@pytest.mark.parametrize(
    "part",
    [
        QuestionPart(),
        QuestionPart(options=[DATA]),
        QuestionPart(options=[DATA], multiple=True),
        *(ApprovalPart(tool=tool) for tool in ("share_data", "run_code", DATA)),
    ],
)
def test_who_is_asked_reads_what_to_type(part):
    assert_in_both_languages(lambda words: prompt(words, part))


def test_beside_what_is_typed_in_english_stands_what_it_means():
    asked = prompt(CHINESE, ApprovalPart(tool="share_data", options=["once", "deny"]))
    assert asked == "要发送吗？请输入 once（仅此一次）或 no（不发送）；直接回车就是不发送："


def test_several_numbers_may_be_typed_with_a_chinese_comma():
    class Typist(Prompter):
        def _input(self, identifier, prompt):
            return "1，3"

    question = QuestionPart(options=["a", "b", "c"], multiple=True)
    assert Typist().question(question) == "a, c"


def test_a_refusal_that_the_model_reads_is_english_whatever_the_user_speaks():
    class Nobody(Prompter):
        def _input(self, identifier, prompt):
            raise EOFError

    _, note = Nobody(words=CHINESE).approval(ApprovalPart(tool="run_code"))
    assert note == approvals.no_input("run_code", {}, ENGLISH)


# --- errors --------------------------------------------------------------------------------------


def test_an_error_is_english_for_python_and_in_the_answers_language_below_a_cell():
    error = CopilotConnectionError("It is gone.", "Look for it.", chinese=("不见了。", "找一找。"))
    assert (str(error), error.told(ENGLISH)) == ("It is gone. Look for it.", ("It is gone.", "Look for it."))
    assert error._render_traceback_() == ["CopilotConnectionError: It is gone.", "Look for it."]
    error.words = CHINESE
    assert error._render_traceback_() == ["CopilotConnectionError: 不见了。", "找一找。"]
    assert str(error) == "It is gone. Look for it."


def test_an_error_of_the_server_keeps_its_own_words_after_what_they_mean():
    assert CopilotTurnError("auth", DATA, DATA).told(CHINESE) == (f"模型的密钥不能用：{DATA}", DATA)
    assert CopilotTurnError("novel", DATA).told(CHINESE) == (DATA, "")


def test_an_interrupt_says_so():
    def line(words):
        interrupt = KeyboardInterrupt()
        without_stack(interrupt, words)
        return interrupt._render_traceback_()[0].partition(": ")[2]

    assert_in_both_languages(line)


def test_every_error_that_the_magic_may_show_is_worded_in_both():
    """Those of ``Copilot`` and ``CopilotChat`` are for Python code, which reads English."""
    from importlib import import_module
    from pkgutil import iter_modules

    from table_copilot_jupyter import client

    raised = {kind.__name__ for kind in (CopilotConnectionError, CopilotTurnError)}
    checked, bare = 0, []
    for module in iter_modules(client.__path__):
        if module.name in ("copilot", "widget"):
            continue
        for node in ast.walk(ast.parse(inspect.getsource(import_module(f"{client.__name__}.{module.name}")))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in raised:
                own = any(isinstance(part, ast.Constant) and " " in str(part.value) for part in ast.walk(node))
                worded = any(keyword.arg == "chinese" for keyword in node.keywords)
                checked += own
                bare += [f"{module.name}:{node.lineno}"] if own and not worded else []
    assert bare == []
    assert checked > 10


def test_a_question_without_an_answer_names_the_option_in_both():
    class Nobody(Prompter):
        def _input(self, identifier, prompt):
            raise EOFError

    with pytest.raises(Unanswerable) as error:
        Nobody().question(QuestionPart(content=DATA))
    assert "--answer" in error.value.hint
    message, hint = error.value.chinese
    assert DATA in message
    assert "--answer TEXT" in hint


# --- the line ------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["--foo", "--quiet=1", "--answer", "--answer 'Ω", "--model ''", "--session Ω/"])
def test_a_line_that_can_not_be_read_is_explained_in_both(line):
    def told(words):
        with pytest.raises(options.OptionError) as error:
            options.parse_line(line, words)
        return re.sub(r"--\w+|VALUE", "", str(error.value))  # an option's name is Latin in both

    assert_in_both_languages(told)


def test_how_to_use_it_is_told_in_both():
    for say in (options.short_usage, options.usage):
        assert not re.search("[\u4e00-\u9fff]", say(ENGLISH))
        assert re.search("[\u4e00-\u9fff]", say(CHINESE))
    names = re.compile(r"^  (--\w*)", re.MULTILINE)
    assert names.findall(options.usage(CHINESE)) == names.findall(options.usage(ENGLISH))


@pytest.mark.parametrize("event", [{"content": DATA}, {"content": DATA, "late": True, "due": "2026-11-22T09:00:00Z"}])
def test_a_reminder_below_a_cell_is_told_in_both(event):
    assert_in_both_languages(lambda words: reminder_text(event, words))


# --- Tab -----------------------------------------------------------------------------------------


@pytest.fixture
def one_table(monkeypatch):
    from table_copilot_jupyter.client import completion, discovery, kernel_side

    items = [{"name": DATA, "rows": 3, "column_count": 2}, {"name": f"{DATA}2", "rows": None, "column_count": 2}]
    monkeypatch.setattr(kernel_side, "run_in_this_process", lambda request: {"ok": True, "value": {"items": items}})
    monkeypatch.setattr(completion, "learned", Learned())
    monkeypatch.setattr(discovery, "_shared", {})
    return completion.learned


@pytest.mark.usefixtures("one_table")
@pytest.mark.parametrize("before", ["@", "/privacy ", "/privacy names ", f"/privacy {DATA} "])
def test_each_offer_is_explained_in_both(before):
    for offer in dict(offered(f"%copilot {before}")[1]):
        assert_in_both_languages(lambda words, offer=offer: dict(offered(f"%copilot {before}", words)[1])[offer])


def test_commands_are_explained_in_chinese_as_far_as_they_are_known(one_table):
    one_table.take(
        {
            "commands": [{"name": "tables", "summary": "Lists the tables."}, {"name": "sing", "summary": DATA}],
            "agents": [{"name": "analyst", "description": "Works."}, {"name": "poet", "description": DATA}],
        }
    )
    assert dict(offered("%copilot /", CHINESE)[1]) == {"/tables": explanations.COMMANDS["tables"], "/sing": DATA}
    assert dict(offered("%copilot @poe", CHINESE)[1]) == {"@poet": f"智能体 · {DATA}"}
