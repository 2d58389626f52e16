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
from .markdown import markdown_html, sanitised_table
from .mime import Bundle, content_of
from .tables import caption, sources_html, table_html
from .visible import short, visible

RESULT_LIMIT = 20_000
PICTURE_LIMIT = 8_000_000
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def display_of(bundle: Bundle) -> dict[str, Any]:
    """A bundle of ours as one display: what a front end of ours can use, HTML for all others, text for terminals."""
    table = content_of(bundle, mime.TABLE)
    return {
        **({mime.TABLE: table} if table is not None else {}),
        "text/html": f'<div style="{style.FRAME}">{output_html(bundle)}</div>',
        "text/plain": output_text(bundle),
    }


def output_html(bundle: Bundle) -> str:
    """The richest form that can be shown without running anything."""
    if (table := content_of(bundle, mime.TABLE)) is not None:
        return table_html(table)
    if (chart := content_of(bundle, mime.CHART)) is not None:
        return _chart_html(chart, bundle)
    if (run := content_of(bundle, mime.RUN)) is not None:
        return _run_html(run)
    return _other_html(bundle)


def output_text(bundle: Bundle) -> str:
    """The same as text; "" for what has none."""
    if mime.reference(bundle) and (table := content_of(bundle, mime.TABLE)) is not None:
        return f"{_plain(bundle)}\n{caption(table)}".strip("\n")
    if (run := content_of(bundle, mime.RUN)) is not None:
        return _run_text(run)
    return _plain(bundle)


# --- charts ------------------------------------------------------------------------------------


def _chart_html(chart: dict[str, Any], bundle: Bundle) -> str:
    title = short(" · ".join(str(name) for name in (chart.get("ref"), chart.get("title")) if name), 300)
    picture = _picture(bundle, title or "chart") or _pre(_plain(bundle) or "The chart could not be drawn here.")
    spec = chart.get("spec")
    drawn = isinstance(spec, dict) and bool(spec.get("title"))  # the picture says it itself
    told = short(str(chart.get("ref") or ""), 300) if drawn and picture.startswith("<img") else title
    line = f'<div style="{style.QUIET}">{html.escape(told)}</div>' if told else ""
    return f"{line}<div>{picture}</div>{sources_html(chart)}"


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


def _run_html(run: dict[str, Any]) -> str:
    code = run.get("code")
    pieces = []
    if isinstance(code, str) and code.strip():
        shown = f'<pre style="{style.PRE}">{highlighted(code, "python")}</pre>'
        pieces.append(f'<details style="{style.DETAILS}"><summary>Code that ran</summary>{shown}</details>')
    pieces += [_pre(text) for name in ("stdout", "stderr") if (text := _joined(run.get(name)).strip("\n"))]
    outputs = run.get("outputs")
    pieces += [_other_html(output) for output in outputs if isinstance(output, dict)] if outputs else []
    if isinstance(error := run.get("error"), dict):
        trace = _joined(error.get("traceback")).strip("\n")
        folded = f"<details><summary>Traceback</summary>{_pre(trace)}</details>" if trace else ""
        said = html.escape(short(_error_line(error), 1000))
        pieces.append(f'<div style="{style.ERROR}"><div><b>{said}</b></div>{folded}</div>')
    if changed := _changed(run):
        pieces.append(f'<div style="{style.QUIET}">{html.escape(changed)}</div>')
    return "".join(pieces)


def _run_text(run: dict[str, Any]) -> str:
    lines = [_clean(_joined(run.get(name))).strip("\n") for name in ("stdout", "stderr")]
    outputs = run.get("outputs")
    lines += [_plain(output) for output in outputs if isinstance(output, dict)] if outputs else []
    if isinstance(error := run.get("error"), dict):
        lines.append(short(_error_line(error), 1000))
    return "\n".join(line for line in [*lines, _changed(run)] if line)


def _error_line(error: dict[str, Any]) -> str:
    return f"{error.get('name') or 'Error'}: {_clean(str(error.get('message') or ''))}".rstrip(": ")


def _changed(run: dict[str, Any]) -> str:
    """Which variables are new, changed or gone."""
    variables = run.get("variables")
    if not isinstance(variables, dict):
        return ""
    told = [
        f"{what}: {', '.join(short(str(name)) for name in names[:20])}{', …' if len(names) > 20 else ''}"
        for what in ("new", "changed", "removed")
        if isinstance(names := variables.get(what), list) and names
    ]
    return f"Variables {' · '.join(told)}" if told else ""


# --- any other bundle --------------------------------------------------------------------------


def _other_html(bundle: Bundle) -> str:
    if picture := _picture(bundle, short(_joined(bundle.get("text/plain")), 200) or "picture"):
        return f"<div>{picture}</div>"
    if markup := _joined(bundle.get("text/html")):
        return f'<div style="{style.TABLE}">{sanitised_table(visible(markup))}</div>'
    if text := _joined(bundle.get("text/markdown")):
        return f'<div style="{style.TABLE}">{markdown_html(text)}</div>'
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
