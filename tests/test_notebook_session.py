"""The session of a notebook, as the server tells it to a page."""

from __future__ import annotations

import json
from urllib.parse import quote

from table_copilot_jupyter.client.session_choice import session_ids


async def session_of(server, **query: str) -> str:
    asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    reply = await server.get(f"table-copilot/api/notebook-session?{asked}")
    assert reply.code == 200, reply.body
    return json.loads(reply.body)["session_id"]


async def test_a_page_gets_the_session_that_the_magic_talks_in_there(server, jupyter_directories):
    folder = jupyter_directories.root / "a b"
    folder.mkdir()

    found = await session_of(server, path="a b/penguins.ipynb")

    assert found == next(session_ids(str(folder / "penguins.ipynb")))


async def test_a_kernel_goes_by_the_path_that_it_was_started_with(server, jupyter_directories):
    started = await server.app.session_manager.create_session(
        path="old.ipynb", name="old.ipynb", type="notebook", kernel_name="python3"
    )
    kernel_id = started["kernel"]["id"]

    found = await session_of(server, path="renamed.ipynb", kernel_id=kernel_id)

    assert found == next(session_ids(str(jupyter_directories.root / "old.ipynb")))


async def test_an_unknown_kernel_leaves_the_path_to_decide(server):
    assert await session_of(server, path="x.ipynb", kernel_id="gone") == await session_of(server, path="/x.ipynb")


async def test_nothing_named_is_a_clear_error(server):
    reply = await server.get("table-copilot/api/notebook-session")

    assert reply.code == 400
    assert json.loads(reply.body)["message"] == "No notebook was named."


async def test_nobody_gets_it_without_a_login(server):
    reply = await server.get("table-copilot/api/notebook-session?path=x.ipynb", token=None)

    assert reply.code in (302, 403)


async def test_a_deleted_session_is_followed_by_the_next_one(server, jupyter_directories):
    ids = session_ids(str(jupyter_directories.root / "x.ipynb"))
    hub = await server.service.hub()
    first = next(ids)
    await hub.session(first, server.service.owner, create=True)
    await hub.delete_session(first, server.service.owner)

    assert await session_of(server, path="x.ipynb") == next(ids)
