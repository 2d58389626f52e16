"""English sentences that count: rows, different values, missing ones; and how two columns are correlated."""

from __future__ import annotations

import re

from .asks import Ask, Clause, Measure
from .clauses import LEAD, clauses, groups_in, pattern, rejoined

# --- how many, which values, what is missing ------------------------------------------------------

_MISSING = pattern(r".*\b(?:missing|null|nulls|nan|nans|empty)(?: values?| cells?| data| entries)?\b.*")
_MISSING_ONLY = pattern(
    rf"{LEAD}(?:how many |are there (?:any )?|is there (?:any )?|count (?:the )?|check (?:for )?"
    rf"|does .+? (?:have|contain) (?:any )?)?"
    r"(?:number of |count of |any )?(?:missing|null|nulls|nan|nans|empty)(?: values?| cells?| data| entries| "
    r"counts?)?(?: (?:are|is) there)?"
    r"(?: (?:does|do|has|have) (?P<subject>.+?)(?: have)?)?|(?:which|what) columns? (?:has|have|contains?) "
    r"(?:any )?(?:missing|null|empty)(?: values?)?"
    r"|(?:does|do|has|is|are) (?P<subject2>.+?) (?:have |has |contain )?(?:any )?(?:missing|null|empty)(?: values?)?"
)
_DISTINCT = pattern(
    rf"(?:(?P<many>how many|{LEAD}(?:the )?(?:number|count) of|count(?: the)?) )?(?:{LEAD})?"
    rf"(?:different|distinct|unique)"
    r"(?: values?(?! \w))?(?: (?P<of>.+?))?(?: (?:are there|are in .*|exist|occur))?"
)
_VALUES = pattern(
    rf"{LEAD}(?:possible |different )?(?:values|categories|value counts|value_counts|frequenc(?:y|ies)"
    rf"|counts of values)"
)
_WHAT_ARE_THERE = pattern(r"(?:what|which) (?P<of>.+?) (?:are there|exist|occur|do we have)")
_CORRELATION = pattern(
    rf"(?:{LEAD}|is there an? |how strong is the )(?:pearson(?:['’]s)? )?"
    r"(?:correlations?|correlation coefficient|corr|correlated)"
    r"(?: (?:is|are))?(?: (?P<of>.+))?"
)
_HOW_CORRELATED = pattern(
    r"(?:how|are|is) (?:strongly |much )?(?:are |is |do |does )?(?P<of>.+?) (?:correlated?|related)"
    r"(?: (?:with|to) (?P<other>.+))?"
)


def missing(text: str) -> Ask | None:
    """``missing values per column``, ``how many missing values has sex``."""
    if not _MISSING.fullmatch(text):
        return None
    head, parts = clauses(text)
    if not (match := _MISSING_ONLY.fullmatch(head)):
        return None
    by, rest = groups_in(parts)
    groups = tuple(
        phrase for phrase in by if not pattern(r"(?:each )?(?:columns?|fields?|variables?)").fullmatch(phrase)
    )
    of = match["subject"] or match["subject2"] or ""
    return Ask("missing", of=of, by=groups, clauses=rest)


def distinct(text: str) -> Ask | None:
    """``how many different species``, ``distinct values of island``, ``which islands are there``."""
    head, parts = clauses(text)
    by, rest = groups_in(parts)
    if match := _DISTINCT.fullmatch(head):
        of = match["of"] or ""
        if (not of or of.lower() == "values") and rest and rest[0].marker in ("of", "in", "for"):
            of, rest = rest[0].phrase, rest[1:]
        measures: tuple[Measure, ...] = ("count",) if match["many"] else ()
        return Ask("distinct", of=re.sub(r"^values of ", "", of), measures=measures, by=by, clauses=rest)
    if _VALUES.fullmatch(head) and rest:
        return Ask("distinct", of=rest[0].phrase, by=by, clauses=rest[1:])
    if match := _WHAT_ARE_THERE.fullmatch(head):
        return Ask("distinct", of=match["of"], by=by, clauses=rest)
    return None


def correlation(text: str) -> Ask | None:
    """``correlation of a and b``, ``how is a correlated with b``."""
    if match := _HOW_CORRELATED.fullmatch(text):
        head, parts = clauses(match["other"] or match["of"])
        return Ask(
            "correlation",
            of=match["of"],
            against=match["other"] or "",
            clauses=groups_in(parts)[1] if match["other"] else (),
        )
    head, parts = clauses(text)
    if not (match := _CORRELATION.fullmatch(head)):
        return None
    by, rest = groups_in(parts)
    of = match["of"] or ""
    if not of and rest:
        of, rest = rest[0].phrase, rest[1:]
    of = re.sub(r"^between\s+", "", of, flags=re.IGNORECASE)
    against = ""
    if rest and rest[0].marker == "with":
        against, rest = rest[0].phrase, rest[1:]
    return Ask("correlation", of=of, against=against, by=by, clauses=rest)


_SHARE = pattern(
    rf"(?:what|which|how many|how much|{LEAD}) ?(?:percentage|percent|per cent|share|proportion|fraction) of "
    r"(?:all )?(?:the )?(?P<of>.+?) (?:"
    r"(?:is|are|was|were|has|have|had|comes? from|came from|lived? (?:in|on)) (?P<so>.+)"
    r"|(?P<does>(?:weigh|cost).+|\w+ed))"
)


def share(text: str) -> Ask | None:
    """``what percentage of the penguins is female``"""
    if not (match := _SHARE.fullmatch(text)):
        return None
    of, whole = clauses(match["of"])
    so, parts = clauses(match["so"] or match["does"])
    by, rest = groups_in(parts)
    if not so and rest:  # "… is in Africa", "… is longer than 50"
        so, rest = rest[0].phrase, rest[1:]
    elif rest and rest[0].marker == "where":
        joined = rejoined((Clause("where", so), *rest))
        so, rest = joined[0].phrase, joined[1:]
    return Ask("share", of=of, text=so, by=by, clauses=(*whole, *rest))


_HOW_MANY = pattern(
    rf"(?:how many|(?:{LEAD})?(?:total )?(?:number|count)(?: of)?(?= |$)|count\b(?: up)?(?: all)?(?: of)?"
    rf"(?: the)?) ?(?P<of>.*?)"
    r"(?: (?:are there|is there|there are|do we have|do i have|exist|in total|in all|altogether))*"
)
_HAVE = pattern(
    r"(?P<of>.+?) (?:(?:do|does|did) (?P<subject>.+?) (?:have|contain|hold)(?: in total)?|"
    r"(?P<verb>have|has|are|is|were|was|weigh|weighs|weighed|cost|costs|live|lives|lived|contain"
    r"|contains)(?! there\b) (?P<rest>.+))"
)
_HOW_OFTEN = pattern(r"how often (?:does|do) (?:each|every|the) (?P<of>.+?) (?:occur|appear|come up|show up)")
_COUNT_WORDS = pattern(
    rf"{LEAD}(?:count|row count|number of rows|nrows|row number|(?P<table>\S+) row count|"
    rf"(?:len|length|size|shape|dimensions?))"
    r"|how (?:big|large|long) (?:is|are)(?: the)? (?P<table2>.+)"
)


def count(text: str) -> Ask | None:
    """``how many rows has penguins``, ``number of penguins per island``, ``how many penguins are heavier than 5``."""
    head, parts = clauses(text)
    by, rest = groups_in(parts)
    if match := _COUNT_WORDS.fullmatch(head):
        table = tuple(Clause("of", name) for name in (match["table"], match["table2"]) if name)
        return Ask("count", of="rows", by=by, clauses=(*table, *rest))
    if match := _HOW_OFTEN.fullmatch(text):
        return Ask("distinct", of=match["of"])
    if not (match := _HOW_MANY.fullmatch(head)):
        return None
    of = match["of"].strip()
    if not of and rest and rest[0].marker == "of":
        of, rest = rest[0].phrase, rest[1:]
        if have := _HAVE.fullmatch(of):
            of = have["of"]
    if have := _HAVE.fullmatch(of):
        of = have["of"]
        if have["subject"]:
            rest = (Clause("of", have["subject"]), *rest)
        elif not pattern(r"there(?: .*)?").fullmatch(have["rest"]):
            verb = have["verb"].lower()
            phrase = f"{verb} {have['rest']}" if verb.startswith(("weigh", "cost")) else have["rest"]
            rest = (
                Clause(
                    "of" if verb in ("has", "have") and pattern(r"[`@\w.]+(?: got)?").fullmatch(phrase) else "where",
                    phrase,
                ),
                *rest,
            )
            rest = rejoined(rest)
    if not of:
        return None
    if pattern(r"(?:the )?columns?|fields?|variables?|features?").fullmatch(of):
        return Ask("columns", measures=("count",), clauses=rest)
    return Ask("count", of=of, by=by, clauses=rest)
