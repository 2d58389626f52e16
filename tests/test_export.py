"""A session as Markdown and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from table_copilot_jupyter import protocol as p
from table_copilot_jupyter.export import export_json, export_markdown, file_name

INFO = p.SessionInfo(
    session_id="s1",
    title="Buy milk",
    created_at="2026-03-04T09:00:00Z",
    updated_at="2026-03-04T09:05:00Z",
    model="moonshotai/kimi-k2.5",
)


def event(frame: p.Event) -> dict[str, Any]:
    frame.session_id, frame.at = "s1", "2026-03-04T09:01:00Z"
    result: dict[str, Any] = json.loads(frame.to_wire())
    return result


def said(content: str, **more: Any) -> dict[str, Any]:
    return event(p.UserMessage(message_id="m1", content=content, surface="lab", **more))


def answered(content: str, **more: Any) -> dict[str, Any]:
    return event(p.AgentMessage(message_id="a1", agent="copilot", content=content, **more))


def called(call_id: str = "c1", tool: str = "todo_manager", **more: Any) -> dict[str, Any]:
    arguments = more.pop("arguments", {"action": "add", "title": "买牛奶"})
    return event(
        p.ToolStarted(call_id=call_id, message_id="a0", tool=tool, arguments=arguments, agent="planner", **more)
    )


def finished(content: str, call_id: str = "c1", ok: bool = True) -> dict[str, Any]:
    return event(p.ToolFinished(call_id=call_id, ok=ok, content=content, elapsed_ms=12))


def markdown(*events: dict[str, Any]) -> str:
    return export_markdown(INFO, events)


# --- Markdown -----------------------------------------------------------------------------------


def test_a_conversation_reads_from_top_to_bottom() -> None:
    text = markdown(
        said("Add a todo\n\nbuy milk"), called(), finished("Added **买牛奶**."), answered("Done.\n\n- 买牛奶")
    )
    assert text == (
        "# Buy milk\n\n"
        "- Session: `s1`\n- Created: 2026-03-04T09:00:00Z\n- Updated: 2026-03-04T09:05:00Z\n"
        "- Model: moonshotai/kimi-k2.5\n\n"
        "## You · 2026-03-04T09:01:00Z\n\n> Add a todo\n>\n> buy milk\n\n"
        "- Tool `todo_manager`, called by planner: done in 12 ms\n\n"
        '  ```json\n  {\n    "action": "add",\n    "title": "买牛奶"\n  }\n  ```\n\n'
        "  ```text\n  Added **买牛奶**.\n  ```\n\n"
        "**copilot** · 2026-03-04T09:01:00Z\n\nDone.\n\n- 买牛奶\n"
    )


def test_an_answer_is_kept_to_the_letter() -> None:
    content = "| a | b |\n|--|--|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n$x^2$"
    assert content in markdown(answered(content))


@pytest.mark.parametrize("result", ["```\ncode\n```", "````\n```\n````", "no fence", "`" * 9])
def test_a_fence_is_longer_than_any_inside(result: str) -> None:
    tokens = MarkdownIt().parse(markdown(called(), finished(result), answered("after")))
    assert result in [token.content.rstrip("\n") for token in tokens if token.type == "fence"]
    assert any(token.content == "after" for token in tokens)


def test_a_partial_answer_is_marked_and_its_code_block_closed() -> None:
    text = markdown(answered("Look:\n\n```python\nx =", partial=True), said("next"))
    tokens = MarkdownIt().parse(text)
    assert "*Partial: the answer ended here.*" in text
    assert [token.content for token in tokens if token.type == "fence"] == ["x =\n"]


def test_a_failed_call_and_one_without_a_result_say_so() -> None:
    text = markdown(called(), finished("There is no todo 'x'.", ok=False), called("c2"))
    assert "failed in 12 ms" in text
    assert "There is no todo 'x'." in text
    assert "no result was recorded" in text


def test_a_delegates_words_stand_once_in_the_result_of_its_call() -> None:
    text = markdown(
        called("c1", "ask_planner", arguments={"task": "add a todo"}),
        answered("Planned it.", parent_call_id="c1"),
        called("c2", parent_call_id="c1"),
        finished("Added.", "c2"),
        finished("Planned it.", "c1"),
    )
    assert text.count("Planned it.") == 1
    assert "`todo_manager`" in text


def test_what_a_delegate_said_before_a_stop_is_kept() -> None:
    text = markdown(called("c1", "ask_planner"), answered("I began", parent_call_id="c1", partial=True))
    assert "I began" in text


def test_a_question_stands_with_its_options_and_its_answer() -> None:
    asked = event(p.Question(question_id="q", call_id="c1", content="Which island?", options=["Biscoe", "Dream"]))
    closed = event(p.QuestionClosed(question_id="q", answer="Dream", by="lab"))
    text = markdown(asked, closed)
    assert "> **Question:** Which island? (Biscoe / Dream)" in text
    assert "> **Answer:** Dream" in text
    assert "Not answered yet" in markdown(asked)
    timeout = event(p.QuestionClosed(question_id="q", answer=None, by="timeout"))
    assert "*Not answered (timeout).*" in markdown(asked, timeout)


def test_an_approval_stands_with_what_was_decided() -> None:
    asked = event(p.Approval(approval_id="a", call_id="c1", content="print(1)", tool="run_code"))
    closed = event(p.ApprovalClosed(approval_id="a", decision="deny", by="lab", note="not now"))
    assert "**Approval** of `run_code`: denied (not now)" in markdown(asked, closed)
    assert "not decided yet" in markdown(asked)


def test_errors_reminders_notices_and_endings_are_shown() -> None:
    text = markdown(
        event(p.ErrorFrame(code=p.ErrorCode.AUTH, message="The key was refused.", hint="Check it.")),
        event(p.ReminderDue(reminder_id="r", content="stretch", due="2026-03-04T10:00:00+08:00", late=True)),
        event(p.Notice(content="Saved.")),
        event(p.TurnFinished(reason="interrupted")),
        event(p.TurnFinished(reason="complete")),
    )
    assert "**Error** (`auth`): The key was refused. Check it." in text
    assert "**Reminder** (due 2026-03-04T10:00:00+08:00, late): stretch" in text
    assert "**Notice:** Saved." in text
    assert text.count("*Interrupted: the server ended before the answer did.*") == 1


def test_a_message_that_was_taken_back_says_so() -> None:
    assert "Withdrawn" in markdown(said("never mind"), event(p.MessageWithdrawn(message_id="m1")))


def test_the_addressed_agent_is_named() -> None:
    assert "## You to planner" in markdown(said("add a todo", agent="planner"))


def test_an_empty_session_is_a_title_and_its_facts() -> None:
    assert markdown().startswith("# Buy milk\n\n- Session: `s1`")


@pytest.mark.parametrize(
    "key", ["sk-or-v1-" + "0123456789abcdef" * 4, "sk-proj-Ab1_cd2-Ef3gH4iJ5kL6mN7o", "sk-Zx9" + "a1B2" * 8]
)
def test_a_key_that_somebody_pasted_is_not_exported(key: str) -> None:
    events = [said(f"my key is {key}"), called(arguments={"title": key}), finished(key)]
    assert key not in export_markdown(INFO, events)
    assert key not in export_json(INFO, events)


def test_names_that_only_resemble_a_key_stay() -> None:
    assert "sk-learn-pipeline-with-many-steps" in markdown(said("sk-learn-pipeline-with-many-steps"))


# --- JSON ---------------------------------------------------------------------------------------


def test_receipts_of_what_was_taken_back_show_in_json_only() -> None:
    gone = [
        event(p.Sent(model="m", host="h", bytes=10, turn_id="t9")),
        event(p.Rewound(message_id="m0", first_seq=1)),
        event(p.ReminderClosed(reminder_id="r", action="done", by="lab")),
    ]
    log = [*gone, said("Hello"), answered("Hi.")]
    assert markdown(*log) == markdown(*log[3:])
    assert json.loads(export_json(INFO, log))["events"] == log


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Sales of May", "Sales-of-May-abcdefgh.md"),
        ("../../etc/passwd", "etc-passwd-abcdefgh.md"),
        ("五月销售", "五月销售-abcdefgh.md"),
        ("…", "session-abcdefgh.md"),
    ],
)
def test_a_file_is_named_after_the_title_and_safe_everywhere(title: str, name: str) -> None:
    assert file_name(title, "abcdefghij", "md") == name


def test_json_keeps_the_session_and_every_event() -> None:
    events = [said("添加待办"), answered("Done.")]
    document = json.loads(export_json(INFO, events))
    assert document["format"] == "table-copilot.session"
    assert document["version"] == 1
    assert document["session"] == INFO.model_dump()
    assert document["events"] == events


def test_json_is_readable_chinese() -> None:
    assert "添加待办" in export_json(INFO, [said("添加待办")])


KINDS = st.sampled_from([*(str(frame.model_fields["type"].default) for frame in p.SERVER_FRAMES), "unheard_of"])
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.text(max_size=5), max_size=2)
)
FIELDS = st.sampled_from(["content", "agent", "tool", "options", "answer", "by", "reason", "message", "hint", "note"])
IDS = st.sampled_from(["call_id", "question_id", "approval_id", "message_id", "parent_call_id"])
EVENTS = st.builds(
    lambda kind, fields, ids: {"type": kind, **fields, **ids},
    KINDS,
    st.dictionaries(FIELDS, VALUES),
    st.dictionaries(IDS, st.sampled_from(["1", "2"])),
)


@given(st.lists(EVENTS, max_size=6))
def test_any_events_can_be_exported(events: list[dict[str, Any]]) -> None:
    assert export_markdown(INFO, events).startswith("# Buy milk")
    assert json.loads(export_json(INFO, events))["session"]["session_id"] == "s1"
