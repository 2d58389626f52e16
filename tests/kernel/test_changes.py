"""Variables before and after."""

from __future__ import annotations

import gc
import sys
import time
import types
import weakref

import numpy as np
import pandas as pd
import polars as pl
import pytest

from table_copilot_jupyter.kernel.probe.changes import Snapshot, names_in, shape_of


def after(code, **variables):
    """The names that some code makes, changes and removes."""
    namespace = {"__name__": "__main__", **variables}
    snapshot = Snapshot(namespace)
    exec(code, namespace)
    found = snapshot.compare(namespace)
    return found.new, found.changed, found.removed


def test_nothing_happens():
    assert after("pass", a=1, b=[1], frame=pd.DataFrame({"n": [1]})) == ([], [], [])


def test_names_come_and_go():
    assert after("b = 1\ndel a", a=1) == (["b"], [], ["a"])


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (1, "x = 2"),
        (-1, "x = -2"),
        (1, "x = 1.0"),
        (1, "x = True"),
        ("a", "x = 'b'"),
        ([1, 2], "x.append(3)"),
        ([1, 2], "x[0] = 9"),
        ([[1], {"a": [1]}], "x[1]['a'].append(2)"),
        ({"a": 1}, "x['a'] = 2"),
        ({"a": 1}, "x['b'] = 2"),
        ({1}, "x.add(2)"),
        (bytearray(b"a"), "x[0] = 5"),
        (object(), "x = object()"),
        (pd.DataFrame({"n": [1, 2]}), "x.loc[0, 'n'] = 5"),
        (pd.DataFrame({"n": [1, 2]}), "x['m'] = 1"),
        (pd.DataFrame({"n": [1, 2]}), "x = x.copy()"),
        (pd.Series([1, 2]), "x[0] = 5"),
        (pl.DataFrame({"n": [1, 2]}), "x[0, 'n'] = 5"),
        (np.zeros(10), "x[9] = 1"),
        (np.zeros((500, 500)), "x += 1"),
        (np.zeros((50, 50)), "x.resize((25, 100), refcheck=False)"),
    ],
)
def test_a_change_is_seen(before, code):
    if hasattr(before, "copy"):
        before = before.copy()
    assert after(code, x=before) == ([], ["x"], [])


@pytest.mark.parametrize("before", [1, "a", [1, float("nan")], {"a": [1]}, float("nan")])
def test_the_same_builtin_value_made_anew_is_no_change(before):
    assert after("x = eval(source, {'nan': nan})", x=before, nan=float("nan"), source=repr(before)) == ([], [], [])


def test_modules_imports_and_private_names_are_no_variables():
    code = (
        "import os\nfrom textwrap import dedent\nfrom collections import Counter\nfrom math import sin\n_x = 1\n_1 = 2"
    )
    assert after(code) == ([], [], [])


def test_functions_and_classes_of_the_users_are():
    assert after("def f(): pass\nclass C: pass") == (["f", "C"], [], [])


def test_results_of_queries_are():
    assert after("_q3 = 1") == (["_q3"], [], [])


def test_what_ipython_hides_is_none_until_it_is_the_users():
    hidden, mine = object(), object()
    namespace = {"exit_code": hidden}
    snapshot = Snapshot(namespace, {"exit_code": hidden})
    assert snapshot.compare(namespace).new == []
    namespace["exit_code"] = mine
    assert snapshot.compare(namespace).new == ["exit_code"]


def test_no_code_of_the_users_objects_runs():
    class Hostile:
        def __getattribute__(self, name):
            raise AssertionError("it was read")

        def __eq__(self, other):
            raise AssertionError("it was compared")

        __hash__ = None

        def __repr__(self):
            raise AssertionError("it was shown")

    class HostileList(list):
        def __iter__(self):
            raise AssertionError("it was read")

    assert after("pass", a=Hostile(), b=[Hostile()], c=HostileList([1])) == ([], [], [])


def test_a_container_that_holds_itself_is_told_by_identity():
    own = []
    own.append(own)
    assert after("pass", x=own) == ([], [], [])


def test_objects_that_the_code_drops_are_not_kept_alive():
    namespace = {"frame": pd.DataFrame({"n": range(1000)})}
    snapshot = Snapshot(namespace)
    gone = weakref.ref(namespace.pop("frame"))
    gc.collect()
    assert gone() is None
    assert snapshot.columns == {"frame": ["n"]}


def test_a_thousand_variables_and_a_large_table_take_little_time():
    namespace = {f"v{n}": list(range(100)) for n in range(1000)}
    namespace["table"] = pd.DataFrame(np.zeros((1_000_000, 10)))
    namespace["array"] = np.zeros(10_000_000)
    began = time.process_time()
    Snapshot(namespace).compare(namespace)
    assert time.process_time() - began < 1.5


def test_shapes_are_those_of_arrays_and_builtin_containers():
    assert shape_of(np.zeros((2, 3))) == (2, 3)
    assert shape_of({"a": 1}) == (1,)
    assert shape_of("text") is None
    assert shape_of(types.SimpleNamespace(shape=(9,))) is None


def test_every_word_of_some_code_is_a_name():
    assert names_in("a = b.c['d'] # e\nf'{g}'") >= {"a", "b", "c", "d", "g"}


def test_without_numpy_arrays_are_objects(monkeypatch):
    array = np.zeros(3)
    monkeypatch.delitem(sys.modules, "numpy")
    assert shape_of(array) is None
