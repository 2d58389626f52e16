"""What the README and the pages in docs say is so: links, examples, the transcript, settings, commands."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import nbformat
import pytest
from executed_notebooks import ROOT, execute, notebook_paths, running_server
from traitlets.config import PyFileConfigLoader
from websockets.sync.client import connect

from table_copilot_jupyter import cli, settings
from table_copilot_jupyter.agents import library
from table_copilot_jupyter.app import TableCopilotApp
from table_copilot_jupyter.client.options import USAGE
from table_copilot_jupyter.commands import COMMANDS

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TOOLS = {"todo_manager", "schedule_reminder", "ask_user_question"}

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_CONFIGURATION = "c = get_config()"

pytestmark = pytest.mark.xdist_group("docs")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> list[str]:
    """The fenced examples of one language."""
    return [code for tag, code in _BLOCK.findall(path.read_text(encoding="utf-8")) if tag == language]


def prose(path: Path) -> str:
    """The text of a page, or of a notebook's text cells, without fenced examples."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return _BLOCK.sub("", path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of a kernel beside a running server."""
    with running_server(tmp_path_factory.mktemp("server")) as environment:
        yield environment


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *notebook_paths()], ids=name_of)
def test_every_link_leads_somewhere(path):
    found = [target for pair in _LINK.findall(prose(path)) for target in pair if target]
    local = [target for target in found if not re.match(r"https?://|mailto:", target)]
    missing = [target for target in local if not (path.parent / target.partition("#")[0]).exists()]
    assert missing == []


def test_the_first_screen_has_the_commands_and_a_picture_for_each_theme():
    first = "\n".join(page("README.md").splitlines()[:25])
    assert "scripts/quickstart" in first
    assert "scripts/test" in first
    for theme in ("light", "dark"):
        assert f"docs/pictures/chat-{theme}.png" in first
        for name in ("chat", "quickstart"):
            assert (ROOT / "docs" / "pictures" / f"{name}-{theme}.png").stat().st_size < 350_000


# --- examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in PAGES if blocks(path, "python")], ids=name_of)
def test_every_python_example_runs(path, environment):
    cells = [code.rstrip("\n") for code in blocks(path, "python") if not code.startswith(_CONFIGURATION)]
    if not any("%load_ext" in code for code in cells):
        cells.insert(0, "%load_ext table_copilot_jupyter")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    executed = execute(notebook, environment)
    printed = "".join(executed.said(code) for code in cells)
    assert "Object `" not in printed, "IPython took a message for a request for help"


def test_the_example_of_a_configuration_file_names_options_that_there_are(tmp_path):
    (example,) = (code for code in blocks(ROOT / "docs/configuration.md", "python") if code.startswith(_CONFIGURATION))
    (tmp_path / "jupyter_server_config.py").write_text(example)
    loaded = PyFileConfigLoader("jupyter_server_config.py", path=str(tmp_path)).load_config()
    assert set(loaded) == {"TableCopilotApp"}
    assert set(loaded["TableCopilotApp"]) <= set(TableCopilotApp.class_traits(config=True))


def test_the_examples_of_agents_can_be_used(tmp_path):
    for example in blocks(ROOT / "docs/agents.md", "toml"):
        name = tomllib.loads(example)["name"]
        (tmp_path / f"{name}.toml").write_text(example)
    (tmp_path / "writer.md").write_text("You write clear prose.")
    agents = library.load_agents(tmp_path, known_tools=TOOLS)
    assert agents.problems == []
    assert agents.get("copilot").delegates == ("planner", "writer")
    assert agents.get("writer").max_steps == 6


# --- the transcript -----------------------------------------------------------------------------


def transcript() -> list[str]:
    text = page("docs/protocol.md").split("<!-- transcript:begin -->")[1].split("<!-- transcript:end -->")[0]
    return [line for line in text.splitlines() if line.startswith(("> ", "< "))]


def matches(expected: str, frame: str) -> bool:
    """Whether a frame is what the page says; ``…`` stands for anything."""
    pattern = ".*".join(re.escape(piece) for piece in expected.split("…"))
    return re.fullmatch(pattern, frame, re.DOTALL) is not None


def test_the_transcript_is_what_the_endpoint_answers(environment):
    headers = {"Authorization": f"token {environment['TABLE_COPILOT_TOKEN']}"}
    with connect(environment["TABLE_COPILOT_URL"], additional_headers=headers, proxy=None) as socket:
        for line in transcript():
            mark, text = line[0], line[2:]
            if mark == ">":
                socket.send(text)
                continue
            frame = str(socket.recv(timeout=20))
            assert matches(text, frame), f"the page says {text}\nthe endpoint says {frame}"


def test_the_transcript_shows_every_plain_reply_that_needs_no_luck():
    shown = {json.loads(f'"{kind}"') for kind in re.findall(r'^< \{"type":"(\w+)"', "\n".join(transcript()), re.M)}
    assert shown == {"pong", "response", "question", "history", "sessions", "error", "cleared"}


# --- what there is is documented ----------------------------------------------------------------


def test_every_variable_and_option_of_the_settings_is_documented():
    text = page("docs/configuration.md")
    missing = [name for name in settings._VARIABLES if f"`{name}`" not in text]
    own = set(TableCopilotApp.class_own_traits(config=True))
    assert missing + [name for name in own if f"`{name}`" not in text] == []


def test_the_readme_names_the_variables_of_each_provider():
    for name in (*settings.KEY_VARIABLES, "OPENROUTER_BASE_URL", "OPENAI_BASE_URL", "OLLAMA_HOST", "MODEL_NAME"):
        assert f"`{name}`" in page("README.md")
    assert f"`{settings.OPENROUTER_MODEL}`" in page("README.md")
    assert f"`{settings.OPENAI_MODEL}`" in page("README.md")


def test_the_defaults_in_the_tables_are_the_settings_own():
    defaults = settings.Settings()
    rows = [line.split("|") for line in page("docs/configuration.md").splitlines() if line.startswith("| `TABLE_")]
    numbers = {row[2].strip(" `"): float(row[3]) for row in rows if row[3].strip().isdecimal()}
    assert len(numbers) == 5
    assert numbers == {name: float(getattr(defaults, name)) for name in numbers}


def test_every_slash_command_is_documented():
    text = page("docs/notebooks-and-magic.md")
    assert [name for name in COMMANDS if not re.search(rf"^\| `/{name}[ `]", text, re.MULTILINE)] == []


def test_every_option_of_the_magic_is_documented():
    text = page("docs/notebooks-and-magic.md")
    assert [option for option in re.findall(r"^  (--\w*)", USAGE, re.MULTILINE) if f"| `{option}" not in text] == []


def test_every_subcommand_and_its_options_are_documented(capsys):
    text = page("docs/cli.md")
    subcommands = re.findall(r"`(\w+)`", TableCopilotApp.description)
    assert subcommands == ["status", "ask"]
    for name in subcommands:
        assert f"## `jupyter table-copilot {name}`" in text
        with pytest.raises(SystemExit):
            cli.main([name, "--help"])
        options = set(re.findall(r"--[a-z]+", capsys.readouterr().out))
        assert [option for option in options if f"`{option}" not in text] == []


def test_every_key_of_an_agents_file_and_every_tool_is_documented():
    text = page("docs/agents.md")
    assert [key for key in library._KEYS if f"| `{key}` |" not in text] == []
    assert [tool for tool in TOOLS if f"| `{tool}` |" not in text] == []


def test_the_newest_entry_of_the_changelog_is_the_version_in_the_making():
    text = page("CHANGELOG.md")
    assert text.index("## [Unreleased]") < text.index("0.1.0")
