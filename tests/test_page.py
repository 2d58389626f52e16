"""The page and the built files of a real server."""

from __future__ import annotations

import re

import pytest
from jupyter_server.auth import Authorizer
from jupyter_servers import TOKEN

from table_copilot_jupyter import frontend
from table_copilot_jupyter.frontend import FrontEndNotBuilt, built

BUILT = {name: f"/* {name} */".encode() for name in ("widget.js", "page.js", "chat.css", "page.css")}


class NobodyAuthorizer(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "table_copilot"


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    """Built files that these tests need not build."""
    folder = tmp_path / "static"
    folder.mkdir()
    for name, data in BUILT.items():
        (folder / name).write_bytes(data)
    monkeypatch.setattr(frontend, "STATIC", folder)
    return folder


async def page_of(server, path: str = "table-copilot/") -> str:
    response = await server.get(path)
    assert response.code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    return response.body.decode()


# --- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["table-copilot/", "table-copilot"])
async def test_the_page_loads_the_chat_from_this_server(server, path):
    page = await page_of(server, path)
    assert re.search(r'<script type="module" src="/user/ada/table-copilot/static/page\.js\?v=[0-9a-f]+">', page)
    for style in ("chat", "page"):
        address = rf"/user/ada/table-copilot/static/{style}\.css\?v=[0-9a-f]+"
        assert re.search(rf'<link rel="stylesheet" href="{address}">', page)
    assert 'data-base="/user/ada/table-copilot/"' in page
    assert TOKEN not in page


@pytest.mark.parametrize("path", ["table-copilot/", "table-copilot/static/page.js"])
async def test_a_stranger_is_sent_to_the_login(server, path):
    response = await server.get(path, token=None)
    assert response.code == 302
    assert "/login" in response.headers["Location"]


@pytest.mark.parametrize("path", ["table-copilot/", "table-copilot/static/page.js"])
async def test_the_authorizer_is_asked(start_server, path):
    server = await start_server(ServerApp={"authorizer_class": NobodyAuthorizer})
    assert (await server.get(path)).code == 403


async def test_the_policy_allows_our_files_and_this_server_only(server):
    response = await server.get("table-copilot/")
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    here = f"127.0.0.1:{server.port}"
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": f"'self' ws://{here} wss://{here}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "dompurify",
    }
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


async def test_the_page_has_no_script_and_no_style_of_its_own(server):
    page = await page_of(server)
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
    assert "<style" not in page
    assert " style=" not in page


async def test_a_strange_host_does_not_get_into_the_policy(start_server):
    server = await start_server(ServerApp={"allow_remote_access": True})
    response = await server.get("table-copilot/", Host="evil.example;script-src")
    assert "connect-src 'self';" in response.headers["Content-Security-Policy"]
    assert "evil" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("query", "session"),
    [("", ""), ("?session=sales-2024", "sales-2024"), ("?session=%22%3E%3Cscript%3E", ""), ("?session=a%20b", "")],
)
async def test_the_address_names_the_session(server, query, session):
    assert f'data-session="{session}"' in await page_of(server, f"table-copilot/{query}")


async def test_with_a_hub_that_can_not_start_the_page_loads_and_says_why(start_server, monkeypatch):
    monkeypatch.setenv("TABLE_COPILOT_CONTEXT_TOKENS", "<plenty>")
    server = await start_server()
    await server.get("table-copilot/api/health")
    page = await page_of(server)
    assert "page.js" in page
    assert 'role="alert">' in page
    assert "&lt;plenty&gt;" in page


async def test_the_page_does_not_wait_for_a_hub_that_takes_long(server, monkeypatch):
    import asyncio

    from table_copilot_jupyter.handlers import page

    async def never():
        await asyncio.Event().wait()

    monkeypatch.setattr(page, "PROBLEM_WAIT_S", 0.01)
    monkeypatch.setattr(server.service, "hub", never)
    assert 'role="alert"' not in await page_of(server)


async def test_without_a_front_end_the_page_says_how_to_build_it(server, files):
    (files / "page.js").unlink()
    page = await page_of(server)
    assert "The chat&#x27;s front end is not built. Run: pip install ." in page
    assert "<script" not in page


def test_a_file_that_is_not_built_is_an_error_with_the_next_step(files):
    (files / "widget.js").unlink()
    with pytest.raises(FrontEndNotBuilt, match=r"not built\. Run: pip install \.") as error:
        built("widget.js")
    assert error.value._render_traceback_() == [f"FrontEndNotBuilt: {error.value}"]


# --- the files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"), [("page.js", "text/javascript; charset=utf-8"), ("page.css", "text/css; charset=utf-8")]
)
async def test_a_built_file_is_served_as_what_it_is(server, name, kind):
    response = await server.get(f"table-copilot/static/{name}")
    assert response.body == BUILT[name]
    assert response.headers["Content-Type"] == kind
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_address_with_the_hash_of_the_file_is_kept_for_good(server, files):
    script = re.search(r'src="/user/ada/(.*?)"', await page_of(server))[1]
    assert "immutable" in (await server.get(script)).headers["Cache-Control"]
    (files / "page.js").write_bytes(b"/* a newer one */")
    response = await server.get(script)
    assert response.body == b"/* a newer one */"
    assert response.headers["Cache-Control"] == "no-cache"
    assert re.search(r'src="/user/ada/(.*?)"', await page_of(server))[1] != script


async def test_what_the_browser_has_already_is_not_sent_again(server):
    first = await server.get("table-copilot/static/page.js")
    again = await server.get("table-copilot/static/page.js", **{"If-None-Match": first.headers["Etag"]})
    assert (again.code, again.body) == (304, b"")


@pytest.mark.parametrize("name", ["other.js", "page.js.map", "..", "app.py", "..%2Fapp.py"])
async def test_other_files_are_not_there(server, name):
    assert (await server.get(f"table-copilot/static/{name}")).code == 404


async def test_a_file_that_is_not_built_is_not_there(server, files):
    (files / "page.js").unlink()
    assert (await server.get("table-copilot/static/page.js")).code == 404
