"""A Jupyter server as a process, with real kernels and a model that says what it was told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from processes import Model, World, mock_model
from processes import world as running_world
from table_talk import PENGUINS, Kernel, end_kernel, front_end, start_kernel, talk_about


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with mock_model() as running:
        yield running


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("world"), model.url) as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_scripted(model: Model) -> None:
    model.reset()


@pytest.fixture(scope="module")
def shared_kernel(world: World) -> Iterator[str]:
    """The id of the kernel that the tests of a module share."""
    kernel_id = start_kernel(world)
    yield kernel_id
    end_kernel(world, kernel_id)


@pytest.fixture
async def kernel(world: World, shared_kernel: str):
    """A kernel that has nothing but the penguins."""
    async with front_end(world, shared_kernel, f"%reset -f\n{PENGUINS}") as running:
        yield running


@pytest.fixture
async def talk(world: World, model: Model, kernel: Kernel):
    async with talk_about(world, model, kernel) as talk:
        yield talk
