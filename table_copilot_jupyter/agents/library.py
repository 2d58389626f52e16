"""The agents that can be used: the built-in ones, and the user's own on top of them.

Each agent is a TOML file and a prompt file beside it. A file of the user's with the name of a known
agent overrides it; keys that it leaves out keep their values, so two lines give the copilot another
delegate. A file that can't be used becomes one message in ``problems``, and the agents without it
stand as they were.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ..protocol import CopilotError, ErrorCode
from .spec import AgentSpec

LEAD: Final = "copilot"
MAX_BYTES: Final = 100_000
MAX_STEPS: Final = 100
_BUILT_IN: Final = Path(__file__).parent
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_ADDRESS: Final = re.compile(r"\s*@([A-Za-z][A-Za-z0-9_-]*)(?=$|[\s,:，：、]|[^\x00-\x7f])[\s,:，：、]*(.*)", re.DOTALL)
_KEYS: Final = ("name", "description", "model", "tools", "delegates", "prompt", "limits")


class _Problem(Exception):
    """Why a file can't be used."""


@dataclass(frozen=True)
class AgentLibrary:
    """Agents by name, and what was wrong with the files that are not among them."""

    specs: Mapping[str, AgentSpec]
    problems: list[str] = field(default_factory=list)

    def get(self, name: str) -> AgentSpec:
        """The agent ``name``. Raises CopilotError with the names that there are."""
        if spec := self.specs.get(name):
            return spec
        known = ", ".join(sorted(self.specs))
        raise CopilotError(ErrorCode.BAD_FRAME, f"There is no agent {name[:80]!r}.", f"Use one of {known}.")


def load_agents(user_dir: Path | None, *, known_tools: Collection[str], system_prompt_file: str = "") -> AgentLibrary:
    """The built-in agents and those in ``user_dir``.

    A built-in agent keeps those of its tools that are in ``known_tools``. ``system_prompt_file``
    replaces the prompt of ``copilot``.
    """
    problems: list[str] = []
    built_in: dict[str, AgentSpec] = {}
    for path in sorted(_BUILT_IN.glob("*.toml")):
        spec = _read_agent(path, {})
        tools = tuple(tool for tool in spec.tools if tool in known_tools)
        built_in[spec.name] = replace(spec, tools=tools, source="built-in")
    own = _read_own(user_dir, built_in, known_tools, problems)
    _drop_wrong_delegates(own, built_in, problems)
    specs = built_in | own
    if system_prompt_file:
        try:
            prompt = _read_text(Path(system_prompt_file).expanduser())
            specs[LEAD] = replace(specs[LEAD], prompt=prompt)
        except _Problem as problem:
            problems.append(f"System prompt {system_prompt_file!r}: {problem} The prompt of {LEAD!r} stays as it is.")
    return AgentLibrary(specs, problems)


def addressed(content: str, agents: Collection[str]) -> tuple[str | None, str]:
    """The agent that a message begins with, and the rest: ``@planner add a todo``.

    A mention of an agent that there is not, or further on in the text, is left as it is. So is the
    content of a message that is nothing but the mention.
    """
    found = _ADDRESS.fullmatch(content)
    if not found or (name := found[1].lower()) not in agents:
        return None, content
    return name, found[2] if found[2].strip() else content


# --- reading ------------------------------------------------------------------------------------


def _read_own(
    folder: Path | None, built_in: Mapping[str, AgentSpec], known_tools: Collection[str], problems: list[str]
) -> dict[str, AgentSpec]:
    own: dict[str, AgentSpec] = {}
    if folder is None or not folder.is_dir():
        return own
    try:
        paths = sorted(folder.glob("*.toml"))
    except OSError as error:
        problems.append(f"{folder}: {error.strerror or error}. Make the folder readable to use the agents in it.")
        return own
    for path in paths:
        try:
            spec = _read_agent(path, built_in)
            if unknown := [tool for tool in spec.tools if tool not in known_tools]:
                raise _wrong("tools", unknown[0], f"one of {', '.join(sorted(known_tools)) or 'none'}")
            if spec.name in own:
                raise _wrong("name", spec.name, f"a name of its own, {own[spec.name].source} has this one")
            own[spec.name] = spec
        except _Problem as problem:
            problems.append(f"{path}: {problem}")
    return own


def _read_agent(path: Path, built_in: Mapping[str, AgentSpec]) -> AgentSpec:
    try:
        table = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise _Problem(f"it is not valid TOML: {error}.") from None
    for key in table:
        if key not in _KEYS:
            raise _Problem(f"unknown key {key!r}: expected one of {', '.join(_KEYS)}.")
    name = _string(table, "name", None)
    if not _NAME.fullmatch(name):
        raise _wrong("name", name, "a small letter, then at most 31 small letters, digits, '-' and '_'")
    base = built_in.get(name)
    limits = table.get("limits", {})
    if not isinstance(limits, dict):
        raise _wrong("limits", limits, "a table [limits]")
    if unknown := [key for key in limits if key != "steps"]:
        raise _Problem(f"unknown key 'limits.{unknown[0]}': expected steps.")
    steps = limits.get("steps", base.max_steps if base else AgentSpec.max_steps)
    if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= MAX_STEPS:
        raise _wrong("limits.steps", steps, f"a whole number from 1 to {MAX_STEPS}")
    delegates = _names(table, "delegates", base.delegates if base else ())
    if name in delegates:
        raise _wrong("delegates", name, "other agents, not the agent itself")
    return AgentSpec(
        name=name,
        description=_string(table, "description", base.description if base else None),
        prompt=_prompt(path, table, name, base),
        model=_string(table, "model", base.model if base else "inherit"),
        tools=_names(table, "tools", base.tools if base else ()),
        delegates=delegates,
        max_steps=steps,
        source=str(path),
    )


def _prompt(path: Path, table: Mapping[str, Any], name: str, base: AgentSpec | None) -> str:
    """The text of the prompt file, which lies in the folder of the TOML file or below it."""
    if base and "prompt" not in table and not (path.parent / f"{name}.md").exists():
        return base.prompt
    value = _string(table, "prompt", f"{name}.md")
    folder = path.parent.resolve()
    try:
        file = (folder / value).resolve()
        inside = file.is_relative_to(folder) and not Path(value).is_absolute() and ".." not in Path(value).parts
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise _wrong("prompt", value, f"the name of a file in {folder}")
    try:
        return _read_text(file)
    except _Problem as problem:
        raise _wrong("prompt", value, f"a readable text file, but {problem}".rstrip(".")) from None


def _read_text(path: Path) -> str:
    try:
        if not path.is_file():
            raise _Problem(f"there is no file {str(path)!r}.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _Problem(f"it can't be read ({error}).") from None
    if len(data) > MAX_BYTES:
        raise _Problem(f"it is larger than {MAX_BYTES // 1000} kB; shorten it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Problem(f"byte {error.start} is not UTF-8; save it as UTF-8.") from None
    if not text.strip():
        raise _Problem("it is empty; write something into it.")
    return text.strip() + "\n"


def _string(table: Mapping[str, Any], key: str, default: str | None) -> str:
    value = table.get(key, default)
    if value is None:
        raise _Problem(f'the key {key!r} is missing: expected {key} = "…".')
    if not isinstance(value, str) or not value.strip() or len(value) > 1000:
        raise _wrong(key, value, "a text of 1 to 1000 characters")
    return value.strip()


def _names(table: Mapping[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = table.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _wrong(key, value, 'a list of names, such as ["a", "b"]')
    return tuple(dict.fromkeys(value))


def _wrong(key: str, value: object, expected: str) -> _Problem:
    shown = repr(value)
    return _Problem(f"{key} = {shown if len(shown) <= 100 else shown[:99] + '…'}: expected {expected}.")


# --- who may delegate to whom -------------------------------------------------------------------


def _drop_wrong_delegates(own: dict[str, AgentSpec], built_in: Mapping[str, AgentSpec], problems: list[str]) -> None:
    """Take out the user's agents that delegate to nobody, or in a circle, until the rest is sound."""
    while wrong := _first_wrong(own, {**built_in, **own}):
        spec, problem = wrong
        problems.append(f"{spec.source}: {problem}")
        del own[spec.name]


def _first_wrong(own: Mapping[str, AgentSpec], specs: Mapping[str, AgentSpec]) -> tuple[AgentSpec, _Problem] | None:
    for spec in own.values():
        for delegate in spec.delegates:
            if delegate not in specs:
                return spec, _wrong("delegates", delegate, f"one of {', '.join(sorted(set(specs) - {spec.name}))}")
            if circle := _way(delegate, spec.name, specs):
                way = " → ".join((spec.name, *circle))
                return spec, _wrong("delegates", delegate, f"no circle, but {way} is one")
    return None


def _way(start: str, end: str, specs: Mapping[str, AgentSpec]) -> tuple[str, ...]:
    """The agents on a way of delegation from ``start`` to ``end``; empty without one."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == end:
            return way
        for following in specs[way[-1]].delegates if way[-1] in specs else ():
            if following not in seen or following == end:
                seen.add(following)
                ways.append((*way, following))
    return ()
