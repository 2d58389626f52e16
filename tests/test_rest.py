"""The REST endpoints of a real server."""

from __future__ import annotations

import json

import pytest
from jupyter_server.auth import Authorizer

from table_copilot_jupyter import __version__
from table_copilot_jupyter.handlers.rest import content_disposition

ENDPOINTS = [
    "table-copilot/api/health",
    "table-copilot/api/sessions",
    "table-copilot/api/sessions/s1",
    "table-copilot/api/sessions/s1/export",
]


class NobodyAuthorizer(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "table_copilot"


async def talk(server, content: str, session_id: str) -> str:
    """Say something in a session, return the answer."""
    socket = await server.connect()
    await socket.write_message(json.dumps({"type": "message", "content": content, "session_id": session_id}))
    reply = json.loads(await socket.read_message())
    assert reply["type"] == "response", reply
    return reply["content"]


async def body_of(server, path: str, status: int = 200):
    response = await server.get(path)
    assert response.code == status, response.body
    assert response.headers["Content-Type"].startswith("application/json")
    return json.loads(response.body)


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_every_endpoint_needs_a_login(server, path):
    for token in (None, "", "wrong"):
        assert (await server.get(path, token=token)).code == 403


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_every_endpoint_asks_the_authorizer(start_server, path):
    server = await start_server(ServerApp={"authorizer_class": NobodyAuthorizer})
    assert (await server.get(path)).code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_nothing_can_be_changed_over_rest(server, method):
    body = None if method == "DELETE" else "{}"
    for path in ENDPOINTS:
        assert (await server.request(method, path, body=body)).code == 405


# --- health -------------------------------------------------------------------------------------


async def test_health_tells_how_the_copilot_is(server):
    await server.connect()
    health = await body_of(server, "table-copilot/api/health")
    assert health["status"] == "ok"
    assert health["version"] == __version__
    assert health["connections"] == 1
    assert health["model"]


async def test_without_a_usable_setting_the_server_runs_and_health_says_what_is_wrong(start_server, monkeypatch):
    monkeypatch.setenv("TABLE_COPILOT_CONTEXT_TOKENS", "plenty")
    server = await start_server()
    assert (await server.get("api/status")).code == 200
    health = await body_of(server, "table-copilot/api/health")
    assert health["status"] == "error"
    assert health["error"]["code"] == "internal"
    assert "'plenty'" in health["error"]["message"]
    refused = await body_of(server, "table-copilot/api/sessions", 503)
    assert refused == health["error"]


# --- sessions -----------------------------------------------------------------------------------


async def test_sessions_are_listed_read_and_exported(server):
    answer = await talk(server, "hello", "sales-2024")
    (listed,) = (await body_of(server, "table-copilot/api/sessions"))["sessions"]
    assert listed["session_id"] == "sales-2024"
    assert listed["messages"] == 2

    read = await body_of(server, "table-copilot/api/sessions/sales-2024")
    assert read["session"]["session_id"] == "sales-2024"
    assert [event["seq"] for event in read["events"]] == list(range(1, len(read["events"]) + 1))
    assert read["events"][0]["content"] == "hello"

    markdown = await server.get("table-copilot/api/sessions/sales-2024/export")
    assert markdown.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert markdown.headers["Content-Disposition"].startswith('attachment; filename="session-sales-20.md"')
    assert "hello" in markdown.body.decode()
    assert answer.splitlines()[0] in markdown.body.decode()

    exported = await server.get("table-copilot/api/sessions/sales-2024/export?format=json")
    assert exported.headers["Content-Type"] == "application/json"
    assert ".json" in exported.headers["Content-Disposition"]
    assert json.loads(exported.body)


@pytest.mark.parametrize("path", ["nobody", "nobody/export", "nobody/export?format=json"])
async def test_a_session_that_is_not_there_is_404(server, path):
    error = await body_of(server, f"table-copilot/api/sessions/{path}", 404)
    assert error["code"] == "unknown_session"
    assert "'nobody'" in error["message"]
    assert error["hint"]


async def test_a_session_of_another_user_is_not_there(server):
    hub = await server.service.hub()
    await hub.session("hers", "somebody-else", create=True)
    assert (await body_of(server, "table-copilot/api/sessions"))["sessions"] == []
    assert (await body_of(server, "table-copilot/api/sessions/hers", 404))["code"] == "unknown_session"
    assert (await server.get("table-copilot/api/sessions/hers/export")).code == 404


@pytest.mark.parametrize("session_id", ["..%2F..%2Fetc", "a%00b", "s%20x", "x" * 65, "%E8%A1%A8", "s.db"])
async def test_what_can_not_name_a_session_is_400(server, session_id):
    for path in (session_id, f"{session_id}/export"):
        error = await body_of(server, f"table-copilot/api/sessions/{path}", 400)
        assert error["code"] == "bad_frame"


async def test_an_unknown_format_is_400_and_says_which_there_are(server):
    error = await body_of(server, "table-copilot/api/sessions/s1/export?format=%3Cpdf%3E", 400)
    assert error["code"] == "bad_frame"
    assert "'<pdf>'" in error["message"]
    assert "format=md" in error["hint"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Sales of May", "Sales-of-May-abcdefgh.md"),
        ("../../etc/passwd", "etc-passwd-abcdefgh.md"),
        ('a"; filename=evil.exe\r\nX: y', "a-filename-evil-exe-X-y-abcdefgh.md"),
        ("五月销售", "%E4%BA%94%E6%9C%88%E9%94%80%E5%94%AE-abcdefgh.md"),
        ("", "session-abcdefgh.md"),
        ("…", "session-abcdefgh.md"),
    ],
)
def test_a_download_has_a_name_that_is_safe_everywhere(title, name):
    header = content_disposition(title, "abcdefghij", "md")
    assert header == f"attachment; filename=\"session-abcdefgh.md\"; filename*=UTF-8''{name}"


def test_a_long_title_is_cut():
    assert len(content_disposition("表" * 5000, "abcdefghij", "md")) < 700
