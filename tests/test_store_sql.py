"""The store as the rest of the program sees it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from table_copilot_jupyter.store.base import Store
from table_copilot_jupyter.store.connect import parse_url, sqlite_path
from table_copilot_jupyter.store.sql import SqlStore, default_url


def test_every_promise_is_kept_with_the_promised_signature():
    promised = {
        name: method for name, method in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")
    }

    assert len(promised) > 30
    for name, method in promised.items():
        kept = getattr(SqlStore, name)
        assert inspect.iscoroutinefunction(kept), name
        assert inspect.signature(kept) == inspect.signature(method), name


def test_a_type_checker_agrees():
    store: Store = SqlStore("sqlite://")

    assert store


@pytest.mark.parametrize("name", ["data", "My Data", "数据", "100%", "a&b=c#d"])
def test_the_default_is_a_file_below_the_data_directory(tmp_path: Path, name: str):
    url = default_url(tmp_path / name)

    assert sqlite_path(parse_url(url)) == tmp_path / name / "table_copilot" / "sessions.db"


def test_importing_the_package_does_not_import_the_database():
    code = "import sys, table_copilot_jupyter.store.base; sys.exit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
