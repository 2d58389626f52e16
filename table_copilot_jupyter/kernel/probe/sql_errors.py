"""DuckDB's errors in words that hold no value.

DuckDB quotes cells in its errors ("Could not convert string 'Ann' to INT32"), and categories and keys in its types
("ENUM('Ann', 'Bob')"). So its own words are never passed on: those of known errors are told anew, with names only if
the statement holds them or they are columns that the model may see, and with types only if they are plain words. Of
all others only the kind is told. The user gets the full text as ``Failure.detail``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from .failure import Failure

UNSHOWN = "(its details may quote values, so they are not shown)"

_KINDS = {
    "BinderException": "The statement doesn't fit its tables",
    "CatalogException": "The statement names something that is not there",
    "ConversionException": "A value can't be converted",
    "OutOfRangeException": "A value is out of range",
    "InvalidInputException": "A function can't take a value",
    "InvalidTypeException": "A type doesn't fit",
    "TypeMismatchException": "A type doesn't fit",
    "NotImplementedException": "DuckDB can't do that",
    "PermissionException": "The statement reaches for something outside the tables",
    "ParserException": "The SQL has a syntax error",
    "SyntaxException": "The SQL has a syntax error",
    "SerializationException": "The SQL can't be analysed",
    "ConstraintException": "A value breaks a constraint",
}

_PLAIN_TYPE = re.compile(
    r"(?:BIGINT|INTEGER|SMALLINT|TINYINT|HUGEINT|U?INT(?:8|16|32|64|128)|U(?:BIGINT|INTEGER|SMALLINT|TINYINT|HUGEINT)|"
    r"BIGNUM|FLOAT|DOUBLE|BOOL(?:EAN)?|VARCHAR|BLOB|BIT|DATE|TIME(?:_NS)?|TIMESTAMP(?:_S|_MS|_NS)?|INTERVAL|UUID|JSON|"
    r"(?:TIMESTAMP|TIME) WITH TIME ZONE|STRING_LITERAL|INTEGER_LITERAL|DECIMAL(?:\(\d+,\d+\))?)(?:\[\d*\])*\Z"
)
_FUNCTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}\Z|[-+*/%<>=!~|&^]{1,4}\Z")
_LINE = re.compile(r"\nLINE (\d+): ")


def syntax_failure(error: BaseException, sql: str) -> Failure:
    """An error of DuckDB's parser, which has seen nothing but the statement, so that its words may be told."""
    known = failure(error, sql, {})
    if UNSHOWN not in known.message:
        return known
    words = str(error).split(": ", 1)[-1].split("\n", 1)[0]
    return Failure("The SQL has a syntax error: %s" % words[:300].strip(), "", known.detail)


def failure(error: BaseException, sql: str, tables: Mapping[str, Sequence[str]], *, lines_before: int = 0) -> Failure:
    """A DuckDB error as one that user and model may read.

    ``tables``: the tables of the statement with their columns, as far as the model may know them. ``lines_before``:
    how many lines stood before ``sql`` in what DuckDB ran.
    """
    text = str(error)
    detail = _LINE.sub(lambda line: "\nLINE %d: " % (int(line[1]) - lines_before), text)[:10_000]
    name = type(error).__name__
    words = text.split(": ", 1)[1] if ": " in text else text
    if name == "OutOfMemoryException":
        return Failure(
            "The query takes more memory than there is.", "Aggregate or filter more, or select fewer columns.", detail
        )
    for pattern, tell in _TEMPLATES:
        match = pattern.match(words)
        told = tell(match, _Names(sql, tables)) if match else None
        if told is not None:
            message, hint = told
            return Failure(message, hint, detail)
    kind = _KINDS.get(name)
    if kind is None:
        return Failure("DuckDB refuses the query: %s %s." % (name, UNSHOWN), "", detail)
    return Failure("%s %s." % (kind, UNSHOWN), _HINTS.get(name, ""), detail)


_HINTS = {
    "ConversionException": "TRY_CAST gives NULL for what can't be converted.",
    "InvalidInputException": "TRY(…) gives NULL where a function fails.",
}


class _Names:
    """Which names an error may quote: those that the statement holds, and columns that the model may see."""

    def __init__(self, sql: str, tables: Mapping[str, Sequence[str]]) -> None:
        self._sql = sql.casefold()
        self.tables = tables
        self.columns = sorted({column for columns in tables.values() for column in columns})

    def safe(self, name: str) -> bool:
        return len(name) <= 200 and bool(name) and name.casefold() in self._sql

    def near(self, name: str) -> str:
        return near(name, self.columns)


def near(name: str, known: Iterable[str]) -> str:
    """A hint that names those of ``known`` that are like ``name``; empty if none is."""
    folded = {candidate.casefold(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
    if not matches:
        return ""
    return "Did you mean %s?" % " or ".join('"%s"' % folded[match] for match in matches)


def _syntax(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    token = match["token"]
    line = _LINE.search(match.string)
    place = " in line %s" % line[1] if line else ""
    if not names.safe(token):
        return ("The SQL has a syntax error%s." % place, "")
    return ('The SQL has a syntax error at or near "%s"%s.' % (token, place), "")


def _unknown_column(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    name = match["name"]
    if not names.safe(name):
        return None
    hint = names.near(name)
    if not hint and names.columns:
        hint = "The columns are: %s." % ", ".join('"%s"' % column for column in names.columns[:30])
    return ('There is no column "%s" in the tables of the statement.' % name, hint)


def _unknown_table(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    if not names.safe(match["name"]):
        return None
    return (
        'The statement has no table "%s" there.' % match["name"],
        "Its tables are: %s." % ", ".join('"%s"' % table for table in names.tables) if names.tables else "",
    )


def _unknown_function(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    name = match["name"]
    if not names.safe(name) or not _FUNCTION.match(name):
        return None
    like = re.search(r'Did you mean "([a-z_][a-z0-9_]{0,60})"\?', match.string)
    return ('There is no function "%s" here.' % name, 'Did you mean "%s"?' % like[1] if like else "")


def _ungrouped(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    if not names.safe(match["name"]):
        return None
    return ('The column "%s" is neither in GROUP BY nor in an aggregate function.' % match["name"], "")


def _ambiguous(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    if not names.safe(match["name"]):
        return None
    return ('More than one table has a column "%s".' % match["name"], "Put the table's name before it.")


def _no_match(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    function = match["name"]
    if not _FUNCTION.match(function):
        return None
    types = [part.strip() for part in match["types"].split(", ")]
    told = "(%s)" % ", ".join(types) if all(_PLAIN_TYPE.match(part) for part in types) else "of these types"
    return (
        'The function or operator "%s" takes no arguments %s.' % (function, told),
        "Cast them, for example x::DOUBLE.",
    )


def _two_types(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    first, second = match["first"], match["second"]
    if _PLAIN_TYPE.match(first) and _PLAIN_TYPE.match(second):
        return ("%s and %s can't be compared or mixed." % (first, second), "Cast one of them.")
    return ("Two types can't be compared or mixed.", "Cast one of them, for example x::VARCHAR.")


def _conversion(match: re.Match[str], names: _Names) -> tuple[str, str] | None:
    target = match["target"].strip()
    column = re.search(r"when casting from source column (.{1,200}?)(?:\n|\Z)", match.string, re.DOTALL)
    told = "A value"
    if column and column[1] in names.columns:
        told = 'A value of the column "%s"' % column[1]
    into = " to %s" % target if _PLAIN_TYPE.match(target) else ""
    return ("%s can't be converted%s." % (told, into), "TRY_CAST gives NULL for what can't be converted.")


def _said(message: str, hint: str = "") -> Callable[[re.Match[str], _Names], tuple[str, str] | None]:
    return lambda match, names: (message, hint)


_Template = tuple[str, Callable[[re.Match[str], _Names], "tuple[str, str] | None"]]

_KNOWN: tuple[_Template, ...] = (
    (r'syntax error at or near "(?P<token>[^"\n]{1,100})"', _syntax),
    (r"syntax error at end of input", _said("The SQL ends too early.")),
    (r"Max expression depth limit", _said("The statement is nested too deeply.", "Simplify it.")),
    (r'Referenced column "(?P<name>[^"\n]+)" (?:was )?not found', _unknown_column),
    (r'(?:Values list|Table|Subquery) "[^"\n]+" does not have a column named "(?P<name>[^"\n]+)"', _unknown_column),
    (r'Column "(?P<name>[^"\n]+)" (?:in (?:EXCLUDE|REPLACE|RENAME) list not found|does not exist)', _unknown_column),
    (r'Referenced table "(?P<name>[^"\n]+)" not found', _unknown_table),
    (r"Table with name (?P<name>\S+) does not exist", _unknown_table),
    (r'[\w ]*Function with name "?(?P<name>[^"\s]+)"? (?:does not exist|is not in)', _unknown_function),
    (r'column "(?P<name>[^"\n]+)" must appear in the GROUP BY clause', _ungrouped),
    (r'Ambiguous reference to column name "(?P<name>[^"\n]+)"', _ambiguous),
    (r"No function matches the given name and argument types '(?P<name>[^('\n]+)\((?P<types>.*?)\)'\. You", _no_match),
    (r"Cannot compare values of type (?P<first>.+?) and type (?P<second>.+?) - an explicit", _two_types),
    (r"Cannot mix values of type (?P<first>.+?) and (?P<second>.+?) in ", _two_types),
    (r"Unimplemented type for cast \(.+ -> (?P<target>[^>\n]+)\)", _conversion),
    (r"(?s)Could not convert string .* to (?P<target>[A-Z0-9_(), ]+?)(?: when casting|\n|\Z)", _conversion),
    (r"(?s)(?:invalid |)\w+ field (?:format|value out of range): .*expected format is(?P<target>)", _conversion),
    (r"Overflow in ", _said("A number overflows.", "Cast to DOUBLE or HUGEINT first.")),
    (r"Division by zero", _said("A division by zero.", "NULLIF(divisor, 0) gives NULL instead.")),
    (r"WHERE clause cannot contain aggregates", _said("WHERE can't contain aggregates.", "Use HAVING.")),
    (r"WHERE clause cannot contain window", _said("WHERE can't contain window functions.", "Use QUALIFY.")),
    (r"GROUP BY clause cannot contain aggregates", _said("GROUP BY can't contain aggregates.")),
    (r"aggregate function calls cannot be nested", _said("Aggregates can't be nested.", "Use a subquery.")),
    (r"aggregate function calls cannot contain", _said("Aggregates can't contain that.", "Use a subquery.")),
    (r"Set operations can only apply", _said("The parts of a UNION need the same number of columns.")),
    (
        r"More than one row returned by a subquery",
        _said("A subquery that stands for a value returns more than one row.", "Use LIMIT 1 or an aggregate."),
    ),
    (r"(?:ORDER|GROUP BY) term out of range", _said("A position in ORDER BY or GROUP BY is out of range.")),
    (r"LIMIT/OFFSET cannot be negative", _said("LIMIT and OFFSET can't be negative.")),
    (r"Deprecated lambda arrow", _said("DuckDB no longer takes x -> …", "Write lambda x: … instead.")),
    (r"Window functions are not supported here", _said("A window function needs OVER (…), and can't stand there.")),
)
_TEMPLATES = tuple((re.compile(pattern), tell) for pattern, tell in _KNOWN)
