"""Untrusted Markdown to safe, static HTML.

HTML in the Markdown stays text (markdown-it with ``html=False``); images become their alternative text and a
link, so nothing is ever loaded; links lead to http, https and mailto only and show their host. What comes out
passes a second, independent sanitiser (nh3) with a tight list of tags, attributes and styles, so that a fault
in the first is no hole.

``MarkdownStream`` renders a text that grows: a block that is complete is rendered once.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from . import style
from .highlight import highlighted
from .visible import visible
from .words import ENGLISH, Words

_SCHEMES = ("http", "https", "mailto")
_AUTHORITY = re.compile(r"(?:[a-z]+://)?([^\s/?#]+\.[^\s/?#]+)", re.IGNORECASE)
"""The first name of a host in a text, with whatever stands before it in the address."""
PIECE = 4_000
_BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "span", "blockquote"),
    *("ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_STYLED = (
    "p",
    "pre",
    "code",
    "span",
    "blockquote",
    "table",
    "th",
    "td",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
)
_ATTRIBUTES: dict[str, set[str]] = {name: {"style"} for name in _STYLED}
_ATTRIBUTES |= {"a": {"href", "title"}, "ol": {"start", "style"}}


def sanitised(markup: str) -> str:
    """``markup`` with nothing in it but text, its structure, safe links and our own styles."""
    return nh3.clean(
        markup,
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def sanitised_table(markup: str) -> str:
    """HTML that a tool made: its text, tables and lists; no link, no attribute."""
    return nh3.clean(markup, tags=_TAGS - {"a"}, clean_content_tags={"script", "style"}, attributes={}, link_rel=None)


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return value if value in style.KNOWN else None
    if name == "start":
        return value if value.isascii() and value.isdigit() else None
    if name == "href":
        return _without_extras(value) if _is_safe_link(value) else None
    return value


def markdown_html(text: str, words: Words = ENGLISH) -> str:
    """A finished Markdown text as safe HTML."""
    return MarkdownStream(words).render(text, final=True)


class MarkdownStream:
    """Renders a growing text. ``take_done`` hands over the complete blocks, once each, with their source."""

    def __init__(self, words: Words = ENGLISH) -> None:
        self._environment: dict[str, Any] = {"words": words}
        self._start = 0
        self._done: list[tuple[str, str]] = []
        self._tail = ("", "")
        self._seen: tuple[int, bool] = (0, False)

    @property
    def tail_length(self) -> int:
        """How much is rendered anew each time."""
        return len(self._tail[0])

    def feed(self, text: str, *, final: bool = False) -> None:
        """Take the whole text as it is now."""
        if self._seen == (len(text), final):
            return
        self._seen = (len(text), final)
        source = text[self._start :]
        tokens = _parser().parse(visible(source), self._environment)
        starts = [index for index, token in enumerate(tokens) if token.level == 0 and token.map and token.nesting >= 0]
        if final:
            self._settle(tokens, source, starts, len(starts), _line_offsets(source))
            self._start += len(source)
            self._tail = ("", "")
            return
        offsets = _line_offsets(source)
        for number in range(len(starts) - 1, 0, -1):
            index = starts[number]
            offset = offsets[_first_line(tokens[index])]
            if "\n" in source[offset:]:  # after half a line, what looks like a new block may still join the last
                self._settle(tokens, source, starts, number, offsets)
                self._start += offset
                source, tokens = source[offset:], tokens[index:]
                break
        if tokens and tokens[-1].type == "fence":
            tokens[-1].meta["open"] = True
        self._tail = (self._html(tokens), source)

    def _settle(
        self, tokens: Sequence[Token], source: str, starts: Sequence[int], count: int, offsets: Sequence[int]
    ) -> None:
        """Render the first ``count`` blocks for good, in pieces of bounded size where the blocks allow it."""
        begin = offset = 0
        for number in range(1, count + 1):
            last = number == count
            index = starts[number] if number < len(starts) else len(tokens)
            end = offsets[_first_line(tokens[index])] if index < len(tokens) else len(source)
            if last or end - offset >= PIECE:
                self._done.append((self._html(tokens[begin:index]), source[offset:end]))
                begin, offset = index, end

    def peek_done(self) -> list[tuple[str, str]]:
        """What ``take_done`` would hand over now."""
        return list(self._done)

    def take_done(self) -> list[tuple[str, str]]:
        """(HTML, source) of the blocks that are complete and were not taken before."""
        done, self._done = self._done, []
        return done

    def tail(self) -> tuple[str, str]:
        """(HTML, source) of the block that still grows."""
        return self._tail

    def render(self, text: str, *, final: bool = False) -> str:
        """All of ``text``, where nothing was taken."""
        self.feed(text, final=final)
        return "".join(markup for markup, _ in self._done) + self._tail[0]

    def _html(self, tokens: Sequence[Token]) -> str:
        parser = _parser()
        return sanitised(str(parser.renderer.render(list(tokens), parser.options, self._environment)))


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _line_offsets(text: str) -> list[int]:
    """Where each line begins."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _is_safe_link  # type: ignore[method-assign]  # how markdown-it lets an application choose
    parser.core.ruler.push("styles_and_boxes", _style_tokens)
    renderer: Any = parser.renderer
    rules: dict[str, Callable[..., str]] = renderer.rules
    rules["image"] = _render_image
    rules["fence"] = _render_fence
    rules["code_block"] = _render_fence
    return parser


def _is_safe_link(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    if any(ord(character) <= 32 for character in url):
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.netloc if parts.scheme.lower() != "mailto" else parts.path)


def _without_extras(url: str) -> str:
    """A mail's address without the text, copies and attachments that nobody saw."""
    return url.partition("?")[0] if url.lower().startswith("mailto:") else url


def _names(text: str, url: str) -> bool:
    """Whether who reads ``text`` knows where it leads."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        return False
    found = _AUTHORITY.search(text)
    return found is not None and found[1].lower().rstrip(".,:;)") in (_where(url).lower(), parts.netloc.lower())


def _where(url: str) -> str:
    """The host that a link leads to, or the address of mail."""
    parts = urlsplit(url)
    return parts.path if parts.scheme == "mailto" else parts.hostname or ""


def link_title(url: str) -> str:
    """Where a link really leads, for its title."""
    parts = urlsplit(url)
    return (
        f"{parts.scheme}:{parts.path}"
        if parts.scheme == "mailto"
        else f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    )


def _style_tokens(state: StateCore) -> None:
    """Put our styles and link titles on tokens, and turn task items' brackets into boxes."""
    tokens = state.tokens
    for index, token in enumerate(tokens):
        if token.type in style.BLOCKS and token.nesting >= 0:
            own = token.attrGet("style")
            token.attrSet("style", f"{style.BLOCKS[token.type]};{own}" if own else style.BLOCKS[token.type])
        if token.type != "inline" or token.children is None:
            continue
        if index >= 2 and tokens[index - 2].type == "list_item_open" and token.children:
            first = token.children[0]
            box = _BOXES.get(first.content[:4]) if first.type == "text" else None
            if box is not None:
                first.content = box + first.content[4:]
                tokens[index - 2].attrSet("style", style.TASK)
        for child in token.children:
            if child.type == "link_open":
                child.attrSet("title", link_title(str(child.attrGet("href"))))
            elif child.type == "code_inline":
                child.attrSet("style", style.CODE)
        token.children = _with_hosts(token.children)


def _with_hosts(children: list[Token]) -> list[Token]:
    """Links followed by their host where their text does not name it: a printed page has no titles."""
    told: list[Token] = []
    text, url = "", ""
    for child in children:
        told.append(child)
        if child.type == "link_open":
            text, url = "", str(child.attrGet("href"))
        elif child.type == "link_close" and not _names(text, url):
            told.append(Token("text", "", 0, content=f" ({_where(url)})"))
        else:
            text += child.content
    return told


def _render_image(tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:
    token = tokens[index]
    renderer: Any = _parser().renderer
    text = renderer.renderInlineAsText(token.children, options, environment)
    source = str(token.attrGet("src") or "")
    words: Words = environment["words"]
    described = text.strip() or words.say("no description", "没有说明")
    shown = f"[{words.named(words.say('image', '图片'), described)}]"
    if urlsplit(source).scheme not in ("http", "https"):
        return escapeHtml(shown)
    link, host = html.escape(source), html.escape(link_title(source))
    return f'{escapeHtml(shown)} (<a href="{link}" title="{host}">{host}</a>)'


def _render_fence(tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:
    token = tokens[index]
    language = token.info.split()[0] if token.info.split() else ""
    code = token.content.rstrip("\n")
    body = html.escape(code) if token.meta.get("open") else highlighted(code, language)
    return f'<pre style="{style.PRE}"><code style="{style.INNER}">{body}</code></pre>\n'
