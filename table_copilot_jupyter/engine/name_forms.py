"""How names of tables and columns are found in any text: their kinds, their spellings, one pattern for all of them.

A name is looked for as a whole word. What a whole word is, and whether case counts, depends on its kind:

- *distinct* names, most of them: in any case, also as a part between underscores (``avg_body_mass_g``);
- *common* words (``date``, ``name``, ``id``) and names of one or two characters: exactly as they are, and not as a
  part of a longer identifier, or half of all prose would be taken for them;
- *numbers* of four digits and more (``2019``): where they are not a part of another number;
- *slight* ones, without letters and with fewer digits (``7``, ``%``): only in quotes, since they tell nothing.

Chinese, Japanese, Korean and Thai characters are not divided into words: beside them every place is a boundary.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from itertools import product

_UNDIVIDED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uffdc\U00020000-\U0003ffff"
)
_LETTER = f"[^\\W_{_UNDIVIDED}]"
_WORD = f"[^\\W{_UNDIVIDED}]"
_IS_WORD = re.compile(f"{_WORD}+")
_QUOTE = "[\"'`]"


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


class Kind(Enum):
    """See the module's docstring."""

    DISTINCT = "distinct"
    COMMON = "common"
    NUMBER = "number"
    SLIGHT = "slight"


# before and after a name; one that begins or ends with another character than a word's needs no boundary there
_BOUNDARIES = {
    Kind.DISTINCT: (f"(?<!{_LETTER})", f"(?:(?<!{_WORD})|(?!{_LETTER}))"),
    Kind.COMMON: (f"(?<!{_WORD})", f"(?:(?<!{_WORD})|(?!{_WORD}))"),
    Kind.NUMBER: (f"(?<!{_WORD})(?<!\\d[.,])", f"(?!{_WORD})(?![.,]\\d)"),
    Kind.SLIGHT: (f"(?<={_QUOTE})", f"(?={_QUOTE})"),
}

_COMMON = words(
    "a about above account action active actual add added address after again age ago all also am amount an and any "
    "are area arguments as ask at available average b back base be because been before begin below best better "
    "between big black blue body both box but by c call called can case category cell change channel chart check "
    "child choice city class client code color colour column columns comment common company complete content context "
    "cost could count country create created current customer d data date day days default delete department "
    "description detail details did different direction do does done down due duration e each email end entry error "
    "event every example explain f false feature field file find first flag for format found from full function g "
    "gender get give given good green group groups h had half has have he head height help her high him his hold home "
    "hour hours how i id if image in index info input instead into is it item items its j job just k key kind know l "
    "label language large last late latitude left length less level life like limit line link list location long "
    "longitude low m made make male man manager many map mark market may me mean median member message method min "
    "minute minutes missing mode model money month months more most much my n name names need never new next no none "
    "not note now null number numbers o object of off on one only open option or order other our out output over own "
    "p page part pass people per percent period person phone place plan plot point points position price product "
    "question quantity query r range rank rate rates ratio read reason record red reference region reminder report "
    "request result results return right role room row rows run s sale sales same sample save schedule score second "
    "see select send series session set sex she short should show side since single size small so some sort source "
    "start state statement status step stop store string such sum summary system t table tables take target task team "
    "tell test text than that the their them then there these they this three time times title to today todo tool top "
    "total true turn two type u under unit units up use used user users v value values variable very view w want was "
    "way we week weight well were what when where which while white who why will with within word words work world "
    "would write x y year years yes yet you your z zip zone"
)


def kind_of(name: str) -> Kind:
    """How a name is told from other text."""
    if re.search(f"[{_UNDIVIDED}]", name):
        return Kind.DISTINCT
    if not any(character.isalpha() for character in name):
        return Kind.NUMBER if sum(character.isdigit() for character in name) >= 4 else Kind.SLIGHT
    short = len(name) <= 2 and _IS_WORD.fullmatch(name)
    return Kind.COMMON if short or name.casefold() in _COMMON else Kind.DISTINCT


def spellings(name: str) -> set[str]:
    """The name as it stands in prose, SQL, JSON and Markdown."""
    forms = {name, " ".join(name.split()), unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)}
    forms |= {form.replace(old, new) for form, (old, new) in product(set(forms), _DOUBLED)}
    for form in set(forms):
        forms |= {json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1]}
    return forms - {""}


_DOUBLED = (('"', '""'), ("'", "''"), ("'", "\\'"), ("_", "\\_"), ("|", "\\|"))


def pattern(forms: Iterable[tuple[str, Kind]]) -> re.Pattern[str] | None:
    """One pattern that finds the longest form at each place; None without any form.

    Forms share their beginnings (a trie), so that the time depends on the text and not on how many there are.
    """
    by_kind: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for form, kind in forms:
        by_kind[kind].add(form)
    if not any(by_kind.values()):
        return None
    try:
        return _compiled(by_kind, _tree)
    except RecursionError:  # hundreds of names that each begin with the one before
        return _compiled(by_kind, _list)


def _compiled(by_kind: Mapping[Kind, set[str]], alternatives: Callable[[set[str], bool], str]) -> re.Pattern[str]:
    parts = []
    for kind, forms in by_kind.items():
        before, after = _BOUNDARIES[kind]
        always = kind in (Kind.NUMBER, Kind.SLIGHT)
        bounded = {form for form in forms if always or _IS_WORD.match(form)}
        fold = kind is Kind.DISTINCT
        for found, boundary in ((bounded, before), (forms - bounded, "")):
            if found:
                parts.append(f"{boundary}{'(?i:' if fold else '(?:'}{alternatives(found, fold)}){after}")
    return re.compile("|".join(parts))


def _list(forms: set[str], _fold: bool) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))


class _Node(dict[str, "_Node"]):
    """Characters, and what comes after each. ``ends``: a form ends here."""

    ends = False


def _tree(forms: set[str], fold: bool) -> str:
    root = _Node()
    for form in sorted(forms):
        node = root
        for character in form:
            lower = character.lower()
            node = node.setdefault(lower if fold and len(lower) == 1 else character, _Node())
        node.ends = True
    return _branches(root)


def _branches(node: _Node) -> str:
    """A node's pattern: longer forms are tried before the one that ends here."""
    shared = ""
    while len(node) == 1 and not node.ends:
        ((character, node),) = node.items()
        shared += re.escape(character)
    choices = [re.escape(character) + _branches(child) for character, child in node.items()]
    if node.ends:
        choices.append("")
    return shared + (choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})")
