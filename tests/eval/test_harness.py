"""The evaluation itself, on a real server with real kernels: a model that does all as it should gets full marks, and
each way to do it wrong is caught by the score that is there for it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
import runner
from catalogue import LEVELS, DataSet, Question, data_sets, questions
from conversation import Terms
from expectations import AnyOf, Missing, One, Rows, Several
from processes import Model, World
from runner import evaluate
from scoreboard import Line
from scoring import score
from scripted import Reply, replies, right_answer, wrong_answer

ALL = questions()
BY_ID = {question.id: question for question in ALL}
MEDIAN, ISLAND, EGG, COUNTRIES = SAMPLE = [
    BY_ID[name]
    for name in ("penguins-median-flipper", "penguins-heaviest-island", "penguins-first-egg", "gapminder-most-people")
]
"""A number, a name, a day, a list."""
TERMS = Terms(agent="analyst", deadline_s=60)
Asked = list[tuple[Question, list[Reply]]]

pytestmark = [pytest.mark.xdist_group("eval"), pytest.mark.timeout(300)]


def run(
    world: World, model: Model, asked: Asked, terms: Terms = TERMS, sets: dict[str, DataSet] | None = None
) -> list[Line]:
    """The lines of an evaluation in which the model says what stands beside each question."""
    scripts = iter([script for _, script in asked])

    def before(question: Question) -> None:
        model.reset()
        model.script(*next(scripts))

    async def all_lines() -> list[Line]:
        found = evaluate(world, [question for question, _ in asked], sets or data_sets(), terms, before=before)
        return [line async for line in found]

    return asyncio.run(all_lines())


@pytest.fixture(scope="module")
def right(world: World, model: Model) -> list[Line]:
    """Every question, answered as it should be."""
    return run(world, model, [(question, replies(question, right_answer(question))) for question in ALL])


def test_who_does_all_as_it_should_be_gets_full_marks(right):
    faults = {line.question.id: (line.score.reasons, line.turn.text) for line in right if line.score.reasons}
    assert faults == {}
    assert [line.question for line in right] == ALL
    assert all(line.score.right and line.score.tools for line in right)
    with_query = [line for line in right if line.score.proved is not None]
    assert len(with_query) > 60
    assert all(line.score.proved and line.score.cited for line in with_query)


def test_the_user_is_asked_for_what_the_level_says_and_not_more(right):
    wrong = {}
    for line in right:
        asked = [level for level, _ in line.turn.consents if level in LEVELS]
        needed = line.question.level
        if max(asked, key=LEVELS.index, default="schema") != needed:
            wrong[line.question.id] = (asked, needed)
    assert wrong == {}


def test_requests_bytes_and_tokens_are_counted(right):
    for line in right:
        assert line.requests == len(line.question.steps) + 1
        assert line.tokens == (11 * line.requests, 7 * line.requests)
        assert line.bytes_sent > 1000 * line.requests
        assert line.turn.seconds > 0


def test_every_wrong_answer_is_caught(right):
    """With all else as it was: the right query, the right result, shown and cited."""
    missed = []
    for line in right:
        if isinstance(line.question.expected, One | Several | Rows | Missing | AnyOf):
            wrong = {**line.turn.message, "content": wrong_answer(line.question)}
            if score(line.question, replace(line.turn, events=[*line.turn.events, wrong])).right:
                missed.append((line.question.id, wrong["content"]))
    assert missed == []


# --- each fault has its score ------------------------------------------------------------------

NO_COLUMN = ("query_table", {"sql": "SELECT nothing FROM penguins"})
ALL_ROWS = ("query_table", {"sql": "SELECT flipper_length_mm FROM penguins"})
CODE = ("run_code", {"code": "penguins = None"})
ASK = ("ask_user_question", {"question": "In mm?"})
FAULTS: dict[str, Asked] = {
    "wrong": [(question, replies(question, wrong_answer(question))) for question in SAMPLE],
    "no query": [(question, replies(question, right_answer(question), steps=[])) for question in SAMPLE],
    "no mark": [(question, replies(question, right_answer(question, mark=""))) for question in SAMPLE],
    "made up": [(ISLAND, replies(ISLAND, "Biscoe, with 4,917.3 g [q1]."))],
    "failed": [(MEDIAN, replies(MEDIAN, right_answer(MEDIAN), steps=[NO_COLUMN]))],
    "unasked": [(MEDIAN, replies(MEDIAN, right_answer(MEDIAN), steps=[ASK, CODE, *MEDIAN.steps]))],
    "too much": [(MEDIAN, replies(MEDIAN, "See there [q1].", steps=[ALL_ROWS]))],
}


@pytest.fixture(scope="module")
def faulty(world: World, model: Model) -> dict[str, list[Line]]:
    """The lines of each of ``FAULTS``."""
    lines = iter(run(world, model, [asked for fault in FAULTS.values() for asked in fault]))
    return {name: [next(lines) for _ in fault] for name, fault in FAULTS.items()}


def test_wrong_numbers_names_days_and_orders_are_not_right(faulty):
    for line in faulty["wrong"]:
        assert not line.score.right, line.turn.text
        assert line.score.tools
        assert line.score.cited


def test_numbers_that_stand_in_no_result_are_not_proved(faulty):
    (line,) = faulty["made up"]
    assert line.score.proved is False
    assert line.score.reasons == ("without evidence: 4,917.3",)


def test_an_answer_without_the_query_is_right_by_luck_only(faulty):
    for line in faulty["no query"]:
        assert line.score.right
        assert not line.score.tools
        assert line.score.proved is False
        assert "query_table was not called" in line.score.reasons


def test_a_query_that_failed_is_none(faulty):
    (line,) = faulty["failed"]
    assert "query_table failed" in line.score.reasons


def test_an_answer_without_marks_is_not_cited(faulty):
    for line in faulty["no mark"]:
        assert line.score.right
        assert line.score.cited is False
        assert "no mark" in line.score.reasons


def test_tools_that_nobody_asked_for_are_seen(faulty):
    (line,) = faulty["unasked"]
    assert line.score.reasons == ("ask_user_question was called", "run_code was called")
    assert ("run_code", "deny") in line.turn.consents
    assert line.score.right  # the code did not run, so that the query found the table


# --- the user's part ----------------------------------------------------------------------------


def test_no_more_is_consented_to_than_the_question_needs(faulty):
    (line,) = faulty["too much"]
    assert line.turn.consents == [("rows", "deny")]
    assert not line.score.right


def test_under_a_chosen_privacy_nothing_beyond_it_is_consented_to_and_the_result_shown_counts(world, model):
    asked = [(MEDIAN, replies(MEDIAN, "The table shows it [q1]."))]
    (line,) = run(world, model, asked, replace(TERMS, privacy="schema"))
    assert line.turn.consents == [("aggregates", "deny")]
    assert line.score.right
    assert "212" not in json.dumps([request["body"]["messages"][1:] for request in model.requests()])


# --- what goes wrong beside the answer ----------------------------------------------------------


def test_a_model_that_says_nothing_ends_at_the_deadline(world, model):
    (line,) = run(world, model, [(MEDIAN, [{"hang": "headers"}])], replace(TERMS, deadline_s=1.0))
    assert line.turn.seconds < 5.0
    assert "no answer within 1 s" in line.score.reasons[0]


def test_tables_that_cant_be_made_cost_their_question_only(world, model):
    sets = data_sets()
    sets["broken"] = replace(sets["penguins"], code="raise SystemError('no tables today')")
    good = replies(MEDIAN, right_answer(MEDIAN))
    lines = run(world, model, [(replace(MEDIAN, data=("broken",)), good), (MEDIAN, good)], sets=sets)
    assert [line.score.right for line in lines] == [False, True]
    assert lines[0].score.reasons[0] == "the tables can't be made: SystemError: no tables today"


# --- the command --------------------------------------------------------------------------------


def test_the_command_runs_the_built_in_model_and_writes_what_it_found(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    asked = ["--model", "offline", "--only", "penguins-rows,penguins-mean-or-median"]
    assert runner.main([*asked, "--at-least", "0.6"], {}) == runner.BELOW
    printed = capsys.readouterr()
    assert "| penguins-rows | yes | yes |" in printed.out
    assert "[2/2] penguins-mean-or-median" in printed.err
    kept = json.loads((tmp_path / "build" / "eval" / "offline.json").read_text())
    assert (kept["model"], kept["provider"], kept["count"], kept["shares"]["right"]) == ("offline", "offline", 2, 0.5)
    assert "344" in kept["questions"][0]["answer"]


def test_the_exit_code_says_whether_enough_is_right(faulty):
    half = [*faulty["wrong"], *faulty["no mark"]]
    assert runner.verdict(half, 0.5) == 0
    assert runner.verdict(half, 0.51) == 1
    assert runner.verdict([], 0.1) == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ([], {}, "No model is set up. Set OPENROUTER_API_KEY, OPENAI_API_KEY or OLLAMA_HOST"),
        (["--model", "gpt-4.1"], {}, "No provider is set up for the model 'gpt-4.1'."),
        (["--only", "nonsense"], {"OPENAI_API_KEY": "sk-x"}, "No question is called nonsense."),
    ],
)
def test_what_cant_be_run_is_said_at_once(arguments, environment, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert runner.main(arguments, environment) == runner.UNUSABLE
    assert said in capsys.readouterr().err
