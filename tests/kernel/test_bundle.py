import json
import re
import subprocess
import sys
from pathlib import Path

import table_copilot_jupyter.kernel as kernel_package
from table_copilot_jupyter.kernel import loader
from table_copilot_jupyter.kernel.bundle import Bundle, probe_bundle

pytest_plugins = ["kernel_fixtures"]

TWO = {
    "entry": "from . import words\n\ndef handle(namespace, request):\n    return words.answer(request)\n",
    "words": "def answer(request):\n    raise RuntimeError('answered')\n",
}


def test_each_version_of_the_sources_has_a_name_of_its_own():
    assert Bundle(TWO).name == Bundle(dict(reversed(TWO.items()))).name
    assert Bundle(TWO).name != Bundle({**TWO, "words": "def answer(request): ...\n"}).name


def test_the_cell_that_loads_it_is_plain_ascii_on_one_line_and_names_nothing_of_the_user():
    cell = Bundle({"entry": ""}).boot()
    assert cell.isascii()
    assert "\n" not in cell
    assert re.match(r"__import__\(", cell)


def test_the_cell_tells_why_a_bundle_does_not_load_and_raises_nothing(imports):
    bundle = Bundle({"entry": ""})
    exec(bundle.boot())  # IPython is installed here, but does not run
    assert eval(bundle.outcome) in ("KeyError", "AttributeError")  # the latter where another test ran a shell


def test_the_cell_says_when_python_is_too_old(imports, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 20))
    bundle = Bundle({"entry": ""})
    exec(bundle.boot())
    assert eval(bundle.outcome) == "old python"


def test_the_probes_bundle_has_each_of_its_modules():
    modules = {path.stem for path in (Path(kernel_package.__file__).parent / "probe").glob("*.py")}
    assert set(probe_bundle().sources) == modules
    assert "entry" in modules


def test_what_is_sent_to_kernels_imports_only_itself_and_the_standard_library():
    """Checked in a Python that has no other package to import."""
    names = sorted(set(probe_bundle().sources) - {"__init__"})
    script = (
        "import json, sys, importlib\n"
        "loader, parcel, names = json.load(sys.stdin)\n"
        "scope = {}\n"
        "exec(loader, scope)\n"
        "scope['load']('_probe', parcel)\n"
        "for name in ['resident', *names]:\n"
        "    importlib.import_module('_probe.' + name)\n"
    )
    sent = json.dumps([Path(loader.__file__).read_text(), probe_bundle().parcel, names])
    subprocess.run([sys.executable, "-I", "-S", "-c", script], input=sent, text=True, check=True)
