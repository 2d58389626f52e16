"""``jupyter table-copilot``: its commands against a real server, and a real process from start to end."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_servers import TOKEN

from table_copilot_jupyter import cli
from table_copilot_jupyter.cli import CommandError, Dialogue, main, socket_address
from table_copilot_jupyter.status import RunningServer, running_servers, server_status


def write_server_file(runtime: Path, pid: int, **changes) -> Path:
    info = {
        "url": "http://localhost:8888/",
        "hostname": "localhost",
        "port": 8888,
        "sock": "",
        "secure": False,
        "base_url": "/",
        "token": "secret-token",
        "root_dir": "/work",
        "pid": pid,
    }
    path = runtime / f"jpserver-{pid}.json"
    path.write_text(json.dumps({**info, **changes}))
    return path


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def run(*argv: str) -> int | None:
    """The command in a thread, so that the test's own server can answer it."""
    return await asyncio.to_thread(main, argv)


# --- finding servers ----------------------------------------------------------------------------


def test_a_running_server_is_found_by_its_file(jupyter_directories):
    write_server_file(jupyter_directories.runtime, os.getpid(), base_url="/user/ada/")
    (server,) = running_servers()
    assert server.pid == os.getpid()
    assert server.address == "http://localhost:8888/user/ada/"
    assert server.ws_url == "ws://localhost:8888/user/ada/table-copilot/ws"
    assert server.headers == {"Authorization": "token secret-token"}
    assert "secret-token" not in repr(server)


def test_files_of_dead_processes_and_broken_files_are_passed_over(jupyter_directories):
    runtime = jupyter_directories.runtime
    write_server_file(runtime, dead_pid())
    (runtime / "jpserver-1.json").write_text('{"pid": 1, "port"')
    (runtime / "jpserver-2.json").write_text("[]")
    (runtime / "jpserver-3.json").write_text('{"pid": 3}')
    (runtime / "kernel-x.json").write_text("{}")
    assert running_servers() == []


def test_without_a_runtime_directory_there_are_no_servers(tmp_path):
    assert running_servers(tmp_path / "nowhere") == []


def test_the_server_started_last_comes_first(jupyter_directories):
    old = write_server_file(jupyter_directories.runtime, os.getpid())
    new = write_server_file(jupyter_directories.runtime, os.getppid())
    os.utime(old, (1, 1))
    os.utime(new, (2, 2))
    assert [server.pid for server in running_servers()] == [os.getppid(), os.getpid()]


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({"hostname": ""}, "http://127.0.0.1:8888/"),
        ({"hostname": "0.0.0.0"}, "http://127.0.0.1:8888/"),
        ({"hostname": "::"}, "http://[::1]:8888/"),
        ({"hostname": "", "secure": True, "url": "https://my.host:8888/"}, "https://my.host:8888/"),
        ({"sock": "/tmp/j.sock"}, "/tmp/j.sock /"),
    ],
)
def test_the_address_of_a_server_is_one_that_can_be_reached(jupyter_directories, changes, address):
    write_server_file(jupyter_directories.runtime, os.getpid(), **changes)
    (server,) = running_servers()
    assert server.address == address


# --- status -------------------------------------------------------------------------------------


async def test_status_shows_a_running_copilot(server, capsys):
    assert await run("status") == 0
    shown = capsys.readouterr().out
    assert f"http://127.0.0.1:{server.port}/user/ada/table-copilot/" in shown
    assert f"process   {os.getpid()}" in shown
    assert "status    ok, version" in shown
    assert "model     " in shown
    assert "0 turns running" in shown
    assert TOKEN not in shown


async def test_status_as_json(server, capsys):
    assert await run("status", "--json") == 0
    (state,) = json.loads(capsys.readouterr().out)
    assert state["health"]["status"] == "ok"
    assert state["pid"] == os.getpid()
    assert state["problem"] is None


async def test_status_shows_what_is_wrong_with_a_copilot(start_server, monkeypatch, capsys):
    monkeypatch.setenv("TABLE_COPILOT_TURN_TIMEOUT", "soon")
    await start_server()
    assert await run("status") == 0
    shown = capsys.readouterr().out
    assert "status    error" in shown
    assert "'soon'" in shown


def test_status_without_a_server_says_how_to_start_one(jupyter_directories, capsys):
    assert main(["status"]) == 1
    assert capsys.readouterr().out == "No copilot is running. Start one with: jupyter table-copilot\n"


async def answer_once(response: bytes):
    """A server that gives every connection ``response``, or nothing if it is empty."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if not response:
            await reader.read()
        writer.write(response)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (b"", "no answer within 0.2 s"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "did not accept its token",
        ),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "did not accept its token"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "answered 500"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "answered 200 without a status"),
        (b"SSH-2.0-OpenSSH\r\n", "not reachable"),
    ],
)
async def test_a_server_that_gives_no_status_is_shown_with_the_reason(response, problem):
    listening = await answer_once(response)
    port = listening.sockets[0].getsockname()[1]
    server = RunningServer(1, "127.0.0.1", port, "/", False, "", "", 0.0, token="t")
    state = await asyncio.to_thread(server_status, server, 0.2)
    listening.close()
    assert state.health is None
    assert state.installed
    assert problem in state.problem


async def test_a_jupyter_server_without_the_extension_is_not_shown(jupyter_directories, capsys):
    listening = await answer_once(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    write_server_file(
        jupyter_directories.runtime, os.getpid(), hostname="127.0.0.1", port=listening.sockets[0].getsockname()[1]
    )
    assert await run("status") == 1
    listening.close()
    assert "No copilot is running" in capsys.readouterr().out


def test_a_server_that_nothing_listens_for_is_not_reachable():
    state = server_status(RunningServer(1, "127.0.0.1", 1, "/", False, "", "", 0.0, token="t"))
    assert "not reachable" in state.problem


def test_a_server_on_a_unix_socket_is_asked_there(tmp_path):
    state = server_status(RunningServer(1, "", 0, "/", False, str(tmp_path / "no.sock"), "", 0.0, token="t"))
    assert "No such file" in state.problem


# --- ask ----------------------------------------------------------------------------------------


async def test_ask_prints_the_answer_of_the_server_that_runs(server, capsys):
    assert await run("ask", "hello", "--session", "sales") == 0
    shown = capsys.readouterr()
    assert shown.out.strip()
    assert shown.err == ""
    info, events = await (await server.service.hub()).session_log(server.service.owner, "sales")
    assert events[0]["content"] == "hello"
    assert info.messages == 2


async def test_ask_takes_an_address_as_jupyter_prints_it(server, capsys):
    url = f"http://127.0.0.1:{server.port}/user/ada/table-copilot/?token={TOKEN}"
    assert await run("ask", "hello", "--url", url) == 0
    assert capsys.readouterr().out.strip()


async def test_ask_in_a_kernel_uses_the_kernels_token(server, monkeypatch, capsys):
    monkeypatch.setenv("TABLE_COPILOT_URL", f"ws://127.0.0.1:{server.port}/user/ada/table-copilot/ws")
    monkeypatch.setenv("TABLE_COPILOT_TOKEN", server.service.grants.mint("kernel-1"))
    assert await run("ask", "hello") == 0
    assert capsys.readouterr().out.strip()


async def test_ask_with_a_wrong_token_says_what_to_check(server, capsys):
    url = f"http://127.0.0.1:{server.port}/user/ada/"
    assert await run("ask", "hello", "--url", url, "--token", "wrong") == 1
    assert "Check the address and the token" in capsys.readouterr().err


async def test_ask_where_nothing_listens_says_how_to_start_a_server(jupyter_directories, capsys):
    assert await run("ask", "hello", "--url", "http://127.0.0.1:1/") == 1
    assert "Start one with: jupyter table-copilot" in capsys.readouterr().err
    assert await run("ask", "hello") == 1
    assert "No copilot is running" in capsys.readouterr().err


async def test_ask_reports_an_error_of_the_copilot(server, capsys):
    assert await run("ask", "hello", "--session", "../x") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "'../x' is not a session id" in shown.err


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://h:1", ("ws://h:1/table-copilot/ws", "")),
        ("https://h/user/ada/", ("wss://h/user/ada/table-copilot/ws", "")),
        ("http://h:1/table-copilot/", ("ws://h:1/table-copilot/ws", "")),
        ("ws://h:1/x/table-copilot/ws", ("ws://h:1/x/table-copilot/ws", "")),
        ("ws+unix://%2Ftmp%2Fa%20b/x/table-copilot/ws", ("ws://localhost/x/table-copilot/ws", "/tmp/a b")),
    ],
)
def test_any_address_of_a_server_leads_to_its_socket(url, address):
    assert socket_address(url) == address


@pytest.mark.parametrize("url", ["localhost:8888", "file:///etc/passwd", "http://", "ftp+unix://x/"])
def test_what_is_no_address_is_named(url):
    with pytest.raises(CommandError, match="not an address"):
        socket_address(url)


class ScriptedConnection:
    """A server that says ``frames`` in turn and keeps what it is told."""

    def __init__(self, *frames: dict) -> None:
        self.frames = list(frames)
        self.sent: list[dict] = []

    def recv(self) -> str:
        return json.dumps(self.frames.pop(0))

    def send(self, text: str) -> None:
        self.sent.append(json.loads(text))


QUESTION = {
    "type": "question",
    "question_id": "q1",
    "content": "Which month?",
    "options": ["May", "June"],
    "session_id": "s1",
}
APPROVAL = {
    "type": "approval",
    "approval_id": "a1",
    "content": "Run `df.drop()`?",
    "options": ["once", "session", "deny"],
    "session_id": "s1",
}
RESPONSE = {"type": "response", "content": "| a |\n|---|", "session_id": "s1"}


@pytest.fixture
def type_in(monkeypatch):
    """Have standard input give these lines."""

    def lines(*text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in text)))

    return lines


@pytest.mark.parametrize(("typed", "answer"), [(["2"], "June"), (["in May"], "in May"), (["", "7"], "7")])
def test_a_question_is_answered_at_the_terminal(type_in, capsys, typed, answer):
    type_in(*typed)
    connection = ScriptedConnection(QUESTION, RESPONSE)
    assert Dialogue(connection, interactive=True).run("sales", None) == 0
    assert connection.sent == [
        {"type": "message", "content": "sales"},
        {"type": "answer", "question_id": "q1", "content": answer, "session_id": "s1"},
    ]
    shown = capsys.readouterr()
    assert shown.out == "| a |\n|---|\n"
    assert "Which month?\n  1. May\n  2. June" in shown.err


def test_without_a_terminal_a_question_ends_the_turn(capsys):
    connection = ScriptedConnection(QUESTION)
    with pytest.raises(CommandError, match="The copilot asks: Which month"):
        Dialogue(connection, interactive=False).run("sales", None)
    assert connection.sent[-1] == {"type": "cancel", "session_id": "s1"}


def test_when_the_terminal_ends_the_command_ends(type_in):
    type_in()
    with pytest.raises(CommandError, match="No answer"):
        Dialogue(ScriptedConnection(QUESTION), interactive=True).run("sales", None)


@pytest.mark.parametrize(
    ("typed", "decision"), [("once", "once"), ("Session", "session"), ("deny", "deny"), ("yes", "deny"), ("", "deny")]
)
def test_only_the_word_itself_approves(type_in, typed, decision):
    type_in(typed)
    connection = ScriptedConnection(APPROVAL, RESPONSE)
    Dialogue(connection, interactive=True).run("clean up", "s1")
    assert connection.sent[-1] == {
        "type": "decide",
        "approval_id": "a1",
        "decision": decision,
        "session_id": "s1",
    }


def test_without_a_terminal_an_approval_is_denied(capsys):
    connection = ScriptedConnection(APPROVAL, {"type": "reminder", "content": "tea"}, RESPONSE)
    assert Dialogue(connection, interactive=False).run("clean up", "s1") == 0
    assert connection.sent[-1]["decision"] == "deny"
    shown = capsys.readouterr().err
    assert "Denied" in shown
    assert "Reminder: tea" in shown


def test_a_cancelled_turn_is_a_failure(capsys):
    assert Dialogue(ScriptedConnection({**RESPONSE, "cancelled": True}), interactive=False).run("x", "s1") == 1


def test_an_interrupt_cancels_the_turn():
    class Interrupted(ScriptedConnection):
        def recv(self) -> str:
            raise KeyboardInterrupt

    connection = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        Dialogue(connection, interactive=False).run("x", "s1")
    assert connection.sent[-1] == {"type": "cancel", "session_id": "s1"}


def test_an_interrupted_command_ends_with_130(monkeypatch):
    def interrupted(argv):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "status", interrupted)
    assert main(["status"]) == 130


# --- the process --------------------------------------------------------------------------------


def test_status_and_ask_import_no_jupyter_server():
    code = (
        "import sys\nfrom table_copilot_jupyter.cli import main\nmain(['status'])\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"jupyter_server", "tornado", "pydantic", "traitlets", "zmq"} & set(done.stdout.split())


async def test_a_server_of_its_own_starts_shows_its_status_answers_and_stops_cleanly(jupyter_directories):
    command = [sys.executable, "-m", "table_copilot_jupyter.cli"]
    options = ["--port=0", f"--ServerApp.root_dir={jupyter_directories.root}", "--allow-root", "--debug"]
    process = await asyncio.create_subprocess_exec(
        *command, *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    log = ""
    try:
        while "/table-copilot/?token=" not in log:
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            assert line, log
            log += line.decode()

        async def command_output(*arguments: str) -> tuple[int, str]:
            done = await asyncio.create_subprocess_exec(*command, *arguments, stdout=asyncio.subprocess.PIPE)
            output, _ = await done.communicate()
            return done.returncode, output.decode()

        collect = asyncio.ensure_future(process.stdout.read())
        code, shown = await command_output("status")
        while "no answer within" in shown and process.returncode is None:  # a busy machine: it has just begun
            code, shown = await command_output("status")
        assert (code, f"process   {process.pid}" in shown) == (0, True), shown
        code, shown = await command_output("ask", "hello")
        assert (code, bool(shown.strip())) == (0, True)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
        assert time.monotonic() - started < 10
        log += (await collect).decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert "Traceback" not in log
    assert "was never" not in log
    assert not list(jupyter_directories.runtime.glob("jpserver-*.json"))
    assert await command_output("status") == (1, "No copilot is running. Start one with: jupyter table-copilot\n")


async def test_by_default_it_listens_on_localhost_8765_opens_no_browser_and_shows_its_page(jupyter_directories):
    code = (
        "from table_copilot_jupyter.app import TableCopilotApp\n"
        "import sys\n"
        "from jupyter_server.serverapp import ServerApp\n"
        "ServerApp.init_httpserver = lambda app: None\n"
        "async def show():\n"
        "    app = TableCopilotApp.initialize_server(argv=sys.argv[1:], load_other_extensions=False)\n"
        "    print(app.ip, app.port, app.open_browser, app.default_url)\n"
        "import asyncio; asyncio.run(show())\n"
    )

    async def shown(*argv: str, **environment: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, **environment},
        )  # fmt: skip
        output, _ = await process.communicate()
        return output.decode().strip()

    several = [
        shown(),
        shown("--port=8899", "--ServerApp.open_browser=True"),
        shown(JUPYTER_PORT="8877"),
        shown("--sock=/tmp/x.sock"),
    ]
    default, chosen, environment, on_socket = await asyncio.gather(*several)
    assert default == "localhost 8765 False /table-copilot/"
    assert chosen == "localhost 8899 True /table-copilot/"
    assert environment == "localhost 8877 False /table-copilot/"
    assert on_socket == "localhost 0 False /table-copilot/"


@pytest.mark.parametrize("word", ["frobnicate", "Status", "./notebooks"])
def test_a_word_that_is_no_command_is_named_and_starts_no_server(word, capsys):
    assert main([word]) == 2
    said = capsys.readouterr().err
    assert f"There is no command {word!r}. Use one of status, ask" in said
