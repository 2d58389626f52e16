"""The evaluation's own server, and a model that says what it was told to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Model, World, mock_model
from processes import world as running_world

sys.path.insert(0, str(Path(__file__).parents[1] / "tables"))  # how kernels are talked to


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with mock_model() as running:
        yield running


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("world"), model.url) as running:
        yield running
