import asyncio
import queue
import threading

import pytest
import stand_in
from front_end import request
from jupyter_servers import until

from table_copilot_jupyter.kernel import local
from table_copilot_jupyter.kernel.base import OperationFailed
from table_copilot_jupyter.kernel.local import LocalKernel, LocalKernels
from table_copilot_jupyter.protocol import CopilotError, ErrorCode


@pytest.fixture
def namespace(monkeypatch):
    monkeypatch.setattr(local, "_handle", stand_in.handle)
    return {"table": [1, 2]}


@pytest.fixture
def kernel(namespace):
    return LocalKernel(lambda: namespace)


class BlockedCell:
    """A main thread that waits for an answer and meanwhile does what it is given; here a thread stands for it."""

    def __init__(self):
        self.jobs = queue.SimpleQueue()

    def __call__(self, job):
        self.jobs.put(job)
        return True

    async def work_once(self):
        await asyncio.to_thread(lambda: self.jobs.get()())


async def test_an_operation_runs_beside_the_loop_with_the_users_variables(kernel):
    assert await kernel.call(request("evaluate", expression="table"), timeout_s=5) == {"value": [1, 2]}
    assert not (await kernel.call(request("where"), timeout_s=5))["main"]


async def test_the_loop_goes_on_meanwhile(kernel):
    slow = asyncio.create_task(kernel.call(request("nap", seconds=0.5), timeout_s=5))
    assert await kernel.call(request("echo", n=1), timeout_s=5) == {"n": 1}
    assert not slow.done()
    await slow


async def test_an_operations_error_is_told_in_its_own_words(kernel):
    with pytest.raises(OperationFailed, match="The kernel knows no operation 'fly'"):
        await kernel.call(request("fly"), timeout_s=5)


async def test_without_a_waiting_cell_nothing_runs_as_one(kernel, namespace):
    for nobody in (kernel, LocalKernel(lambda: namespace, lambda job: False)):
        with pytest.raises(CopilotError, match="busy with a cell") as caught:
            await nobody.call(request("run", code="x = 1"), timeout_s=5, main_thread=True)
        assert caught.value.code == ErrorCode.KERNEL_BUSY
    assert "x" not in namespace


async def test_a_waiting_cell_runs_it(namespace):
    cell = BlockedCell()
    kernel = LocalKernel(lambda: namespace, cell)
    await asyncio.gather(
        kernel.call(request("run", code="x = 1"), timeout_s=5, main_thread=True),
        cell.work_once(),
    )
    assert namespace["x"] == 1


async def test_what_the_waiting_cell_has_not_begun_in_time_never_runs(namespace):
    cell = BlockedCell()
    kernel = LocalKernel(lambda: namespace, cell)
    with pytest.raises(CopilotError, match=r"within 0.05 s \(run\)") as caught:
        await kernel.call(request("run", code="x = 1"), timeout_s=0.05, main_thread=True)
    assert caught.value.code == ErrorCode.TIMEOUT
    await cell.work_once()
    assert "x" not in namespace


async def test_cancelling_a_query_interrupts_it(kernel, namespace):
    call = asyncio.create_task(kernel.call(request("query"), timeout_s=5))
    await until(lambda: "query_ran" in namespace)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until(lambda: "query_cancelled" in namespace)


async def test_a_query_without_time_left_is_interrupted(kernel, namespace):
    with pytest.raises(CopilotError, match=r"did not finish this within 0.1 s \(query\)"):
        await kernel.call(request("query"), timeout_s=0.1)
    await until(lambda: "query_cancelled" in namespace)


def test_a_reply_that_comes_after_the_loops_end_is_dropped(kernel, namespace):
    gate = namespace["gate"] = threading.Event()

    async def leave():
        call = asyncio.create_task(kernel.call(request("evaluate", expression="gate.wait() and 0"), timeout_s=5))
        await asyncio.wait({call}, timeout=0.05)

    asyncio.run(leave())
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "table-copilot":
            thread.join()


async def test_a_hub_in_a_kernel_reaches_that_kernel_only(kernel):
    kernels = LocalKernels(kernel)
    assert kernels.link(kernel.kernel_id) is kernel
    with pytest.raises(CopilotError, match="There is no kernel 'elsewhere'") as caught:
        kernels.link("elsewhere")
    assert caught.value.code == ErrorCode.KERNEL_GONE
    await kernels.close()
