"""Which database URLs can be served."""

from __future__ import annotations

from pathlib import Path

import pytest

from table_copilot_jupyter.store.base import StoreError
from table_copilot_jupyter.store.connect import parse_url, sqlite_path


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///x.db", "sqlite"),
        ("sqlite+pysqlite:///x.db", "sqlite+pysqlite"),
        ("postgresql://ada@host/db", "postgresql+psycopg"),
        ("postgres://ada@host/db", "postgresql+psycopg"),
        ("postgresql+psycopg://ada@host/db", "postgresql+psycopg"),
    ],
)
def test_sqlite_and_postgresql_are_served(url: str, driver: str):
    assert parse_url(url).drivername == driver


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite+aiosqlite:///x", "postgresql+asyncpg://h/d", "odd://h"])
def test_other_databases_are_refused_by_name(url: str):
    with pytest.raises(StoreError, match=r"is not supported. Use sqlite"):
        parse_url(url)


@pytest.mark.parametrize("url", ["", "/data/x.db", "postgresql://ada:secret@host:port/db"])
def test_what_is_no_url_is_refused_without_showing_a_password(url: str):
    with pytest.raises(StoreError, match="is no database URL") as refused:
        parse_url(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///file::memory:?uri=true", None),
        ("postgresql://h/d", None),
        ("sqlite:////data/x.db", "/data/x.db"),
        ("sqlite:///file:/data/x.db?mode=ro&uri=true", "/data/x.db"),
    ],
)
def test_a_file_has_a_path_and_memory_has_none(url: str, path: str | None):
    assert sqlite_path(parse_url(url)) == (Path(path) if path else None)
