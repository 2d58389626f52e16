"""The kernel requests of a turn, run by the thread that waits for it."""

import json
import os
import signal
import sys
import threading
from types import ModuleType

import pytest

from table_copilot_jupyter.client import kernel_side
from table_copilot_jupyter.client.kernel_side import KernelSide, process_id, run_in_this_process, user_namespace
from table_copilot_jupyter.kernel.bundle import probe_bundle
from table_copilot_jupyter.protocol import MAX_FRAME_BYTES, parse_v1

pytestmark = pytest.mark.usefixtures("loop_of_the_background")


@pytest.fixture
def loop_of_the_background(monkeypatch):
    """``cancel`` is taken on an event loop's thread; here a loop that these tests turn by hand."""
    later = []
    loop = type("Loop", (), {"call_later": staticmethod(lambda delay, call, *given: later.append((call, given)))})
    monkeypatch.setattr(kernel_side.asyncio, "get_running_loop", lambda: loop)
    kernel_side._taken.clear()
    return later


def request(op="query", call_id="c1", session_id="s", **arguments):
    policy = {"level": "schema", "ceiling": "rows", "rules": []}
    return {"session_id": session_id, "call_id": call_id, "op": op, "arguments": arguments, "policy": policy}


def cancel(target):
    return {**request("cancel", "c2"), "arguments": {"call_id": target}}


class Caller:
    """A turn's kernel side, and the frames that it sends."""

    def __init__(self, probe):
        self.frames = []
        self.side = KernelSide(probe)
        self.side.open(self.frames.append)

    def ask(self, frame):
        if self.side.take(frame):
            self.side.run(frame)

    @property
    def answers(self):
        return [(frame["call_id"], frame["ok"]) for frame in self.frames]


def elsewhere(function, *arguments):
    """Call it on another thread, and wait for its end."""
    thread = threading.Thread(target=function, args=arguments)
    thread.start()
    thread.join(10)


def test_a_request_runs_on_the_callers_thread_and_its_value_is_sent():
    seen = []

    def probe(asked):
        seen.append((asked, threading.current_thread()))
        return {"ok": True, "value": {"model": "3 rows"}}

    caller = Caller(probe)
    caller.ask(request(sql="SELECT 1"))
    ((asked, thread),) = seen
    assert thread is threading.current_thread()
    assert (asked["op"], asked["arguments"], asked["policy"]["level"]) == ("query", {"sql": "SELECT 1"}, "schema")
    (frame,) = caller.frames
    assert (frame["session_id"], frame["call_id"], frame["value"]) == ("s", "c1", {"model": "3 rows"})


def test_what_is_sent_is_what_the_server_reads():
    replies = [{"ok": True, "value": {}}, {"ok": False, "error": {"message": "No.", "hint": "So.", "more": "x"}}]
    caller = Caller(lambda asked: replies.pop(0))
    caller.ask(request())
    caller.ask(request(call_id="c2"))
    read = [parse_v1(json.dumps(frame)) for frame in caller.frames]
    assert [(frame.call_id, frame.ok) for frame in read] == [("c1", True), ("c2", False)]
    assert (read[1].error.message, read[1].error.hint, read[1].error.detail) == ("No.", "So.", "")


def test_the_same_request_runs_once_whoever_waits():
    runs = []
    callers = [Caller(lambda asked: runs.append(asked) or {"ok": True}) for _ in range(2)]
    for caller in [*callers, *callers]:
        caller.ask(request())
    assert len(runs) == 1
    assert [caller.answers for caller in callers] == [[("c1", True)], []]


def test_a_cancel_is_carried_out_while_the_request_runs(loop_of_the_background):
    cancelled = []

    def probe(asked):
        if asked["op"] == "cancel":
            cancelled.append((asked["arguments"]["call_id"], threading.current_thread()))
        elif not cancelled:
            elsewhere(caller.side.take, cancel("c1"))
        return {"ok": True}

    caller = Caller(probe)
    caller.ask(request())
    ((target, thread),) = cancelled
    assert target == "c1"
    assert thread is not threading.current_thread()
    assert caller.answers == [("c2", True), ("c1", True)]


def test_a_request_too_young_to_be_cancelled_is_cancelled_again_until_it_has_ended(loop_of_the_background):
    cancelled = []

    def probe(asked):
        if asked["op"] == "cancel":
            cancelled.append(True)
        else:
            elsewhere(caller.side.take, cancel("c1"))
            call, given = loop_of_the_background.pop()
            elsewhere(call, *given)
        return {"ok": True}

    caller = Caller(probe)
    caller.ask(request())
    call, given = loop_of_the_background.pop()
    call(*given)
    assert len(cancelled) == 2


def test_what_was_cancelled_before_it_began_is_not_run():
    runs = []
    caller = Caller(lambda asked: runs.append(asked) or {"ok": True})
    asked = request()
    assert caller.side.take(asked)
    assert not caller.side.take(cancel("c1"))
    caller.side.run(asked)
    assert runs == []
    assert caller.answers == [("c2", True), ("c1", False)]


@pytest.mark.parametrize("keeps_it", [False, True])
def test_code_that_is_cancelled_elsewhere_is_interrupted_and_the_caller_goes_on(keeps_it):
    def probe(asked):
        try:
            elsewhere(caller.side.take, cancel("c1"))
            threading.Event().wait(10)
        except KeyboardInterrupt:
            if not keeps_it:
                raise
            return {"ok": True, "value": {"model": "stopped"}}
        raise AssertionError("it was not interrupted")

    caller = Caller(probe)
    caller.ask(request("run"))
    assert caller.answers == [("c2", True), ("c1", keeps_it)]


@pytest.mark.parametrize("keeps_it", [False, True])
def test_the_users_interrupt_ends_more_than_the_request(keeps_it):
    def probe(asked):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if not keeps_it:
                raise
        return {"ok": True, "value": {"model": "stopped by the user"}}

    caller = Caller(probe)
    with pytest.raises(KeyboardInterrupt):
        caller.ask(request("run"))
    assert caller.answers == [("c1", keeps_it)]


def test_where_an_event_loop_hears_of_interrupts_it_hears_of_this_one():
    heard = []
    usual = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    caller = Caller(lambda asked: signal.raise_signal(signal.SIGINT))
    try:
        caller.ask(request("run"))
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, usual)
    assert heard == [signal.SIGINT]
    assert caller.frames == []


def test_when_the_turn_has_ended_nothing_begins_and_what_runs_is_stopped():
    ran = []

    def probe(asked):
        ran.append(asked["op"])
        if asked["op"] == "run":
            elsewhere(caller.side.close)
            threading.Event().wait(10)
        return {"ok": True}

    caller = Caller(probe)
    waiting = request("query", "c2")
    assert caller.side.take(waiting)
    caller.ask(request("run"))
    caller.side.run(waiting)
    caller.ask(request("query", "c3"))
    assert ran == ["run"]


@pytest.mark.parametrize(
    "value", [{"user": {"x": float("nan")}}, {"user": object()}, {"user": "\ud800"}, {"user": "x" * MAX_FRAME_BYTES}]
)
def test_a_result_that_can_not_be_sent_fails_in_words_without_its_values(value):
    caller = Caller(lambda asked: {"ok": True, "value": value})
    caller.ask(request())
    (frame,) = caller.frames
    assert not frame["ok"]
    assert frame["value"] is None
    assert frame["error"]["message"].startswith("The result ")
    assert "xxx" not in str(frame)


def test_a_request_that_can_not_be_read_is_left_alone():
    caller = Caller(lambda asked: {"ok": True})
    caller.ask({"session_id": "s", "op": "query"})
    caller.ask({"session_id": "s", "call_id": "c1", "op": "cancel"})
    assert caller.answers == [("c1", True)]


def test_only_the_main_thread_offers_itself():
    offers = [kernel_side.kernel_side()]
    elsewhere(lambda: offers.append(kernel_side.kernel_side()))
    assert [offer is None for offer in offers] == [False, True]


def test_a_script_has_its_own_variables(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert user_namespace() is vars(sys.modules["__main__"])


def test_a_probe_that_can_not_be_loaded_is_an_error_and_tells_only_the_user_why(monkeypatch):
    def broken():
        raise ImportError("a secret of the inside")

    monkeypatch.setattr(kernel_side, "load_probe", broken)
    reply = run_in_this_process(request())
    assert not reply["ok"]
    assert "secret" not in reply["error"]["message"] + reply["error"]["hint"]
    assert reply["error"]["detail"] == "ImportError: a secret of the inside"


def test_a_process_has_one_id_and_a_fork_another(monkeypatch):
    mine = process_id()
    assert mine == process_id()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert process_id() != mine


def test_the_probe_is_the_copy_that_a_server_has_put_into_the_kernel_else_our_own(monkeypatch):
    monkeypatch.setattr(kernel_side, "user_namespace", lambda: {"x": 1})
    reply = run_in_this_process({"op": "tables", "arguments": {}, "policy": {}})
    assert reply["ok"]
    assert reply["value"]["items"] == []
    copy = ModuleType(probe_bundle().name)
    entry = ModuleType(f"{copy.__name__}.entry")
    entry.handle = lambda namespace, asked: {"ok": True, "value": {"copy": namespace}}
    monkeypatch.setitem(sys.modules, copy.__name__, copy)
    monkeypatch.setitem(sys.modules, entry.__name__, entry)
    assert run_in_this_process(request())["value"] == {"copy": {"x": 1}}
