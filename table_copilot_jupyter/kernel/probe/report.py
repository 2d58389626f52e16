"""What is told of code that ran: all of it to the user, and to the model as far as the gate allows.

The levels are explained in ``run.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from . import gate, tracebacks
from .capture import Captured, cut
from .changes import Changes, Snapshot, columns_of, names_in, shape_of
from .messages import Code
from .secrets import hides, redacted

MIME = "application/vnd.table-copilot.run+json"
OUTPUT = "output of the code"
"""What the output is called in the receipt, where tables stand."""

LONGEST_OUTPUT = 8000
"""Characters of output that the model reads at most."""
_LONGEST_TRACEBACK = 20_000
_MOST_NAMES = 30


def of(
    code: str,
    captured: Captured,
    error: BaseException | None,
    before: Snapshot,
    changes: Changes,
    elapsed: float,
    policy: gate.Policy,
) -> dict[str, Any]:
    """The answer to ``run``; ``elapsed`` in seconds."""
    after = [columns_of(table) for table in changes.tables.values()]
    level, limit = output_levels(policy, [*before.columns.values(), *after])
    said = _Said(code, captured, error, before, changes, elapsed, policy)
    text, disclosed = said.text(level)
    more = None
    if level != "rows" and limit == "rows" and (what := said.withheld()):
        everything, shown = said.text("rows")
        more = gate.consent(everything, level="rows", what=what, tables=shown, rows=said.lines)
    told = [table["level"] for table in disclosed]
    return gate.answer(
        text,
        level=max(told, key=gate.LEVELS.index) if told else None,
        tables=disclosed,
        user=_for_user(code, captured, error, changes, said.headline()),
        more=more,
    )


def output_levels(policy: gate.Policy, columns: Iterable[Iterable[str]]) -> tuple[str, str]:
    """What the model may see of what some code puts out, and what it could see with a consent.

    ``columns``: the names of those of each table.

    The strictest rule there is holds, whatever table it is for: also of a table that is gone, for a copy may be
    there. A column that looks secret stands for a rule, since it must not be seen at any level.
    """
    strictest = gate.lowest("rows", *(rule.level for rule in policy.rules))
    if any(hides(name) for names in columns for name in names):
        strictest = gate.lowest(strictest, "schema")
    return gate.lowest(policy.level, strictest), gate.lowest(policy.ceiling, strictest)


_TABULAR = re.compile(r"^\s|\s\s|[|│┆\t]|\w[,;]\w")
_HEAD = 3
"""Lines: with several levels of columns a table's head has more than one."""


class _Said:
    """The text for the model, at one level or another."""

    def __init__(
        self,
        code: str,
        captured: Captured,
        error: BaseException | None,
        before: Snapshot,
        changes: Changes,
        elapsed: float,
        policy: gate.Policy,
    ) -> None:
        self._code = code
        self._error = error
        self._before = before
        self._changes = changes
        self._elapsed = elapsed
        self._policy = policy
        self._stopped = isinstance(error, KeyboardInterrupt)
        self._streams = [("Output", captured.stdout), ("Standard error", captured.stderr)]
        self._shown = [_text_of(bundle) for bundle in captured.outputs]
        self._pictures = sum(any(mime.startswith("image/") for mime in bundle) for bundle in captured.outputs)
        self._left_out = captured.left_out
        self._others = len(captured.outputs) + captured.left_out - self._pictures
        self.lines = sum(len(text.splitlines()) for _, text in self._streams)

    def headline(self) -> str:
        how = "ran" if self._error is None else "was stopped by the user" if self._stopped else "failed"
        return "The code %s %s %.2f s." % (how, "in" if self._error is None else "after", self._elapsed)

    def text(self, level: str) -> tuple[str, list[dict[str, Any]]]:
        """The text, and the receipt's lines for it. ``level``: of the output; variables have their own."""
        parts = [self.headline()]
        disclosed: list[dict[str, Any]] = []
        if level == "rows":
            parts += self._output()
            if self._quantity() or self._has_message():
                disclosed.append(gate.disclosed(OUTPUT, "rows", rows=self.lines))
        elif self._quantity():
            parts.append(
                "It put out %s. The user sees that; you don't at the level %r." % (self._quantity(), self._policy.level)
                if level == self._policy.level
                else "It put out %s. The user sees that; you don't, because of a rule or a column that looks secret."
                % self._quantity()
            )
        for title, names in (
            ("New", self._changes.new),
            ("Changed", self._changes.changed),
            ("Removed", self._changes.removed),
        ):
            if line := self._variables(names, disclosed):
                parts.append(tracebacks.masked("%s: %s." % (title, line), self._policy))
        if self._error is not None and not self._stopped:
            parts.append(self._error_text(level))
        return "\n".join(parts), disclosed

    def withheld(self) -> str:
        """What a consent would add, in words and numbers; empty if nothing."""
        quantity = self._quantity(sent_only=True)
        if quantity and self._has_message():
            return "the output of the code (%s) and its error's message" % quantity
        if quantity:
            return "the output of the code: %s" % quantity
        return "the message and traceback of the error" if self._has_message() else ""

    def _has_message(self) -> bool:
        return self._error is not None and not self._stopped

    def _quantity(self, *, sent_only: bool = False) -> str:
        told = [
            (self.lines, "line of text", "lines of text"),
            (self._others, "output", "outputs"),
        ]
        counted = ["%d %s" % (number, one if number == 1 else many) for number, one, many in told if number]
        pictures = _pictures(self._pictures)
        if sent_only:
            if not counted:
                return ""
            note = " (%s %s not sent)" % (pictures, "is" if self._pictures == 1 else "are") if self._pictures else ""
            return " and ".join(counted) + note
        return ", ".join([*counted, *([pictures] if self._pictures else [])])

    def _output(self) -> list[str]:
        """What came out, with secrets left out, as much as the model reads of it."""
        parts: list[str] = []
        room = LONGEST_OUTPUT
        for title, text in [*self._streams, *(("Shown", text) for text in self._shown)]:
            if not text.strip():
                continue
            if names_a_secret(text):
                parts.append("%s: (left out: it names something that looks secret)" % title)
                continue
            told = cut(redacted(text).rstrip(), max(0, room))
            room -= len(told)
            parts.append("%s:\n```\n%s\n```" % (title, told.replace("```", "'''")))
        if self._left_out:
            parts.append("%d more outputs were not kept." % self._left_out)
        if self._pictures:
            parts.append("%s, which only the user sees." % _pictures(self._pictures))
        return parts

    def _error_text(self, level: str) -> str:
        assert self._error is not None
        if level == "rows":
            return cut(redacted(tracebacks.in_full(self._error)), LONGEST_OUTPUT)
        told = tracebacks.in_words(self._error, types=gate.allows(level, "schema"))
        return tracebacks.masked(told, self._policy)

    def _variables(self, names: Iterable[str], disclosed: list[dict[str, Any]]) -> str:
        """Variables by name, each as far as its level goes. Names that the code doesn't hold are counted only."""
        named = names_in(self._code).union(self._before.columns)
        told: list[str] = []
        unnamed = 0
        for name in names:
            level = self._policy.level_of(name)
            if level == "hidden":
                continue
            if name not in named or len(told) >= _MOST_NAMES:
                unnamed += 1
                continue
            told.append("`%s`%s" % (name, self._about(name, level)))
            if name in self._changes.tables:
                shown = "schema" if gate.allows(level, "schema") else "names"
                disclosed.append(gate.disclosed(name, shown))
        if unnamed:
            told.append("%d more" % unnamed if told else "%d variable%s" % (unnamed, "" if unnamed == 1 else "s"))
        return ", ".join(told)

    def _about(self, name: str, level: str) -> str:
        table = self._changes.tables.get(name)
        facts: list[str] = []
        if table is not None:
            if gate.allows(level, "schema"):
                facts.append(table.kind)
            rows, columns = table.rows(), self._policy.visible(name, columns_of(table))
            facts.append("%s × %d" % ("?" if rows is None else format(rows, ","), len(columns)))
        elif name in self._changes.values and gate.allows(level, "schema"):
            value = self._changes.values[name]
            facts.append(tracebacks.class_name(type(value), Code([self._code])))
            # How long a list is can be a count of values, as that of a column's categories.
            if gate.allows(level, "aggregates") and (shape := shape_of(value)) is not None:
                facts.append(" × ".join(map(str, shape)))
        return " (%s)" % ", ".join(facts) if facts else ""


def names_a_secret(text: str) -> bool:
    """Whether a text holds the print of a table with a column that looks secret.

    Lines of a table are told from prose by their gaps and rules, and only the first ones of a table are its head: a
    novel may speak of a secret.
    """
    depth = 0
    for line in text.splitlines():
        depth = depth + 1 if _TABULAR.search(line) else 0
        if not 0 < depth <= _HEAD and not line.startswith("Name: "):  # the last line of a Series of pandas
            continue
        words = [word.strip("'\"|:,.;()[]{}") for word in line.split()]
        if any(hides(word) or hides(" ".join(words[at : at + 2])) for at, word in enumerate(words)):
            return True
    return False


def _pictures(number: int) -> str:
    return "%d picture%s" % (number, "" if number == 1 else "s")


def _text_of(bundle: Mapping[str, Any]) -> str:
    """An output as text: a picture's own ``<Figure size …>`` says nothing."""
    if any(mime.startswith("image/") for mime in bundle):
        return ""
    for mime in ("text/plain", "text/markdown"):
        if isinstance(bundle.get(mime), str):
            return str(bundle[mime])
    return ""


def _for_user(
    code: str, captured: Captured, error: BaseException | None, changes: Changes, headline: str
) -> dict[str, Any]:
    problem = None
    if error is not None:
        problem = {
            "name": type(error).__name__,
            "message": "" if isinstance(error, KeyboardInterrupt) else cut(tracebacks.message_of(error), 2000),
            "traceback": cut(tracebacks.in_full(error), _LONGEST_TRACEBACK),
        }
    plain = [headline, captured.stdout.rstrip(), captured.stderr.rstrip()]
    plain += [_text_of(bundle) for bundle in captured.outputs]
    plain.append("" if problem is None else problem["traceback"])
    return {
        MIME: {
            "code": code,
            "stdout": captured.stdout,
            "stderr": captured.stderr,
            "outputs": captured.outputs,
            "error": problem,
            "variables": {"new": changes.new, "changed": changes.changed, "removed": changes.removed},
        },
        "text/plain": cut("\n".join(part for part in plain if part), 20_000),
    }
