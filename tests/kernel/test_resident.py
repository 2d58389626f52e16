import ast
import json
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from table_copilot_jupyter.kernel import loader, resident
from table_copilot_jupyter.kernel.bundle import probe_bundle
from table_copilot_jupyter.kernel.resident import Calls, Turns


def asked(op="echo", **arguments):
    return json.dumps({"op": op, "arguments": arguments, "policy": {}})


def run(calls, request=None, *, key="a", on_main=False, started=lambda: None):
    reply = calls.run(key, request or asked(), on_main=on_main, started=started)
    return None if reply is None else json.loads(reply)


def calls_that(handle):
    return Calls(handle, dict)


def test_a_request_runs_in_the_users_namespace_once_it_is_said_to_have_started():
    happened = []
    namespace = {"x": 1}
    calls = Calls(lambda given, request: happened.append((given is namespace, request["op"])), lambda: namespace)
    run(calls, asked("tables"), started=lambda: happened.append("started"))
    assert happened == ["started", (True, "tables")]


def test_a_request_that_was_given_up_never_runs():
    calls = calls_that(lambda namespace, request: pytest.fail("it ran"))
    assert calls.give_up("a", also_running=False)
    assert run(calls) is None


def test_what_has_begun_is_not_taken_back():
    calls = calls_that(lambda namespace, request: calls.give_up("a", also_running=False))
    assert run(calls) is False


def test_what_has_ended_is_not_interrupted():
    calls = calls_that(lambda namespace, request: {})
    run(calls, on_main=True)
    assert calls.give_up("a", also_running=True)  # a signal would end this test


def test_what_runs_on_the_main_thread_is_interrupted_even_while_it_waits():
    waiting = threading.Event()

    def handle(namespace, request):
        waiting.set()
        for _ in range(1000):  # a signal just before a call that waits does not end it
            time.sleep(0.02)

    calls = calls_that(handle)

    def give_up():
        waiting.wait()
        calls.give_up("a", also_running=True)

    other = threading.Thread(target=give_up)
    other.start()
    assert run(calls, on_main=True) == {"ok": False, "interrupted": True}
    other.join()


def test_an_interrupt_that_comes_at_the_very_end_stays_within_the_request():
    """Else it would meet the cell that runs next."""

    class EndsLate(dict):
        def pop(self, *arguments):
            if self:
                signal.raise_signal(signal.SIGINT)
            return super().pop(*arguments)

    calls = calls_that(lambda namespace, request: {"ok": True})
    calls._running = EndsLate()
    late = iter([True])
    signal_once = signal.signal(signal.SIGINT, lambda *_: _raise() if next(late, False) else None)
    try:
        assert run(calls, on_main=True) == {"ok": True}
    finally:
        signal.signal(signal.SIGINT, signal_once)
    assert not calls._running


def _raise():
    raise KeyboardInterrupt


def test_a_query_is_cancelled_by_its_id_until_it_has_ended():
    tries, enough = [], threading.Event()

    def handle(namespace, request):
        if request["op"] == "cancel":
            tries.append(request["arguments"]["call_id"])
            if len(tries) == 2:
                enough.set()
            return {}
        calls.give_up("a", also_running=True)
        enough.wait()
        return {"ok": True}

    calls = calls_that(handle)
    assert run(calls, asked("query", call_id="c1")) == {"ok": True}
    assert tries[:2] == ["c1", "c1"]


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ({"text": "</script> '\"\\\n 好 \U0001f600"}, {"text": "</script> '\"\\\n 好 \U0001f600"}),
        ({"half \ud83d": "\ude00 pair"}, {"half �": "� pair"}),
        ({"numbers": [float("nan"), (float("-inf"), {"n": 0.5})]}, {"numbers": [None, [None, {"n": 0.5}]]}),
    ],
)
def test_a_reply_is_json_that_every_reader_takes(reply, read):
    text = calls_that(lambda namespace, request: reply).run("a", asked(), on_main=False, started=lambda: None)
    assert json.loads(text.encode("utf-8"), parse_constant=pytest.fail) == read


@pytest.mark.parametrize("reply", [object(), {"value": {1, 2}}, {"n": float("nan"), "value": b"secret"}])
def test_a_reply_that_is_not_json_fails_without_quoting_it(reply):
    shown = run(calls_that(lambda namespace, request: reply))
    assert shown == {"ok": False, "error": {"message": "It failed in the kernel with TypeError.", "hint": ""}}


def test_what_kernels_run_is_written_for_the_oldest_python_that_they_may_have():
    sources = {**probe_bundle().sources, "resident": Path(resident.__file__).read_text()}
    for name, source in sources.items():
        ast.parse(source, f"{name}.py", feature_version=loader.OLDEST_PYTHON)
    ast.parse(Path(loader.__file__).read_text(), feature_version=(3, 8))


def test_threads_take_short_turns_while_requests_run_and_usual_ones_afterwards():
    usual, turns = sys.getswitchinterval(), Turns()
    with turns:
        with turns:
            assert sys.getswitchinterval() == pytest.approx(Turns.SHORT_S)
        assert sys.getswitchinterval() == pytest.approx(Turns.SHORT_S)
    assert sys.getswitchinterval() == pytest.approx(usual)
