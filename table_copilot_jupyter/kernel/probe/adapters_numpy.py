"""NumPy structured arrays; and what of NumPy's and Python's types DuckDB doesn't read, in a form that it reads."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from .adapters import Positions, Table, unique_names
from .cells import cell_text, families
from .profiles import Profile
from .profiles_numpy import of_array


class StructuredArray(Table):
    """A one-dimensional array of records. Fields of records in records become columns of their own."""

    kind = "numpy.ndarray"

    @staticmethod
    def holds_records(value: Any) -> bool:
        """Whether an array is of this kind at all. Asks NumPy, not the array's own class."""
        ndarray = sys.modules["numpy"].ndarray
        return ndarray.dtype.__get__(value).names is not None and ndarray.ndim.__get__(value) == 1

    def read_parts(self) -> list[tuple[str, Any]]:
        """``(name, array)`` of each column: views of the records, not copies."""
        numpy = sys.modules["numpy"]
        masked = isinstance(self.value, numpy.ma.MaskedArray)
        array = self.value if masked else numpy.ndarray.view(self.value, numpy.ndarray)
        leaves = _leaves(array, ())
        return list(zip(unique_names([path for path, _ in leaves]), [leaf for _, leaf in leaves]))

    def read_columns(self) -> list[tuple[str, str]]:
        return [(name, type_word(array.dtype, array.shape[1:])) for name, array in self.read_parts()]

    def read_rows(self) -> int | None:
        return int(self.value.shape[0])

    def read_nbytes(self) -> int | None:
        return int(self.value.nbytes)

    def read_for_sql(self) -> Any:
        columns = {}
        for name, array in self.read_parts():
            changed = sql_array(array)
            columns[name] = array if changed is None else changed
        return columns

    def read_profile(self, part: Any, positions: Positions | None, whole: bool) -> Profile:
        sample = part if positions is None else part[positions]
        everything = part if whole and part.dtype.kind not in "OSU" else sample
        profile = of_array(_without_masks(everything), _without_masks(sample))
        profile.looked, profile.missing = len(everything), missing_in(everything)
        return profile

    def read_cells(self, part: Any, positions: Positions) -> Iterable[Any]:
        return list(_without_masks(part[positions]))

    def read_pieces(self, part: Any, positions: Positions) -> list[Any]:
        taken = _without_masks(part[positions])
        return [taken.tolist()] if taken.dtype.hasobject else [taken]

    def read_checksum(self, part: Any, start: int, stop: int) -> int:
        return memory_sum(part[start:stop])


def type_word(dtype: Any, shape: tuple[int, ...] = ()) -> str:
    """A NumPy dtype as a word; ``float64[3]`` where each cell holds three."""
    word = {"U": "str", "S": "bytes", "V": "void"}.get(dtype.kind) or str(dtype.name)
    return word + "".join("[%d]" % size for size in shape)


def sql_array(array: Any) -> Any | None:
    """What stands for an array in SQL; None if DuckDB reads it as it is."""
    numpy = sys.modules["numpy"]
    if isinstance(array, numpy.ma.MaskedArray):
        plain = sql_array(array.data)
        cells = numpy.array(array.data if plain is None else plain, dtype=object)
        cells[numpy.ma.getmaskarray(array)] = None
        return cells
    if array.ndim > 1:
        cells = numpy.empty(len(array), dtype=object)
        cells[:] = array.tolist()
        return cells
    kind = array.dtype.kind
    if kind == "O":
        return text_of_objects(array)
    if kind in "cV":
        return text_of_objects(array.astype(object), always=True)
    if kind == "S":
        return numpy.char.decode(array, "utf-8", "replace").astype(object)
    if kind == "U":
        return array.astype(object)
    if kind == "f" and array.dtype.itemsize > 8:
        return array.astype("float64")
    if kind in "Mm" and numpy.datetime_data(array.dtype)[0] not in ("s", "ms", "us", "ns"):
        return array.astype("M8[s]") if kind == "M" else array.astype("m8[us]").astype(object)
    return None if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def text_of_objects(values: Any, *, always: bool = False) -> Any | None:
    """An array of Python objects as text where they are of several kinds or of a kind that SQL has no type for.

    None if they can stay. With ``always`` they never stay.
    """
    if not always:
        found = families(values)
        if len(found) <= 1 and "foreign" not in found:
            return None
    texts = sys.modules["numpy"].empty(len(values), dtype=object)
    texts[:] = [cell_text(value) for value in values]
    return texts


def missing_in(array: Any) -> int:
    """How many cells are masked, NaN, NaT or None."""
    numpy = sys.modules["numpy"]
    masked = int(numpy.ma.getmaskarray(array).sum()) if isinstance(array, numpy.ma.MaskedArray) else 0
    kind = array.dtype.kind
    if masked or kind not in "fmMO":
        return masked
    if kind == "O":
        return sum(cell_text(value) is None for value in array)
    return int((numpy.isnan(array) if kind == "f" else numpy.isnat(array)).sum())


def memory_sum(array: Any) -> int:
    """The sum over an array's memory as unsigned integers, which any one changed cell changes. 0 for objects."""
    numpy = sys.modules["numpy"]
    size = array.dtype.itemsize
    if array.dtype.kind not in "iufbmM" or size not in (1, 2, 4, 8):
        return 0
    words = numpy.asarray(array).view("u%d" % size)
    return int(numpy.add.reduce(words, axis=None, dtype="u8"))


def _without_masks(array: Any) -> Any:
    """An array in which NaN, NaT or None stands for what is masked."""
    numpy = sys.modules["numpy"]
    if not isinstance(array, numpy.ma.MaskedArray):
        return array
    kind = array.dtype.kind
    if kind == "f":
        return array.filled(numpy.nan)
    if kind in "mM":
        return array.filled(numpy.array("NaT", dtype=array.dtype))
    cells = array.data.astype(object)
    cells[numpy.ma.getmaskarray(array)] = None  # ``filled`` would take None for its default
    return cells


def _leaves(array: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    if array.dtype.names is None:
        return [(path, array)]
    return [leaf for name in array.dtype.names for leaf in _leaves(array[name], (*path, name))]
