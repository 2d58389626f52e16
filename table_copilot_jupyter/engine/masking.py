"""Made-up names for tables and columns, where a model may not be told the real ones.

Everything that goes to a model passes ``mask_messages`` at its door, and everything that comes back is translated
again: text piece by piece by an ``Unmasker``, the arguments of tool calls by ``unmask_arguments``. Logs, tools and
users only ever see real names, so that a mask can be changed or taken away at any time.

A made-up name, such as ``col_9f3k``, is drawn from a session's salt and the name. It is a valid SQL identifier, and
never equal to a real name. How names are recognised tells ``name_forms``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import count
from typing import Any

from .name_forms import Kind, kind_of, pattern, spellings, words

_DIGITS = "bcdfghjkmnpqrstvwxz0123456789"  # no vowels: no words
_DIGIT = f"[{_DIGITS}]"
_MADE_UP = re.compile(rf"(tab|col)\\?_({_DIGIT}{{4}})", re.IGNORECASE)  # Markdown may escape the underscore
_BEGUN = re.compile(rf"(?:t(?:a(?:b|\Z)|\Z)|c(?:o(?:l|\Z)|\Z))(?:\\?_{_DIGIT}{{0,3}}|\\?)\Z", re.IGNORECASE)
_LONGEST_BEGUN = len("col\\_000")
_OF_RESULT = re.compile(r"_q\d+")
_NOT_SPOKEN = frozenset({"role", "type", "id", "tool_call_id", "signature", "format", "index"})

_SQL = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|[^\W\d]\w*",
    re.DOTALL,
)
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = words(
    "all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check "
    "collate collation column columns concurrently constraint create cross default deferrable desc describe distinct "
    "do else end except false fetch for foreign freeze from full generated glob group having ilike in initially inner "
    "intersect into is isnull join lambda lateral leading left like limit map natural not notnull null offset on only "
    "or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify references returning "
    "right select semi show similar some struct summarize symmetric table tablesample then to trailing true try_cast "
    "tuple union unique unpack unpivot using variadic verbose when where window with"
)
"""DuckDB's words that no table or column can be called without quotes."""


class NameMask:
    """The made-up names of one session. The same ``salt`` gives the same names, but for rare collisions."""

    def __init__(self, salt: bytes) -> None:
        self._key = blake2b(salt).digest()
        self._prefixes: dict[str, str] = {}
        self._kinds: dict[str, Kind] = {}
        self._made_up: dict[str, str] = {}
        self._real: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def learn(self, tables: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Mask these from now on: each table with its columns. Names that were learnt stay masked.

        Results of queries (``_q1``) keep their names, which tell nothing; their columns do not.
        """
        known = len(self._prefixes)
        for table, columns in tables:
            if not _OF_RESULT.fullmatch(table):
                self._prefixes.setdefault(table, "tab")
            for column in columns:
                self._prefixes.setdefault(column, "col")
        self._prefixes.pop("", None)
        if len(self._prefixes) > known:
            self._draw_names()

    def mask(self, text: str) -> str:
        """``text`` with every known name replaced."""
        return self._pattern.sub(self._replace, text) if self._pattern is not None else text

    def unmask(self, text: str) -> str:
        """``text`` with the real names."""
        return self._unmasked(text, 0, whole=True)[0]

    def mask_json(self, value: Any) -> Any:
        """A copy of a JSON value with every text in it masked; keys too, but for those that are common words."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, Mapping):
            return {self._masked_key(key): self.mask_json(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.mask_json(item) for item in value]
        return value

    def unmask_json(self, value: Any) -> Any:
        """A copy with the real names; in a field ``sql`` they are quoted where SQL needs it."""
        if isinstance(value, str):
            return self.unmask(value)
        if isinstance(value, Mapping):
            return {
                self.unmask(key): self.unmask_sql(item)
                if key == "sql" and isinstance(item, str)
                else self.unmask_json(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.unmask_json(item) for item in value]
        return value

    def unmask_sql(self, sql: str) -> str:
        """SQL with the real names, in quotes where they are no plain identifiers."""
        return _SQL.sub(self._unmasked_token, sql)

    def mask_messages(self, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Messages of a chat completion with all that is said in them masked, and nothing of the protocol."""
        return [
            {key: item if key == "name" else self._masked_field(key, item) for key, item in message.items()}
            for message in messages
        ]

    def unmask_arguments(self, text: str) -> str:
        """The JSON text of a tool call's arguments with the real names. What is no JSON is taken as plain text."""
        if not _MADE_UP.search(text):
            return text
        try:
            return json.dumps(self.unmask_json(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.unmask(text)

    def _draw_names(self) -> None:
        """Draw what is missing, and draw again what a real name has turned out to be."""
        real = {name.casefold() for name in self._prefixes}
        for name, made_up in list(self._made_up.items()):
            if made_up in real:
                del self._made_up[name], self._real[made_up]
        for name, prefix in self._prefixes.items():
            if name not in self._made_up:
                made_up = next(
                    drawn for drawn in self._candidates(name, prefix) if drawn not in real and drawn not in self._real
                )
                self._made_up[name] = made_up
                self._real[made_up] = name
        self._kinds = {name: kind_of(name) for name in self._prefixes}
        self._forms = {}
        for name, kind in self._kinds.items():
            for form in (name, *sorted(spellings(name))):
                self._forms.setdefault(form, name)
                if kind is Kind.DISTINCT:
                    self._forms.setdefault(form.casefold(), name)
        self._forms |= {name: name for name in self._prefixes}  # one name may be spelt like another
        self._pattern = pattern((form, kind) for name, kind in self._kinds.items() for form in spellings(name))

    def _candidates(self, name: str, prefix: str) -> Iterable[str]:
        for attempt in count():
            number = int.from_bytes(
                blake2b(f"{attempt}:{name}".encode("utf-8", "surrogatepass"), key=self._key).digest(), "big"
            )
            drawn = ""
            for _ in range(4):
                number, digit = divmod(number, len(_DIGITS))
                drawn += _DIGITS[digit]
            yield f"{prefix}_{drawn}"

    def _replace(self, match: re.Match[str]) -> str:
        found = match[0]
        name = self._forms.get(found) or self._forms.get(found.casefold())
        if name is None:  # letters that are one to the pattern and two to casefold, such as ı and i
            name = next(
                name for form, name in self._forms.items() if re.fullmatch(re.escape(form), found, re.IGNORECASE)
            )
        return self._made_up[name]

    def _unmasked(self, text: str, start: int, *, whole: bool) -> tuple[str, int]:
        """The real text from ``start`` on, and up to where it is decided: to the end if this is the ``whole``."""
        pieces: list[str] = []
        done = start
        for match in _MADE_UP.finditer(text, start):
            name = self._real.get(f"{match[1]}_{match[2]}".lower())
            if name is not None and self._kinds[name] is not Kind.DISTINCT:
                rest = text[match.end() : match.end() + 2]
                if rest in ("", "\\") and not whole:
                    return "".join([*pieces, text[done : match.start()]]), match.start()
                # common words are masked as whole identifiers only, so that is how they come back
                if rest[:1] == "_" or rest == "\\_" or text[match.start() - 1 : match.start()] == "_":
                    name = None
            pieces += [text[done : match.start()], match[0] if name is None else name]
            done = match.end()
        end = len(text) if whole else self._begun(text, done)
        return "".join([*pieces, text[done:end]]), end

    @staticmethod
    def _begun(text: str, start: int) -> int:
        """Where a made-up name may have begun that the text ends within; the text's end if none has."""
        for place in range(max(start, len(text) - _LONGEST_BEGUN), len(text)):
            if _BEGUN.match(text, place):
                return place
        return len(text)

    def _masked_key(self, key: str) -> str:
        return key if kind_of(key) is Kind.COMMON else self.mask(key)

    def _masked_field(self, key: str, value: Any) -> Any:
        if key in _NOT_SPOKEN:
            return value
        if isinstance(value, str):
            return value if value.startswith("data:") else self.mask(value)
        if isinstance(value, Mapping):
            if isinstance(value.get("arguments"), str):
                return {**value, "arguments": self._masked_arguments(value["arguments"])}
            return {name: self._masked_field(name, item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked_field("", item) for item in value]
        return value

    def _masked_arguments(self, text: str) -> str:
        try:
            return json.dumps(self.mask_json(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.mask(text)

    def _unmasked_token(self, match: re.Match[str]) -> str:
        token = match[0]
        if not _MADE_UP.search(token):
            return token
        if token[0] in "'\"":
            quote = token[0]
            inside = self.unmask(token[1:-1].replace(quote * 2, quote))
            return quote + inside.replace(quote, quote * 2) + quote
        name = self.unmask(token)
        if token[:2] in ("--", "/*") or (_SIMPLE.fullmatch(name) and name.lower() not in _RESERVED):
            return name
        return '"' + name.replace('"', '""') + '"'


class Unmasker:
    """Translates a text back that arrives in pieces. Holds back only what may be the beginning of a made-up name."""

    def __init__(self, mask: NameMask) -> None:
        self._mask = mask
        self._before = ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be said now."""
        return self._advance(piece, whole=False)

    def flush(self) -> str:
        """What was held back: the text has ended."""
        return self._advance("", whole=True)

    def _advance(self, piece: str, *, whole: bool) -> str:
        text = self._before + self._held + piece
        start = len(self._before)
        said, end = self._mask._unmasked(text, start, whole=whole)
        self._held = text[end:]
        self._before = text[:end][-1:]
        return said
