"""The chat as static HTML: what a saved notebook, an export or a preview shows where no widget lives.

It stands beside the live chat as an output of its own, which the live chat hides while it is there. It is made
anew after each finished message, and holds at most the end of a long conversation.
"""

from __future__ import annotations

import contextvars
import uuid
from dataclasses import dataclass

from ..language import Language
from . import style
from .conversation import Conversation, Round
from .html import closing_html, escaped, framed, part_html
from .parts import TextPart
from .plain import part_text, transcript_text
from .visible import visible
from .words import Words

LIMIT = 100_000
"""Characters of HTML; a forge's preview and a notebook's diff stay usable."""

_SAID = (
    "background:var(--jp-layout-color2, #f3f3f3);padding:8px 12px;margin:16px 0 8px 0;"
    "white-space:pre-wrap;overflow-wrap:anywhere"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One state of the transcript."""

    html: str
    text: str


def render(conversation: Conversation, name: str, language: Language = "en", limit: int = LIMIT) -> Shown:
    """The conversation, or its end. ``name`` tells the live chat which transcript is its own."""
    words = Words(language)
    pieces: list[tuple[str, str]] = []
    size, cut = 0, False
    for waiting in reversed(conversation.waiting):
        pieces.append((_said_html(waiting, None, words), _said_text(waiting, None, words)))
    for one in reversed(conversation.rounds):
        room = limit - size
        markup, text, whole = _round(one, words, room)
        if markup:
            pieces.append((markup, text))
            size += len(markup)
        if not whole or size >= limit:
            cut = not whole or one is not conversation.rounds[0]
            break
    pieces.reverse()
    if cut or not pieces:
        line = _cut(words) if cut else words.say("Nothing was said in this conversation yet.", "这段对话还没有内容。")
        pieces.insert(0, (f'<div style="{style.QUIET}">{escaped(line)}</div>', line))
    content = framed("".join(markup for markup, _ in pieces))
    html = f'<div class="tcj-static tcj-static-{escaped(name)}">{content}</div>'
    return Shown(html, "\n\n".join(text for _, text in pieces if text))


def _cut(words: Words) -> str:
    return words.say("The conversation is longer. Its end is shown here.", "对话较长，这里只显示结尾部分。")


def _round(one: Round, words: Words, room: int) -> tuple[str, str, bool]:
    """HTML and text of one round, its end where there is no room for all of it; and whether that is all."""
    said = "" if one.said is None else _said_html(one.said, one.agent, words)
    closing = closing_html(one.transcript, words)
    parts = [part_html(part, words) for part in one.transcript.parts]
    if len(said) + sum(map(len, parts)) + len(closing) <= room:
        text = transcript_text(one.transcript, words)
        if one.said is not None:
            text = f"{_said_text(one.said, one.agent, words)}\n\n{text}"
        return said + "".join(parts) + closing, text.strip(), True
    kept, texts, left = [closing], list[str](), room - len(closing)
    for part, markup in zip(reversed(one.transcript.parts), reversed(parts), strict=True):
        if len(markup) > left:
            if not texts and isinstance(part, TextPart):
                kept.append(_end_of(part, left))
            break
        kept.append(markup)
        texts.append(part_text(part, words))
        left -= len(markup)
    return "".join(reversed(kept)), "\n\n".join(reversed(texts)), False


def _end_of(part: TextPart, room: int) -> str:
    """The end of a text that is too long by itself, as it was written."""
    return f'<pre style="{style.WRAPPED}">…{escaped(part.text[-max(room // 2, 1) :])}</pre>' if room > 0 else ""


def _said_html(content: str, agent: str | None, words: Words) -> str:
    return f'<div style="{_SAID}"><b>{escaped(_who(agent, words))}</b>\n{escaped(content)}</div>'


def _said_text(content: str, agent: str | None, words: Words) -> str:
    return visible(words.named(_who(agent, words), content))


def _who(agent: str | None, words: Words) -> str:
    return words.say(f"You to {agent}", f"你对 {agent}") if agent else words.say("You", "你")


class StaticOutput:
    """The transcript's output below the cells that showed the chat; one display, wherever it stands."""

    def __init__(self) -> None:
        self._display_id = uuid.uuid4().hex
        self._context: contextvars.Context | None = None
        self._last: Shown | None = None

    @property
    def open(self) -> bool:
        """Whether it was shown."""
        return self._context is not None

    def enter_cell(self) -> None:
        """From now on updates belong to the cell that runs: a front end without a widget takes only those."""
        if self.open:
            self._context = contextvars.copy_context()

    def show(self, shown: Shown) -> None:
        """Put it below the running cell."""
        from IPython.display import display

        self._context, self._last = contextvars.copy_context(), shown
        display(_bundle(shown), raw=True, display_id=self._display_id)

    def update(self, shown: Shown) -> None:
        """Show this state wherever it stands."""
        from IPython.display import update_display

        if self._context is None or shown == self._last:
            return
        self._last = shown
        self._context.copy().run(update_display, _bundle(shown), raw=True, display_id=self._display_id)


def _bundle(shown: Shown) -> dict[str, str]:
    return {"text/html": shown.html, "text/plain": shown.text}
