"""Tab in ``%copilot`` lines and cells: tables and agents after ``@``, commands after ``/``, levels after ``/privacy``.

Everything is at hand in this process: the tables come from the same probe that the server asks, what would be sent
of them from what the session last told, agents and commands from the server's last ``describe``. So Tab never waits
for a server. Outside of our magic nothing is offered, and IPython's own completions stay as they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from . import explanations
from .language import user_language
from .options import OptionError, Options, parse_line
from .words import ENGLISH, Wording, Words

if TYPE_CHECKING:
    from .connection import Connection

Offer = tuple[str, str]
"""What is put in the place of the fragment, and what is told of it."""

TOLD = 60
"""So many characters of what is told of an offer."""

_LINE = re.compile(r"[ \t]*(?:[^%#'\"]*=[ \t]*)?%copilot[ \t](.*)", re.DOTALL)
_CELL = re.compile(r"\s*%%copilot(?=[ \t\n])[ \t]?([^\n]*)(\n.*)?", re.DOTALL)
_MENTION = re.compile(r"(?<![\w@./])@(\w*)$")
_COMMAND = re.compile(r"/\w*")
_PRIVACY = re.compile(r"/privacy[ \t]+(?:(\S+)[ \t]+)?(\S*)")


class Learned:
    """What the server has told of its agents and commands."""

    def __init__(self) -> None:
        self.agents: dict[str, str] = {name: described for name, (described, _) in explanations.AGENTS.items()}
        self.commands: dict[str, str] = dict.fromkeys(sorted(explanations.COMMANDS), "")
        self._asking: asyncio.Task[None] | None = None

    def ask(self, connection: Connection) -> None:
        """Ask it once, without waiting; on the background loop."""
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask(connection))

    async def _ask(self, connection: Connection) -> None:
        from .errors import CopilotClientError

        with contextlib.suppress(CopilotClientError):
            self.take(await connection.request({"type": "describe"}))

    def take(self, about: dict[str, Any]) -> None:
        """The reply to ``describe``."""
        if agents := about.get("agents"):
            self.agents = {str(agent["name"]): str(agent.get("description", "")) for agent in agents}
        if commands := about.get("commands"):
            self.commands = {str(command["name"]): str(command.get("summary", "")) for command in commands}


learned = Learned()


def install(shell: Any) -> None:
    """Add the completions to an IPython shell, once. The probe is loaded meanwhile: the first Tab is not to wait."""
    if complete not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(complete)
        threading.Thread(target=_load_probe, name="table-copilot-probe", daemon=True).start()


def _load_probe() -> None:
    from .kernel_side import load_probe

    with contextlib.suppress(Exception):  # who needs it tells why it can't be loaded
        load_probe()


def remove(shell: Any) -> None:
    """Take them out again."""
    matchers = shell.Completer.custom_matchers
    matchers[:] = [matcher for matcher in matchers if matcher != complete]


@context_matcher(identifier="table_copilot")  # type: ignore[untyped-decorator]
def complete(context: CompletionContext) -> SimpleMatcherResult:
    """What IPython asks at each Tab. Never raises: IPython would print it below the cell."""
    found: list[SimpleCompletion] = []
    fragment = ""
    with contextlib.suppress(Exception):
        lines = context.full_text.split("\n")[: context.cursor_line + 1]
        lines[-1] = lines[-1][: context.cursor_position]
        before = "\n".join(lines)
        asked = _message(before)
        words = Words(user_language.of_line(asked[1])) if asked is not None else ENGLISH
        fragment, offers = offered(before, words)
        found = [SimpleCompletion(text, type=_beside(told)) for text, told in offers]
    return SimpleMatcherResult(completions=found, matched_fragment=fragment, suppress=bool(found), ordered=True)


def _beside(told: str) -> str:
    """What stands beside an offer: JupyterLab would break it after a word, and hide the second line."""
    kept = told if len(told) <= TOLD else f"{told[: TOLD - 1].rstrip(' ,.:;，：；。')}…"
    return kept.replace(" ", "\u00a0")


def offered(before: str, words: Words = ENGLISH) -> tuple[str, list[Offer]]:
    """(the fragment before the cursor, what may stand there instead) for a cell's text up to the cursor."""
    asked = _message(before)
    if asked is None:
        return "", []
    options, message = asked
    if found := _MENTION.search(message):
        agents = [(name, explanations.of_agent(name, described, words)) for name, described in learned.agents.items()]
        offers = [*tables(options.session, words), *agents]
        return _starting(f"@{found[1]}", ((f"@{name}", told) for name, told in offers))
    if _COMMAND.fullmatch(message):
        commands = learned.commands.items()
        offers = [(f"/{name}", explanations.of_command(name, summary, words)) for name, summary in commands]
        return _starting(message, offers)
    if found := _PRIVACY.fullmatch(message):
        return _starting(found[2], _privacy(found[1], options.session, words))
    return "", []


def tables(session_id: str | None, words: Words) -> list[Offer]:
    """Each table of this kernel with its shape, and the level that the model may see of it where that is known."""
    from .kernel_side import run_in_this_process

    level, policy = _policy(session_id)
    reply = run_in_this_process({"op": "tables", "arguments": {}, "policy": policy})
    items = (reply.get("value") or {}).get("items") or []
    return [(str(item["name"]), _told(item, level, words)) for item in items]


def _told(item: dict[str, Any], level: str, words: Words) -> str:
    rows, columns = item.get("rows"), item.get("column_count")
    shape = f"{rows} × {columns}" if isinstance(rows, int) else words.say(f"{columns} columns", f"{columns} 列")
    shape = f"{words.say('table', '表')} · {shape}"
    return f"{shape} · {item['level']}" if level and item.get("level") else shape


def _policy(session_id: str | None) -> tuple[str, dict[str, Any]]:
    """(the level in force, "" if unknown; the policy that the gate goes by), as the session last told."""
    from .discovery import known_connection

    if (connection := known_connection()) is None:
        return "", {}
    from .session_choice import notebook_session

    state = connection.sessions.get(session_id or notebook_session.session_id or "")
    info = state.info if state is not None else {}
    level = info.get("privacy")
    if not isinstance(level, str):
        return "", {}
    return level, {"level": level, "ceiling": info.get("ceiling") or level, "rules": info.get("rules") or []}


def _privacy(first: str | None, session_id: str | None, words: Words) -> Iterator[Offer]:
    """What may stand after ``/privacy``, or after its first word."""
    if first is None:
        yield from _explained(explanations.LEVELS, words)
        yield "names", words.say(*explanations.MASKING)
        yield from tables(session_id, words)
    elif first.lower() == "names":
        yield from _explained(explanations.NAMES, words)
    else:
        yield from _explained(explanations.RULES, words)


def _explained(meanings: Mapping[str, Wording], words: Words) -> Iterator[Offer]:
    for name, meaning in meanings.items():
        yield name, words.say(*meaning)


def _starting(fragment: str, offers: Iterable[Offer]) -> tuple[str, list[Offer]]:
    """Those that go on from the fragment, each once."""
    wanted = fragment.casefold()
    return fragment, list({text: told for text, told in offers if text.casefold().startswith(wanted)}.items())


def _message(before: str) -> tuple[Options, str] | None:
    """(the options, the message so far) where the cursor stands in one of ours."""
    if cell := _CELL.fullmatch(before):
        line, body = cell[1], cell[2]
    elif not before.lstrip().startswith("%%") and (found := _LINE.fullmatch(before.rpartition("\n")[2])):
        line, body = found[1], None
    else:
        return None
    try:
        options = parse_line(line)
    except OptionError:
        return None
    said = options.prompt.lstrip()
    if body is not None:
        text = body.lstrip("\r\n")
        said = f"{said}\n{text}" if said.strip() else text
    return options, said
