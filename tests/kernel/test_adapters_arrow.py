"""pyarrow as tables."""

from __future__ import annotations

import decimal
import uuid

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table

CANARY = "canary"


class Labels(pa.ExtensionType):
    def __init__(self, label=CANARY):
        self.label = label
        super().__init__(pa.string(), "tests.labels")

    def __arrow_ext_serialize__(self):
        return self.label.encode()

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type, serialized):
        return cls(serialized.decode())

    def __str__(self):
        raise AssertionError("the user's code ran")


def table(value):
    return find_table({"t": value}, "t")


def in_sql(value):
    found = table(value)
    with duckdb.connect() as connection:
        result = connection.register("t", found.for_sql()).sql("select * from t")
        assert result.columns == [name for name, _ in found.columns()]
        return result.fetchall()


@pytest.mark.parametrize(
    ("array", "word", "cell"),
    [
        (pa.array([CANARY]).dictionary_encode(), "dictionary[string]", CANARY),
        (pa.array([{CANARY: 1}]), "struct[1]", {CANARY: 1}),
        (pa.array([[{CANARY: 1}]]), "list[struct[1]]", [{CANARY: 1}]),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), "map[string, int64]", {"k": 1}),
        (pa.array(np.array([1.5], "f2")), "halffloat", 1.5),
        (pa.array([decimal.Decimal("1.5")], pa.decimal256(50, 1)), "decimal256(50, 1)", 1.5),
        (pa.array([uuid.UUID(int=1).bytes], pa.uuid()), "extension<arrow.uuid>", uuid.UUID(int=1)),
        (pa.ExtensionArray.from_storage(Labels(), pa.array(["x"])), "extension[string]", "x"),
        (pa.array(["x"], pa.string_view()), "string_view", "x"),
        (pa.nulls(1), "null", None),
    ],
)
def test_every_type_has_a_word_without_values_and_a_form_in_sql(array, word, cell):
    value = pa.table({"c": array})
    assert table(value).columns() == [("c", word)]
    assert in_sql(value) == [(cell,)]


def test_names_differ_whatever_their_case():
    value = pa.table([[1], [2], [3]], names=["a", "a", "A"])
    assert in_sql(value) == [(1, 2, 3)]
    assert [name for name, _ in table(value).columns()] == ["a", "a_2", "A_3"]


def test_a_record_batch_is_a_table():
    assert in_sql(pa.record_batch({"a": [1, 2]})) == [(1,), (2,)]
    assert table(pa.record_batch({"a": [1, 2]})).rows() == 2


def test_a_data_set_is_lazy_and_read_by_a_query(tmp_path):
    ds.write_dataset(pa.table({"a": [1, 2]}), tmp_path, format="parquet")
    found = table(ds.dataset(tmp_path))
    assert (found.lazy, found.rows(), found.nbytes(), found.columns()) == (True, None, None, [("a", "int64")])
    assert in_sql(ds.dataset(tmp_path)) == [(1,), (2,)]


def test_a_data_set_with_two_columns_of_one_name_says_how_to_load_it():
    dataset = ds.dataset(pa.table([[1], [2]], names=["a", "A"]))
    with pytest.raises(Failure, match=r"t = t\.to_table\(\)"):
        table(dataset).for_sql()
