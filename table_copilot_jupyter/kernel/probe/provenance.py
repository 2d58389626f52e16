"""Where the results of queries come from, so that the gate holds for them too.

A result is a variable (``_q1``) like any table, but what it holds comes from others: a rule that keeps the salaries of
``staff`` from the model also keeps those in ``_q1``. So each result's sources are noted in the namespace, and
``inherited`` turns them into rules for the results. Like all rules they only lower.

A result in which one row of a table stands behind several (a join, ``unnest``) can't be aggregated any more: five of
its rows may be one person. Nor can one whose columns are more than plain values (``CASE WHEN id = 7 THEN salary``):
their sum may be one person's. Below ``rows`` such a result shows its schema only. One whose columns are called after
keys in cells is hidden there.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from .frames import is_result
from .gate import Policy, Rule, lowest

NOTES = "_table_copilot_results"
"""The name in the namespace. Front ends and IPython's ``%who`` leave names with an underscore out."""


def result_number(namespace: Mapping[str, Any], least: Any) -> int:
    """The number of the next result: ``least``, or one more than the highest ``_q<n>`` that there is."""
    taken = [int(name[2:]) for name in list(namespace) if type(name) is str and is_result(name)]
    wanted = least if isinstance(least, int) and not isinstance(least, bool) and least > 0 else 1
    return max([wanted, *(number + 1 for number in taken)])


@dataclass(frozen=True)
class Note:
    """What is noted of a result. ``columns``: by table those that were read.

    ``countable``: its rows may be counted and summed as rows of its tables are. ``public_count``: how many rows it has
    says nothing of values. ``secret``: a column that looks secret may be in it by another name. ``named_by_values``:
    some of its columns are called after keys in cells.
    """

    columns: Mapping[str, Sequence[str]]
    countable: bool
    public_count: bool
    secret: bool
    named_by_values: bool


def note(namespace: MutableMapping[str, Any], variable: str, of: Note) -> None:
    """Note where a result comes from."""
    notes = namespace.get(NOTES)
    if type(notes) is not dict:
        notes = namespace[NOTES] = {}
    notes[variable] = {"columns": {table: list(names) for table, names in of.columns.items()}}
    notes[variable].update(
        countable=of.countable,
        public_count=of.public_count,
        secret=of.secret,
        named_by_values=of.named_by_values,
    )


def inherited(namespace: Mapping[str, Any], policy: Policy) -> Policy:
    """The policy with rules for results, and for other variables that are the same objects."""
    notes = namespace.get(NOTES)
    if type(notes) is not dict:
        return policy
    for variable in sorted((name for name in notes if is_result(name)), key=lambda name: int(name[2:])):
        if variable not in namespace:
            continue
        value = namespace[variable]
        names = [name for name, other in list(namespace.items()) if other is value and type(name) is str]
        rules = [Rule(name, None, _level(policy, notes[variable])) for name in names]
        uncounted = policy.uncounted.union([] if notes[variable]["public_count"] else names)
        policy = Policy(policy.level, policy.ceiling, [*policy.rules, *rules], uncounted)
    return policy


def _level(policy: Policy, noted: Mapping[str, Any]) -> str:
    """What the sources' rules allow of a result."""
    rules = Policy("rows", "rows", policy.rules)
    level = "schema" if noted["secret"] else "rows"
    for table, columns in noted["columns"].items():
        level = lowest(level, rules.level_of(table), *(rules.level_of(table, column) for column in columns))
    here = lowest(level, policy.level)
    if noted["named_by_values"] and here != "rows":
        return "hidden"
    if not noted["countable"] and here == "aggregates":
        return "schema"
    return level
