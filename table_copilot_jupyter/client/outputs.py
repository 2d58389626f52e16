"""What tools show to the user, as static HTML and as text: tables, charts, what code did, and any other MIME bundle.

A table, a chart and what code did are displays of their own in a notebook (``display_of``), so that JupyterLab with our
extension can show more than a static table; everywhere else their HTML is shown. Nothing that could run gets
through: HTML is cut down to its text and tables, an SVG becomes the source of an image.
"""

from __future__ import annotations

import base64
import html
import re
from typing import Any

from . import mime, style
from .figures import as_json
from .highlight import highlighted
from .kernel_words import text_in
from .markdown import markdown_html, sanitised_table
from .mime import Bundle, content_of
from .tables import caption, sources_html, table_html
from .visible import short, visible
from .words import ENGLISH, Wording, Words

RESULT_LIMIT = 20_000
PICTURE_LIMIT = 8_000_000
NAMES_SHOWN = 20
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_CHANGES: dict[str, Wording] = {
    "new": ("new", "新变量"),
    "changed": ("changed", "有改动"),
    "removed": ("removed", "已删除"),
}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def display_of(bundle: Bundle, words: Words = ENGLISH) -> dict[str, Any]:
    """A bundle of ours as one display: what a front end of ours can use, HTML for all others, text for terminals."""
    table = content_of(bundle, mime.TABLE)
    return {
        **({mime.TABLE: table} if table is not None else {}),
        "text/html": f'<div style="{style.FRAME}">{output_html(bundle, words)}</div>',
        "text/plain": output_text(bundle, words),
    }


def output_html(bundle: Bundle, words: Words = ENGLISH) -> str:
    """The richest form that can be shown without running anything."""
    if (table := content_of(bundle, mime.TABLE)) is not None:
        return table_html(table, words)
    if (chart := content_of(bundle, mime.CHART)) is not None:
        return _chart_html(chart, bundle, words)
    if (run := content_of(bundle, mime.RUN)) is not None:
        return _run_html(run, words)
    return _other_html(bundle, words)


def output_text(bundle: Bundle, words: Words = ENGLISH) -> str:
    """The same as text; "" for what has none."""
    if (run := content_of(bundle, mime.RUN)) is not None:
        return _run_text(run, words)
    text = _plain(bundle)
    if (table := content_of(bundle, mime.TABLE)) is None:
        return text_in(text, words) if content_of(bundle, mime.CHART) is not None else text
    told = text_in(text, words)
    return f"{told}\n{caption(table, words)}".strip("\n") if mime.reference(bundle) else told


# --- charts ------------------------------------------------------------------------------------


def _chart_html(chart: dict[str, Any], bundle: Bundle, words: Words) -> str:
    title = short(" · ".join(str(name) for name in (chart.get("ref"), chart.get("title")) if name), 300)
    picture = _picture(bundle, title or words.say("chart", "图表"))
    if not picture:
        told = text_in(_plain(bundle), words)
        picture = _pre(told or words.say("The chart could not be drawn here.", "这里画不出这张图表。"))
    spec = chart.get("spec")
    drawn = isinstance(spec, dict) and bool(spec.get("title"))  # the picture says it itself
    told = short(str(chart.get("ref") or ""), 300) if drawn and picture.startswith("<img") else title
    line = f'<div style="{style.QUIET}">{html.escape(told)}</div>' if told else ""
    return f"{line}<div>{picture}</div>{sources_html(chart, words)}"


def _picture(bundle: Bundle, described: str) -> str:
    """An image element with the bundle's picture; "" without one. A browser runs nothing in an image."""
    svg = _joined(bundle.get("image/svg+xml"))
    if svg and len(svg) <= PICTURE_LIMIT:
        data = base64.b64encode(svg.encode("utf-8", "replace")).decode("ascii")
        return _image("image/svg+xml", data, described)
    for kind in _PICTURES:
        data = _joined(bundle.get(kind))
        if data and len(data) <= PICTURE_LIMIT and _BASE64.fullmatch(data):
            return _image(kind, "".join(data.split()), described)
    return ""


def _image(kind: str, data: str, described: str) -> str:
    return f'<img src="data:{kind};base64,{data}" alt="{html.escape(described)}" style="{style.PICTURE}">'


# --- what code did -----------------------------------------------------------------------------


def _run_html(run: dict[str, Any], words: Words) -> str:
    code = run.get("code")
    pieces = []
    if isinstance(code, str) and code.strip():
        shown = f'<pre style="{style.PRE}">{highlighted(code, "python")}</pre>'
        title = words.say("Code that ran", "运行过的代码")
        pieces.append(f'<details style="{style.DETAILS}"><summary>{title}</summary>{shown}</details>')
    pieces += [_pre(text) for name in ("stdout", "stderr") if (text := _joined(run.get(name)).strip("\n"))]
    outputs = run.get("outputs")
    pieces += [_other_html(output, words) for output in outputs if isinstance(output, dict)] if outputs else []
    if isinstance(error := run.get("error"), dict):
        trace = _joined(error.get("traceback")).strip("\n")
        title = words.say("Traceback", "调用栈")
        folded = f"<details><summary>{title}</summary>{_pre(trace)}</details>" if trace else ""
        said = html.escape(short(_error_line(error, words), 1000))
        pieces.append(f'<div style="{style.ERROR}"><div><b>{said}</b></div>{folded}</div>')
    if changed := _changed(run, words):
        pieces.append(f'<div style="{style.QUIET}">{html.escape(changed)}</div>')
    return "".join(pieces)


def _run_text(run: dict[str, Any], words: Words) -> str:
    lines = [_clean(_joined(run.get(name))).strip("\n") for name in ("stdout", "stderr")]
    outputs = run.get("outputs")
    lines += [_plain(output) for output in outputs if isinstance(output, dict)] if outputs else []
    if isinstance(error := run.get("error"), dict):
        lines.append(short(_error_line(error, words), 1000))
    return "\n".join(line for line in [*lines, _changed(run, words)] if line)


def _error_line(error: dict[str, Any], words: Words) -> str:
    return f"{error.get('name') or words.say('Error', '错误')}: {_clean(str(error.get('message') or ''))}".rstrip(": ")


def _changed(run: dict[str, Any], words: Words) -> str:
    """Which variables are new, changed or gone."""
    variables = run.get("variables")
    if not isinstance(variables, dict):
        return ""
    told = [
        words.named(words.say(*said), words.listed(_some(names)))
        for what, said in _CHANGES.items()
        if isinstance(names := variables.get(what), list) and names
    ]
    return words.say("Variables ", "") + " · ".join(told) if told else ""


def _some(names: list[Any]) -> list[str]:
    """The first of them, and whether there are more."""
    shown = [short(str(name)) for name in names[:NAMES_SHOWN]]
    return [*shown, "…"] if len(names) > NAMES_SHOWN else shown


# --- any other bundle --------------------------------------------------------------------------


def _other_html(bundle: Bundle, words: Words) -> str:
    if picture := _picture(bundle, short(_joined(bundle.get("text/plain")), 200) or words.say("picture", "图片")):
        return f"<div>{picture}</div>"
    if markup := _joined(bundle.get("text/html")):
        return f'<div style="{style.TABLE}">{sanitised_table(visible(markup))}</div>'
    if text := _joined(bundle.get("text/markdown")):
        return f'<div style="{style.TABLE}">{markdown_html(text, words)}</div>'
    if text := _joined(bundle.get("text/plain")):
        return _pre(text)
    value = bundle.get("application/json")
    return _pre(as_json(value, indent=2)) if value is not None else ""


def _pre(text: str) -> str:
    cleaned = _clean(text)
    shown = cleaned if len(cleaned) <= RESULT_LIMIT else f"{cleaned[:RESULT_LIMIT]}\n…"
    return f'<pre style="{style.WRAPPED}">{html.escape(shown)}</pre>'


def _plain(bundle: Bundle) -> str:
    return _clean(_joined(bundle.get("text/plain"))).strip("\n")


def _clean(text: str) -> str:
    """``text`` without a terminal's colours, hidden characters made visible."""
    return visible(_ANSI.sub("", text))


def _joined(value: Any) -> str:
    """A MIME value, which may be a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
