"""A longer phrase cut into the columns and tables in it and the words that are neither, which may be values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .chinese_words import MEANINGS, VALUES, WORDS_ZH
from .fields import words
from .names import SURE, Column, TableInfo, columns_meant, means_rows_of, name_words, singular, table_meant
from .scene import Scene

LONGEST_NAME: Final = 6
"""The most words that one name is looked for in."""


@dataclass(frozen=True)
class Item:
    """A part of a phrase. ``columns`` are several where the words fit more than one."""

    kind: Literal["column", "table", "word", "break"]
    text: str
    columns: tuple[Column, ...] = ()
    quoted: bool = False


_TOKEN = re.compile(
    r"`(?P<name>[^`]+)`|\"(?P<double>[^\"]*)\"|“(?P<curly>[^”]*)”|(?<!\w)'(?P<single>[^']*)'(?!\w)"
    r"|@?(?P<dotted>[A-Za-z_]\w*\.[A-Za-z_]\w*)|@(?P<mention>[^\W\d]\w*)|(?P<chinese>[\u4e00-\u9fff]+)"
    r"|(?P<word>[^\W\u4e00-\u9fff][^\s,;、，：:()（）\u4e00-\u9fff]*)|(?P<break>[,;、，&/])"
)
_BREAKS: Final = words("and or plus as well & vs versus with") | {"和", "与", "或", "及"}
_EMPTY: Final = words(
    "the a an all any each every of in for on from to is are was were be been do does did my our your their its "
    "it them that these this those there here data dataset datasets dataframe dataframes table tables frame "
    "column columns field fields value values row rows record records entry entries observation observations "
    "only just me you we kernel notebook different total overall whole have has had got live lives lived living "
    "located found come comes from"
)
FILLER: Final = words(
    "name names one ones size sizes amount amounts content contents level levels seen observed recorded measured called"
)
"""Words that say nothing more where they are no column's: "the name of the island", "bill size"."""
_EMPTY_ZH: Final = words("的 里 中 表 表格 数据 列 值 行 数 数据集 数据框 里面 中的 上 在 这个 这些 所有 全部 每")


def tag(phrase: str, scene: Scene, *, least: float = SURE, loose: bool = False) -> list[Item]:
    """The columns, the tables and the other words in ``phrase``, in their order; empty words are left out."""
    table = scene.table
    tables = (table,) if table.name else tuple(scene.tables)  # another table's name is a word like any other
    tokens = _tokens(phrase, table, tables)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        if kind == "break":
            items.append(Item("break", text))
            at += 1
            continue
        if kind in ("value", "name"):
            items.append(_quoted(text, table, tables, is_name=kind == "name"))
            at += 1
            continue
        end = at
        while end < len(tokens) and end - at < LONGEST_NAME and tokens[end][0] == kind:
            end += 1
        item, at = _longest(tokens, at, end, table, tables, least=least, loose=loose)
        if item is not None:
            items.append(item)
    return items


def _longest(
    tokens: Sequence[tuple[str, str]],
    at: int,
    end: int,
    table: TableInfo,
    tables: Sequence[TableInfo],
    *,
    least: float,
    loose: bool,
) -> tuple[Item | None, int]:
    """The longest name that begins at a token, else that token as a word; and where to go on."""
    for stop in range(end, at, -1):
        text = " ".join(word for _, word in tokens[at:stop])
        alone = stop == at + 1
        if alone and (text.lower() in _EMPTY or text in _EMPTY_ZH):
            if exact := [column for column in table.columns if column.name == text]:
                return Item("column", text, tuple(exact)), stop
            return None, stop
        if found := columns_meant(text, table.columns, least=SURE, loose=False):
            return Item("column", text, found), stop
        if means_rows_of(text, table.columns):
            return Item("table", text), stop
        if found := columns_meant(text, table.columns, least=least, loose=loose):
            return Item("column", text, found), stop
        if table_meant(text, tables):
            return Item("table", text), stop
    text = tokens[at][1]
    if text.lower() in FILLER:
        return None, at + 1
    if len(text) > 3 and singular(text.lower()) in name_words(table.name):
        return Item("table", text), at + 1  # "Seattle" where the table is `seattle_weather`
    return Item("word", text), at + 1


def _quoted(text: str, table: TableInfo, tables: Sequence[TableInfo], *, is_name: bool) -> Item:
    _, _, last = text.rpartition(".")
    for name in (text, last):
        if found := [column for column in table.columns if column.name.casefold() == name.casefold()]:
            return Item("column", text, tuple(found), quoted=True)
    if is_name and (found_alike := columns_meant(text, table.columns)):
        return Item("column", text, found_alike, quoted=True)
    if table_meant(text, tables):
        return Item("table", text, quoted=True)
    return Item("word", text, quoted=True)


def _tokens(phrase: str, table: TableInfo, tables: Sequence[TableInfo]) -> list[tuple[str, str]]:
    """(kind, text); the kind is word, chinese, break, name (written as one) or value (in quotes)."""
    tokens: list[tuple[str, str]] = []
    for found in _TOKEN.finditer(phrase):
        kind, text = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "chinese":
            tokens += _chinese_tokens(text, table, tables)
        elif kind in ("name", "dotted", "mention"):
            tokens.append(("name", text))
        elif kind in ("double", "curly", "single"):
            tokens.append(("value", text))
        elif kind == "break" or text.lower() in _BREAKS:
            tokens.append(("break", text))
        elif text := text.strip(".?!:'’"):
            tokens.append(("word", text.removesuffix("'s").removesuffix("’s")))
    return tokens


def _chinese_tokens(text: str, table: TableInfo, tables: Sequence[TableInfo]) -> list[tuple[str, str]]:
    """Chinese is written without spaces: cut at the words that are known, the longest first."""
    names = [column.name for column in table.columns] + [other.name for other in (table, *tables)]
    known = sorted({*MEANINGS, *VALUES, *_EMPTY_ZH, *_BREAKS, *filter(WORDS_ZH.search, names)}, key=len, reverse=True)
    tokens: list[tuple[str, str]] = []
    at, start = 0, 0
    while at < len(text):
        word = next((word for word in known if text.startswith(word, at)), "")
        if word:
            if start < at:
                tokens.append(("chinese", text[start:at]))
            tokens.append(("break" if word in _BREAKS else "chinese", word))
            at = start = at + len(word)
        else:
            at += 1
    if start < at:
        tokens.append(("chinese", text[start:at]))
    return tokens
