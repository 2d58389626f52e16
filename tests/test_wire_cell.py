"""Requests to the kernel of a cell that waits for its turn."""

from __future__ import annotations

import asyncio

import pytest

from table_copilot_jupyter.kernel.base import OperationFailed, Request
from table_copilot_jupyter.protocol import CopilotError, ErrorCode, KernelFault, KernelRequest, KernelResult
from table_copilot_jupyter.wire.cell import CellKernel

LIST = Request("tables", {}, {"level": "schema"})


@pytest.fixture
def sent():
    return []


@pytest.fixture
def cell(sent):
    return CellKernel("k1", "s1", sent.append)


def result(call_id: str, **fields) -> KernelResult:
    return KernelResult(type="kernel_result", session_id="s1", call_id=call_id, **fields)


async def asked(cell: CellKernel, sent: list, request: Request = LIST, timeout_s: float = 5.0):
    task = asyncio.ensure_future(cell.call(request, timeout_s=timeout_s))
    await asyncio.sleep(0)
    assert isinstance(sent[-1], KernelRequest)
    return task, sent[-1]


async def test_the_client_is_told_the_operation_and_the_policy(cell, sent):
    task, request = await asked(cell, sent)
    assert (request.session_id, request.op, request.policy) == ("s1", "tables", {"level": "schema"})
    assert cell.take(result(request.call_id, ok=True, value={"items": []}))
    assert await task == {"items": []}


async def test_answers_may_come_in_any_order(cell, sent):
    first, one = await asked(cell, sent)
    second, two = await asked(cell, sent)
    cell.take(result(two.call_id, ok=True, value={"n": 2}))
    cell.take(result(one.call_id, ok=True, value={"n": 1}))
    assert (await first, await second) == ({"n": 1}, {"n": 2})


async def test_a_failure_keeps_apart_what_the_model_and_what_the_user_may_read(cell, sent):
    task, request = await asked(cell, sent)
    cell.take(result(request.call_id, ok=False, error=KernelFault(message="No.", hint="Do.", detail="'Ada'")))
    with pytest.raises(OperationFailed) as raised:
        await task
    assert (raised.value.message, raised.value.hint, raised.value.detail) == ("No.", "Do.", "'Ada'")


async def test_a_client_that_goes_away_leaves_nobody_waiting(cell, sent):
    task, _ = await asked(cell, sent)
    cell.close()
    with pytest.raises(CopilotError) as raised:
        await task
    assert raised.value.code is ErrorCode.KERNEL_GONE
    with pytest.raises(CopilotError):
        await cell.call(LIST, timeout_s=5)


async def test_what_takes_too_long_is_interrupted_and_its_late_answer_dropped(cell, sent):
    task, request = await asked(cell, sent, timeout_s=0.01)
    with pytest.raises(CopilotError) as raised:
        await task
    assert raised.value.code is ErrorCode.TIMEOUT
    assert (sent[-1].op, sent[-1].arguments) == ("cancel", {"call_id": request.arguments["call_id"]})
    assert not cell.take(result(request.call_id, ok=True, value={}))


async def test_a_cancelled_turn_interrupts_its_operation(cell, sent):
    task, request = await asked(cell, sent)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (sent[-1].op, sent[-1].arguments["call_id"]) == ("cancel", request.call_id)
