import sys
import threading
import traceback

import pytest

from table_copilot_jupyter.kernel import loader
from table_copilot_jupyter.kernel.bundle import Bundle

TWO = {
    "entry": "from . import words\n\ndef handle(namespace, request):\n    return words.answer(request)\n",
    "words": "def answer(request):\n    raise RuntimeError('answered')\n",
}
pytest_plugins = ["kernel_fixtures"]
pytestmark = pytest.mark.usefixtures("imports")


def test_modules_of_a_package_import_each_other():
    loader.load("_some_package", Bundle({"entry": "from .words import WORD\n", "words": "WORD = 'salve'\n"}).parcel)
    import _some_package.entry

    assert _some_package.entry.WORD == "salve"


def test_a_traceback_shows_the_line_of_a_module_that_has_no_file():
    loader.load("_some_package", Bundle(TWO).parcel)
    import _some_package.entry

    with pytest.raises(RuntimeError) as caught:
        _some_package.entry.handle({}, {})
    shown = "".join(traceback.format_exception(caught.value))
    assert 'File "table-copilot/words.py", line 2, in answer' in shown
    assert "raise RuntimeError('answered')" in shown


def test_a_kernel_of_the_same_python_compiles_nothing(monkeypatch):
    parcel = Bundle(TWO).parcel
    monkeypatch.setattr(loader, "compiled", lambda *_: pytest.fail("it compiled"))
    loader.load("_some_package", parcel)
    import _some_package.entry

    assert _some_package.entry.handle.__code__.co_filename == "table-copilot/entry.py"


def test_a_kernel_of_another_python_compiles_the_sources():
    modules = {name: {**packed, "code": "not for it"} for name, packed in Bundle(TWO).parcel["modules"].items()}
    loader.load("_some_package", {"python": "00000000", "modules": modules})
    import _some_package.entry

    assert _some_package.entry.handle.__code__.co_filename == "table-copilot/entry.py"


def test_a_module_that_the_package_lacks_is_not_found():
    loader.load("_some_package", Bundle(TWO).parcel)
    with pytest.raises(ModuleNotFoundError, match=r"_some_package\.nothing"):
        __import__("_some_package.nothing")


def test_of_threads_that_load_a_package_at_once_one_does_and_all_can_use_it():
    barrier, seen, importers = threading.Barrier(8), [], len(sys.meta_path)

    def load():
        barrier.wait()
        loader.load("_some_package", Bundle({"entry": "import itertools\nTOKEN = object()\n"}).parcel)
        seen.append(__import__("_some_package.entry").entry.TOKEN)

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert len(sys.meta_path) == importers + 1
