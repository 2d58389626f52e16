"""Asks one question in a session of its own and plays the user: consents, approves code, answers questions.

The kernel is emptied and the question's tables are made anew first, so that no question sees what another left behind.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import websockets
from catalogue import DataSet, Question
from expectations import InKernel
from processes import Client, World
from scoring import Turn
from table_talk import Kernel

from table_copilot_jupyter.privacy import allows, lowest

GRACE_S = 10.0
"""How long a cancelled turn may take to end."""
EMPTY = """
for _name in [*get_ipython().run_line_magic("who_ls", ""), *(name for name in globals() if name.startswith("_q"))]:
    del globals()[_name]
""".strip()
"""Takes away what the user's cells and queries have made, as ``%reset -f`` does, which collects garbage for 0.2 s."""
DECIDE_YOURSELF = "I don't know. Decide yourself, and say what you chose."
DECIDE_YOURSELF_ZH = "我不知道，请你自己决定，并说明你的选择。"


@dataclass(frozen=True)
class Terms:
    """How to ask. ``privacy``: the session's level, beyond which nothing is consented to; None for the product's own
    default, and consent up to the question's level. ``deadline_s``: for a whole turn.
    """

    agent: str | None = None
    privacy: str | None = None
    deadline_s: float = 180.0

    def allowed(self, question: Question) -> str:
        """The highest level that the user consents to."""
        return question.level if self.privacy is None else lowest(self.privacy, question.level)


async def ask(world: World, kernel: Kernel, question: Question, sets: Mapping[str, DataSet], terms: Terms) -> Turn:
    """One question, from an empty kernel to the score's material. Raises AssertionError where its tables can't be made
    or the server refuses the session.
    """
    await kernel.run("\n".join([EMPTY, *(sets[name].code for name in question.data)]))
    async with world.client(f"eval-{os.urandom(6).hex()}") as client:
        chosen = {"agent": terms.agent, "privacy": terms.privacy}
        given = {name: value for name, value in chosen.items() if value is not None}
        reply = await client.ask("configure", session_id=client.session_id, kernel_id=kernel.kernel_id, **given)
        assert reply["type"] == "ack", reply
        talk = _Talk(client, question, terms.allowed(question))
        began = time.perf_counter()
        await client.post(question.ask)
        problem = ""
        try:
            async with asyncio.timeout(terms.deadline_s):
                await talk.to_the_end()
        except TimeoutError:
            problem = f"no answer within {terms.deadline_s:g} s"
            await talk.cancel()
        except websockets.ConnectionClosed as error:
            problem = f"the connection was closed: {error}"
        seconds = time.perf_counter() - began
    value = None
    if isinstance(question.expected, InKernel):
        with suppress(KeyError):  # the expression raises where nothing was done
            value = await kernel.value(question.expected.expression)
    return Turn(talk.events, seconds, talk.allowed, value, problem)


class _Talk:
    """The user's side of one turn."""

    def __init__(self, client: Client, question: Question, allowed: str) -> None:
        self._client = client
        self._question = question
        self.allowed = allowed
        self.events: list[dict[str, Any]] = []

    async def to_the_end(self) -> None:
        """Read on until the turn ends. However long the model is silent, it is the caller's deadline that counts."""
        while True:
            frame = json.loads(await self._client.socket.recv())
            self.events.append(frame)
            if frame["type"] == "approval":
                await self._send("decide", approval_id=frame["approval_id"], decision=self._decision(frame))
            elif frame["type"] == "question":
                await self._send("answer", question_id=frame["question_id"], content=self._answer())
            elif frame["type"] == "turn_finished":
                return

    async def cancel(self) -> None:
        await self._send("cancel")
        with suppress(TimeoutError, websockets.ConnectionClosed):
            async with asyncio.timeout(GRACE_S):
                await self.to_the_end()

    async def _send(self, type: str, **fields: Any) -> None:
        await self._client.send(type, session_id=self._client.session_id, **fields)

    def _decision(self, approval: Mapping[str, Any]) -> str:
        if approval["tool"] == "share_data":
            granted = allows(self.allowed, approval["arguments"]["level"])
        else:
            wanted = frozenset().union(*self._question.needs) - set(self._question.refuses)
            granted = approval["tool"] in wanted
        return "once" if granted else "deny"

    def _answer(self) -> str:
        return self._question.reply or (DECIDE_YOURSELF_ZH if self._question.chinese else DECIDE_YOURSELF)
