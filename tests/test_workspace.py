"""Which way leads into the user's kernel, and what is told there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from table_copilot_jupyter.engine.masking import NameMask
from table_copilot_jupyter.kernel.base import Request
from table_copilot_jupyter.privacy import Privacy
from table_copilot_jupyter.protocol import CopilotError, ErrorCode
from table_copilot_jupyter.workspace import NoKernels, TurnWorkspace

PENGUINS = {"items": [{"name": "penguins", "columns": [{"name": "island"}]}]}


@dataclass
class FakeLink:
    """A way into a kernel that answers with ``value``, or raises it."""

    kernel_id: str = "k1"
    notebook: str = "penguins.ipynb"
    value: Any = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    closed: bool = False

    async def call(self, request: Request, *, timeout_s: float, main_thread: bool = False) -> dict[str, Any]:
        self.requests.append(request)
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeKernels:
    links: dict[str, FakeLink]

    def link(self, kernel_id: str) -> FakeLink:
        return self.links[kernel_id]

    async def close(self) -> None:
        """Nothing is open."""


def workspace(kernels, kernel_id="k1", *, cell=None, privacy=None, mask=None) -> TurnWorkspace:
    async def allow(level):
        raise AssertionError("nobody consented")

    return TurnWorkspace(
        kernels,
        kernel_id,
        cell=cell,
        privacy=lambda: privacy or Privacy("schema"),
        allow=allow,
        next_result=lambda: 1,
        mask=mask,
    )


async def test_a_turn_without_a_cell_goes_through_the_servers_link():
    link = FakeLink(value={"n": 1})
    assert await workspace(FakeKernels({"k1": link})).call("tables", {}, timeout_s=1) == {"n": 1}
    assert link.requests[0].policy == {"level": "schema", "ceiling": "rows", "rules": []}


async def test_the_cell_that_waits_for_the_turn_is_asked_first():
    link, cell = FakeLink(value={"by": "server"}), FakeLink("k2", value={"by": "cell"})
    space = workspace(FakeKernels({"k1": link, "k2": link}), cell=cell)
    assert await space.call("tables", {}, timeout_s=1) == {"by": "cell"}
    assert space.kernel_id == "k2"


async def test_the_notebook_of_a_cell_is_known_by_the_servers_link():
    cell = FakeLink("k2", notebook="")
    assert workspace(FakeKernels({"k2": FakeLink("k2", notebook="masses.ipynb")}), cell=cell).notebook == "masses.ipynb"


async def test_when_the_cell_is_lost_the_servers_link_to_its_kernel_takes_over():
    cell = FakeLink("k2", value=CopilotError(ErrorCode.KERNEL_GONE, "The cell is gone."))
    space = workspace(FakeKernels({"k2": FakeLink("k2", value={"by": "server"})}), cell=cell)
    for _ in range(2):
        assert await space.call("tables", {}, timeout_s=1) == {"by": "server"}
    assert len(cell.requests) == 1


async def test_another_failure_of_the_cell_is_the_turns():
    cell = FakeLink(value=CopilotError(ErrorCode.TIMEOUT, "Too slow."))
    with pytest.raises(CopilotError, match="Too slow"):
        await workspace(FakeKernels({"k1": FakeLink()}), cell=cell).call("query", {}, timeout_s=1)


async def test_the_policy_is_read_anew_for_each_request():
    levels = iter(["schema", "rows"])
    link = FakeLink()
    space = TurnWorkspace(
        FakeKernels({"k1": link}),
        "k1",
        cell=None,
        privacy=lambda: Privacy(next(levels)),
        allow=None,
        next_result=lambda: 1,
        mask=None,
    )
    for _ in range(2):
        await space.call("tables", {}, timeout_s=1)
    assert [request.policy["level"] for request in link.requests] == ["schema", "rows"]


async def test_without_a_kernel_it_says_what_to_do():
    with pytest.raises(CopilotError, match=r"no kernel.*Ask from a notebook"):
        await workspace(NoKernels(), None).call("tables", {}, timeout_s=1)
    with pytest.raises(CopilotError, match="can't be reached from here"):
        await workspace(NoKernels(), "k1").call("tables", {}, timeout_s=1)
    assert workspace(NoKernels(), "k1").notebook == ""


async def test_names_are_learned_before_a_word_of_a_result_is_sent():
    mask = NameMask(b"salt")
    link = FakeLink(value=PENGUINS)
    await workspace(FakeKernels({"k1": link}), mask=mask).call("query", {}, timeout_s=1)
    assert [request.op for request in link.requests] == ["query", "tables"]
    assert "penguins" not in mask.mask("the island of penguins")


async def test_where_names_cant_be_learned_nothing_is_said():
    link = FakeLink(value=CopilotError(ErrorCode.KERNEL_GONE, "It is gone."))
    with pytest.raises(CopilotError):
        await workspace(FakeKernels({"k1": link}), mask=NameMask(b"salt")).learn_names()


def test_the_end_of_the_turn_lets_its_cell_go():
    cell = FakeLink()
    workspace(NoKernels(), cell=cell).close()
    assert cell.closed
