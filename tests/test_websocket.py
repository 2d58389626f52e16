"""The socket of a real server: who gets in, what is refused, and that frames pass."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
from jupyter_server.auth import Authorizer
from jupyter_servers import TOKEN, JupyterServer, until
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClosedError

from table_copilot_jupyter import hub as hub_module
from table_copilot_jupyter.protocol import SUBPROTOCOL


class MoodyAuthorizer(Authorizer):
    """Allows what ``allowed`` says at the moment."""

    allowed = True

    async def is_authorized(self, handler, user, action, resource):
        return self.allowed if resource == "table_copilot" else True


async def exchange(socket, **frame):
    """Send a frame, return the next one from the server."""
    await socket.write_message(json.dumps(frame))
    return json.loads(await asyncio.wait_for(socket.read_message(), 20))


async def assert_closed(socket, code: int) -> None:
    assert await asyncio.wait_for(socket.read_message(), 20) is None
    assert socket.close_code == code


async def assert_refused(status: int, opening) -> HTTPClientError:
    with pytest.raises(HTTPClientError) as caught:
        await opening
    assert caught.value.code == status
    return caught.value


async def login_cookie(server: JupyterServer) -> str:
    """The cookie of a browser that opened the page with the token."""
    response = await server.get(f"table-copilot/api/health?token={TOKEN}", token=None)
    assert response.code == 200
    return "; ".join(cookie.split(";")[0] for cookie in response.headers.get_list("Set-Cookie"))


def origin_of(server: JupyterServer) -> str:
    return f"http://127.0.0.1:{server.port}"


# --- who gets in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"token": None, "Authorization": f"Bearer {TOKEN}"},
        {"token": None, "query": f"?token={TOKEN}"},
        {"Origin": "http://evil.example"},  # a page can't know the token, so Jupyter lets its bearer in
    ],
)
async def test_the_token_of_the_user_opens_the_socket(server, how):
    socket = await server.connect(**how)
    assert await exchange(socket, type="ping") == {"type": "pong"}


async def test_a_browser_that_is_logged_in_opens_the_socket_from_its_own_origin(server):
    cookie = await login_cookie(server)
    socket = await server.connect(token=None, Cookie=cookie, Origin=origin_of(server))
    assert await exchange(socket, type="ping") == {"type": "pong"}


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1.evil.example:{port}", "http://evil.example/127.0.0.1:{port}", ""],
)
async def test_a_page_of_another_origin_is_refused_though_the_browser_is_logged_in(server, origin):
    cookie = await login_cookie(server)
    opening = server.connect(token=None, Cookie=cookie, Origin=origin.format(port=server.port))
    await assert_refused(403, opening)


async def test_without_a_login_the_socket_is_refused_though_it_comes_from_this_machine(server):
    await assert_refused(403, server.connect(token=None))
    await assert_refused(403, server.connect(token=None, Origin=origin_of(server)))


@pytest.mark.parametrize("how", [{"token": "wrong"}, {"token": ""}, {"token": None, "query": "?token="}])
async def test_a_wrong_or_empty_token_is_refused(server, how):
    await assert_refused(403, server.connect(**how))


async def test_a_foreign_host_name_is_refused(server):
    await assert_refused(403, server.connect(Host="evil.example"))


async def test_whom_the_authorizer_does_not_allow_is_refused(start_server, monkeypatch):
    monkeypatch.setattr(MoodyAuthorizer, "allowed", False)
    server = await start_server(ServerApp={"authorizer_class": MoodyAuthorizer})
    await assert_refused(403, server.connect())


async def test_when_the_authorizer_changes_its_mind_the_next_frame_closes_the_socket(start_server, monkeypatch):
    monkeypatch.setattr(MoodyAuthorizer, "allowed", True)
    server = await start_server(ServerApp={"authorizer_class": MoodyAuthorizer})
    socket = await server.connect()
    assert await exchange(socket, type="ping") == {"type": "pong"}
    monkeypatch.setattr(MoodyAuthorizer, "allowed", False)
    await socket.write_message('{"type": "ping"}')
    await assert_closed(socket, 4401)


# --- kernels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "token"])
async def test_a_kernels_token_opens_the_socket(server, scheme):
    token = server.service.grants.mint("kernel-1")
    socket = await server.connect(token=None, Authorization=f"{scheme} {token}")
    assert await exchange(socket, type="ping") == {"type": "pong"}
    (peer,) = (await server.service.hub()).connections
    assert (peer.kernel_id, peer.owner) == ("kernel-1", server.service.owner)


@pytest.mark.parametrize(
    "path", ["api/contents", "api/kernels", "table-copilot/", "table-copilot/api/health", "table-copilot/api/sessions"]
)
async def test_a_kernels_token_opens_nothing_else(server, path):
    token = server.service.grants.mint("kernel-1")
    for scheme in ("Bearer", "token"):
        response = await server.get(path, token=None, Authorization=f"{scheme} {token}")
        assert response.code in (302, 403)


async def test_a_kernels_token_is_of_no_use_in_the_address(server):
    token = server.service.grants.mint("kernel-1")
    await assert_refused(403, server.connect(token=None, query=f"?token={token}"))


async def test_the_token_of_a_kernel_that_is_gone_is_refused(server):
    kernel_id = await server.start_kernel()
    token = server.service.grants.mint(kernel_id)
    await server.app.kernel_manager.shutdown_kernel(kernel_id, now=True)
    await assert_refused(403, server.connect(token=None, Authorization=f"Bearer {token}"))


async def test_a_revoked_token_is_refused_even_where_everyone_is_let_in(start_server):
    server = await start_server(IdentityProvider={"token": ""}, ServerApp={"allow_unauthenticated_access": True})
    assert await exchange(await server.connect(token=None), type="ping") == {"type": "pong"}
    token = server.service.grants.mint("kernel-1")
    server.service.grants.revoke("kernel-1")
    await assert_refused(403, server.connect(token=None, Authorization=f"Bearer {token}"))


async def test_a_kernels_socket_closes_when_its_grant_ends(server):
    token = server.service.grants.mint("kernel-1")
    socket = await server.connect(token=None, Authorization=f"Bearer {token}")
    assert await exchange(socket, type="ping") == {"type": "pong"}
    server.service.grants.revoke("kernel-1")
    await assert_closed(socket, 4401)


async def test_a_kernels_token_from_a_foreign_host_name_is_refused(server):
    token = server.service.grants.mint("kernel-1")
    await assert_refused(403, server.connect(token=None, Authorization=f"Bearer {token}", Host="evil.example"))


# --- dialects -----------------------------------------------------------------------------------


async def test_a_client_that_asks_for_no_subprotocol_speaks_plain(server):
    socket = await server.connect()
    reply = await exchange(socket, type="message", content="hello")
    assert reply["type"] == "response"
    assert reply["content"]


async def test_a_client_that_asks_for_v1_speaks_v1(server):
    socket = await server.connect(subprotocols=["something.else", SUBPROTOCOL])
    assert socket.selected_subprotocol == SUBPROTOCOL
    attached = await exchange(socket, type="attach", request_id="r1", surface="test")
    assert (attached["type"], attached["request_id"]) == ("attached", "r1")


async def test_a_client_that_asks_for_unknown_subprotocols_only_is_told_which_there_is(server):
    error = await assert_refused(400, server.connect(subprotocols=["table-copilot.v9"]))
    body = json.loads(error.response.body)
    assert body["code"] == "bad_frame"
    assert "table-copilot.v9" in body["message"]
    assert SUBPROTOCOL in body["message"]


async def test_a_plain_http_request_is_answered_without_an_upgrade(server):
    response = await server.get("table-copilot/ws")
    assert response.code == 400


# --- frames -------------------------------------------------------------------------------------


async def test_a_frame_that_is_too_large_is_an_error_and_the_connection_goes_on(server):
    socket = await server.connect()
    reply = await exchange(socket, type="message", content="x" * (2 * 1024 * 1024))
    assert (reply["type"], reply["code"]) == ("error", "too_large")
    assert await exchange(socket, type="ping") == {"type": "pong"}


async def test_a_frame_beyond_all_measure_closes_the_connection(server):
    socket = await server.connect()
    with contextlib.suppress(WebSocketClosedError):  # the server need not read it to its end
        await socket.write_message("x" * (9 * 1024 * 1024))
    await assert_closed(socket, 1009)


async def test_frames_are_read_while_a_turn_runs(start_server, monkeypatch):
    monkeypatch.setenv("TABLE_COPILOT_OFFLINE_DELAY", "30")
    server = await start_server()
    socket = await server.connect()
    await socket.write_message("tell me what you can do")
    assert await exchange(socket, type="ping") == {"type": "pong"}


async def test_a_closed_socket_leaves_the_hub(server):
    hub = await server.service.hub()
    socket = await server.connect()
    assert len(hub.connections) == 1
    socket.close()
    await until(lambda: not hub.connections)


async def test_more_connections_than_there_may_be_are_closed_with_4429(server, monkeypatch):
    monkeypatch.setattr(hub_module, "MAX_CONNECTIONS", 1)
    first = await server.connect()
    second = await server.connect()
    await assert_closed(second, 4429)
    assert "connections" in second.close_reason
    assert await exchange(first, type="ping") == {"type": "pong"}


async def test_a_server_that_stops_closes_with_1001(server):
    socket = await server.connect()
    assert await exchange(socket, type="ping") == {"type": "pong"}
    await server.app.cleanup_extensions()
    await assert_closed(socket, 1001)


async def test_a_message_is_activity_and_a_ping_is_none(server):
    socket = await server.connect()
    await exchange(socket, type="ping")
    assert "table_copilot_last_activity" not in server.app.web_app.settings
    await exchange(socket, type="sessions")
    assert server.app.web_app.last_activity() == server.app.web_app.settings["table_copilot_last_activity"]


# --- where there is no hub ----------------------------------------------------------------------


@pytest.fixture
async def broken_server(start_server, monkeypatch):
    monkeypatch.setenv("TABLE_COPILOT_TURN_TIMEOUT", "soon")
    return await start_server()


async def test_with_a_setting_that_can_not_be_used_a_plain_client_is_told_why(broken_server):
    socket = await broken_server.connect()
    for _ in range(2):
        reply = await exchange(socket, type="message", content="hello")
        assert (reply["type"], reply["code"]) == ("error", "internal")
        assert "'soon'" in reply["content"]


@pytest.mark.parametrize("frame", ["not json", "[1]", '{"type": "attach", "request_id": 7}'])
async def test_with_a_setting_that_can_not_be_used_a_v1_client_is_told_why(broken_server, frame):
    socket = await broken_server.connect(subprotocols=[SUBPROTOCOL])
    reply = await exchange(socket, type="attach", request_id="r1")
    assert (reply["type"], reply["code"], reply["request_id"]) == ("error", "internal", "r1")
    assert "'soon'" in reply["message"]
    await socket.write_message(frame)
    assert json.loads(await socket.read_message())["request_id"] is None


async def test_a_setting_that_was_corrected_needs_no_restart(broken_server, monkeypatch):
    await broken_server.connect()
    monkeypatch.setenv("TABLE_COPILOT_TURN_TIMEOUT", "60")
    socket = await broken_server.connect()
    assert await exchange(socket, type="ping") == {"type": "pong"}


# --- the log ------------------------------------------------------------------------------------


async def test_no_token_is_logged(start_server, capsys):
    server = await start_server(ServerApp={"log_level": "DEBUG"})
    grant = server.service.grants.mint("kernel-1")
    await server.connect(token=None, query=f"?token={TOKEN}")
    await assert_refused(403, server.connect(token=None, query="?token=the-token-of-another"))
    await server.connect(token=None, Authorization=f"Bearer {grant}")
    server.service.grants.revoke("kernel-1")
    await assert_refused(403, server.connect(token=None, Authorization=f"Bearer {grant}"))
    log = capsys.readouterr().err
    assert "table-copilot/ws?token=[secret]" in log
    accesses = log[log.index("table-copilot/ws") :]
    assert "the-token-of" not in accesses
    assert grant not in log
