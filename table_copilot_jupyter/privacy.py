"""What a session's model may see of tables: the level in force, and where it comes from.

The user's choice counts, else the configured level, else a default by where the model runs. An administrator's
ceiling and the session's rules only ever lower it. What is decided here is handed to the gate in the kernel with
every request, and decides which of the earlier results a model may be shown again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from .language import Language
from .protocol import ColumnNames, PrivacyLevel, PrivacyRule, RuleLevel, SentTable

LEVELS: tuple[str, ...] = ("hidden", *get_args(PrivacyLevel))
LOCAL_PROVIDERS = ("offline", "ollama")
"""Models that run where the data is. A loopback address of another kind is no proof: it may be a proxy."""


def allows(level: str, needed: str) -> bool:
    """Whether ``level`` is at least ``needed``; an unknown one allows nothing, and nothing is enough for it."""
    return needed in LEVELS and _rank(level) >= _rank(needed)


def lowest(*levels: str) -> PrivacyLevel:
    """The strictest of some levels of a session."""
    return cast(PrivacyLevel, min(levels, key=_rank))


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0


@dataclass(frozen=True)
class Choice:
    """What the user chose for a session: a level (None: the default), masked names, rules."""

    level: PrivacyLevel | None = None
    names: ColumnNames | None = None
    rules: tuple[PrivacyRule, ...] = ()

    def to_json(self) -> str | None:
        """Names and rules as the store keeps them; None where there are none. (The level has its own column.)"""
        if self.names is None and not self.rules:
            return None
        return json.dumps({"names": self.names, "rules": [rule.model_dump() for rule in self.rules]})

    @classmethod
    def read(cls, level: str | None, text: str | None) -> Choice:
        """From the store. Rules that can't be read make everything hidden rather than nothing."""
        known = cast(PrivacyLevel, level) if level in get_args(PrivacyLevel) else None
        if not text:
            return cls(known)
        try:
            value = json.loads(text)
            rules = tuple(PrivacyRule.model_validate(rule) for rule in value.get("rules") or ())
            names = value.get("names")
            return cls(known, names if names in get_args(ColumnNames) else None, rules)
        except (ValueError, AttributeError, TypeError):
            return cls("names", "masked", ())


@dataclass(frozen=True)
class Privacy:
    """What is in force for one model."""

    level: PrivacyLevel
    ceiling: PrivacyLevel = "rows"
    names: ColumnNames = "clear"
    rules: tuple[PrivacyRule, ...] = field(default_factory=tuple)

    def lets_pass(self, level: str | None, tables: Sequence[SentTable]) -> bool:
        """Whether something that tells ``tables`` up to ``level`` may be told to a model (again).

        A rule for a column is taken for one of its whole table: which columns it was, nobody kept.
        """
        if level is None:
            return True
        if not allows(self.level, level):
            return False
        rules: dict[str, str] = {}
        for rule in self.rules:
            name = rule.table.casefold()
            rules[name] = min(rules.get(name, "rows"), rule.level, key=_rank)
        if not tables and rules and level == "rows":
            return False  # what code printed: it may be of any table
        return all(allows(rules.get(table.name.casefold(), "rows"), table.level) for table in tables)

    def policy(self) -> dict[str, Any]:
        """As the gate in the kernel takes it."""
        return {
            "level": self.level,
            "ceiling": self.ceiling,
            "rules": [rule.model_dump() for rule in self.rules],
        }


@dataclass(frozen=True)
class Defaults:
    """What is configured: ``level`` "" means by where the model runs; ``ceiling`` is the administrator's."""

    level: PrivacyLevel | Literal[""] = ""
    ceiling: PrivacyLevel = "rows"
    names: ColumnNames = "clear"

    def in_force(self, choice: Choice, providers: Sequence[str]) -> Privacy:
        """For models of ``providers``, of which the strictest default counts: what one sees another may read."""
        usual = self.level or ("rows" if all(name in LOCAL_PROVIDERS for name in providers) else "schema")
        masked = "masked" in (self.names, choice.names)
        return Privacy(
            level=lowest(choice.level or usual, self.ceiling),
            ceiling=self.ceiling,
            names="masked" if masked else "clear",
            rules=choice.rules,
        )


def with_rule(
    rules: Sequence[PrivacyRule], table: str, column: str | None, level: RuleLevel | None
) -> tuple[PrivacyRule, ...]:
    """``rules`` with the one for this table or column replaced; None takes it away."""
    kept = [rule for rule in rules if not _is_for(rule, table, column)]
    return (*kept, PrivacyRule(table=table, column=column, level=level)) if level else tuple(kept)


def _is_for(rule: PrivacyRule, table: str, column: str | None) -> bool:
    same_column = (rule.column or "").casefold() == (column or "").casefold()
    return same_column and rule.table.casefold() == table.casefold()


def together(
    disclosed: Iterable[tuple[str | None, Sequence[SentTable]]],
) -> tuple[str | None, tuple[SentTable, ...]]:
    """Several disclosures as one: the highest level, and for each table the most that any of them tells."""
    highest: str | None = None
    tables: dict[str, SentTable] = {}
    for level, told in disclosed:
        if level is not None and (highest is None or _rank(level) > _rank(highest)):
            highest = level
        for table in told:
            before = tables.get(table.name, table)
            tables[table.name] = SentTable(
                name=table.name,
                level=max(before.level, table.level, key=_rank),
                columns=max(before.columns, table.columns),
                rows=max(before.rows, table.rows),
            )
    return highest, tuple(tables.values())


def describe_level(level: str, language: Language = "en") -> str:
    """What a level lets the model see, in one line."""
    english, chinese = _MEANINGS.get(level, ("", ""))
    return chinese if language == "zh" else english


_MEANINGS: Mapping[str, tuple[str, str]] = {
    "hidden": ("nothing, not even its name", "什么都看不到，包括名称"),
    "names": ("names of tables and columns, and how many rows there are", "表名、列名和行数"),
    "schema": ("names and types, no values", "名称和类型，不含数据"),
    "aggregates": (
        "names, types, and statistics that stand for at least 5 rows",
        "名称、类型，以及至少涵盖 5 行的统计值",
    ),
    "rows": ("everything, values too", "全部内容，包括单个数据"),
}
LEVELS_IN_CHINESE: Mapping[str, str] = {
    "hidden": "隐藏",
    "names": "名称",
    "schema": "结构",
    "aggregates": "汇总",
    "rows": "数据行",
}
"""The words that stand beside the levels' names."""
