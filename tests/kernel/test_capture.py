"""Catching what code prints and shows."""

from __future__ import annotations

import sys
import threading

import pytest
from notebook import RUN, opened_notebook

from table_copilot_jupyter.kernel.probe import capture
from table_copilot_jupyter.kernel.probe.capture import (
    LARGEST_ALL,
    LARGEST_IMAGE,
    LONGEST_TEXT,
    MOST_OUTPUTS,
    bounded,
    capturing,
    settled,
)


@pytest.fixture
def notebook(tmp_path):
    with opened_notebook(tmp_path) as notebook:
        yield notebook


def test_what_a_thread_prints_that_ran_before_goes_where_it_went(capsys):
    go, gone = threading.Event(), threading.Event()

    def background():
        go.wait(5)
        print("from behind")
        gone.set()

    thread = threading.Thread(target=background)
    thread.start()
    with capturing(None) as captured:
        go.set()
        gone.wait(5)
        print("mine")
    thread.join()
    assert captured.stdout == "mine\n"
    assert capsys.readouterr().out == "from behind\n"


def test_what_a_thread_prints_that_the_code_has_started_is_caught():
    with capturing(None) as captured:
        thread = threading.Thread(target=print, args=("from within",))
        thread.start()
        thread.join()
    assert captured.stdout == "from within\n"


def test_streams_are_as_before_after_an_error_too():
    before = sys.stdout
    with pytest.raises(ValueError, match="x"), capturing(None):
        raise ValueError("x")
    assert sys.stdout is before


def test_a_stream_takes_text_only():
    with capturing(None), pytest.raises(TypeError, match="not bytes"):
        sys.stdout.write(b"x")  # type: ignore[arg-type]  # that is the claim


def test_a_long_stream_is_cut_and_says_how_much_is_missing():
    with capturing(None) as captured:
        for _ in range(3):
            print("x" * 999_999)
    assert captured.stdout.startswith("x" * LONGEST_TEXT + "\n… 2,936,")
    assert captured.stdout.endswith(" more characters are left out.")


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("10%\r50%\r100%\ndone", "100%\ndone"),
        ("10%\r50%\r", "50%"),
        ("windows\r\nline", "windows\nline"),
        ("\x1b[31mred\x1b[0m and \x1b]8;;http://x\x07link", "red and link"),
    ],
)
def test_text_is_kept_as_a_terminal_shows_it_in_the_end(written, seen):
    assert settled(written) == seen


# --- outputs -----------------------------------------------------------------------------------


def test_displays_and_their_updates_are_caught(notebook):
    shown = notebook.shown(
        "from IPython.display import display, update_display, HTML\n"
        "display('first', display_id='a')\ndisplay(HTML('<b>x</b>'))\n"
        "update_display('last', display_id='a')\nupdate_display('elsewhere', display_id='b')"
    )
    assert [output.get("text/html", output["text/plain"]) for output in shown["outputs"]] == ["'last'", "<b>x</b>"]


@pytest.mark.parametrize("wait", [True, False])
def test_cleared_output_is_gone(notebook, wait):
    shown = notebook.shown(
        f"from IPython.display import clear_output, display\nprint(1)\ndisplay(2)\nclear_output(wait={wait})\nprint(3)"
    )
    assert (shown["stdout"], shown["outputs"]) == ("3\n", [])


def test_output_that_waits_for_more_before_it_is_cleared_stays(notebook):
    assert notebook.shown("from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)")["stdout"]


def test_only_the_first_outputs_are_kept_and_all_are_counted(notebook):
    answer = notebook.run(f"for n in range({MOST_OUTPUTS + 5}): display(n)")
    assert len(answer["user"][RUN]["outputs"]) == MOST_OUTPUTS
    assert f"{MOST_OUTPUTS + 5} outputs" in answer["model"]
    assert "5 more outputs were not kept." in answer["more"]["text"]


def test_all_outputs_together_are_bounded(notebook):
    code = "from IPython.display import display\nfor n in range(9): display({'image/png': 'x' * 300_000}, raw=True)"
    outputs = notebook.shown(code)["outputs"]
    assert sum(len(text) for output in outputs for text in output.values()) <= LARGEST_ALL + 1000
    assert outputs[-1] == {"text/plain": "image/png of 300 kB is left out."}


def test_a_picture_that_is_too_large_is_left_out_with_a_note():
    data = {"text/plain": "<Figure>", "image/png": "x" * (LARGEST_IMAGE + 1)}
    assert bounded(data, 10**9) == {"text/plain": "<Figure>\nimage/png of 400 kB is left out."}


def test_a_picture_in_bytes_is_kept_in_base64():
    assert bounded({"image/png": b"\x89PNG"}, 10**9) == {"image/png": "iVBORw=="}


def test_what_is_not_json_is_left_out():
    data = {"text/plain": "x", "application/json": {"n": float("nan")}, "application/x": {1, 2}}
    assert bounded(data, 10**9) == {"text/plain": "x"}


def test_text_is_cut_and_html_that_is_too_long_left_out():
    kept = bounded({"text/plain": "y" * (LONGEST_TEXT + 5), "text/html": "z" * (LONGEST_TEXT + 5)}, 10**9)
    assert "5 more characters are left out" in kept["text/plain"]
    assert "text/html" not in kept


def test_sizes_are_counted_in_bytes():
    assert "text/html" not in bounded({"text/html": "密" * (LONGEST_TEXT // 2)}, 10**9)


# --- IPython as it was -------------------------------------------------------------------------


def test_ipython_shows_as_before_afterwards(notebook):
    shell = notebook.shell
    before = (shell.display_pub, shell.display_trap.hook, shell.displayhook, shell.loop_runner)
    notebook.run("1/0")
    notebook.run("exit()")
    assert (shell.display_pub, shell.display_trap.hook, shell.displayhook, shell.loop_runner) == before
    assert not {"showtraceback", "showsyntaxerror", "ask_exit"} & set(vars(shell))


def test_pages_and_next_cells_do_not_reach_the_front_end(notebook):
    payloads = notebook.shell.payload_manager
    payloads.write_payload({"source": "mine"})
    notebook.run("get_ipython().payload_manager.write_payload({'source': 'page', 'data': 'x'})")
    assert payloads.read_payload() == [{"source": "mine"}]


def test_the_shell_of_other_variables_is_not_used(notebook):
    assert capture.shell_of(notebook.variables) is notebook.shell
    assert capture.shell_of({}) is None
