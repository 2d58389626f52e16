import asyncio
import os
import signal
import sys
import time

import pytest
from front_end import FrontEnd, add_kernel_spec, request
from jupyter_servers import until

from table_copilot_jupyter.kernel import remote
from table_copilot_jupyter.kernel.base import OperationFailed
from table_copilot_jupyter.kernel.remote import RemoteKernels
from table_copilot_jupyter.protocol import CopilotError, ErrorCode

pytest_plugins = ["kernel_fixtures"]

IN_A_BARE_ENVIRONMENT = pytest.mark.xdist_group("bare environment")  # which is made once
SLEEP = "import time; time.sleep(30)"
SPIN = "while True: pass"


class Stopwatch:
    def __enter__(self):
        self.began = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.began


def process_of(kernel_manager, kernel_id):
    return kernel_manager.get_kernel(kernel_id).provisioner.pid


class TestReading:
    async def test_an_operation_runs_beside_the_cells_with_the_users_variables(self, link, front_end):
        await front_end.run("table = [1, 2]")
        assert await link.call(request("evaluate", expression="table"), timeout_s=20) == {"value": [1, 2]}
        assert not (await link.call(request("where"), timeout_s=20))["main"]

    @pytest.mark.parametrize("cell", [SLEEP, SPIN])
    async def test_a_busy_kernel_is_read_within_a_second(self, link, kernel_manager, kernel_id, front_end, cell):
        await front_end.run("table = [1, 2]")
        busy = await front_end.begin(cell)
        for _ in ("the first request", "a later one"):
            with Stopwatch() as watch:
                assert await link.call(request("evaluate", expression="table"), timeout_s=20) == {"value": [1, 2]}
            assert watch.seconds < 1
        await kernel_manager.interrupt_kernel(kernel_id)
        assert (await front_end.end(busy))["ename"] == "KeyboardInterrupt"
        assert await link.call(request("evaluate", expression="table"), timeout_s=20) == {"value": [1, 2]}

    async def test_the_users_names_gain_none(self, link, front_end):
        await front_end.run("before = sorted(globals()); 5")
        await link.call(request("echo"), timeout_s=20)
        await link.call(request("echo"), timeout_s=20, main_thread=True)
        names = (await link.call(request("names"), timeout_s=20))["names"]
        assert set(names) - set((await link.call(request("evaluate", expression="before"), timeout_s=20))["value"]) <= {
            "before", "_", "_1", "_i1", "_i2",
        }  # fmt: skip

    async def test_what_the_user_sees_of_a_session_stays(self, link, front_end):
        await front_end.run("1 / 0")
        first = await front_end.run("'a value'")
        await link.call(request("echo"), timeout_s=20)
        await link.call(request("echo"), timeout_s=20, main_thread=True)
        await front_end.run("import sys; seen = [_, len(Out), len(In), sys.last_type.__name__]")
        seen = await link.call(request("evaluate", expression="seen"), timeout_s=20)
        assert seen == {"value": ["a value", 1, 4, "ZeroDivisionError"]}
        assert (await front_end.run(""))["execution_count"] - first["execution_count"] == 1

    async def test_any_text_travels_and_what_is_no_text_is_replaced(self, link):
        text = "\"'\\ \n\u2028 </script> {} %d 好 \U0001f600 \x00"
        assert await link.call(request("echo", text=text), timeout_s=20) == {"text": text}
        assert await link.call(request("echo", text="half a \ud83d pair"), timeout_s=20) == {"text": "half a � pair"}
        assert await link.call(request("evaluate", expression="[float('nan'), 1e999, 0.5]"), timeout_s=20) == {
            "value": [None, None, 0.5]
        }

    async def test_a_megabyte_comes_back(self, link):
        reply = await link.call(request("text", length=2**20), timeout_s=20)
        assert len(reply["text"]) == 2**20

    async def test_of_calls_at_once_each_gets_its_own_answer_and_the_quick_ones_wait_for_no_slow_one(self, link):
        await link.call(request("echo"), timeout_s=20)
        slow = asyncio.create_task(link.call(request("nap", seconds=2), timeout_s=20))
        with Stopwatch() as watch:
            replies = await asyncio.gather(*(link.call(request("echo", number=n), timeout_s=20) for n in range(20)))
        assert [reply["number"] for reply in replies] == list(range(20))
        assert watch.seconds < 1.5
        assert await slow == {"slept": 2}

    async def test_an_answer_that_comes_while_a_request_is_sent_is_not_overlooked(self, link):
        async def ask_again_and_again(main_thread):
            for number in range(150):
                await link.call(request("echo", number=number), timeout_s=20, main_thread=main_thread)

        await asyncio.gather(*(ask_again_and_again(main_thread) for main_thread in (False, False, False, True)))

    async def test_two_kernels_are_kept_apart(self, kernels, kernel_manager, kernel_id, front_end):
        other_id = await kernel_manager.start_kernel()
        await front_end.run("here = 'first'")
        async with FrontEnd(kernel_manager, other_id) as other:
            await other.run("here = 'second'")
        assert [
            await kernels.link(one).call(request("evaluate", expression="here"), timeout_s=20)
            for one in (kernel_id, other_id)
        ] == [{"value": "first"}, {"value": "second"}]
        assert kernels.link(other_id).notebook == f"notebook of {other_id}"

    async def test_an_operations_error_is_told_in_its_own_words(self, link):
        with pytest.raises(OperationFailed, match="The kernel knows no operation 'fly'") as caught:
            await link.call(request("fly"), timeout_s=20)
        assert (caught.value.code, caught.value.hint) == (ErrorCode.TOOL_FAILED, "Ask.")

    async def test_an_error_that_nobody_foresaw_quotes_nothing(self, link):
        with pytest.raises(OperationFailed) as caught:
            await link.call(request("crash"), timeout_s=20)
        assert str(caught.value) == "It failed in the kernel with ValueError."


class TestDisturbingNobody:
    async def test_front_ends_get_nothing_but_statuses(self, link, front_end):
        await link.call(request("echo"), timeout_s=20)
        await link.call(request("echo"), timeout_s=20, main_thread=True)
        await front_end.run("")
        assert front_end.of_others() == {"status"}

    async def test_reading_from_a_busy_kernel_leaves_it_busy(self, link, kernel_manager, kernel_id, front_end):
        kernel, states = kernel_manager.get_kernel(kernel_id), set()
        await until_heard(kernel, front_end)
        busy = await front_end.begin("input()", allow_stdin=True)
        await until(lambda: kernel.execution_state == "busy")
        for _ in range(20):
            await link.call(request("echo"), timeout_s=20)
            states.add(kernel.execution_state)
        assert states == {"busy"}
        front_end.client.input("")
        await front_end.end(busy)

    async def test_reading_from_an_idle_kernel_is_no_activity_of_its_user(
        self, link, kernel_manager, kernel_id, front_end
    ):
        await link.call(request("echo"), timeout_s=20)
        kernel = kernel_manager.get_kernel(kernel_id)
        await until_heard(kernel, front_end)
        await until_idle(kernel)
        before = kernel.last_activity
        for _ in range(20):
            await link.call(request("echo"), timeout_s=20)
            assert kernel.execution_state == "idle"
        assert kernel.last_activity == before

    async def test_a_cell_that_runs_meanwhile_may_still_ask(self, link, front_end):
        busy = await front_end.begin("import time; time.sleep(1); answer = input()", allow_stdin=True)
        await link.call(request("echo"), timeout_s=20)
        await front_end.client.get_stdin_msg(timeout=20)
        front_end.client.input("yes")
        assert (await front_end.end(busy))["status"] == "ok"

    async def test_a_cell_that_runs_meanwhile_keeps_its_threads_output(self, link, front_end):
        await front_end.run(
            "import sys, threading, time\n"
            "def talk():\n"
            "    for _ in range(10):\n"
            "        time.sleep(0.05); sys.stdout.write('word\\n')\n"
        )
        busy = await front_end.begin("threads = [threading.Thread(target=talk) for _ in range(2)]\n"
                                     "[thread.start() for thread in threads]\n"
                                     "[thread.join() for thread in threads];")  # fmt: skip
        for _ in range(10):
            await link.call(request("print"), timeout_s=20)
        await front_end.end(busy)
        assert front_end.output_of(busy) == "word\n" * 20

    async def test_hooks_for_the_end_of_a_cell_wait_for_its_end(self, link, front_end):
        """Such as the one that shows and closes the figures that a cell has drawn."""
        await front_end.run("ended = []; get_ipython().events.register('post_execute', lambda: ended.append(1))")
        busy = await front_end.begin("import time; time.sleep(1); so_far = len(ended)")
        await link.call(request("echo"), timeout_s=20)
        await front_end.end(busy)
        await front_end.run("later = len(ended)")
        seen = await link.call(request("evaluate", expression="[so_far, later]"), timeout_s=20)
        assert seen == {"value": [1, 2]}

    async def test_another_client_of_the_manager_keeps_its_answers(self, link, kernel_manager, kernel_id):
        client = kernel_manager.get_kernel(kernel_id).client()
        client.start_channels(hb=False)
        await client.wait_for_ready(timeout=20)
        await link.call(request("echo"), timeout_s=20)
        await client.kernel_info(reply=True, timeout=20)
        await link.call(request("echo"), timeout_s=20)
        client.stop_channels()

    async def test_jupyters_own_list_of_messages_is_added_to_once(self, kernel_manager, stand_in):
        for _ in range(2):
            RemoteKernels(kernel_manager, str, bundle=lambda: stand_in)
        listed = kernel_manager.untracked_message_types
        assert "kernel_info_request" in listed
        assert listed.count("table_copilot_request") == 1


class TestAsACell:
    async def test_it_runs_on_the_main_thread(self, link):
        assert (await link.call(request("where"), timeout_s=20, main_thread=True))["main"]

    async def test_a_busy_kernel_is_told_at_once_and_never_runs_it(self, link, kernel_manager, kernel_id, front_end):
        await link.call(request("echo"), timeout_s=20)
        busy = await front_end.begin(SLEEP)
        with Stopwatch() as watch, pytest.raises(CopilotError, match="busy with a cell") as caught:
            await link.call(request("run", code="late = 1"), timeout_s=20, main_thread=True)
        assert (caught.value.code, caught.value.hint) == (
            ErrorCode.KERNEL_BUSY,
            "Wait until it has finished, or interrupt it.",
        )
        assert watch.seconds < 1
        await kernel_manager.interrupt_kernel(kernel_id)
        await front_end.end(busy)
        await link.call(request("run", code="on_time = 1"), timeout_s=20, main_thread=True)
        names = (await link.call(request("names"), timeout_s=20))["names"]
        assert "on_time" in names
        assert "late" not in names

    async def test_its_user_sees_that_the_kernel_is_busy(self, link, kernel_manager, kernel_id):
        await link.call(request("echo"), timeout_s=20)
        kernel = kernel_manager.get_kernel(kernel_id)
        await until_idle(kernel)
        run = asyncio.create_task(
            link.call(request("run", code="import time; time.sleep(1)"), timeout_s=20, main_thread=True)
        )
        await until(lambda: kernel.execution_state == "busy")
        await run
        await until_idle(kernel)

    async def test_a_cell_that_waits_for_something_is_busy_too(self, link, front_end):
        busy = await front_end.begin("import asyncio; gate = asyncio.Event(); await gate.wait()")
        with pytest.raises(CopilotError, match="busy with a cell"):
            await link.call(request("run", code="late = 1"), timeout_s=20, main_thread=True)
        await link.call(
            request("evaluate", expression="get_ipython().kernel.io_loop.add_callback(gate.set)"), timeout_s=20
        )
        await front_end.end(busy)

    async def test_cancelling_interrupts_it_and_leaves_the_next_cell_alone(self, link, front_end):
        for number, code in enumerate((SLEEP, SPIN)):
            begun = f"begun_{number} = 1\n{code}"
            task = asyncio.create_task(link.call(request("run", code=begun), timeout_s=60, main_thread=True))
            await value_of_name(link, f"begun_{number}")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            with Stopwatch() as watch:
                assert (await front_end.run("pass"))["status"] == "ok"
            assert watch.seconds < 1

    async def test_cancelling_what_has_ended_interrupts_no_cell(self, link, front_end):
        await link.call(request("echo"), timeout_s=20)
        task = asyncio.create_task(link.call(request("run", code="pass"), timeout_s=60, main_thread=True))
        busy = await front_end.begin("import time; time.sleep(1)")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await front_end.end(busy))["status"] == "ok"

    async def test_the_users_interrupt_ends_it(self, link, kernel_manager, kernel_id):
        begun = f"begun = 1\n{SLEEP}"
        task = asyncio.create_task(link.call(request("run", code=begun), timeout_s=60, main_thread=True))
        await value_of_name(link, "begun")
        await kernel_manager.interrupt_kernel(kernel_id)
        with pytest.raises(OperationFailed, match="It was interrupted in the kernel"):
            await task

    async def test_at_the_end_of_its_time_it_is_interrupted(self, link, front_end):
        await link.call(request("echo"), timeout_s=20)
        with pytest.raises(CopilotError, match=r"did not finish this within 1 s \(run\)") as caught:
            await link.call(request("run", code=SLEEP), timeout_s=1, main_thread=True)
        assert caught.value.code == ErrorCode.TIMEOUT
        with Stopwatch() as watch:
            await front_end.run("pass")
        assert watch.seconds < 1


class TestGivingUp:
    @pytest.mark.parametrize("young_s", [0, 0.5])
    async def test_cancelling_a_query_interrupts_it_however_young(self, link, kernel_manager, front_end, young_s):
        await link.call(request("echo"), timeout_s=20)
        task = asyncio.create_task(link.call(request("query", young_s=young_s), timeout_s=60))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await value_of_name(link, "query_cancelled")

    async def test_a_query_without_time_left_is_interrupted(self, link):
        await link.call(request("echo"), timeout_s=20)
        with pytest.raises(CopilotError, match=r"did not finish this within 0.5 s \(query\)") as caught:
            await link.call(request("query", call_id="mine"), timeout_s=0.5)
        assert caught.value.code == ErrorCode.TIMEOUT
        await value_of_name(link, "query_cancelled")

    async def test_a_kernel_whose_interpreter_is_held_is_busy(self, link, front_end, monkeypatch):
        """Some extensions let no other thread run while they compute."""
        monkeypatch.setattr(remote, "BESIDE_S", 0.3)
        await link.call(request("echo"), timeout_s=20)
        await front_end.run("import ctypes, time; hold = ctypes.PyDLL(None).usleep")
        busy = await front_end.begin("time.sleep(0.2); hold(1_500_000)")  # first the kernel must say that it is busy
        await asyncio.sleep(0.4)
        with pytest.raises(CopilotError) as caught:
            await link.call(request("echo"), timeout_s=20)
        assert caught.value.code == ErrorCode.KERNEL_BUSY
        await front_end.end(busy)
        assert await link.call(request("echo", n=1), timeout_s=20) == {"n": 1}


class TestAKernelThatEnds:
    async def test_one_that_never_was_is_gone(self, kernels):
        with pytest.raises(CopilotError, match="There is no kernel 'nobody'") as caught:
            kernels.link("nobody")
        assert caught.value.code == ErrorCode.KERNEL_GONE

    async def test_one_that_was_shut_down_is_gone(self, link, kernels, kernel_manager, kernel_id):
        await link.call(request("echo"), timeout_s=20)
        await kernel_manager.shutdown_kernel(kernel_id, now=True)
        with pytest.raises(CopilotError, match="There is no kernel") as caught:
            await link.call(request("echo"), timeout_s=20)
        assert caught.value.code == ErrorCode.KERNEL_GONE
        with pytest.raises(CopilotError, match="There is no kernel"):
            kernels.link(kernel_id)

    async def test_killed_in_mid_call_it_is_gone_within_two_seconds_and_read_again_once_it_is_back(
        self, link, kernel_manager, kernel_id
    ):
        await link.call(request("echo"), timeout_s=20)
        call = asyncio.create_task(link.call(request("nap", seconds=30), timeout_s=60))
        await asyncio.sleep(0.3)
        os.kill(process_of(kernel_manager, kernel_id), signal.SIGKILL)
        with Stopwatch() as watch, pytest.raises(CopilotError, match=r"died|restarted") as caught:
            await call
        assert caught.value.code == ErrorCode.KERNEL_GONE
        assert watch.seconds < 2
        await answers_again(link)

    async def test_restarted_in_mid_call_it_is_gone_and_read_again_afterwards(
        self, link, kernel_manager, kernel_id, front_end
    ):
        await front_end.run("table = 1")
        call = asyncio.create_task(link.call(request("nap", seconds=30), timeout_s=60))
        await asyncio.sleep(0.3)
        restart = asyncio.create_task(kernel_manager.restart_kernel(kernel_id))
        with Stopwatch() as watch, pytest.raises(CopilotError, match="was restarted or shut down") as caught:
            await call
        assert caught.value.code == ErrorCode.KERNEL_GONE
        assert watch.seconds < 2
        await restart
        assert "table" not in (await link.call(request("names"), timeout_s=20))["names"]

    async def test_shut_down_in_mid_call_it_is_gone(self, link, kernel_manager, kernel_id):
        await link.call(request("echo"), timeout_s=20)
        call = asyncio.create_task(link.call(request("nap", seconds=30), timeout_s=60))
        await asyncio.sleep(0.3)
        await kernel_manager.shutdown_kernel(kernel_id)
        with pytest.raises(CopilotError, match="shut down") as caught:
            await call
        assert caught.value.code == ErrorCode.KERNEL_GONE

    async def test_restarted_between_calls_it_is_simply_read_again(self, link, kernel_manager, kernel_id):
        await link.call(request("echo"), timeout_s=20)
        await kernel_manager.restart_kernel(kernel_id, now=True)
        assert await link.call(request("echo", n=1), timeout_s=20) == {"n": 1}
        assert (await link.call(request("where"), timeout_s=20, main_thread=True))["main"]

    async def test_interrupting_it_leaves_reading_alone(self, link, kernel_manager, kernel_id):
        await link.call(request("echo"), timeout_s=20)
        call = asyncio.create_task(link.call(request("nap", seconds=1), timeout_s=20))
        await asyncio.sleep(0.5)
        await kernel_manager.interrupt_kernel(kernel_id)
        assert await call == {"slept": 1}

    async def test_closing_the_links_ends_what_is_open(self, kernels, link):
        await link.call(request("echo"), timeout_s=20)
        call = asyncio.create_task(link.call(request("nap", seconds=30), timeout_s=60))
        await asyncio.sleep(0.5)
        await kernels.close()
        with pytest.raises(CopilotError) as caught:
            await call
        assert caught.value.code == ErrorCode.KERNEL_GONE

    async def test_nothing_watches_a_kernel_that_is_asked_nothing(self, link):
        await link.call(request("echo"), timeout_s=20)
        await asyncio.sleep(2 * 0.25)
        working = {task.get_coro().__name__ for task in asyncio.all_tasks()}
        assert "_watch_over" not in working


class TestOtherKernels:
    async def test_one_that_still_starts_is_waited_for(self, kernels, kernel_manager):
        kernel_id = await kernel_manager.start_kernel()
        assert await kernels.link(kernel_id).call(request("echo", n=1), timeout_s=20) == {"n": 1}

    async def test_one_that_does_not_come_up_is_busy_after_a_few_seconds(
        self, kernels, kernel_manager, jupyter_directories, monkeypatch
    ):
        monkeypatch.setattr(remote, "START_S", 0.5)
        add_kernel_spec(jupyter_directories, "mute", sys.executable, "-c", "import time; time.sleep(60)")
        kernel_id = await kernel_manager.start_kernel(kernel_name="mute")
        with pytest.raises(CopilotError, match=r"has not answered for 0\.5 s") as caught:
            await kernels.link(kernel_id).call(request("echo"), timeout_s=20)
        assert caught.value.code == ErrorCode.KERNEL_BUSY

    async def test_one_of_another_language_is_told_so(self, kernels, kernel_manager, jupyter_directories):
        add_kernel_spec(jupyter_directories, "bash", sys.executable, "-m", "bash_kernel", "-f", language="bash")
        link = kernels.link(await kernel_manager.start_kernel(kernel_name="bash"))
        for _ in range(2):
            with pytest.raises(CopilotError) as caught:
                await link.call(request("echo"), timeout_s=20)
            assert caught.value.code == ErrorCode.TOOL_FAILED
            assert caught.value.message == "This notebook's kernel runs bash; tables are read from Python kernels."

    async def test_one_of_python_that_is_no_ipykernel_is_told_so(self, kernels, kernel_manager, jupyter_directories):
        """Such as a kernel that sends its cells to another machine."""
        script = (
            "from ipykernel.kernelapp import IPKernelApp\n"
            "from ipykernel.kernelbase import Kernel\n"
            "class Wrapper(Kernel):\n"
            "    implementation = banner = 'wrapper'; implementation_version = '1'\n"
            "    language_info = {'name': 'python'}\n"
            "    async def do_execute(self, code, silent, *rest, **more):\n"
            "        return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}\n"
            "IPKernelApp.launch_instance(kernel_class=Wrapper)\n"
        )
        add_kernel_spec(jupyter_directories, "wrapper", sys.executable, "-c", script, "-f")
        link = kernels.link(await kernel_manager.start_kernel(kernel_name="wrapper"))
        with pytest.raises(CopilotError, match="Tables are read from kernels of ipykernel 6 or newer") as caught:
            await link.call(request("echo"), timeout_s=20)
        assert caught.value.code == ErrorCode.TOOL_FAILED


@IN_A_BARE_ENVIRONMENT
@pytest.mark.timeout(400)
class TestAnEnvironmentWithoutUsAndWithoutSubshells:
    @pytest.fixture
    async def kernel_id(self, kernel_manager, jupyter_directories, bare_python):
        add_kernel_spec(jupyter_directories, "bare", bare_python, "-m", "ipykernel_launcher", "-f")
        return await kernel_manager.start_kernel(kernel_name="bare")

    async def test_it_is_read_while_it_is_busy(self, link, front_end, kernel_manager, kernel_id):
        await front_end.run("import pandas; table = pandas.DataFrame({'n': [1]})")
        reply = await front_end.client.kernel_info(reply=True, timeout=20)
        assert "kernel subshells" not in reply["content"].get("supported_features", [])
        busy = await front_end.begin(SLEEP)
        with Stopwatch() as watch:
            seen = await link.call(request("evaluate", expression="list(table.columns)"), timeout_s=20)
        assert seen == {"value": ["n"]}
        assert watch.seconds < 1
        await until(lambda: kernel_manager.get_kernel(kernel_id).execution_state == "busy")
        with Stopwatch() as watch, pytest.raises(CopilotError, match="busy with a cell"):
            await link.call(request("run", code="late = 1"), timeout_s=20, main_thread=True)
        assert watch.seconds < 1
        await kernel_manager.interrupt_kernel(kernel_id)
        await front_end.end(busy)
        assert "late" not in (await link.call(request("names"), timeout_s=20))["names"]

    async def test_it_has_nothing_of_ours(self, link):
        modules = (await link.call(request("where"), timeout_s=20))["modules"]
        assert modules
        assert all(name.startswith("_table_copilot_") for name in modules)
        with pytest.raises(OperationFailed, match="ModuleNotFoundError"):
            await link.call(request("evaluate", expression="__import__('duckdb')"), timeout_s=20)

    async def test_what_runs_as_a_cell_is_interrupted(self, link, front_end):
        begun = f"begun = 1\n{SLEEP}"
        task = asyncio.create_task(link.call(request("run", code=begun), timeout_s=60, main_thread=True))
        await value_of_name(link, "begun")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with Stopwatch() as watch:
            assert (await front_end.run("pass"))["status"] == "ok"
        assert watch.seconds < 1


class TestTheProbeItself:
    @pytest.fixture
    async def kernels(self, kernel_manager):
        kernels = RemoteKernels(kernel_manager, str)
        await kernels.warm_up()
        yield kernels
        await kernels.close()

    async def test_it_lists_the_tables_of_a_busy_kernel(self, link, kernel_manager, kernel_id, front_end):
        await front_end.run("import pandas; table = pandas.DataFrame({'n': [1, 2]})")
        busy = await front_end.begin(SLEEP)
        with Stopwatch() as watch:
            value = await link.call(request("tables"), timeout_s=20)
        assert [item["name"] for item in value["items"]] == ["table"]
        assert watch.seconds < 1
        await kernel_manager.interrupt_kernel(kernel_id)
        await front_end.end(busy)

    @IN_A_BARE_ENVIRONMENT
    @pytest.mark.timeout(400)
    async def test_an_environment_without_duckdb_does_all_but_sql(
        self, kernels, kernel_manager, jupyter_directories, bare_python
    ):
        add_kernel_spec(jupyter_directories, "bare", bare_python, "-m", "ipykernel_launcher", "-f")
        kernel_id = await kernel_manager.start_kernel(kernel_name="bare")
        async with FrontEnd(kernel_manager, kernel_id) as front_end:
            await front_end.run("import pandas; table = pandas.DataFrame({'n': [1, 2]})")
        link = kernels.link(kernel_id)
        value = await link.call(request("describe", name="table"), timeout_s=20)
        assert "n (int64)" in value["model"]
        with pytest.raises(OperationFailed, match="duckdb"):
            await link.call(request("query", sql="SELECT sum(n) FROM table", number=1), timeout_s=20)


async def until_heard(kernel, front_end):
    """Run cells until the server takes note of one: what a kernel says before the server listens is lost."""
    before = kernel.last_activity
    while kernel.last_activity == before:
        await front_end.run("pass")


async def until_idle(kernel):
    await until(lambda: kernel.execution_state == "idle")
    await asyncio.sleep(0.2)  # its last messages are on their way


async def value_of_name(link, name):
    """Wait until the user has a variable of that name."""
    async with asyncio.timeout(10):
        known = []
        while name not in known:
            known = (await link.call(request("names"), timeout_s=20))["names"]


async def answers_again(link):
    """Wait until the kernel that died has been started anew."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await link.call(request("echo"), timeout_s=20)
            except CopilotError as error:
                if error.code not in (ErrorCode.KERNEL_GONE, ErrorCode.KERNEL_BUSY):
                    raise
                await asyncio.sleep(0.2)
