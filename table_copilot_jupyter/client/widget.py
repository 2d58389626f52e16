"""``CopilotChat``: the chat in a cell.

chat = CopilotChat()                      # the notebook's own session, as %copilot has it
chat                                      # shows it
answer = chat.ask("Which columns have gaps?")
chat.observe(print, "busy")
chat.on_message(lambda message: print(message["role"], message["content"]))

What is shown is the front end's business: it speaks to the hub itself, over the server's WebSocket where the page
reaches it, else over this widget's comm and ``relay``. This, the Python side, follows the session over the kernel's
shared connection, so that ``messages``, ``busy`` and ``model`` are right whoever talks in it.

Threads: what happens in the session is taken in on one thread of its own (``worker``), which is where traits change
by themselves and where observers and ``on_message`` callbacks run. They may block, ask the copilot and set traits;
of what they touch besides, they must think as any second thread does.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import anywidget
from ipywidgets import CallbackDispatcher
from traitlets import Bool, List, Unicode, observe, validate

from ..frontend import built
from .answer import Answer
from .connection import Event, SessionState
from .conversation import Conversation, Message
from .dialogue import converse
from .discovery import kernel_id, shared_connection, shared_dial
from .errors import CopilotClientError, without_stack
from .follower import RESET, Follower
from .kernel_side import kernel_side
from .language import user_language
from .loop import background_loop, submit, wait_for
from .relay import Relays
from .render import QuietView
from .session_choice import attach_own, notebook_identity
from .transcript import Transcript
from .turn import Turn, message_frame
from .widget_responder import responder, runs_unattended, shell
from .widget_traits import checked_height, checked_language, checked_level, checked_model, checked_session
from .widget_transcript import Shown, StaticOutput, render
from .words import Words
from .worker import worker

DRAIN_S = 5.0
"""How long ``ask`` waits for callbacks, so that what they do is done when it returns."""
_DRAWN = ("user_message", "message", "turn_finished", "message_withdrawn", "rewound", "cleared", "reset", "reminder")


class CopilotChat(anywidget.AnyWidget):
    """A chat with the copilot, as a widget.

    ``session`` is the session's id; the notebook's own without. From now on in the session, ``model`` is used, and
    ``privacy`` is what it may see of tables: ``"names"``, ``"schema"``, ``"aggregates"`` or ``"rows"``. ``height`` is a
    CSS length (``"480px"``, ``"60vh"``); ``language`` is ``"en"`` or ``"zh"``; without, the live chat
    speaks the browser's, and what a saved notebook shows of it the user's own.
    """

    _esm = built("widget.js")
    _css = built("chat.css")

    session_id = Unicode(help="The session that is shown. Set it to show another.").tag(sync=True)
    model = Unicode(help="The model that the session has chosen; empty for the server's. Set it to choose one.")
    privacy = Unicode(help="What the model may see of tables; empty while that is not known. Set it to choose.")
    busy = Bool(False, read_only=True, help="Whether a turn runs.")
    messages = List(read_only=True, help="The finished messages: dicts with role, content, at, agent, message_id.")
    height = Unicode("480px", help="The height, as a CSS length.").tag(sync=True)
    language = Unicode(None, allow_none=True, help="'en' or 'zh'; None for the browser's.").tag(sync=True)
    _chat_id = Unicode().tag(sync=True)
    _epoch = Unicode().tag(sync=True)
    _kernel_id = Unicode().tag(sync=True)

    def __init__(
        self,
        session: str | None = None,
        model: str | None = None,
        *,
        privacy: str | None = None,
        height: str = "480px",
        language: str | None = None,
        **options: Any,
    ) -> None:
        self._closed = False
        self._ready = False
        self._live = False
        self._generation = 0
        self._local = threading.local()
        self._lock = threading.Lock()
        self._conversation = Conversation()
        self._told: set[tuple[str, str]] = set()
        self._message_callbacks = CallbackDispatcher()
        self._static = StaticOutput()
        self._redraw_posted = False
        self._follower = Follower()
        self._relays = Relays(shared_dial, self._to_browser)
        level = checked_level(privacy)
        found = session or wait_for(_notebook_session())
        options |= {"_chat_id": uuid.uuid4().hex[:12], "_kernel_id": kernel_id(os.environ) or ""}
        if runs_unattended():
            # Who runs a notebook without a user writes the widgets' whole state into it: without the code, then.
            options |= {"_esm": built("loader.js").read_text(encoding="utf-8"), "_css": ""}
        super().__init__(session_id=found, height=height, language=language, **options)
        if hasattr(self.comm, "_reply_subshell_for"):
            # ipykernel 7.4 hands a comm's messages to the shell that last sent on it. Made in a cell, the chat would
            # then stand still while any cell runs; the subshell that the front end chose itself is the right one.
            self.comm._reply_subshell_for = lambda data, default: default
        self.on_msg(self._from_browser)
        self._ready = True
        try:
            self._follow(wait=True)
            if model:
                self.model = model
            if level is not None:  # chosen, also where it is in force already: another model may have another default
                wait_for(_request({"type": "configure", "session_id": found, "privacy": level}))
                self._set(privacy=level)
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"CopilotChat(session={self.session_id!r})"

    # --- what users call ---------------------------------------------------------------------

    def ask(self, text: str, *, wait: bool = True) -> Answer | None:
        """Say ``text`` as if it was typed into the chat, and return the answer; without ``wait``, return at once.

        Questions and approvals are answered in the chat while this waits, or below the cell where the chat can't be
        reached meanwhile. An interrupt stops the turn. Raises CopilotTurnError, CopilotConnectionError.
        """
        self._static.enter_cell()
        state = wait_for(self._attached())
        session_id, heard = self.session_id, user_language.of(text)
        words = Words(self.language or heard)
        if not wait:
            message = message_frame(session_id, uuid.uuid4().hex, text, words)
            self._switch(wait_for(_request(message)).get("switch_to"))
            return None
        turn = Turn(wait_for(shared_connection()), session_id, text, kernel=kernel_side(), words=words)
        transcript = Transcript(state.sent, state.results)
        answers = responder(in_sight=self._static.open and not len(self._relays), words=words)
        try:
            answer = converse(turn, session_id, transcript, QuietView(), answers)
        except KeyboardInterrupt as error:
            without_stack(error, words)
            raise
        finally:
            self._settle()
        self._switch(answer.switch_to)
        return answer

    def on_message(self, callback: Callable[[Message], object], remove: bool = False) -> None:
        """Call ``callback`` with each message of the user or the copilot that is finished from now on."""
        self._message_callbacks.register_callback(callback, remove=remove)

    def close(self) -> None:
        """End the chat: its views, its connections, its callbacks. The session stays, and so does the transcript."""
        if not getattr(self, "_closed", True):
            self._closed = True
            ending = self._end()
            try:
                submit(ending)  # not waited for: this may run on any thread, when the object is collected
            except RuntimeError:  # the interpreter ends
                ending.close()
        super().close()

    # --- what is shown -----------------------------------------------------------------------

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        from .magic import shows_html

        if shows_html(shell()):
            self._static.show(self._drawn())
        return super()._repr_mimebundle_(**kwargs)

    def _drawn(self) -> Shown:
        with self._lock:
            messages = reversed(self._conversation.messages)
            said = (message["content"] for message in messages if message["role"] == "user")
            return render(self._conversation, self._chat_id, self.language or user_language.of_messages(said))

    def _redraw(self) -> None:
        self._redraw_posted = False
        if self._static.open:
            self._static.update(self._drawn())

    # --- from the browser --------------------------------------------------------------------

    def _from_browser(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("want") == "code":
            self.send({"code": str(CopilotChat._esm), "style": str(CopilotChat._css)})
        elif not self._closed:
            background_loop().call_soon_threadsafe(self._relays.take, content)

    def _to_browser(self, content: dict[str, Any]) -> None:
        """On the background loop. A comm hands what it sends to the kernel's own thread for output."""
        if self.comm is not None:
            self.send(content)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take the browser's traits: only the session is its to choose."""
        self._local.browser = True
        try:
            super().set_state({name: value for name, value in sync_data.items() if name == "session_id"})
        finally:
            self._local.browser = False

    # --- traits ------------------------------------------------------------------------------

    @validate("session_id")  # type: ignore[untyped-decorator]  # traitlets is not type checked
    def _check_session(self, proposal: dict[str, Any]) -> str:
        return checked_session(proposal["value"])

    @validate("height")  # type: ignore[untyped-decorator]
    def _check_height(self, proposal: dict[str, Any]) -> str:
        return checked_height(proposal["value"])

    @validate("language")  # type: ignore[untyped-decorator]
    def _check_language(self, proposal: dict[str, Any]) -> str | None:
        return checked_language(proposal["value"])

    @validate("model")  # type: ignore[untyped-decorator]
    def _choose_model(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["value"]
        if self._ready and not self._takes_in and name != self.model:
            checked_model(name)
            wait_for(self._attached())
            wait_for(_request({"type": "configure", "session_id": self.session_id, "model": name}))
        return name

    @validate("privacy")  # type: ignore[untyped-decorator]
    def _choose_privacy(self, proposal: dict[str, Any]) -> str:
        level: str = proposal["value"]
        if self._ready and not self._takes_in and level != self.privacy:
            checked_level(level)
            wait_for(self._attached())
            wait_for(_request({"type": "configure", "session_id": self.session_id, "privacy": level}))
        return level

    @observe("session_id")  # type: ignore[untyped-decorator]
    def _session_changed(self, change: dict[str, Any]) -> None:
        if not self._ready or self._closed:
            return
        if getattr(self._local, "browser", False):
            self._follow(wait=False)  # what goes wrong with it is told there
            return
        try:
            self._follow(wait=True)
        except CopilotClientError:
            self._ready = False
            self.session_id = change["old"]
            self._ready = True
            self._follow(wait=False)
            raise

    # --- following the session ---------------------------------------------------------------

    def _follow(self, *, wait: bool) -> None:
        self._generation += 1
        following = self._open(self.session_id, self._generation)
        if wait:
            wait_for(following)
            worker().drain(DRAIN_S)
        else:
            submit(following)

    async def _open(self, session_id: str, generation: int) -> None:
        worker().post(partial(self._begin, generation))
        connection, dial = await shared_connection(), await shared_dial()
        state = await self._follower.follow(
            connection, dial, session_id, lambda event: worker().post(partial(self._take_in, generation, event))
        )
        worker().post(partial(self._opened, generation, state))

    async def _attached(self) -> SessionState:
        if self._closed:
            raise CopilotClientError(f"This chat of {self.session_id!r} was closed.", "Make a new CopilotChat.")
        return await (await shared_connection()).attach(self.session_id)

    async def _end(self) -> None:
        await self._relays.close()
        await self._follower.leave()

    # --- on the worker's thread --------------------------------------------------------------

    def _begin(self, generation: int) -> None:
        if generation == self._generation:
            self._live = False
            with self._lock:
                self._conversation = Conversation()

    def _opened(self, generation: int, state: SessionState) -> None:
        if generation != self._generation or self._closed:
            return
        self._live = True
        chosen = state.info.get("model")
        self._conversation.model = chosen if isinstance(chosen, str) else ""
        level = state.info.get("privacy")
        self._conversation.privacy = level if isinstance(level, str) else ""
        self._told = {_key(message) for message in self._conversation.messages}
        self._set(_epoch=state.epoch or "")
        self._show_state()

    def _take_in(self, generation: int, event: Event) -> None:
        if generation != self._generation or self._closed:
            return
        with self._lock:
            message = self._conversation.take(event)
        if not self._live:
            return
        if event is RESET:
            submit(self._renew_epoch())
        self._show_state(redraw=event.get("type") in _DRAWN)
        if message is not None and _key(message) not in self._told:
            self._told.add(_key(message))
            self._message_callbacks(dict(message))

    async def _renew_epoch(self) -> None:
        state, generation = await self._attached(), self._generation
        if generation == self._generation:
            worker().post(partial(self._set, _epoch=state.epoch or ""))

    def _show_state(self, *, redraw: bool = True) -> None:
        conversation = self._conversation
        self._set(
            messages=conversation.messages,
            busy=conversation.busy,
            model=conversation.model,
            privacy=conversation.privacy,
        )
        if redraw and self._static.open and not self._redraw_posted:
            self._redraw_posted = True
            worker().post(self._redraw)  # behind what waits already: many events, one drawing

    def _set(self, **traits: Any) -> None:
        """Set traits to what the server says."""
        self._local.takes_in = True
        try:
            for name, value in traits.items():
                self.set_trait(name, value)
        finally:
            self._local.takes_in = False

    @property
    def _takes_in(self) -> bool:
        return getattr(self._local, "takes_in", False)

    # --- asking ------------------------------------------------------------------------------

    def _settle(self) -> None:
        """After a turn: what it changed is seen, and drawn in the cell that waited for it."""
        worker().drain(DRAIN_S)
        self._redraw()

    def _switch(self, session_id: object) -> None:
        if isinstance(session_id, str) and session_id:
            self.session_id = session_id


def _key(message: Message) -> tuple[str, str]:
    """What tells a message from others, also when a log that was lost is read anew."""
    return message["message_id"], message["content"]


async def _request(frame: Event) -> Event:
    return await (await shared_connection()).request(frame)


async def _notebook_session() -> str:
    """The notebook's own session, as the magic chooses it. Raises CopilotClientError."""
    identity = notebook_identity(os.environ, getattr(shell(), "user_ns", {}))
    return await attach_own(await shared_connection(), identity, lambda *_: None)
