"""The agents' files: the built-in ones, the user's own, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.agents.library import AgentLibrary, addressed, load_agents
from table_copilot_jupyter.protocol import CopilotError, ErrorCode

TABLE_TOOLS = ("list_tables", "describe_table", "query_table", "plot_table", "run_code", "explain_error")
TOOLS = ("ask_user_question", "todo_manager", "schedule_reminder", *TABLE_TOOLS)
WRITER = 'name = "writer"\ndescription = "Writes."\ntools = ["todo_manager"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "agents"
    own.mkdir()
    return own


def write(folder: Path, name: str = "writer", toml: str = WRITER, prompt: str | None = "You write.\n") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(toml, encoding="utf-8")
    if prompt is not None:
        (folder / f"{name}.md").write_text(prompt, encoding="utf-8")
    return path


def load(folder: Path | None, system_prompt_file: str = "") -> AgentLibrary:
    return load_agents(folder, known_tools=TOOLS, system_prompt_file=system_prompt_file)


def only_problem(library: AgentLibrary) -> str:
    (problem,) = library.problems
    return problem


def test_the_lead_asks_and_delegates_and_the_specialists_have_the_tools() -> None:
    library = load(None)
    assert library.problems == []
    assert sorted(library.specs) == ["analyst", "copilot", "planner"]
    assert library.get("copilot").tools == ("ask_user_question",)
    assert library.get("copilot").delegates == ("analyst", "planner")
    assert library.get("analyst").tools == (*TABLE_TOOLS, "ask_user_question")
    assert library.get("planner").tools == ("todo_manager", "schedule_reminder")
    assert all(spec.model == "inherit" and spec.source == "built-in" for spec in library.specs.values())


@pytest.mark.parametrize("name", ["copilot", "planner"])
def test_a_built_in_prompt_says_the_necessary_things(name: str) -> None:
    prompt = load(None).get(name).prompt.lower()
    for words in ("language", "markdown", "iso 8601", "never", "data", "keys", "ask", "missing"):
        assert words in prompt, words
    assert len(prompt) < 3000


def test_a_built_in_agent_keeps_only_the_tools_that_there_are() -> None:
    library = load_agents(None, known_tools=["todo_manager"])
    assert library.get("planner").tools == ("todo_manager",)
    assert library.problems == []


def test_an_unknown_agent_is_an_error_with_the_known_names() -> None:
    with pytest.raises(CopilotError, match=r"'nobody'.*copilot, planner") as raised:
        load(None).get("nobody")
    assert raised.value.code is ErrorCode.BAD_FRAME


def test_a_folder_that_is_not_there_is_no_problem(tmp_path: Path) -> None:
    assert load(tmp_path / "nothing").problems == []


# --- the user's own -----------------------------------------------------------------------------


def test_an_agent_of_the_users_is_added(folder: Path) -> None:
    path = write(folder, toml=WRITER + 'model = "gpt-4.1"\ndelegates = ["planner"]\n[limits]\nsteps = 3\n')
    library = load(folder)
    assert library.problems == []
    writer = library.get("writer")
    assert (writer.description, writer.prompt, writer.model) == ("Writes.", "You write.\n", "gpt-4.1")
    assert (writer.tools, writer.delegates, writer.max_steps) == (("todo_manager",), ("planner",), 3)
    assert writer.source == str(path)


def test_an_override_keeps_what_it_does_not_say(folder: Path) -> None:
    write(folder)
    write(folder, "lead", 'name = "copilot"\ndelegates = ["planner", "writer"]\n', None)
    copilot, built_in = load(folder).get("copilot"), load(None).get("copilot")
    assert copilot.delegates == ("planner", "writer")
    assert (copilot.prompt, copilot.tools, copilot.description) == (
        built_in.prompt,
        built_in.tools,
        built_in.description,
    )


def test_an_override_may_bring_its_prompt(folder: Path) -> None:
    write(folder, "planner", 'name = "planner"\n', "Plan well.")
    assert load(folder).get("planner").prompt == "Plan well.\n"


def test_a_prompt_may_lie_in_a_folder_below(folder: Path) -> None:
    (folder / "prompts").mkdir()
    (folder / "prompts" / "w.md").write_text("Below.", encoding="utf-8")
    write(folder, toml=WRITER + 'prompt = "prompts/w.md"\n', prompt=None)
    assert load(folder).get("writer").prompt == "Below.\n"


def test_files_with_a_byte_order_mark_are_read(folder: Path) -> None:
    (folder / "writer.toml").write_bytes(b"\xef\xbb\xbf" + WRITER.encode())
    (folder / "writer.md").write_bytes(b"\xef\xbb\xbfYou write.")
    assert load(folder).get("writer").prompt == "You write.\n"


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("name = ", "not valid TOML"),
        ('description = "x"\n', "'name' is missing"),
        ('name = "Writer"\ndescription = "x"\n', "name = 'Writer'"),
        (f'name = "{"w" * 33}"\ndescription = "x"\n', "at most 31"),
        ('name = "writer"\n', "'description' is missing"),
        ('name = "writer"\ndescription = ""\n', "description = ''"),
        (WRITER + "colour = 1\n", "unknown key 'colour'"),
        (WRITER + "model = 3\n", "model = 3"),
        (WRITER.replace("todo_manager", "fly"), "tools = 'fly': expected one of ask_user_question"),
        (WRITER.replace('["todo_manager"]', '"todo_manager"'), "expected a list of names"),
        (WRITER + 'delegates = ["nobody"]\n', "delegates = 'nobody': expected one of analyst, copilot, other, planner"),
        (WRITER + 'delegates = ["writer"]\n', "not the agent itself"),
        (WRITER + "limits = 3\n", "a table [limits]"),
        (WRITER + "[limits]\nsteps = 0\n", "limits.steps = 0: expected a whole number from 1 to 100"),
        (WRITER + "[limits]\nsteps = true\n", "limits.steps = True"),
        (WRITER + "[limits]\nhours = 2\n", "'limits.hours'"),
        (WRITER + 'prompt = "../secret.md"\n', "prompt = '../secret.md'"),
        (WRITER + 'prompt = "/etc/hostname"\n', "prompt = '/etc/hostname'"),
        (WRITER + 'prompt = "a\\u0000b"\n', "prompt = 'a\\x00b'"),
        (WRITER + 'prompt = "missing.md"\n', "there is no file"),
    ],
)
def test_a_broken_file_is_one_message_and_the_others_load(folder: Path, toml: str, words: str) -> None:
    (folder.parent / "secret.md").write_text("secret", encoding="utf-8")
    path = write(folder, toml=toml)
    write(folder, "other", 'name = "other"\ndescription = "x"\n', "Other.")
    library = load(folder)
    problem = only_problem(library)
    assert problem.startswith(str(path))
    assert words in problem
    assert sorted(library.specs) == ["analyst", "copilot", "other", "planner"]


def test_a_prompt_that_is_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    outside = folder.parent / "secret.md"
    outside.write_text("secret", encoding="utf-8")
    write(folder, prompt=None)
    (folder / "writer.md").symlink_to(outside)
    assert "prompt = 'writer.md'" in only_problem(load(folder))


@pytest.mark.parametrize(("data", "words"), [(b"x" * 100_001, "100 kB"), (b"\xff\xfe", "not UTF-8"), (b" \n", "empty")])
def test_a_prompt_that_can_not_be_used_is_refused(folder: Path, data: bytes, words: str) -> None:
    write(folder, prompt=None)
    (folder / "writer.md").write_bytes(data)
    assert words in only_problem(load(folder))


def test_a_toml_file_that_is_too_large_is_refused(folder: Path) -> None:
    write(folder, toml=WRITER + "# " + "x" * 100_000)
    assert "100 kB" in only_problem(load(folder))


def test_a_broken_override_leaves_the_built_in_in_place(folder: Path) -> None:
    write(folder, "planner", 'name = "planner"\ntools = ["fly"]\n', "Mine.")
    library = load(folder)
    assert "'fly'" in only_problem(library)
    assert library.get("planner") == load(None).get("planner")


def test_a_name_can_be_taken_once(folder: Path) -> None:
    write(folder, "a", WRITER, None)
    write(folder, "b", WRITER, None)
    (folder / "writer.md").write_text("You write.", encoding="utf-8")
    library = load(folder)
    assert "a name of its own" in only_problem(library)
    assert library.get("writer").source.endswith("a.toml")


def test_a_circle_of_delegation_is_refused(folder: Path) -> None:
    write(folder, "planner", 'name = "planner"\ndelegates = ["copilot"]\n', None)
    library = load(folder)
    assert "planner → copilot → planner" in only_problem(library)
    assert library.get("planner").delegates == ()


def test_an_agent_that_delegates_to_a_refused_one_is_refused_too(folder: Path) -> None:
    write(folder, "a", 'name = "a"\ndescription = "x"\ndelegates = ["b"]\n', "A.")
    write(folder, "b", 'name = "b"\ndescription = "x"\ntools = ["fly"]\n', "B.")
    library = load(folder)
    assert len(library.problems) == 2
    assert sorted(library.specs) == ["analyst", "copilot", "planner"]


# --- the system prompt --------------------------------------------------------------------------


def test_the_system_prompt_file_replaces_the_prompt_of_the_lead(tmp_path: Path) -> None:
    file = tmp_path / "system_prompt.txt"
    file.write_text("你是助手。", encoding="utf-8")
    library = load(None, str(file))
    assert library.get("copilot").prompt == "你是助手。\n"
    assert library.get("planner").prompt == load(None).get("planner").prompt


def test_a_missing_system_prompt_file_is_a_problem_and_the_built_in_is_used(tmp_path: Path) -> None:
    file = str(tmp_path / "nowhere.txt")
    library = load(None, file)
    assert file in only_problem(library)
    assert library.get("copilot").prompt == load(None).get("copilot").prompt


# --- addressing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("@planner add a todo", ("planner", "add a todo")),
        ("  @Planner: add a todo", ("planner", "add a todo")),
        ("@planner 添加待办", ("planner", "添加待办")),
        ("@planner添加待办", ("planner", "添加待办")),
        ("@planner\nline\nline", ("planner", "line\nline")),
        ("@planner", ("planner", "@planner")),
        ("@nobody add a todo", (None, "@nobody add a todo")),
        ("ask @planner to help", (None, "ask @planner to help")),
        ("@planner.example.com is a host", (None, "@planner.example.com is a host")),
        ("@planners", (None, "@planners")),
        ("@planner ask @copilot", ("planner", "ask @copilot")),
        ("", (None, "")),
    ],
)
def test_a_message_addresses_the_agent_that_it_begins_with(content: str, expected: tuple[str | None, str]) -> None:
    assert addressed(content, {"copilot", "planner"}) == expected


@given(st.text(max_size=100))
def test_any_content_is_kept_or_cut_at_its_beginning(content: str) -> None:
    name, rest = addressed(content, {"copilot", "planner"})
    assert content.endswith(rest)
    assert name is not None or rest == content
