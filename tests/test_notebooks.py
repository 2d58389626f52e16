"""The notebooks run from top to bottom against a real Jupyter server, and their cells show what their prose says."""

from __future__ import annotations

import nbformat
import pytest
from executed_notebooks import Executed, execute, no_settings, notebook_paths, read, running_server

from table_copilot_jupyter.commands import COMMANDS

pytestmark = pytest.mark.xdist_group("notebooks")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of a kernel beside a running server."""
    with running_server(tmp_path_factory.mktemp("server")) as environment:
        yield environment


@pytest.fixture(scope="module")
def multi_turn(environment):
    return execute(read("02_multi_turn"), environment)


@pytest.fixture(scope="module")
def tools(environment):
    return execute(read("03_tools"), environment)


def check_quickstart(quickstart: Executed) -> None:
    """Everything that the quickstart promises."""
    todo = quickstart.said("%copilot add a todo: check the penguin table tomorrow 9am, high priority")
    assert "check the penguin table" in todo
    assert "09:00" in todo
    reminder = quickstart.said('%copilot --answer "tomorrow 9am" remind me to water the plants')
    assert "When should I remind you? → tomorrow 9am" in reminder
    assert "Reminder set for" in reminder
    assert "09:00" in reminder
    assert "Your name is Ada." in quickstart.said("%copilot what is my name?")
    assert "check the penguin table" in quickstart.said("%copilot /todos")
    assert "high priority" in quickstart.said("%copilot /todos")
    assert "09:00" in quickstart.said("%copilot /reminders")
    assert "water the plants" in quickstart.said("%copilot /reminders")
    assert all(f"/{name}" in quickstart.said("%copilot /help") for name in COMMANDS)
    assert "1 open todo" in quickstart.said("answer = %copilot what are my todos?")
    assert "('todo_manager', True)" in quickstart.said("[(tool.name, tool.ok) for tool in answer.tools]")
    assert "1. my name is Ada" in quickstart.said("print(_copilot.text)")
    assert "Removed todo" in quickstart.said("%copilot remove the todo check the penguin table")
    assert "Cancelled the reminder" in quickstart.said("%copilot cancel the reminder water the plants")


def test_the_quickstart_answers_through_the_server(environment):
    check_quickstart(execute(read("01_quickstart"), environment))


def test_the_quickstart_needs_no_server(tmp_path):
    with no_settings(tmp_path) as environment:
        check_quickstart(execute(read("01_quickstart"), environment))
    assert (tmp_path / "data" / "table_copilot" / "sessions.db").is_file()


def test_a_session_remembers_and_another_does_not(multi_turn):
    asked = "%copilot what is my name?"
    assert "Your name is Ada." in multi_turn.said(asked, 1)
    assert "Your name is Grace." in multi_turn.said("%copilot --session field-notes what is my name?")
    assert "Your name is Ada." in multi_turn.said(asked, 2)
    assert "You have not told me your name" in multi_turn.said(asked, 3)
    assert "Your name is Grace." in multi_turn.said(asked, 4)


def test_the_chat_shows_a_session_and_what_cells_ask_in_it(multi_turn):
    cell = 'from table_copilot_jupyter import CopilotChat\n\nchat = CopilotChat("field-notes")\nchat'
    assert "Your name is Grace." in multi_turn.said(cell)
    assert "my name is Grace Hopper" in multi_turn.said(cell), "the transcript goes on with the conversation"
    ask = 'chat.ask("my name is Grace Hopper")\nprint(chat.messages[-1]["content"])'
    assert "Nice to meet you, Grace Hopper" in multi_turn.said(ask)


def test_the_context_grows_with_each_turn(multi_turn):
    assert "what is my name?" in multi_turn.said("%copilot what did I just ask?")
    assert "1 open todo" in multi_turn.said(
        "%%copilot\nadd a todo: compare the two counts of Biscoe\nthen list my todos"
    )
    assert "So far you sent 4 messages" in multi_turn.said("%copilot summarise our conversation")
    assert "**You**: summarise our conversation" in multi_turn.said("%copilot /history 4")


def test_sessions_are_listed(multi_turn):
    listed = multi_turn.said("%copilot /sessions")
    assert "field-notes" in listed
    assert "(this one)" in listed


def test_python_talks_in_the_same_sessions(multi_turn):
    printed = [multi_turn.said(cell.source) for cell in multi_turn.cells if "Copilot" in cell.source]
    assert "Your name is Grace." in printed[0]
    assert "Your name is Rosalind." in printed[1]
    assert "你叫小明" in printed[1]


def test_an_answer_streams_in_pieces(multi_turn):
    (streamed,) = [multi_turn.said(cell.source) for cell in multi_turn.cells if "first.stream" in cell.source]
    assert " ".join(map(str, range(1, 41))) in streamed
    assert "ended: complete" in streamed


def test_a_session_is_exported(multi_turn):
    assert "my name is Grace" in multi_turn.said("print(answer.text[:600])")
    assert "('table-copilot.session', True)" in multi_turn.said(multi_turn.cells[-2].source)


def test_todos_keep_their_due_time_priority_and_tags(tools):
    listed = tools.said("%copilot what are my todos?")
    assert "2 open todos" in listed
    assert all(detail in listed for detail in ("17:00", "high priority", "#penguins", "#field"))
    assert "[x] order ear tags" in tools.said("%copilot /todos", 1)


def test_a_repeating_reminder_is_set_listed_and_cancelled(tools):
    listed = tools.said("%copilot list my reminders")
    assert "every weekday: back up the notebooks" in listed
    assert "09:00" in listed
    assert "Cancelled" in tools.said("%copilot cancel the reminder back up the notebooks")


def test_a_reminder_fires_while_the_notebook_listens(tools):
    (printed,) = [tools.said(cell.source) for cell in tools.cells if "copilot.stream" in cell.source]
    lines = printed.splitlines()
    assert lines[0].startswith("asked:")
    assert lines[1].startswith("reminder: stretch")
    assert "You answered: **tea**" in printed


def test_a_question_is_answered_in_each_way(tools):
    assert "Which island? → Dream" in tools.said(
        "%copilot --answer Dream ask me which island: Biscoe, Dream or Torgersen"
    )
    printed = [tools.said(cell.source) for cell in tools.cells if "Copilot(" in cell.source]
    assert "You answered: **Torgersen**" in printed[1]
    assert "You answered: **blue**" in printed[2]


def test_an_agent_is_addressed_directly(tools):
    said = tools.said("%copilot @planner list my todos")
    assert "1 open todo" in said
    assert "ask_planner" not in said


def test_chinese_is_understood(tools):
    assert "买牛奶" in tools.said("%copilot 添加待办：明天9点买牛奶，高优先级")
    assert "喝水" in tools.said("%copilot 10分钟后提醒我喝水")
    assert "你的回答是：**绿**" in tools.said("%copilot --answer 绿 问我在红、绿、蓝之间选一个")
    assert "买牛奶" in tools.said("%copilot 我的待办有哪些？")


def test_the_tour_leaves_no_todo_behind(tools):
    assert "还没有待办" in tools.said("%copilot /todos", 2)  # what was said last is Chinese


@pytest.mark.parametrize("run", ["multi_turn", "tools"])
def test_what_is_shown_holds_no_script(run, request):
    html = request.getfixturevalue(run).html().lower()
    assert "<table" in html
    assert "<script" not in html


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_what_it_showed(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


QUESTIONS = {
    "%copilot how many penguins are there per species?": ("Adelie", "152"),
    "%copilot what is the average body_mass_g by island in @penguins?": ("Biscoe 4,716", "Dream 3,712.9"),
    "%copilot how many penguins have a bill_length_mm over 50?": ("52",),
    "%copilot what is the median flipper_length_mm of @penguins?": ("197",),
    "%copilot how many penguins have a missing sex?": ("11",),
    "%copilot what is the correlation of bill_length_mm and flipper_length_mm in @penguins?": ("0.656",),
    "%copilot how many different countries are there in @gapminder?": ("142",),
    "%copilot average lifeExp by continent in @gapminder where year = 2007": ("Oceania, 80.72", "Africa, 54.81"),
    "%copilot what is the total pop in @gapminder where year = 2007?": ("6,251,013,179",),
    "%copilot gapminder 里 2007 年各 continent 的最大 gdpPercap 是多少？": ("Europe：49,357.19",),
}


def check_tables(tables: Executed) -> None:
    """Everything that the notebook of tables promises; that results agree with pandas it asserts itself."""
    assert "`gapminder` | pandas.DataFrame | 1,704 | 6 | rows" in tables.said("%copilot /tables")
    assert "**rows**" in tables.said("%copilot /privacy")
    assert "body_mass_g" in tables.said("%copilot describe @penguins")
    for number, (question, words) in enumerate(QUESTIONS.items(), 1):
        answer = tables.said(question)
        assert all(word in answer for word in (*words, f"[q{number}]")), answer
        assert "without evidence" not in answer
    sql = tables.said("list(_copilot.results.values())[-1].sql").strip()
    assert sql == "'SELECT * FROM gapminder WHERE gdpPercap IS NOT NULL ORDER BY gdpPercap DESC LIMIT 5'"
    assert "Chart: mean lifeExp by continent" in tables.said(
        "%copilot plot the average lifeExp by continent in @gapminder"
    )
    assert "KeyError" in tables.said("%copilot /fix")
    assert "Nothing was sent" in tables.said("%copilot /receipts")


def test_questions_to_tables_are_answered_as_pandas_answers_them(environment):
    check_tables(execute(read("04_tables"), environment))


def test_tables_need_no_server(tmp_path):
    with no_settings(tmp_path) as environment:
        check_tables(execute(read("04_tables"), environment))
