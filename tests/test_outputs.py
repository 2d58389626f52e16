"""What tools show: tables, charts, what code did, and other MIME bundles, as HTML and as text."""

import base64
import re

import pytest
from fake_server import RESULT

from table_copilot_jupyter.client import mime
from table_copilot_jupyter.client.outputs import display_of, output_html, output_text
from table_copilot_jupyter.client.tables import CELL_SHOWN, COLUMNS_SHOWN, ROWS_SHOWN


def table(rows, *columns, **changes):
    """A result whose columns are ``name`` for texts and ``name#`` for numbers."""
    described = [
        {"name": name.rstrip("#"), "type": "DOUBLE" if name.endswith("#") else "VARCHAR", "numeric": name.endswith("#")}
        for name in columns
    ]
    return {mime.TABLE: {**RESULT, "columns": described, "rows": rows, "total_rows": len(rows), **changes}}


def cells(markup):
    return re.findall(r"<td[^>]*>(.*?)</td>", markup)


def caption(markup):
    return re.search(r"<caption[^>]*>(.*?)</caption>", markup)[1]


# --- tables -------------------------------------------------------------------------------------


def test_a_table_has_its_name_its_size_its_columns_and_its_values():
    markup = output_html({mime.TABLE: RESULT})
    assert caption(markup) == "q1 · 3 rows"
    assert re.findall(r"<th [^>]*>(.*?)</th>", markup) == ["island", "mass"]
    assert cells(markup)[:4] == ["Biscoe", "4716.0", "Dream", "3712.9"]


def test_numbers_stand_to_the_right_with_the_decimals_that_the_column_needs():
    markup = output_html(table([["a", 1.5], ["b", 22.125], ["c", 3.0]], "name", "value#"))
    assert cells(markup)[1::2] == ["1.500", "22.125", "3.000"]
    heads = re.findall(r'<th style="([^"]*)"', markup)
    assert ["text-align:right" in style for style in heads] == [False, True]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2009, "2009"),
        (12345678, "12345678"),
        (0.00001234, "1.234e-05"),
        (1e20, "1e+20"),
        (0.0, "0.0"),
        (True, "true"),
        ("<b>", "&lt;b&gt;"),
        ("a\u202eb", "a&lt;U+202E&gt;b"),
    ],
)
def test_values_are_told_as_they_are(value, shown):
    assert cells(output_html(table([[value]], "x#"))) == [shown]


def test_nothing_is_told_apart_from_the_word_null():
    nothing, word = cells(output_html(table([[None], ["null"]], "x")))
    assert nothing != word == "null"
    assert cells(output_html(table([[None]], "x", ref=None))) == [""]


def test_of_many_rows_the_first_are_shown_and_the_caption_says_where_all_are():
    bundle = table([[n] for n in range(50)], "n#", total_rows=12345, truncated=True, evidence={"variable": "_q1"})
    markup = output_html(bundle)
    assert len(cells(markup)) == ROWS_SHOWN
    assert caption(markup) == "q1 · first 20 of 12\u2009345 rows; _q1 holds them all"
    kept = {"variable": "_q1", "rows": 1000, "truncated": True}
    bundle[mime.TABLE]["evidence"] = kept
    assert caption(output_html(bundle)).endswith("_q1 holds the first 1\u2009000")


def test_of_many_columns_and_long_cells_the_beginning_is_shown():
    markup = output_html(table([["y" * 5000] * 80], *[f"c{number}" for number in range(80)]))
    assert len(cells(markup)) == COLUMNS_SHOWN
    assert all(len(cell) <= CELL_SHOWN for cell in cells(markup))
    assert "first 50 of 80 columns" in caption(markup)


def test_the_sql_and_the_code_of_a_result_are_folded_below_it():
    markup = output_html({mime.TABLE: RESULT})
    below = markup.partition("</table>")[2]
    assert below.index("<details") < below.index("penguins") < below.index("duckdb")
    assert "<details" not in output_html(table([], "a", sql=None, code=None))


def test_a_table_as_text_is_the_kernels_own_with_its_name():
    assert output_text({mime.TABLE: RESULT, "text/plain": "a\n1\n"}) == "a\n1\nq1 · 3 rows"


def test_a_table_without_a_reference_is_told_as_it_comes():
    listed = {mime.TABLE: {**RESULT, "ref": None, "title": "3 tables"}, "text/plain": "3 tables\nname"}
    assert output_text(listed) == "3 tables\nname"
    assert caption(output_html(listed)) == "3 tables"


def test_as_a_display_of_its_own_a_table_is_there_for_front_ends_of_ours_too():
    display = display_of({mime.TABLE: RESULT, "text/plain": "a\n1"})
    assert display[mime.TABLE] is RESULT
    assert set(display) == {mime.TABLE, "text/html", "text/plain"}


@pytest.mark.parametrize("broken", [{}, {"columns": 3, "rows": "x"}, {"columns": ["a"], "rows": [1]}, {"rows": [[1]]}])
def test_a_table_that_is_none_is_shown_empty(broken):
    assert cells(output_html({mime.TABLE: broken})) == []
    output_text({mime.TABLE: broken})


# --- charts -------------------------------------------------------------------------------------

CHART = {"ref": "q2", "title": "Mass by island", "spec": {"mark": "bar"}, "code": "chart = 1", "evidence": None}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>é</text></svg>'


def test_a_chart_is_an_image_with_a_description():
    markup = output_html({mime.CHART: CHART, "image/svg+xml": SVG, "text/plain": "Chart: Mass by island"})
    source, described = re.search(r'<img src="data:image/svg\+xml;base64,([^"]*)" alt="([^"]*)"', markup).groups()
    assert base64.b64decode(source).decode() == SVG
    assert described == "q2 · Mass by island"
    assert "onload" not in markup
    assert "chart = 1" in re.sub(r"<[^>]*>", "", markup)


def test_a_title_that_the_picture_has_is_not_said_twice():
    chart = {**CHART, "spec": {"mark": "bar", "title": "Mass by island"}}
    for bundle, line in (
        ({"image/svg+xml": "<svg/>"}, ">q2<"),
        ({"text/plain": "Chart: Mass by island"}, ">q2 · Mass by island<"),
    ):
        assert line in output_html({mime.CHART: chart, **bundle})


def test_a_chart_that_could_not_be_drawn_says_what_it_is():
    assert "Chart: Mass" in output_html({mime.CHART: CHART, "text/plain": "Chart: Mass"})
    assert "could not be drawn" in output_html({mime.CHART: CHART})


# --- what code did ------------------------------------------------------------------------------

RUN = {
    "code": "print('hi')",
    "stdout": "hi\n\x1b[31mred\x1b[0m\n",
    "stderr": "careful\n",
    "outputs": [{"image/png": "aGk=\n", "text/plain": "<Figure>"}, {"text/html": "<b onclick=x>bold</b>"}],
    "error": {"name": "ValueError", "message": "no", "traceback": "line 1\nline 2"},
    "variables": {"new": ["x", "y"], "changed": [], "removed": ["z"]},
}


def test_what_code_did_is_shown_whole():
    markup = output_html({mime.RUN: RUN})
    told = ["Code that ran", "hi\nred", "careful", "data:image/png;base64,aGk=", "bold", "ValueError: no", "line 2"]
    places = [markup.index(text) for text in told]
    assert places == sorted(places)
    assert "Variables new: x, y · removed: z" in markup
    assert "onclick" not in markup


def test_what_code_did_as_text():
    text = output_text({mime.RUN: RUN})
    assert text == "hi\nred\ncareful\n<Figure>\nValueError: no\nVariables new: x, y · removed: z"


def test_code_that_did_nothing_to_see_shows_itself_only():
    quiet = {"code": "x = 1", "stdout": "", "stderr": "", "outputs": [], "error": None, "variables": {}}
    assert output_text({mime.RUN: quiet}) == ""
    assert re.sub(r"<[^>]*>", "", output_html({mime.RUN: quiet})) == "Code that ranx = 1"


# --- other bundles ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bundle", "shown"),
    [
        ({"text/html": "<em>x</em>", "text/plain": "x"}, "<em>x</em>"),
        ({"text/markdown": "*x*"}, "<em>x</em>"),
        ({"text/plain": ["a\n", "b"]}, "a\nb"),
        ({"application/json": {"a": 1}}, "&quot;a&quot;: 1"),
        ({"image/png": "aGk=", "text/plain": "a picture"}, 'alt="a picture"'),
    ],
)
def test_of_another_bundle_the_richest_harmless_form_is_shown(bundle, shown):
    assert shown in output_html(bundle)


def test_a_picture_whose_data_is_none_is_not_shown():
    assert "<img" not in output_html({"image/png": '"><script>', "text/plain": "x"})
    assert output_html({"application/unknown": "x"}) == ""
    assert not mime.stands_alone({"text/plain": "x"})
