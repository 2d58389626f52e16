"""Stores to test on: SQLite always, and a PostgreSQL of the test run's own where its programs are installed."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from store_builders import OpenStore, row

from table_copilot_jupyter.store.sql import SqlStore


@cache
def postgres_programs() -> tuple[str, tuple[str, ...]] | None:
    """The directory of PostgreSQL's programs and what to run them with; None where they can't be run."""
    if importlib.util.find_spec("psycopg") is None:
        return None
    found = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))), None)
    if found is None:
        return None
    # PostgreSQL refuses to run as root
    prefix = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    probe = subprocess.run([*prefix, found, "--version"], capture_output=True, cwd="/", check=False)
    return (str(Path(found).parent), prefix) if probe.returncode == 0 else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", ["sqlite", "postgresql"] if postgres_programs() else ["sqlite"])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The directory of the socket of a running PostgreSQL."""
    programs, prefix = postgres_programs()
    home = tempfile.mkdtemp(prefix="pg-", dir="/tmp")
    if prefix:
        shutil.chown(home, "postgres")
    data = f"{home}/data"

    def run(program: str, *arguments: str) -> None:
        command = [*prefix, f"{programs}/{program}", "-D", data, *arguments]
        with open(os.devnull, "w") as nowhere:
            subprocess.run(command, check=True, stdout=nowhere, cwd="/", timeout=60)

    run("initdb", "--auth=trust", "--username=tester", "--no-sync", "--encoding=UTF8", "--locale=C")
    run("pg_ctl", "start", "--wait", "--log", f"{home}/log", "--options", f"-F -k {home} -c listen_addresses=''")
    yield home
    run("pg_ctl", "stop", "--mode=immediate")
    shutil.rmtree(home)


@pytest.fixture
def url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/data/sessions.db"
    import psycopg

    home = request.getfixturevalue("postgres")
    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(host=home, user="tester", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return f"postgresql://tester@/postgres?host={quote(home)}&options=-csearch_path%3D{schema}"


@pytest.fixture
async def open_store() -> AsyncIterator[OpenStore]:
    """``await open_store(url)``: an open store, closed after the test."""
    opened: list[SqlStore] = []

    async def open_one(at: str) -> SqlStore:
        opened.append(SqlStore(at))
        await opened[-1].open()
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def store(url: str, open_store: OpenStore) -> SqlStore:
    """A store with one session, s1 of ada."""
    made = await open_store(url)
    await made.create_session(row())
    return made
