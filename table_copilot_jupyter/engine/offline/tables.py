"""The offline model at work on tables: which tool is called next for a request, and what is said in the end.

A sentence becomes an ask (``tables_rules``), with the tables' names a plan (``meaning``), SQL
(``sql``) or a chart (``charts``); its result (``results``) becomes words (``answers``).

``work`` is written as if every call returned at once. It is replayed from its start each time the model is asked: a
call that was made gives its result, the first one that was not yet made is the next. So nothing is remembered between
two steps, as with a language model.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final

from ..base import ToolAnswer, ToolCall
from .answers import answer, restriction
from .asks import Ask, Choice, TableRequest, Unclear
from .charts import Drawing, drawing, of_result
from .errors import explained
from .fields import ASK, answer_in
from .meaning import plan
from .names import TableInfo
from .plans import Plan
from .results import Told, result_told, tables_told
from .scene import Scene
from .speaker import plain_answer
from .sql import presence, sql_of
from .tables_rules import read

LIST, DESCRIBE, QUERY = "list_tables", "describe_table", "query_table"
PLOT, RUN, ERROR = "plot_table", "run_code", "explain_error"
ANALYST: Final = "ask_analyst"

Call = tuple[str, dict[str, Any]]
Made = Sequence[tuple[ToolCall, ToolAnswer | None]]

_MOST_QUESTIONS: Final = 2
_MOST_OPTIONS: Final = 9


class _Pending(Exception):
    """A call that has to be made first."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.call = call


class _Over(Exception):
    """The request ends here; the message is what is said."""


def works_on_tables(tools: Collection[str]) -> bool:
    """Whether an agent with these tools works on tables itself."""
    return LIST in tools or QUERY in tools


@dataclass(frozen=True)
class Outcome:
    """Where a request stands: the ``call`` that it needs next, or what is said. ``used`` are its calls so far."""

    call: Call | None
    text: str
    used: frozenset[str]


def outcome(request: TableRequest, made: Made, tools: Collection[str]) -> Outcome:
    """Replay a request with the calls that were made in this turn."""
    work = _Work(request, made, tools)
    try:
        return Outcome(None, work.text(), frozenset(work.used))
    except _Pending as pending:
        undone = work.say("One step was left undone: the turn had too many.", "这一步没有做完。")
        return Outcome(pending.call, undone, frozenset(work.used))


class _Work:
    def __init__(self, request: TableRequest, made: Made, tools: Collection[str]) -> None:
        self._request = request
        self._language = request.language
        self._made = made
        self._tools = tools
        self.used: set[str] = set()

    def say(self, english: str, chinese: str) -> str:
        return chinese if self._language == "zh" else english

    def text(self) -> str:
        """The answer. Raises ``_Pending``."""
        try:
            ask = read(self._request.words, anything=True)
            if ask is not None and ask.kind in ("tables", "sql", "code", "error"):
                return self._direct(ask)
            tables = self._tables()
            ask = read(self._request.words, tables, anything=True)
            return self._resolved(ask, tables) if ask is not None else self._not_understood(tables)
        except _Over as over:
            return str(over)
        except Unclear as unclear:
            return str(unclear)

    # --- calls ----------------------------------------------------------------------------------------

    def _call(self, tool: str, **arguments: Any) -> str:
        """A tool's result. Raises ``_Pending``, and ``_Over`` where there is none to go on with."""
        if tool not in self._tools:
            raise _Over(self.say(f"I have no `{tool}` tool here.", f"这里没有 `{tool}` 工具。"))
        for made, result in self._made:
            if (made.tool, made.arguments) == (tool, arguments):
                self.used.add(made.call_id)
                if result is None:
                    raise _Over(self.say(f"`{tool}` gave no result.", f"`{tool}` 没有返回结果。"))
                if not result.ok:
                    raise _Over(self.say("That did not work: ", "没有成功：") + result.content.strip())
                return result.content
        raise _Pending((tool, arguments))

    def _tables(self) -> tuple[TableInfo, ...]:
        return tables_told(self._call(LIST))

    def _told(self, sql: str, *, show_only: bool = False) -> Told:
        content = self._call(QUERY, sql=sql, **({"show_only": True} if show_only else {}))
        told = result_told(content)
        if told is None:
            raise _Over(content.strip())
        return told

    # --- the kinds ------------------------------------------------------------------------------------

    def _direct(self, ask: Ask) -> str:
        """What needs no names."""
        if ask.kind == "tables":
            return self._which_tables()
        if ask.kind == "sql":
            return plain_answer(self._told(ask.text), self._language)
        if ask.kind == "code":
            return self._call(RUN, code=ask.text).strip()
        return explained(self._call(ERROR), self._language)

    def _which_tables(self) -> str:
        content = self._call(LIST)
        tables = tables_told(content)
        own = [f"`{table.name}`" for table in tables if not table.is_result]
        results = [f"`{table.name}`" for table in tables if table.is_result]
        if not own and not results:
            return self.say(content.strip(), f"内核里还没有表。\n\n{content.strip()}")
        parts = []
        if own:
            one = len(own) == 1
            parts.append(
                self.say(
                    f"{'There is one table' if one else 'The tables are'}{':' if one else ''} {', '.join(own)}.",
                    f"现有的表：{'、'.join(own)}。",
                )
            )
        if results:
            parts.append(self.say(f"Results of queries: {', '.join(results)}.", f"查询结果：{'、'.join(results)}。"))
        whose = "its size" if len(tables) == 1 else "their sizes"
        parts.append(self.say(f"The list shows {whose}.", "列表给出了大小。"))
        return self.say(" ", "").join(parts)

    def _resolved(self, ask: Ask, tables: tuple[TableInfo, ...]) -> str:
        """Find the names, asking where they are not clear, and do it."""
        choices: dict[str, str] = {}
        for _ in range(_MOST_QUESTIONS + 1):
            try:
                if ask.kind == "plot":
                    return self._plotted(ask, tables, choices)
                return self._done(plan(ask, tables, self._request.words, self._language, choices))
            except Choice as choice:
                if len(choices) >= _MOST_QUESTIONS:
                    raise _Over(self._open(choice)) from None
                choices["" if choice.what == "table" else choice.words.casefold()] = self._chosen(choice)
        raise _Over(self._not_understood(tables))

    def _done(self, found: Plan) -> str:
        if found.shape == "columns":
            return self._columns(found)
        if found.shape == "describe":
            return self._described(found)
        found = self._with_noun(found)
        told = self._told(sql_of(found), show_only=found.shape == "rows")
        return self._misread(found, told) or answer(found, told, self._language)

    def _with_noun(self, found: Plan) -> Plan:
        """A word that may be a value or one for the rows is what the table says."""
        for one in found.conditions:
            if one.noun and (not one.columns or self._told(presence(found, one), show_only=True).empty):
                found = replace(found, conditions=tuple(c for c in found.conditions if c != one), noun=one.said)
        return found

    def _misread(self, found: Plan, told: Told) -> str:
        """That words which were taken for values are none, where the result could come of that; else ""."""
        alone = len(found.conditions) + len(found.parts) == 1 and (
            (found.shape == "count" and told.complete) or told.empty
        )
        words = []
        for condition in found.doubtful:
            negated = condition.op in ("<>", "not in")
            looks_so = negated or told.says_nothing
            sure = alone and not negated
            if looks_so and (sure or self._told(presence(found, condition), show_only=True).empty):
                words.append(condition.said)
        scene = Scene(found.table, language=self._language)
        return scene.not_understood(words, looked_for=True) if words else ""

    def _columns(self, found: Plan) -> str:
        table = found.table
        names = [f"`{column.name}`" + (f" ({column.type})" if column.type else "") for column in table.columns]
        more = self.say(" and more", "等") if table.left else ""
        if found.ask.measures:
            count = str(len(names) + table.left)
            return self.say(
                f"`{table.name}` has {_in_words(count)} columns: {', '.join(names)}{more}.",
                f"`{table.name}` 有 {count} 列：{'、'.join(names)}{more}。",
            )
        return self.say(
            f"`{table.name}` has the columns {', '.join(names)}{more}.",
            f"`{table.name}` 的列：{'、'.join(names)}{more}。",
        )

    def _described(self, found: Plan) -> str:
        columns = [column.name for column in found.columns]
        self._call(DESCRIBE, name=found.table.name, **({"columns": columns} if columns else {}))
        named = ", ".join(f"`{name}`" for name in columns)
        if columns:
            return self.say(
                f"The table shows what {named} of `{found.table.name}` {'is' if len(columns) == 1 else 'are'} like.",
                f"表格给出了 `{found.table.name}` 中 {named} 的统计信息。",
            )
        return self.say(
            f"The table describes `{found.table.name}` column by column: types, missing and distinct values, ranges.",
            f"表格逐列描述了 `{found.table.name}`：类型、缺失值、不同值和取值范围。",
        )

    # --- charts ---------------------------------------------------------------------------------------

    def _plotted(self, ask: Ask, tables: tuple[TableInfo, ...], choices: dict[str, str]) -> str:
        if ask.position == "last":
            drawn = self._of_last_result(ask, tables)
        else:
            drawn = drawing(ask, tables, self._request.words, self._language, choices, self._with_noun)
        source, bars, of = drawn.source, None, ""
        if drawn.sql:
            told = self._told(drawn.sql, show_only=True)
            if drawn.plan is not None:
                if misread := self._misread(drawn.plan, told):
                    return misread
                of = restriction(drawn.plan, told, self._language)
            if told.empty:
                return self.say(f"There are no rows to draw [{told.ref}].", f"没有可以画的行 [{told.ref}]。")
            source, bars = f"_{told.ref}", told.total
        self._call(PLOT, table=source, spec=drawn.spec(bars))
        what = self.say(f"The chart shows “{drawn.title}”", f"图表：{drawn.title}") + of
        if drawn.sampled:
            what += self.say(", of a random sample of the rows", "（随机抽取的部分行）")
        return what + self.say(".", "。")

    def _of_last_result(self, ask: Ask, tables: tuple[TableInfo, ...]) -> Drawing:
        """The newest result, from this turn's calls or from before, or the one that is named."""
        known = {table.name: table.columns for table in tables if table.is_result}
        for _, result in self._made:
            if result is not None and result.ok and result.tool == QUERY and (told := result_told(result.content)):
                known[f"_{told.ref}"] = told.columns
        name = f"_{ask.of}" if ask.of else max(known, key=lambda name: int(name[2:]), default="")
        if name not in known:
            raise Unclear(
                self.say(
                    "There is no result to draw yet. Ask a question to a table first.",
                    "还没有可以画的结果。请先向表提一个问题。",
                )
            )
        return of_result(name, known[name], ask.chart, self._language)

    # --- what is not clear ------------------------------------------------------------------------------

    def _chosen(self, choice: Choice) -> str:
        """Ask the user which of several names they mean."""
        if ASK not in self._tools or len(choice.options) > _MOST_OPTIONS:
            raise _Over(self._open(choice))
        given = answer_in(self._call(ASK, question=self._question(choice), options=list(choice.options)))
        by_name = {option.casefold(): option for option in choice.options}
        near = get_close_matches(given.casefold(), by_name, n=1, cutoff=0.7)
        if not given or not near:
            raise _Over(self._open(choice))
        return by_name[near[0]]

    def _question(self, choice: Choice) -> str:
        if choice.what == "table":
            return self.say("Which table do you mean?", "你指的是哪个表？")
        if choice.words.startswith("#"):
            return self.say("Which column do you mean?", "你指的是哪一列？")
        return self.say(f"Which column do you mean by “{choice.words}”?", f"“{choice.words}”指的是哪一列？")

    def _open(self, choice: Choice) -> str:
        """The same where it was not answered."""
        names = ", ".join(f"`{option}`" for option in choice.options[:30])
        return f"{self._question(choice)} {self.say(f'It could be {names}.', f'可能是：{names}。')}"

    def _not_understood(self, tables: tuple[TableInfo, ...]) -> str:
        own = [table for table in tables if not table.is_result] or list(tables)
        known = ""
        if len(own) == 1:
            names = ", ".join(f"`{column.name}`" for column in own[0].columns[:20])
            known = self.say(f" `{own[0].name}` has {names}.", f"`{own[0].name}` 的列：{names}。")
        elif own:
            names = ", ".join(f"`{table.name}`" for table in own[:20])
            known = self.say(f" The tables are {names}.", f"现有的表：{names}。")
        first = Scene(own[0], language=self._language).example() if own else self.say("average A by B", "按 B 的平均 A")
        return self.say(
            "I can't read that as a question to a table: the offline model knows fixed forms only, such as "
            f"`{first}`, `how many rows where A is X`, `top 5 rows by A`, `plot A by B`.{known}",
            f"我听不懂这个关于表的问题：离线模型只懂固定的说法，例如 `{first}`、`A 大于 10 的有多少行`、"
            f"`A 最大的 5 行`、`画 A 的直方图`。{known}",
        )


def _in_words(count: str) -> str:
    """A small number as a word: no query stands behind it."""
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return words[int(count)] if int(count) < len(words) else count
