"""Under ``schema`` no value of any table reaches a model: 1,000 of them are planted, and every request is searched.

They stand wherever a table may keep a value: cells, categories, indexes, attrs, column levels, lazy frames, structs,
reprs, exceptions, output of code, titles of charts. Every tool is driven, rightly and wrongly, with every consent
refused; then every byte that the model's server was sent is searched, also decoded and cut into pieces.
"""

from __future__ import annotations

import base64
import json
import re

import pytest
from table_talk import call, front_end, of, talk_about

COUNT = 1000
PLANT = """
import datetime, decimal, numpy as np, pandas as pd, polars as pl, pyarrow as pa, duckdb
def canary(n): return "canary%04dwren" % n
_all = [canary(n) for n in range(1000)]
def _take(n, _left=iter(_all)): return [next(_left) for _ in range(n)]
staff = pd.DataFrame({"name": _take(100), "mass": range(100), "team": (["red"] * 50 + ["blue"] * 50)})
staff.attrs = {"source": _take(1)[0]}
cats = pd.DataFrame({"kind": pd.Categorical(_take(50)), "n": range(50)})
indexed = pd.DataFrame({"n": range(50)}, index=pd.Index(_take(50), name="key"))
multi = pd.DataFrame({"n": range(50)}, index=pd.MultiIndex.from_arrays([_take(50), _take(50)], names=["a", "b"]))
mixed = pd.DataFrame({"x": [1, 2.5, None] + _take(47), "d": [datetime.date(2020, 1, 1)] * 50})
nested = pd.DataFrame({"x": [{"k": value} for value in _take(25)], "y": [[value] for value in _take(25)]})
series = pd.Series(_take(25), name="words")
birds = pl.DataFrame({"name": _take(50), "n": range(50)})
kinds = pl.DataFrame({"e": pl.Series(_take(25), dtype=pl.Enum(_all))})
lazy = pl.DataFrame({"name": _take(25)}).lazy()
structs = pl.DataFrame({"s": [{"f": value} for value in _take(25)]})
arrow = pa.table({"name": _take(50), "d": pa.array(_take(50)).dictionary_encode()})
relation = duckdb.sql("SELECT * FROM (VALUES %s) v(name)" % ", ".join("('%s')" % value for value in _take(25)))
records = np.array([(value, 1) for value in _take(25)], dtype=[("name", "U32"), ("n", "i8")])
class Shown:
    _words = _take(25)
    def __repr__(self): return " ".join(self._words)
    def _repr_html_(self): return "<b>%s</b>" % " ".join(self._words)
shown = Shown()
objects = pd.DataFrame({"o": [shown] * 5})
secret_text = " ".join(_take(25))
left = _take(252)
assert next(_take.__defaults__[0], None) is None  # all are planted
"""
FAILS = """
def deep(word):
    local = left[1]
    raise ValueError("no such bird: " + word)
deep(left[0])
"""
TABLES = [
    *("staff", "cats", "indexed", "multi", "mixed", "nested", "series", "birds", "kinds", "lazy", "structs", "arrow"),
    *("relation", "records", "objects"),
]
SQL = [
    "SELECT * FROM staff",
    "SELECT name FROM staff LIMIT 1",
    "SELECT max(name), min(name) FROM staff",
    "SELECT team, count(*) AS n FROM staff GROUP BY team",
    "SELECT name, count(*) AS n FROM staff GROUP BY name",
    "SELECT string_agg(name, ',') FROM staff",
    "SELECT name::INT FROM staff",
    "SELECT kind::DATE FROM cats",
    "SELECT kind + 1 FROM cats",
    "SELECT x::INT FROM mixed",
    "SELECT e = 1 FROM kinds",
    "SELECT enum_range(e) FROM kinds",
    "SELECT key FROM indexed",
    "SELECT error(name) FROM staff",
    "SELECT json_extract(x::JSON, '$.k') FROM nested",
    "PIVOT staff ON name USING sum(mass)",
    "SUMMARIZE staff",
    "DESCRIBE cats",
    "SELECT typeof(kind) FROM cats LIMIT 1",
    "SELECT * FROM relation",
    "SELECT * FROM lazy",
    "SELECT s.f FROM structs",
    "SELECT columns('na.*') FROM staff",
    "SELECT strptime(name, '%Y') FROM staff",
    "SELECT regexp_replace(name, '(', '') FROM staff",
    "SELECT CASE WHEN count(*) = 1 THEN 'seen' END FROM staff WHERE name LIKE 'canary0%' GROUP BY name",
    "SELECT nothing FROM staff",
    "SELECT * FROM nowhere",
    "nonsense",
    "EXPLAIN SELECT * FROM staff WHERE name = 'x'",
    "EXPLAIN ANALYZE SELECT * FROM staff",
]
SPECS = [
    ("staff", {"mark": "bar", "encoding": {"x": {"field": "name"}, "y": {"field": "mass"}}}),
    ("cats", {"mark": "bar", "encoding": {"x": {"field": "nope"}}}),
    ("staff", {"mark": "nonsense", "encoding": {"x": {"field": "name", "type": "odd"}}}),
]
CODE = [
    "staff.head()",
    "print(secret_text)\nimport sys; print(secret_text, file=sys.stderr)",
    "shown",
    "raise KeyError(left[2])",
    "{}[left[3]]",
    "int(left[4])",
    "import warnings; warnings.warn(left[5])",
    "copy = staff.copy(); copy.loc[0, 'name'] = left[6]; copy",
    "bad = staff.rename(columns={'name': 'other'}); bad.loc[left[7]]",
    "class E(Exception):\n    def __str__(self): return left[8]\nraise E",
    "E2 = type(left[9], (Exception,), {}); raise E2()",
    "assert 1 == 2, left[10]",
    "from IPython.display import display, HTML; display(HTML(secret_text))",
    "import nowhere_at_all",
    "def broken(:\n  pass",
]


@pytest.fixture(params=["schema", "names"])
async def talk(request, world, model, shared_kernel):
    async with front_end(world, shared_kernel, f"%reset -f\n{PLANT}") as kernel:
        kernel.start(FAILS)
        async with talk_about(world, model, kernel, privacy=request.param) as talk:
            yield talk


def searched(model) -> str:
    """Everything that the model's server was sent, also as it stands within JSON within JSON and base64."""
    texts = [json.dumps(model.requests(), ensure_ascii=False)]
    for found in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", texts[0]):
        try:
            texts.append(base64.b64decode(found + "=" * (-len(found) % 4)).decode("utf-8", "replace"))
        except ValueError:
            continue
    return "\n".join(texts)


def leaked(text: str) -> list[str]:
    """Canaries in ``text``, whole or in their telling part."""
    return sorted(set(re.findall(r"canary\d{4}wren|canary\d{4}|\d{4}wren", text)))


@pytest.mark.timeout(400)
async def test_no_planted_value_reaches_the_model_by_any_tool(talk):
    calls = [
        call("list_tables"),
        *(call("describe_table", name=name) for name in [*TABLES, "nowhere", "shown", "secret_text"]),
        *(call("query_table", sql=sql) for sql in SQL),
        *(call("describe_table", name=name) for name in ("_q1", "_q2", "_q5")),
        *(call("plot_table", table=table, spec=spec) for table, spec in SPECS),
        call("explain_error"),
        *(call("run_code", code=code) for code in CODE),
        call("explain_error"),
        call("list_tables"),
    ]
    allowed = {"run_code"}

    def decide(approval):
        return "once" if approval["tool"] in allowed else "deny"

    finished = []
    for start in range(0, len(calls), 12):
        events = await talk.say("Look at @staff and @cats", *calls[start : start + 12], decide=decide)
        finished += of(events, "tool_finished")
    assert len(finished) == len(calls)
    assert sum(event["ok"] for event in finished) > len(calls) / 2, [e["content"] for e in finished if not e["ok"]]
    sent = searched(talk.model)
    assert len(sent) > 20_000
    own = set(leaked(json.dumps([CODE, SQL])))
    assert [value for value in leaked(sent) if value not in own] == []
    assert leaked(json.dumps([event["mime"] for event in talk.client.events("tool_output")])) != []  # the user saw them


async def test_the_search_finds_a_value_where_it_is_allowed(talk):
    """The test above can fail: with consent the same tools do send values."""
    await talk.say("Show", call("query_table", sql="SELECT name FROM staff"), decide=lambda approval: "once")
    assert leaked(searched(talk.model)) != []
