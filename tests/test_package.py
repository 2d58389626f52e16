"""What a wheel and an sdist carry: the front end, built."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile

import pytest
from executed_notebooks import ROOT

LARGEST_BUNDLE = 450_000
LABEXTENSION = "share/jupyter/labextensions/table-copilot-jupyter/"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """(names in the wheel with their sizes, names in the sdist), made with the project's own build backend."""
    folder = tmp_path_factory.mktemp("dist")
    code = (
        "import sys; from hatchling import build; "
        "print(build.build_wheel(sys.argv[1])); print(build.build_sdist(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        in_wheel = {entry.filename: entry.file_size for entry in wheel.infolist()}
    with tarfile.open(next(folder.glob("*.tar.gz"))) as sdist:
        in_sdist = {name.partition("/")[2] for name in sdist.getnames()}
    return in_wheel, in_sdist


def test_a_wheel_carries_the_chat_for_the_cell_the_page_and_lab(distributions):
    in_wheel, _ = distributions
    static = {name.removeprefix("table_copilot_jupyter/static/") for name in in_wheel if "/static/" in name}
    assert {"widget.js", "loader.js", "page.js", "chat.css", "page.css", "licences.txt"} <= static
    lab = [name for name in in_wheel if LABEXTENSION in name]
    assert any("/static/remoteEntry." in name for name in lab)
    assert any(name.endswith("/install.json") for name in lab)
    assert not any(name.startswith("table_copilot_jupyter/labextension/") for name in in_wheel), "it is there twice"


def test_an_sdist_carries_the_chat_built_and_its_source(distributions):
    _, in_sdist = distributions
    assert {
        "table_copilot_jupyter/static/widget.js",
        "table_copilot_jupyter/static/built-from.txt",
        "table_copilot_jupyter/labextension/package.json",
        "labextension/package-lock.json",
        "labextension/src/chat/reducer.ts",
    } <= in_sdist
    assert not any("node_modules" in name for name in in_sdist)


def test_the_widget_stays_small_enough_to_travel_with_every_notebook(distributions):
    in_wheel, _ = distributions
    assert in_wheel["table_copilot_jupyter/static/widget.js"] <= LARGEST_BUNDLE


def test_the_lock_file_names_no_registry():
    lock = (ROOT / "labextension" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
