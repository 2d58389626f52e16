"""``jupyter table-copilot``: start a server with the copilot, or talk to one that runs.

``status`` and ``ask`` import no jupyter_server, so they answer at once. Everything else is an option of the
server that is started.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from .status import RunningServer, ServerStatus, running_servers, server_statuses, ssl_context

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

START_HINT = "Start one with: jupyter table-copilot"
_MAX_REPLY_BYTES = 64 * 1024 * 1024


class CommandError(Exception):
    """What a command can't do, in words for the user."""


def main(argv: Sequence[str] | None = None) -> int | None:
    """The entry point. Returns the exit code."""
    argv = sys.argv[1:] if argv is None else list(argv)
    commands = {"status": status, "ask": ask}
    if argv and argv[0] in commands:
        try:
            return commands[argv[0]](argv[1:])
        except CommandError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    if argv and not argv[0].startswith("-"):  # the server itself takes options only
        print(
            f"There is no command {argv[0]!r}. Use one of {', '.join(commands)}, or none to start a server; "
            "jupyter table-copilot --help shows its options.",
            file=sys.stderr,
        )
        return 2
    from .app import TableCopilotApp

    TableCopilotApp.launch_instance(argv)
    return None


# --- status -------------------------------------------------------------------------------------


def status(argv: Sequence[str]) -> int:
    """``status``: every copilot that runs. 0 if there is one."""
    parser = argparse.ArgumentParser(
        prog="jupyter table-copilot status", description="Show the Jupyter servers of this user that have a copilot."
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(argv)
    found = [state for state in server_statuses(running_servers()) if state.installed]
    if options.json:
        print(json.dumps([_as_json(state) for state in found], indent=2))
    else:
        print("\n\n".join(_as_text(state) for state in found) or f"No copilot is running. {START_HINT}")
    return 0 if any(state.health is not None for state in found) else 1


def _as_json(state: ServerStatus) -> dict[str, Any]:
    return {
        "address": state.server.address,
        "pid": state.server.pid,
        "root_dir": state.server.root_dir,
        "health": state.health,
        "problem": state.problem or None,
    }


def _as_text(state: ServerStatus) -> str:
    lines = [f"{state.server.address}table-copilot/", f"  process   {state.server.pid} in {state.server.root_dir}"]
    health = state.health
    if health is None:
        return "\n".join([*lines, f"  status    {state.problem}"])
    lines.append(f"  status    {health.get('status')}, version {health.get('version')}")
    if isinstance(error := health.get("error"), dict):
        lines.append(f"  problem   {error.get('message')} {error.get('hint')}".rstrip())
    if problem := health.get("problem"):
        lines.append(f"  problem   {problem}")
    if model := health.get("model"):
        where = ", ".join(str(health[key]) for key in ("provider", "host") if health.get(key))
        lines.append(f"  model     {model} ({where})")
    if "sessions" in health:
        lines.append(
            f"  sessions  {health['sessions']} open, {health.get('connections')} connections, "
            f"{health.get('turns')} turns running"
        )
    lines += [f"  warning   {warning}" for warning in health.get("warnings") or []]
    return "\n".join(lines)


# --- ask ----------------------------------------------------------------------------------------


def ask(argv: Sequence[str]) -> int:
    """``ask``: one message, its answer on standard output."""
    parser = argparse.ArgumentParser(
        prog="jupyter table-copilot ask",
        description="Send one message to a running copilot and print its answer.",
        epilog="Without --url, the server of the kernel that this runs in, else the one started last.",
    )
    parser.add_argument("message", help="what to say; - reads it from standard input")
    parser.add_argument("--session", help="continue this session; without it, a new one")
    parser.add_argument("--url", help="address of the Jupyter server, or of its …/table-copilot/ws")
    parser.add_argument("--token", help="its token; better in the environment, as JUPYTER_TOKEN")
    options = parser.parse_args(argv)
    message = sys.stdin.read() if options.message == "-" else options.message
    with _connect(options.url, options.token) as connection:
        return Dialogue(connection).run(message, options.session)


class Dialogue:
    """One message over the plain dialect, with the questions that its turn asks back.

    With a terminal the user answers them; without one, a question ends the turn and an approval is denied.
    """

    def __init__(self, connection: ClientConnection, *, interactive: bool | None = None) -> None:
        self._connection = connection
        self._interactive = sys.stdin.isatty() if interactive is None else interactive

    def run(self, message: str, session_id: str | None) -> int:
        """Send ``message`` and print what comes back. Returns the exit code."""
        from websockets.exceptions import ConnectionClosed

        try:
            self._send(type="message", content=message, **({"session_id": session_id} if session_id else {}))
            while True:
                frame = json.loads(self._connection.recv())
                if (code := self._handle(frame)) is not None:
                    return code
        except KeyboardInterrupt:
            self._send(type="cancel", **({"session_id": session_id} if session_id else {}))
            raise
        except ConnectionClosed as closed:
            raise CommandError(
                f"The connection ended: {closed}. `jupyter table-copilot status` may tell why."
            ) from None

    def _handle(self, frame: dict[str, Any]) -> int | None:
        """Deal with one frame. Returns the exit code when it was the last."""
        kind, content = frame.get("type"), str(frame.get("content", ""))
        if kind == "response":
            print(content)
            return 1 if frame.get("cancelled") else 0
        if kind == "error":
            raise CommandError(content)
        if kind == "question":
            self._answer(frame, content)
        elif kind == "approval":
            self._decide(frame, content)
        elif kind == "reminder":
            print(f"Reminder: {content}", file=sys.stderr)
        return None

    def _answer(self, frame: dict[str, Any], content: str) -> None:
        if not self._interactive:
            self._send(type="cancel", session_id=frame["session_id"])
            raise CommandError(f"The copilot asks: {content}\nRun this in a terminal to answer.")
        options = [str(option) for option in frame.get("options", [])]
        lines = [content, *(f"  {number}. {option}" for number, option in enumerate(options, 1))]
        reply = ""
        while not reply:
            reply = _prompt("\n".join(lines))
        if reply.isdecimal() and 1 <= int(reply) <= len(options):
            reply = options[int(reply) - 1]
        self._send(type="answer", question_id=frame["question_id"], content=reply, session_id=frame["session_id"])

    def _decide(self, frame: dict[str, Any], content: str) -> None:
        decision = "deny"
        if self._interactive:
            reply = _prompt(f"{content}\nAllow it: once, session or deny?").lower()
            decision = reply if reply in ("once", "session") else "deny"
        else:
            print(f"{content}\nDenied: there is no terminal to ask on.", file=sys.stderr)
        self._send(type="decide", approval_id=frame["approval_id"], decision=decision, session_id=frame["session_id"])

    def _send(self, **frame: Any) -> None:
        self._connection.send(json.dumps(frame, ensure_ascii=False))


def _prompt(text: str) -> str:
    """Ask on the terminal; standard output is kept for the answer."""
    print(text, file=sys.stderr)
    print("> ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise CommandError("No answer was given.")
    return line.strip()


def _connect(url: str | None, token: str | None) -> AbstractContextManager[ClientConnection]:
    """A connection to the named server, or to the one that suits best. Raises CommandError."""
    from websockets.exceptions import InvalidHandshake, InvalidURI
    from websockets.sync.client import connect, unix_connect

    target, sock, headers = _target(url, token)
    arguments: dict[str, Any] = {"additional_headers": headers, "max_size": _MAX_REPLY_BYTES}
    if target.startswith("wss:"):
        arguments["ssl"] = ssl_context()
    connection: AbstractContextManager[ClientConnection]
    try:
        if sock:
            connection = unix_connect(sock, target, **arguments)
        else:
            connection = connect(target, **arguments, **_no_proxy(target))
    except InvalidHandshake as error:
        raise CommandError(f"{target} refused the connection: {error}. Check the address and the token.") from None
    except (OSError, InvalidURI, ValueError) as error:
        raise CommandError(f"{target} can't be reached: {error}. {START_HINT}") from None
    return connection


def _target(url: str | None, token: str | None) -> tuple[str, str, dict[str, str]]:
    """The socket's address, the Unix socket that it is on (or nothing), and the headers that let in."""
    environment = os.environ
    if url is None and (own := environment.get("TABLE_COPILOT_URL")) and "TABLE_COPILOT_TOKEN" in environment:
        address, sock = socket_address(own)
        return address, sock, {"Authorization": f"Bearer {environment['TABLE_COPILOT_TOKEN']}"}
    if url is None:
        server = _best_server()
        return server.ws_url, server.sock, server.headers
    address, sock = socket_address(url)
    in_url = parse_qs(urlsplit(url).query).get("token", [""])[0]  # as Jupyter prints its address
    token = token or in_url or environment.get("JUPYTER_TOKEN")
    return address, sock, {"Authorization": f"token {token}"} if token else {}


def socket_address(url: str) -> tuple[str, str]:
    """The WebSocket URL, and the Unix socket it is on (or nothing), for any address of a server.

    Takes ``http://…`` as ``ws://…``, adds the copilot's path where it is missing, and understands Jupyter's
    ``http+unix://<quoted path>/…``.
    """
    parts = urlsplit(url)
    scheme, _, unix = parts.scheme.partition("+")
    if scheme not in ("http", "https", "ws", "wss") or unix not in ("", "unix") or not parts.netloc:
        raise CommandError(f"{url!r} is not an address of a server; it looks like http://localhost:8765/.")
    path = parts.path
    if not path.endswith("/table-copilot/ws"):
        path = path.rstrip("/").removesuffix("/table-copilot") + "/table-copilot/ws"
    if unix:
        return f"ws://localhost{path}", unquote(parts.netloc)
    return f"{scheme.replace('http', 'ws')}://{parts.netloc}{path}", ""


def _best_server() -> RunningServer:
    found = [state for state in server_statuses(running_servers()) if state.health is not None]
    if not found:
        raise CommandError(f"No copilot is running. {START_HINT}")
    if len(found) > 1:
        print(f"Asking {found[0].server.address}, the one started last; --url picks another.", file=sys.stderr)
    return found[0].server


def _no_proxy(target: str) -> dict[str, Any]:
    """This machine is reached directly, whatever proxy the environment names. websockets below 15 knows none."""
    from websockets.version import version

    local = urlsplit(target).hostname in ("localhost", "127.0.0.1", "::1")
    return {"proxy": None} if local and int(version.split(".")[0]) >= 15 else {}


if __name__ == "__main__":
    sys.exit(main())
