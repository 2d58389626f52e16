"""A model is told made-up names: no known name reaches it, and what it says comes back with the real ones."""

from __future__ import annotations

import json
import re
import time

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from table_copilot_jupyter.engine import masking
from table_copilot_jupyter.engine.masking import NameMask, Unmasker
from table_copilot_jupyter.engine.name_forms import Kind, kind_of

COLUMNS = ["species", "island", "body_mass_g", "Body Mass (g)", "year", "sex", "体重", "国家 名称", "Größe"]
MADE_UP = re.compile(r"(?:tab|col)_[b-df-hj-np-tv-xz0-9]{4}")


def mask_of(*columns: str, table: str = "penguins", salt: bytes = b"s1:e1") -> NameMask:
    mask = NameMask(salt)
    mask.learn([(table, columns)])
    return mask


@pytest.fixture
def mask() -> NameMask:
    return mask_of(*COLUMNS)


# --- what the model is told ---------------------------------------------------------------------

HIDDEN = [
    "penguins",
    "Penguins have PENGUINS",
    "mean body_mass_g per island",
    "avg_body_mass_g and body_mass_g_2",
    "penguins.body_mass_g",
    "\"species\", `species`, 'species', @species, [species], species;",
    'SELECT "Body Mass (g)" FROM penguins WHERE species=1',
    "the Body Mass (g)of penguins",
    '{"Body Mass (g)": 1, "island": null}',
    "df['island'].mean()",
    "按species分组，体重最大的islands",
    "每个国家 名称的平均体重是多少",
    json.dumps({"体重": 1, "Größe": 2}),
    "| body\\_mass\\_g | sex |",
    "GRÖSSE, größe und Gro\u0308ße",
    "penguins's sex: sex/species",
    "$species$ <b>island</b> #sex",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_no_name_of_a_table_or_column_is_told(mask: NameMask, text: str):
    told = mask.mask(text)

    assert told != text
    for name in ["penguins", *COLUMNS, "body\\_mass", "\\u4f53", "Gr\\u00f6"]:
        assert not re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", told, re.IGNORECASE), told


KEPT = {
    "part of a word": "speciesism, unisex, penguinsong, islands",
    "common word in another case": "Year after YEAR",
    "common word in an identifier": "year_end, last_year, midyear",
    "plain words": "SELECT count(*) FROM t -- how many",
    "number": "1,234.5 and 2019",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_is_no_name_stays(mask: NameMask, text: str):
    assert mask.mask(text) == text


def test_the_longest_name_counts():
    mask = mask_of("mass", "body mass", "Body mass index", "body")

    told = mask.mask("Body Mass Index, body mass, body, mass")
    assert re.fullmatch(rf"({MADE_UP.pattern}(, |$)){{4}}", told)
    assert mask.unmask(told) == "Body mass index, body mass, body, mass"


def test_a_common_word_is_masked_as_a_whole_word_everywhere():
    mask = mask_of("date", "a", "id", "n")

    assert mask.unmask(mask.mask("a date")) == "a date"
    for text in ("the date", '"date"', "`date`", "@date", "t.date", "date,", "按date排序", "max(date)", "id=7", "n"):
        assert MADE_UP.search(mask.mask(text)), text


def test_names_in_two_cases_are_two_names():
    mask = mask_of("Mass", "mass")
    told = mask.mask("Mass mass MASS")

    assert len(set(told.split())) == 2
    assert mask.unmask(told) == "Mass mass mass"


def test_years_as_columns_are_masked_but_in_no_other_number():
    mask = mask_of("2019", "2020-01", "7", "%")

    for text in ('"2019"', "in 2019.", "2019, 2020-01", '"7"', "`%`"):
        assert MADE_UP.search(mask.mask(text)), text
    for text in ("12,019", "2019.5", "1.2019", "12019", "7 of 7", "5 %", "x2019"):
        assert mask.mask(text) == text


def test_results_of_queries_keep_their_names():
    mask = NameMask(b"")
    mask.learn([("_q1", ["share"]), ("_q", [])])

    assert mask.mask("_q1 [q1]") == "_q1 [q1]"
    assert MADE_UP.fullmatch(mask.mask("share"))
    assert MADE_UP.fullmatch(mask.mask("_q"))


def test_nothing_is_masked_before_a_name_is_known():
    mask = NameMask(b"")
    mask.learn([])

    assert mask.mask("penguins") == mask.unmask("penguins") == "penguins"
    assert mask.unmask("col_9f3k") == "col_9f3k"


# --- made-up names ------------------------------------------------------------------------------


def test_made_up_names_are_the_same_for_the_same_session_and_others_for_another():
    first, again, other = mask_of("mass"), mask_of("x", "mass", table="t"), mask_of("mass", salt=b"s2:e1")

    assert first.mask("mass") == again.mask("mass") != other.mask("mass")
    again.learn([("mass", ["mass"]), ("more", [])])
    assert first.mask("mass") == again.mask("mass")
    assert mask_of("mass", salt=b"x" * 1000).mask("mass") != first.mask("mass")


def test_made_up_names_are_identifiers_that_say_what_they_stand_for(mask: NameMask):
    assert re.fullmatch(r"tab_\w{4}", mask.mask("penguins"))
    for column in COLUMNS:
        told = mask.mask(column)
        assert re.fullmatch(r"col_\w{4}", told)
        assert duckdb.sql(f"SELECT {told} FROM (SELECT 1 AS {told})").fetchall() == [(1,)]


def test_no_two_names_share_a_made_up_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(masking, "_DIGITS", "bc")  # 16 names in all
    names = [f"column number {number}" for number in range(16)]
    mask = mask_of(*names[:15], table=names[15])

    assert len({mask.mask(name)[4:] for name in names[:15]}) == 15
    assert mask.unmask(mask.mask(", ".join(names))) == ", ".join(names)


def test_a_real_name_that_looks_made_up_is_told_from_it():
    mask = mask_of("mass")
    taken = mask.mask("mass")
    mask.learn([(taken.upper(), ["more"])])

    assert mask.mask("mass") not in (taken, "mass")
    text = f"mass {taken.upper()} more"
    assert mask.unmask(mask.mask(text)) == text


# --- what the model says ------------------------------------------------------------------------


def test_what_the_model_says_comes_back_with_the_real_names(mask: NameMask):
    mass = mask.mask("Body Mass (g)")

    assert mask.unmask(f"The mean of `{mass}` is 4.") == "The mean of `Body Mass (g)` is 4."
    assert mask.unmask(mass.upper()) == mask.unmask(mass.replace("_", "\\_")) == "Body Mass (g)"
    assert mask.unmask(f"平均{mass}是4，{mass}s, avg_{mass}") == (
        "平均Body Mass (g)是4，Body Mass (g)s, avg_Body Mass (g)"
    )
    assert mask.unmask("col_0000 tab_zzzz collie") == "col_0000 tab_zzzz collie"


def test_an_alias_of_a_common_word_stays_masked():
    """It would come back to the model as a part of an identifier, in which common words are not masked."""
    mask = mask_of("value", "mass")
    value = mask.mask("value")

    assert mask.unmask(f"avg_{value} {value}_2 {value}\\_2") == f"avg_{value} {value}_2 {value}\\_2"
    assert mask.unmask(f"({value})s") == "(value)s"
    aliased = f"avg_{mask.mask('mass')}"
    assert mask.unmask(aliased) == "avg_mass"
    assert mask.mask("avg_mass") == aliased


names = st.lists(
    st.one_of(
        st.sampled_from([*COLUMNS, "date", "a", "id", "2019", "7", "%", "select", "ab c", "c", "col", "tab", "x_y"]),
        st.text(min_size=1, max_size=6),
        st.text(alphabet="abcABC_ ()é体", min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)
between = st.sampled_from(["", " ", "_", ".", ", ", '"', "`", "'", "@", "的", "s", "7", "\\", "|", "(", ")\n"])


def folded(text: str) -> str:
    return text.casefold().replace("ı", "i")


@st.composite
def names_and_text(draw: st.DrawFn) -> tuple[list[str], str]:
    known = draw(names)
    pieces = draw(st.lists(st.tuples(between, st.sampled_from(known) | st.text(max_size=4)), max_size=10))
    return known, "".join(piece for pair in pieces for piece in pair)


def escaped_or_respelt(known: list[str], text: str) -> bool:
    """Whether the text holds a name in a form that has no way back: escaped, or in other code points."""
    forms = {form for name in known for form in masking.spellings(name)} - set(known)
    return any(folded(form) in folded(text) for form in forms)


@settings(deadline=None)
@given(names_and_text())
def test_whatever_is_masked_comes_back_as_far_as_case_allows(case: tuple[list[str], str]):
    known, text = case
    mask = mask_of(*known, table="t_1")
    assume(not escaped_or_respelt(known, text))

    assert folded(mask.unmask(mask.mask(text))) == folded(text)


@settings(deadline=None)
@given(names)
def test_every_name_by_itself_comes_back_exactly(known: list[str]):
    mask = mask_of(*known)
    for name in known:
        text = f"\u241f{name}\u241f"  # a neighbour that is part of no other name
        assert mask.unmask(mask.mask(text)) == text
        assert MADE_UP.search(mask.mask(f'"{name}"'))


@settings(deadline=None)
@given(names_and_text(), st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_a_stream_comes_back_as_the_whole_does_however_it_is_cut(case: tuple[list[str], str], sizes: list[int]):
    known, text = case
    mask = mask_of(*known, "value")
    told = mask.mask(text) + mask.mask("`value` avg_") + mask.mask("value") + "_col_ta"
    unmasker = Unmasker(mask)
    said, at, turn = "", 0, 0
    while at < len(told):
        size = sizes[turn % len(sizes)]
        said += unmasker.feed(told[at : at + size])
        at, turn = at + size, turn + 1

    assert said + unmasker.flush() == mask.unmask(told)


def test_a_stream_holds_back_no_more_than_what_a_name_may_have_begun_with(mask: NameMask):
    island = mask.mask("island")
    unmasker = Unmasker(mask)

    said = [unmasker.feed(piece) for piece in ("On ", island[:3], island[3:], "s", " it")]
    assert said == ["On ", "", "island", "s", " i"]
    assert unmasker.feed("he table c") == "the table "
    assert unmasker.feed("ol") == ""
    assert unmasker.feed("our t") == "colour "
    assert unmasker.flush() == "t"
    assert unmasker.flush() == ""


def test_a_common_word_in_a_stream_waits_for_what_follows():
    mask = mask_of("value")
    value = mask.mask("value")
    unmasker = Unmasker(mask)

    assert unmasker.feed(value) == ""
    assert unmasker.feed("_2 ") == f"{value}_2 "
    assert unmasker.feed(value + "\\") == ""
    assert unmasker.feed("_2 _") == f"{value}\\_2 _"
    assert unmasker.feed(value + " ") == f"{value} "
    assert unmasker.feed(value) + unmasker.flush() == "value"


# --- tool calls and messages --------------------------------------------------------------------


def test_arguments_are_masked_to_their_depth_and_come_back(mask: NameMask):
    arguments = {
        "table": "penguins",
        "name": "penguins",
        "spec": {"encoding": {"x": {"field": "Body Mass (g)"}}, "data": [{"species": "A", "n": 1.5}]},
        "columns": ["island", "year", None, True],
    }
    told = mask.mask_json(arguments)

    assert list(told) == list(arguments)
    assert not any(name in json.dumps(told, ensure_ascii=False) for name in ("penguins", *COLUMNS))
    assert mask.unmask_json(told) == arguments
    assert mask.unmask_json(("a", mask.mask("island"))) == ["a", "island"]


def test_a_key_that_is_a_common_word_stays():
    mask = mask_of("name", "type", "mass")

    assert mask.mask_json({"name": "name"}) == {"name": mask.mask("name")}
    assert mask.mask_json({"mass": 1}) == {mask.mask("mass"): 1}


SQL = [
    ("SELECT {species} FROM {penguins}", "SELECT species FROM penguins"),
    ("SELECT avg({mass}) AS avg_{mass} FROM t", 'SELECT avg("Body Mass (g)") AS "avg_Body Mass (g)" FROM t'),
    ('SELECT "{mass}", {penguins}."{order}"', 'SELECT "Body Mass (g)", penguins."order"'),
    ("SELECT {penguins}.{order}", 'SELECT penguins."order"'),
    ('SELECT "{quoted}", {quoted}', 'SELECT "the ""x""", "the ""x"""'),
    ("SELECT '{apostrophe}', {apostrophe}", "SELECT 'it''s', \"it's\""),
    (
        "SELECT '{mass}' -- {mass} it's\n, {island} /* {mass} */",
        "SELECT 'Body Mass (g)' -- Body Mass (g) it's\n, island /* Body Mass (g) */",
    ),
    ("SELECT {chinese}, 体重 FROM a", 'SELECT "体重", 体重 FROM a'),
    ("SELECT 1 AS {unknown}", "SELECT 1 AS col_0000"),
]


@pytest.mark.parametrize(("told", "real"), SQL)
def test_sql_comes_back_with_quotes_where_it_needs_them(told: str, real: str):
    names = {
        "species": "species",
        "island": "island",
        "mass": "Body Mass (g)",
        "order": "order",
        "quoted": 'the "x"',
        "apostrophe": "it's",
        "chinese": "体重",
    }
    mask = mask_of(*names.values())
    made_up = {key: mask.mask(name) for key, name in names.items()}
    sql = told.format(**made_up, penguins=mask.mask("penguins"), unknown="col_0000")

    assert mask.unmask_sql(sql) == real
    assert mask.unmask_json({"sql": sql}) == {"sql": real}
    assert json.loads(mask.unmask_arguments(json.dumps({"sql": sql}))) == {"sql": real}


def test_every_word_that_duckdb_reserves_is_quoted():
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
    assert {word for (word,) in duckdb.sql(query).fetchall()} == masking._RESERVED


def test_masked_sql_runs_on_the_real_table(mask: NameMask):
    con = duckdb.connect()
    con.execute("CREATE TABLE penguins AS SELECT 'Adelie' AS species, 4000 AS \"Body Mass (g)\", 1 AS year")
    names = {name: mask.mask(name) for name in ("species", "Body Mass (g)", "year", "penguins")}
    told = (
        "SELECT {species}, avg({Body Mass (g)}) avg_{Body Mass (g)}, max({penguins}.{year}) FROM {penguins} GROUP BY 1"
    )
    for name, made_up in names.items():
        told = told.replace(f"{{{name}}}", made_up)

    assert con.execute(mask.unmask_sql(told)).fetchall() == [("Adelie", 4000.0, 1)]


def test_arguments_that_are_no_json_come_back_as_text(mask: NameMask):
    assert mask.unmask_arguments('{"sql": ' + mask.mask("island")) == '{"sql": island'
    assert mask.unmask_arguments('{"a":  1}') == '{"a":  1}'
    deep = "[" * 100_000 + mask.mask("island")
    assert mask.unmask_arguments(deep).endswith("[island")


def test_messages_are_masked_in_what_they_say_and_nowhere_else():
    mask = mask_of("user", "role", "text", "function", "system", "mass", "call_1", "query_table", "copilot", "Größe")
    messages = [
        {"role": "system", "content": "You are copilot."},
        {"role": "user", "name": "user", "content": [{"type": "text", "text": "mean mass"}]},
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "the mass",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "query_table", "arguments": '{"sql": "SELECT \\"Gr\\u00f6\\u00dfe\\", mass"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "name": "query_table", "content": "mass: 4"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,mass/mass"}}]},
    ]
    told = mask.mask_messages(messages)
    mass = mask.mask("mass")

    assert told[0]["content"] == f"You are {mask.mask('copilot')}."
    assert told[1] == {**messages[1], "content": [{"type": "text", "text": f"mean {mass}"}]}
    call = told[2]["tool_calls"][0]
    assert (call["id"], call["type"], call["function"]["name"]) == ("call_1", "function", "query_table")
    assert json.loads(call["function"]["arguments"]) == {"sql": f'SELECT "{mask.mask("Größe")}", {mass}'}
    assert told[2]["reasoning_content"] == f"the {mass}"
    assert told[3] == {**messages[3], "content": f"{mass}: 4"}
    assert told[4] == messages[4]
    assert messages[0]["content"] == "You are copilot."


def test_arguments_that_the_model_got_wrong_are_masked_too(mask: NameMask):
    call = {"function": {"name": "query_table", "arguments": '{"sql": island'}}
    told = mask.mask_messages([{"role": "assistant", "tool_calls": [call]}])

    assert told[0]["tool_calls"][0]["function"]["arguments"] == f'{{"sql": {mask.mask("island")}'


# --- kinds and speed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("species", Kind.DISTINCT),
        ("体", Kind.DISTINCT),
        ("x1y", Kind.DISTINCT),
        ("x1", Kind.COMMON),
        ("Date", Kind.COMMON),
        ("é", Kind.COMMON),
        ("a:", Kind.DISTINCT),
        ("2019", Kind.NUMBER),
        ("10-20", Kind.NUMBER),
        ("0.25", Kind.SLIGHT),
        ("-", Kind.SLIGHT),
    ],
)
def test_a_name_is_of_a_kind(name: str, kind: Kind):
    assert kind_of(name) is kind


def test_names_that_each_begin_with_the_one_before_are_known():
    chain = ["x" * length for length in range(3, 500)]
    mask = mask_of(*chain, "y" * 5000)

    assert mask.unmask(mask.mask(f"{chain[-1]} {chain[7]}")) == f"{chain[-1]} {chain[7]}"
    assert MADE_UP.fullmatch(mask.mask("y" * 5000))


def test_a_long_text_with_many_names_takes_no_time():
    columns = [f"column {number} of {'xyz'[number % 3]}" for number in range(500)]
    mask = mask_of(*columns)
    text = " ".join(f"the mean of column {number % 700} of x is 4716.24;" for number in range(3000))[:100_000]

    def best(work: object, argument: str) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            work(argument)
            times.append(time.perf_counter() - began)
        return min(times)

    assert len(text) == 100_000
    assert best(mask.mask, text) < 0.1  # about 0.01 s on an idle core
    assert best(mask.unmask, mask.mask(text)) < 0.1
