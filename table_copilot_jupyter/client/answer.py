"""What a turn leaves in the user's hands: the text, the code in it, the tool calls, the results, the figures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .mime import TABLE, content_of, reference
from .parts import EvidencePart
from .transcript import Transcript
from .words import ENGLISH, Words

_FENCE = re.compile(
    r"^( {0,3})(`{3,}|~{3,})[ \t]*([^\n`]*)\n(.*?)(?:^ {0,3}\2[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_PYTHON = ("", "python", "py", "python3", "ipython")


@dataclass(frozen=True, slots=True)
class ToolUse:
    """One tool call. ``result`` is what the model was given."""

    name: str
    arguments: dict[str, Any]
    ok: bool
    result: str
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a query gave. ``rows`` are as the user was shown them, ``variable`` holds them all in the kernel."""

    ref: str
    sql: str
    variable: str
    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the answer, and the result that it stands in; None without one."""

    text: str
    ref: str | None


@dataclass(eq=False)
class Answer:
    """The answer of one turn. ``reason`` is how the turn ended; for a command it is ``"command"``.

    ``results`` are the results of its queries by their references (``"q1"``); ``evidence`` are its numbers.
    """

    text: str
    session_id: str
    reason: str = "complete"
    model: str = ""
    tools: list[ToolUse] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)
    evidence: list[Number] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    switch_to: str | None = None
    transcript: Transcript | None = field(default=None, repr=False)
    words: Words = field(default=ENGLISH, repr=False)
    """What is said around it when it is shown."""
    shown_in: int | None = field(default=None, repr=False)
    """The execution count of the cell in which the magic has shown it."""

    @property
    def code_blocks(self) -> list[str]:
        """The code of every fenced block, without the fences."""
        return [code for _, code in _blocks(self.text)]

    @property
    def code(self) -> str:
        """The last Python block's code, else the only block's; empty when there is none."""
        blocks = _blocks(self.text)
        python = [code for language, code in blocks if language in _PYTHON]
        if python:
            return python[-1]
        return blocks[0][1] if len(blocks) == 1 else ""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        text = " ".join(self.text.split())
        text = text if len(text) <= 60 else f"{text[:59]}…"
        return f"Answer({text!r}, tools={len(self.tools)}, reason={self.reason!r}, session_id={self.session_id!r})"

    def _repr_html_(self) -> str:
        from .html import framed, transcript_html
        from .markdown import markdown_html

        if self.transcript is not None:
            return transcript_html(self.transcript, self.words)
        return framed(markdown_html(self.text, self.words))

    def _ipython_display_(self) -> None:
        """Show it, unless the magic has shown it in this very cell."""
        from IPython import get_ipython
        from IPython.display import display

        shell = get_ipython()
        if self.shown_in is not None and shell is not None and shell.execution_count == self.shown_in:
            return
        from .plain import transcript_text

        text = transcript_text(self.transcript, self.words) if self.transcript else self.text
        display({"text/plain": text, "text/html": self._repr_html_()}, raw=True)


def answer_from(
    transcript: Transcript, session_id: str, words: Words = ENGLISH, *, switch_to: str | None = None, reason: str = ""
) -> Answer:
    """The answer that a finished turn's transcript holds."""
    return Answer(
        text=transcript.text,
        session_id=session_id,
        reason=reason or transcript.reason or "complete",
        model=transcript.model,
        tools=[ToolUse(t.tool, t.arguments, bool(t.ok), t.content, t.elapsed_ms) for t in transcript.tools()],
        results=_results(transcript),
        evidence=[
            Number(text, ref)
            for part in transcript.parts
            if isinstance(part, EvidencePart)
            for text, ref in part.numbers
        ],
        usage=dict(transcript.usage),
        switch_to=switch_to,
        transcript=transcript,
        words=words,
    )


def _results(transcript: Transcript) -> dict[str, Result]:
    results = {}
    for bundle in (output for tool in transcript.tools() for output in tool.outputs):
        table, ref = content_of(bundle, TABLE), reference(bundle)
        if table is not None and ref:
            evidence = table.get("evidence") or {}
            results[ref] = Result(
                ref=ref,
                sql=str(table.get("sql") or ""),
                variable=str(evidence.get("variable") or f"_{ref}"),
                columns=[str(column.get("name")) for column in table.get("columns") or ()],
                rows=[list(row) for row in table.get("rows") or ()],
            )
    return results


def _blocks(text: str) -> list[tuple[str, str]]:
    """(language, code) of every fenced block."""
    found = []
    for match in _FENCE.finditer(text if text.endswith("\n") else text + "\n"):
        indent, _, info, code = match.groups()
        if indent:
            code = re.sub(rf"^ {{0,{len(indent)}}}", "", code, flags=re.MULTILINE)
        found.append((info.split()[0].lower() if info.split() else "", code.rstrip("\n")))
    return found
