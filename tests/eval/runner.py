"""Asks a model the questions of the evaluation on a real server with real kernels, and says how good its answers are.

Run it with ``scripts/eval``; ``docs/evaluation.md`` tells how and what is scored. It starts a Jupyter server of its
own, which finds the model as the product does, and leaves nothing behind but ``build/eval/<model>.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import re
import sys
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from catalogue import DataSet, Question, data_sets, questions
from conversation import Terms, ask
from processes import World
from processes import world as running_world
from scoreboard import Line, share, to_json, to_markdown
from scoring import Turn, score
from table_talk import end_kernel, front_end, start_kernel
from websockets import WebSocketException

from table_copilot_jupyter.engine.base import ModelChoice
from table_copilot_jupyter.engine.providers import resolve_model
from table_copilot_jupyter.protocol import CopilotError
from table_copilot_jupyter.settings import SettingError, load_settings

ROOT = Path(__file__).parents[2]
FOUND, BELOW, UNUSABLE = 0, 1, 2
"""Exit codes: at least as good as asked for; not so; not run at all."""
_PASSED_ON = (
    *("OPENROUTER_API_KEY", "OPENROUTER_BASE_URL", "OPENAI_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_HOST"),
    *("TABLE_COPILOT_SYSTEM_PROMPT", "TABLE_COPILOT_CONTEXT_TOKENS", "TABLE_COPILOT_MODEL_IDLE_TIMEOUT"),
)


async def evaluate(
    world: World,
    asked: Sequence[Question],
    sets: Mapping[str, DataSet],
    terms: Terms,
    *,
    before: Callable[[Question], None] | None = None,
) -> AsyncGenerator[Line]:
    """Ask the questions; a line as soon as it is known. ``before`` is called before each question is asked.

    One kernel serves them all, because it is emptied before each. What goes wrong beside a turn (the kernel died,
    tables can't be made) makes that question's line, and the next one has a new kernel.
    """
    left = deque(asked)
    while left:
        kernel_id = start_kernel(world)
        try:
            async with front_end(world, kernel_id) as kernel:
                while left:
                    question = left.popleft()
                    if before is not None:
                        before(question)
                    try:
                        turn = await ask(world, kernel, question, sets, terms)
                    except (AssertionError, OSError, RuntimeError, WebSocketException) as error:
                        turn = Turn((), 0.0, problem=_why(error))
                    yield Line(question, turn, score(question, turn))
                    if not turn.events:
                        break
        finally:
            end_kernel(world, kernel_id)


def _why(error: Exception) -> str:
    """An error in a line; that of a cell as the cell's own."""
    match error.args:
        case ({"ename": name, "evalue": value}, *_):
            return f"the tables can't be made: {name}: {value}"
    return f"{type(error).__name__}: {error}"[:500]


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """The command. Returns the exit code."""
    options = _options(arguments)
    asked = questions()
    if unknown := set(options.only) - {question.id for question in asked}:
        return _unusable(f"No question is called {', '.join(sorted(unknown))}.", "--list shows them all.")
    if options.list:
        for question in asked:
            print(f"{question.id:32} {question.ask}")
        return FOUND
    try:
        model = _model(options.model, environment)
    except (CopilotError, SettingError) as error:
        return _unusable(str(error), "")
    if model.name == "offline" and options.model is None:
        return _unusable(
            "No model is set up.",
            "Set OPENROUTER_API_KEY, OPENAI_API_KEY or OLLAMA_HOST, or evaluate the built-in one: --model offline.",
        )
    chosen = [question for question in asked if not options.only or question.id in options.only][: options.limit]
    terms = Terms(privacy=options.privacy, deadline_s=options.deadline)
    lines = asyncio.run(_run(chosen, terms, model, environment))
    print(to_markdown(lines))
    path = _written(lines, model, options.privacy)
    print(f"\n{share(lines, 'right') or 0:.0%} of {len(lines)} answers are right. Everything: {path}")
    return verdict(lines, options.at_least)


def verdict(lines: Sequence[Line], at_least: float) -> int:
    """The exit code: by the share of right answers alone."""
    return FOUND if (share(lines, "right") or 0.0) >= at_least else BELOW


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/eval", description="Evaluate a model on questions about real tables."
    )
    parser.add_argument("--model", help="the model's name; 'offline' is the built-in one (default: the one set up)")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], metavar="ID,…", help="these questions")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N questions")
    parser.add_argument("--at-least", type=float, default=0.8, metavar="SHARE", help="exit with 1 below (default: 0.8)")
    parser.add_argument(
        "--privacy",
        choices=["names", "schema", "aggregates", "rows"],
        help="the level of every session, and no consent beyond it (default: the product's, and consent as needed)",
    )
    parser.add_argument("--deadline", type=float, default=180.0, metavar="S", help="for each answer (default: 180)")
    parser.add_argument("--list", action="store_true", help="show the questions and ask none")
    return parser.parse_args(arguments)


def _model(name: str | None, environment: Mapping[str, str]) -> ModelChoice:
    """The model that answers. Raises CopilotError where none can, SettingError for a setting that is wrong."""
    return resolve_model(load_settings(environment, root=Path.cwd()), name)


def _unusable(message: str, hint: str) -> int:
    print(f"{message} {hint}".strip(), file=sys.stderr)
    return UNUSABLE


async def _run(
    asked: Sequence[Question], terms: Terms, model: ModelChoice, environment: Mapping[str, str]
) -> list[Line]:
    """All lines, with one on stderr for each as it comes."""
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="eval-") as folder:
        home = Path(folder)
        if (dotenv := Path.cwd() / ".env").is_file():
            (home / "root").mkdir()
            (home / "root" / ".env").symlink_to(dotenv)
        variables = {name: environment.get(name, "") for name in _PASSED_ON}
        base_url = variables.pop("OPENAI_BASE_URL")
        with running_world(home, base_url, **variables, MODEL_NAME=model.name) as world:
            async with aclosing(evaluate(world, asked, data_sets(), terms)) as found:
                async for line in found:
                    lines.append(line)
                    verdict = "right" if line.score.right else "; ".join(line.score.reasons)
                    progress = f"[{len(lines)}/{len(asked)}] {line.question.id}: {verdict}, {line.turn.seconds:.1f} s"
                    print(progress, file=sys.stderr, flush=True)
    return lines


def _written(lines: Sequence[Line], model: ModelChoice, privacy: str | None) -> Path:
    """The file with everything."""
    path = ROOT / "build" / "eval" / f"{re.sub(r'[^A-Za-z0-9.-]+', '-', model.name)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    about = {"model": model.name, "provider": model.provider, "host": model.host, "privacy": privacy, "at": at}
    path.write_text(to_json(lines, **about), encoding="utf-8")
    return path
