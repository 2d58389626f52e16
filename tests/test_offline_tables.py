"""The offline model at work on tables: whole turns with scripted results, what it asks, what it says in the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest
from test_offline import Conversation
from test_offline_sentences import ANALYST, LEAD, LISTED

from table_copilot_jupyter.engine.offline.talk import FOOTER, without_footer
from table_copilot_jupyter.tools.ask_user import NOBODY, answered_text

ONE = LISTED.replace("2 tables", "1 table").rpartition("\n")[0]
NONE = "There are no tables in this kernel. DataFrames count as tables."
END = "It is the variable _q1. Cite its numbers as [q1]."
Result = tuple[bool, str]


def result(head: str, *rows: str, ref: str = "q1") -> str:
    """What ``query_table`` tells: ``head`` names the columns, each row its cells."""
    names = [part.split(":")[0] for part in head.split(", ")]
    size = f"{len(rows) or 'no'} row{'' if len(rows) == 1 else 's'} × {len(names)} columns"
    lines = [f"{ref}: {size} ({head})", "", f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    return "\n".join(
        [*lines, *(f"| {row} |" for row in rows), "", f"It is the variable _{ref}. Cite its numbers as [{ref}]."]
    )


class Analyst(Conversation):
    """A conversation with the analyst, whose tools give what the script says: by tool, or by SQL."""

    def __init__(
        self, script: Mapping[str, str | Result] | None = None, *, tables: str = ONE, tools: Collection[str] = ANALYST
    ) -> None:
        self.script = {"list_tables": tables, **(script or {})}
        super().__init__(tools, self.carry_out, "analyst")

    def carry_out(self, tool: str, arguments: dict[str, Any]) -> Result:
        key = arguments["sql"] if arguments.get("sql") in self.script else tool
        told = self.script[key]
        return told if isinstance(told, tuple) else (True, told)

    @property
    def called(self) -> list[str]:
        return [tool for step in self.steps for tool, _ in step]


def answer(text: str, told: str | Result, tables: str = ONE) -> str:
    """What is said to a question whose query gives ``told``."""
    return without_footer(Analyst({"query_table": told}, tables=tables).say(text))


# --- the way of a question ----------------------------------------------------------------------------


def test_it_lists_the_tables_asks_in_sql_and_says_what_came() -> None:
    analyst = Analyst({"query_table": result("rows: BIGINT", "344")})
    assert without_footer(analyst.say("how many rows has penguins?")) == "`penguins` has 344 [q1] rows."
    assert analyst.steps == [
        (("list_tables", {}),),
        (("query_table", {"sql": "SELECT count(*) AS rows FROM penguins"}),),
    ]


def test_each_turn_looks_at_the_tables_anew() -> None:
    analyst = Analyst({"query_table": result("rows: BIGINT", "344")})
    analyst.say("how many rows has penguins?")
    analyst.say("how many rows has penguins?")
    assert analyst.called == ["list_tables", "query_table"]


def test_two_questions_of_one_message_share_the_list_and_run_side_by_side() -> None:
    analyst = Analyst({"query_table": result("rows: BIGINT", "344")})
    analyst.say("how many rows has penguins and average body mass by island")
    assert [len(step) for step in analyst.steps] == [1, 2]


def test_a_chart_of_a_group_queries_first_and_draws_the_result() -> None:
    told = result("island: VARCHAR, mean_body_mass_g: DOUBLE", "Biscoe | 4716", "Dream | 3713", ref="q4")
    analyst = Analyst({"query_table": told, "plot_table": "The chart is shown."})
    assert "The chart shows “mean body_mass_g by island”." in analyst.say("plot body mass by island")
    assert analyst.called == ["list_tables", "query_table", "plot_table"]
    arguments = analyst.steps[2][0][1]
    assert arguments["table"] == "_q4"
    assert arguments["spec"]["mark"]["type"] == "bar"
    assert arguments["spec"]["encoding"]["y"]["field"] == "mean_body_mass_g"


def test_plot_it_draws_the_result_that_the_same_message_asked_for() -> None:
    told = result("island: VARCHAR, mean_body_mass_g: DOUBLE", "Biscoe | 4716", ref="q3")
    analyst = Analyst({"query_table": told, "plot_table": "The chart is shown."})
    analyst.say("average body mass by island; plot it")
    assert analyst.called == ["list_tables", "query_table", "plot_table"]
    assert analyst.steps[2][0][1]["table"] == "_q3"


def test_plot_it_draws_the_newest_result_of_an_earlier_turn() -> None:
    tables = (
        f"{ONE}\n- _q1 (pandas.DataFrame, 3 rows × 2 columns): a str, b int64\n- _q2 (pandas.DataFrame, 9 rows × "
        f"2 columns): year int64, n int64"
    )
    analyst = Analyst({"plot_table": "The chart is shown."}, tables=tables)
    analyst.say("plot it")
    arguments = analyst.steps[1][0][1]
    assert (arguments["table"], arguments["spec"]["mark"]["type"]) == ("_q2", "line")


def test_without_a_result_there_is_nothing_to_draw() -> None:
    assert "no result to draw yet" in Analyst().say("plot it")


def test_a_large_table_is_sampled_before_it_is_drawn() -> None:
    told = result("bill_length_mm: DOUBLE, body_mass_g: DOUBLE", "40 | 4000")
    analyst = Analyst({"query_table": told, "plot_table": "ok"}, tables=ONE.replace("344 rows", "1,000,000 rows"))
    said = analyst.say("scatter plot of body mass vs bill length")
    assert analyst.steps[1][0][1]["sql"].endswith("FROM penguins USING SAMPLE 5000 ROWS")
    assert "of a random sample of the rows" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "Hello."),
        ("thanks!", "welcome"),
        ("who are you?", "`analyst`"),
        ("my name is Ada", "Nice to meet you, Ada"),
    ],
)
def test_small_talk_is_none_about_tables(text: str, words: str) -> None:
    analyst = Analyst()
    assert words in analyst.say(text)
    assert analyst.called == []


# --- which table, which column ------------------------------------------------------------------------


def test_the_table_that_has_the_columns_is_meant() -> None:
    analyst = Analyst({"query_table": result("mean_lifeExp: DOUBLE", "59.5")}, tables=LISTED)
    analyst.say("average life expectancy")
    assert analyst.steps[1][0][1]["sql"] == "SELECT avg(lifeExp) AS mean_lifeExp FROM gapminder"


def test_of_several_tables_the_user_says_which() -> None:
    script = {
        "ask_user_question": answered_text("2", ["penguins", "gapminder"], False),
        "query_table": result("rows: BIGINT", "1704"),
    }
    analyst = Analyst(script, tables=LISTED)
    assert "`gapminder` has 1,704 [q1] rows where `year` is 2007." in analyst.say("how many rows where year is 2007")
    assert analyst.steps[1] == (
        ("ask_user_question", {"question": "Which table do you mean?", "options": ["penguins", "gapminder"]}),
    )


def test_a_mention_says_which_table() -> None:
    analyst = Analyst({"query_table": result("rows: BIGINT", "142")}, tables=LISTED)
    analyst.say("@gapminder how many rows where year is 2007")
    assert analyst.steps[1][0][1]["sql"] == "SELECT count(*) AS rows FROM gapminder WHERE year = 2007"


def test_of_several_columns_the_user_says_which() -> None:
    script = {
        "ask_user_question": answered_text("bill_depth_mm", [], False),
        "query_table": result("mean_bill_depth_mm: DOUBLE", "17.15117"),
    }
    analyst = Analyst(script)
    assert "The mean of `bill_depth_mm` is 17.15 [q1]." in analyst.say("average bill")
    assert analyst.steps[1] == (
        (
            "ask_user_question",
            {"question": "Which column do you mean by “bill”?", "options": ["bill_length_mm", "bill_depth_mm"]},
        ),
    )
    assert analyst.steps[2] == (
        ("query_table", {"sql": "SELECT avg(bill_depth_mm) AS mean_bill_depth_mm FROM penguins"}),
    )


def test_a_chinese_question_asks_back_in_chinese() -> None:
    analyst = Analyst({"ask_user_question": NOBODY})
    assert "你指的是哪一列？ 可能是：" in analyst.say("2007 年的平均值")
    assert analyst.steps[1][0][1]["question"] == "你指的是哪一列？"


@pytest.mark.parametrize(
    "told", [NOBODY, answered_text("", [], False), answered_text("the weather", [], False), (False, "Stopped.")]
)
def test_without_a_useful_answer_it_says_what_was_open_and_asks_nothing_more(told: str | Result) -> None:
    analyst = Analyst({"ask_user_question": told})
    said = analyst.say("average bill")
    assert analyst.called == ["list_tables", "ask_user_question"]
    assert "Stopped." in said or "It could be `bill_length_mm`, `bill_depth_mm`." in said


def test_an_agent_that_can_not_ask_says_which_are_possible() -> None:
    said = Analyst(tools=("list_tables", "query_table")).say("average bill")
    assert "Which column do you mean by “bill”? It could be `bill_length_mm`, `bill_depth_mm`." in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("average airspeed", "`penguins` has no column like “airspeed”. It has `species`, `island`,"),
        ("how many cats are there", "`penguins` has no column like “cats”."),
        ("average body mass by planet", "`penguins` has no column like “planet”."),
        ("@seals how many rows", "There is no table `seals`. The tables are `penguins`."),
        ("average species", "`species` holds str, not numbers"),
        ("mean body mass where year is Gentoo", "`year` holds numbers, and “Gentoo” is none."),
        ("correlation of body mass", "A correlation needs two columns of numbers"),
        ("share of body mass", "`body_mass_g` says neither yes nor no"),
        ("hum a nice little song", "I can't read that as a question to a table"),
        ("没有的列的平均值", "`penguins` 里没有像“没有的列”的列"),
        ("@seals 有多少行", "没有名为 `seals` 的表。现有的表：`penguins`。"),
    ],
)
def test_what_there_is_not_is_said_with_what_there_is(text: str, words: str) -> None:
    analyst = Analyst()
    assert words in analyst.say(text)
    assert analyst.called == ["list_tables"]


def test_of_several_tables_none_may_fit() -> None:
    said = Analyst(tables=LISTED).say("average airspeed")
    assert "No table here has a column like “airspeed”. The tables are `penguins`, `gapminder`" in said


def test_a_kernel_without_tables_is_told() -> None:
    assert "There is no table in this kernel yet." in Analyst(tables=NONE).say("average body mass")
    assert NONE in Analyst(tables=NONE).say("which tables are there?")


def test_without_types_numbers_and_texts_are_told_by_how_they_are_written() -> None:
    bare = "1 table in this kernel:\n- t (9 rows × 2 columns): size, colour"
    analyst = Analyst({"query_table": result("rows: BIGINT", "3")}, tables=bare)
    analyst.say("how many rows where colour is red and size over 5")
    assert analyst.steps[1][0][1]["sql"] == (
        "SELECT count(*) AS rows FROM t WHERE lower(CAST(colour AS VARCHAR)) = 'red' AND size > 5"
    )


# --- what is said ----------------------------------------------------------------------------------------

THREE = ("Biscoe | 4716.017964", "Torgersen | 3706.372549", "Dream | 3712.903226")
MEANS = "island: VARCHAR, mean_body_mass_g: DOUBLE"


@pytest.mark.parametrize(
    ("text", "told", "words"),
    [
        ("average body mass", result("m: DOUBLE", "4201.754386"), "The mean of `body_mass_g` is 4,201.75 [q1]."),
        (
            "mean body mass for species Gentoo in 2007",
            result("m: DOUBLE", "5070.588235"),
            "Where `species` is Gentoo and `year` is 2007, the mean of `body_mass_g` is 5,070.59 [q1].",
        ),
        (
            "average body mass by island",
            result(MEANS, *THREE),
            "The mean of `body_mass_g` by `island`: Biscoe 4,716.02 [q1], Torgersen 3,706.37 [q1] and Dream "
            "3,712.9 [q1].",
        ),
        (
            "average body mass by island",
            result(MEANS, *THREE, "null | 12"),
            "The table [q1] shows the mean of `body_mass_g` by `island`; it is greatest for Biscoe, 4,716.02 [q1], "
            "and least for (missing), 12 [q1].",
        ),
        (
            "which island has the heaviest penguins",
            result(MEANS, THREE[0]),
            "Biscoe has the greatest mean `body_mass_g`: 4,716.02 [q1].",
        ),
        (
            "which island has the most penguins",
            result("island: VARCHAR, rows: BIGINT", "Biscoe | 168"),
            "Biscoe has the most rows: 168 [q1].",
        ),
        (
            "how many species are there",
            result("n: BIGINT", "3"),
            "`species` has 3 [q1] different values in `penguins`.",
        ),
        (
            "what is the heaviest penguin",
            result("species: VARCHAR, body_mass_g: DOUBLE, sex: VARCHAR", "Gentoo | 6300 | null"),
            "The greatest `body_mass_g` is 6,300 [q1] (`species` Gentoo).",
        ),
        (
            "top 5 rows by body mass",
            result("species: VARCHAR, body_mass_g: DOUBLE", *(f"Gentoo | {6300 - n}" for n in range(5))),
            "The table [q1] shows all 5 rows with the greatest `body_mass_g`, beginning with 6,300 [q1] "
            "(`species` Gentoo).",
        ),
        (
            "correlation of body mass and flipper length",
            result("c: DOUBLE", "0.8712017673"),
            "The correlation of `body_mass_g` and `flipper_length_mm` is 0.8712 [q1].",
        ),
        (
            "missing values in sex and body mass",
            result("body_mass_g: BIGINT, sex: BIGINT", "11 | 2"),
            "Missing values: `sex` 11 [q1] and `body_mass_g` 2 [q1].",
        ),
        ("missing values in sex", result("sex: BIGINT", "0"), "`sex` has no missing values [q1]."),
        (
            "how many Gentoo penguins",
            result("rows: BIGINT", "1"),
            "`penguins` has 1 [q1] row where the row says Gentoo.",
        ),
        (
            "how many purple penguins",
            result("rows: BIGINT", "0"),
            "I don't understand “purple” here: neither a column nor a value of `penguins`. I know fixed forms only, "
            "such as `average bill_length_mm by species`.",
        ),
        (
            "show penguins where sex is female",
            result("a: VARCHAR", "x", "y"),
            "`penguins` has 2 [q1] rows where `sex` is female; the table shows them.",
        ),
        (
            "first 5 rows of penguins",
            result("a: VARCHAR", *"12345"),
            "The table [q1] shows the first 5 rows of `penguins`.",
        ),
        (
            "average body mass where year is 1999",
            result("m: DOUBLE", "null"),
            "There is nothing to compute it from where `year` is 1999 [q1].",
        ),
        ("run SELECT 1 AS a, 'x' AS b", result("a: INTEGER, b: VARCHAR", "1 | x"), "`a` is 1 [q1] and `b` is x."),
        (
            "run SELECT a FROM penguins",
            result("a: INTEGER", "1", "2"),
            "The result has 2 [q1] rows; the table shows them.",
        ),
        ("body_mass_g 的平均值", result("m: DOUBLE", "4201.754386"), "`body_mass_g` 的平均值是 4,201.75 [q1]。"),
        (
            "按 island 的平均 body_mass_g",
            result(MEANS, *THREE[:2]),
            "各 `island` 的 `body_mass_g` 的平均值：Biscoe 4,716.02 [q1]，Torgersen 3,706.37 [q1]。",
        ),
        ("哪个岛的企鹅最重", result(MEANS, THREE[0]), "`body_mass_g` 平均值最大的 `island` 是 Biscoe：4,716.02 [q1]。"),
        ("2007 年的企鹅有多少只", result("rows: BIGINT", "110"), "`penguins` 有 110 [q1] 行（`year` 为 2007）。"),
    ],
)
def test_one_or_two_sentences_with_the_reference_after_every_number(text: str, told: str, words: str) -> None:
    assert answer(text, told) == words


HIDDEN = (
    f"q1: some rows × 2 columns (island: VARCHAR, mean_body_mass_g: DOUBLE); the user sees the table, you "
    f"don't see its values. {END}"
)
DENIED = f"{HIDDEN}\n\nThe user did not allow you to see 3 rows of q1: 2 columns, 1 of text."


@pytest.mark.parametrize("told", [HIDDEN, DENIED])
def test_values_that_may_not_be_read_are_left_to_the_table(told: str) -> None:
    assert answer("average body mass by island", told) == (
        "The result is in the table [q1]; at this privacy level I can't read its values."
    )
    assert answer("每个岛的平均体重", told) == "结果在表 [q1] 中；在当前的隐私级别下我看不到其中的值。"


def test_where_small_groups_are_withheld_nothing_is_compared() -> None:
    told = result(MEANS, *THREE).replace("3 rows", "4 rows") + "\n… 1 row withheld (fewer than 5 rows)"
    said = answer("which island has the heaviest penguins", told)
    assert "can't compare" in said
    assert "Biscoe" not in said


def test_an_error_of_a_tool_is_passed_on_with_the_next_step() -> None:
    said = answer("average body mass", (False, "The query took too long. Ask for less at once."))
    assert said == "That did not work: The query took too long. Ask for less at once."


def test_without_a_kernel_the_reason_is_told() -> None:
    analyst = Analyst()
    analyst.script["list_tables"] = (False, "This session has no kernel, so there are no tables. Ask from a notebook.")
    assert "That did not work: This session has no kernel" in analyst.say("average body mass by island")


def test_a_description_is_left_to_the_table() -> None:
    said = Analyst({"describe_table": "penguins: 344 rows × 8 columns\n- species str: 3 distinct"}).say(
        "describe penguins"
    )
    assert "describes `penguins` column by column" in said
    assert "344" not in said


def test_columns_are_known_from_the_list() -> None:
    analyst = Analyst()
    said = analyst.say("how many columns does penguins have?")
    assert "`penguins` has eight columns: `species` (str), `island` (str)" in said
    assert analyst.called == ["list_tables"]


def test_tables_are_named_and_results_apart() -> None:
    tables = f"{LISTED}\n- _q1 (pandas.DataFrame, 3 rows × 2 columns): a str, b int64"
    said = Analyst(tables=tables).say("which tables are there?")
    assert "The tables are `penguins`, `gapminder`. Results of queries: `_q1`." in said


def test_code_is_run_and_its_output_told() -> None:
    analyst = Analyst({"run_code": "The code ran in 0.01 s.\nOutput:\n```\n2\n```"})
    assert "The code ran" in analyst.say("run: print(1 + 1)")
    assert analyst.steps == [(("run_code", {"code": "print(1 + 1)"}),)]


def test_an_error_is_explained_by_its_type() -> None:
    told = (
        "Traceback (most recent call last):\n  Cell In[3], line 1\nKeyError: 'mass'\n\nThe code of the "
        "cell:\n```python\ndf['mass']\n```"
    )
    said = Analyst({"explain_error": told}).say("explain the last error")
    assert "The last error is `KeyError: 'mass'`. There is no such key or column" in said
    assert "最后的错误是 `KeyError: 'mass'`。没有这个键或列" in Analyst({"explain_error": told}).say("解释最后的错误")


@pytest.mark.parametrize(
    "wish",
    [
        "Explain the error of this cell.",
        "Fix the error of this cell. Give the whole corrected cell in one code block.",
        "请解释这个单元格的报错。",
        "请修复这个单元格的报错。把改好的整个单元格放进一个代码块。",
    ],
)
def test_the_panels_wish_about_a_failed_cell_is_read_with_its_code(wish: str) -> None:
    told = "KeyError: 'mass'"
    said = Analyst({"explain_error": told}).say(f"{wish}\n\n```python\nimport x\nbirds['mass']\n```\n\nKeyError")
    assert "KeyError: 'mass'" in said


def test_where_there_was_no_error_that_is_said() -> None:
    told = "No cell of this kernel has raised an error."
    assert told in Analyst({"explain_error": told}).say("what went wrong?")


# --- together with todos ------------------------------------------------------------------------------


def lead(text: str) -> tuple[Conversation, str]:
    talk = Conversation(LEAD, lambda tool, arguments: (True, f"{tool} did {arguments['task']}.\n\n{FOOTER['en']}"))
    return talk, talk.say(text)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (
            "add a todo: buy milk and how many penguins are there per species?",
            [("ask_planner", "add a todo: buy milk"), ("ask_analyst", "how many penguins are there per species")],
        ),
        (
            "average body mass by island, then remind me in 10 minutes to stretch",
            [("ask_analyst", "average body mass by island"), ("ask_planner", "remind me in 10 minutes to stretch")],
        ),
        (
            "How many rows has penguins? Add a todo: check them",
            [("ask_analyst", "How many rows has penguins"), ("ask_planner", "Add a todo: check them")],
        ),
        (
            "describe @penguins and plot body mass by island",
            [("ask_analyst", "describe @penguins\nplot body mass by island")],
        ),
        (
            "添加待办：买牛奶，然后 penguins 有多少行",
            [("ask_planner", "添加待办：买牛奶"), ("ask_analyst", "penguins 有多少行")],
        ),
        (
            "add a todo: draft the mail and plot the results",
            [("ask_planner", "add a todo: draft the mail and plot the results")],
        ),
        ("add a todo: describe penguins", [("ask_planner", "add a todo: describe penguins")]),
        ("remind me in 10 minutes to plot the data", [("ask_planner", "remind me in 10 minutes to plot the data")]),
        ("show my todos", [("ask_planner", "show my todos")]),
        ("list my reminders", [("ask_planner", "list my reminders")]),
        ("@penguins sing something about them", [("ask_analyst", "@penguins sing something about them")]),
    ],
)
def test_a_message_goes_to_whom_it_is_for(text: str, calls: list[tuple[str, str]]) -> None:
    talk, said = lead(text)
    assert [(tool, arguments["task"]) for step in talk.steps for tool, arguments in step] == calls
    assert all(f"{tool} did {task}." in said for tool, task in calls)
    assert said.count(FOOTER["en"]) + said.count(FOOTER["zh"]) == 1


def test_the_lead_repeats_what_the_analyst_says_with_its_references() -> None:
    def analyst(_tool: str, arguments: dict[str, Any]) -> Result:
        return True, Analyst({"query_table": result("rows: BIGINT", "344")}).say(arguments["task"])

    assert (
        without_footer(Conversation(LEAD, analyst).say("how many rows has penguins?"))
        == "`penguins` has 344 [q1] rows."
    )


# --- it always ends -------------------------------------------------------------------------------------

BROKEN: list[Callable[[str, dict[str, Any]], Result]] = [
    lambda *_: (True, ""),
    lambda *_: (False, ""),
    lambda *_: (True, "q1: 3 rows × 1 column (a: INTEGER)\n\n| a |\n|---|\n| 1"),
    lambda *_: (True, "- t: can't be read"),
    lambda *_: (True, "- t (3 rows × 0 columns)"),
    lambda tool, _: (True, ONE if tool == "list_tables" else "q1: 2 rows × 9 columns ()\n| |\n|\n| |"),
    lambda tool, _: (True, ONE if tool == "list_tables" else result("rows: BIGINT")),
    lambda tool, _: (True, ONE if tool == "list_tables" else result("a: VARCHAR, b: VARCHAR", "x | y", "z | w")),
]


@pytest.mark.parametrize("carry_out", BROKEN)
@pytest.mark.parametrize(
    "text",
    [
        "how many rows has t",
        "average body mass by island",
        "which island has the heaviest penguins",
        "top 5 rows by body mass",
        "plot body mass by island",
        "missing values",
        "distinct values of island",
        "show penguins where sex is female",
        "describe t; plot it; explain the last error",
        "each of them and 平均体重 by @penguins",
    ],
)
def test_odd_results_end_in_an_answer_too(text: str, carry_out: Callable[[str, dict[str, Any]], Result]) -> None:
    talk = Conversation(ANALYST, carry_out, "analyst")
    assert talk.say(text).endswith(tuple(FOOTER.values()))
    assert len(talk.steps) <= 5
