"""Every inline style that we write: Jupyter's own variables, with fall-backs for pages without them.

A saved notebook, a print and a dark theme show the same markup, so there is no style sheet. The sanitiser
keeps a ``style`` attribute only when its whole value stands in ``KNOWN``.
"""

from __future__ import annotations

_BORDER = "var(--jp-border-color2, #d0d0d0)"
_QUIET = "var(--jp-ui-font-color2, #757575)"
_MONO = "font-family:var(--jp-code-font-family, monospace)"

FRAME = "max-width:100%;overflow-wrap:anywhere"
CODE = f"{_MONO};font-size:0.95em;background:var(--jp-layout-color2, #f3f3f3);padding:0 4px"
PRE = (
    f"{_MONO};background:var(--jp-layout-color2, #f3f3f3);color:var(--jp-content-font-color1, #212121);"
    "padding:8px 12px;margin:8px 0;overflow-x:auto;white-space:pre;line-height:1.4"
)
WRAPPED = (
    f"{_MONO};background:var(--jp-layout-color2, #f3f3f3);padding:8px 12px;margin:4px 0;"
    "max-height:24em;overflow:auto;white-space:pre-wrap"
)
TASK = "list-style-type:none"
INNER = "background:none;color:inherit;padding:0"
ARGUMENTS = f"{_MONO};font-size:0.95em;background:none;color:inherit;padding:0"
STATE = "white-space:nowrap"
DETAILS = f"margin:4px 0;color:{_QUIET}"
NESTED = f"margin:0 0 0 8px;padding-left:8px;border-left:1px solid {_BORDER}"
AGENT = f"font-variant:small-caps;color:{_QUIET};margin:8px 0 0 0"
QUIET = f"color:{_QUIET};font-size:0.9em;margin:8px 0 0 0"
ENDING = f"color:{_QUIET};margin:8px 0"
ERROR = "border-left:3px solid var(--jp-error-color1, #d32f2f);padding:4px 12px;margin:8px 0"
WARNING = "border-left:3px solid var(--jp-warn-color1, #f57c00);padding:4px 12px;margin:8px 0"
CARD = f"border:1px solid {_BORDER};padding:8px 12px;margin:8px 0"
TABLE = "overflow-x:auto;overflow-wrap:normal;margin:8px 0"
CAPTION = f"caption-side:top;text-align:left;white-space:nowrap;color:{_QUIET};padding:4px 0"
GRID = "border-collapse:collapse;margin:0;overflow-wrap:normal;font-variant-numeric:tabular-nums"
NUMBER = "text-align:right;padding:4px 8px;white-space:nowrap"
WORDS = "text-align:left;padding:4px 8px"
HEAD_ROW = f"border-bottom:1px solid {_BORDER};vertical-align:bottom"
NOTHING = f"color:{_QUIET};font-style:italic"
PICTURE = "max-width:100%;height:auto;background:#fff"
MARK = "line-height:0"
FOOTNOTES = f"color:{_QUIET};font-size:0.9em;margin:8px 0 0 0"

_CELL = f"border-bottom:1px solid {_BORDER};padding:4px 8px"
BLOCKS = {
    "table_open": (
        "border-collapse:collapse;margin:8px 0;display:block;max-width:100%;overflow-x:auto;overflow-wrap:normal"
    ),
    "th_open": f"{_CELL};font-weight:600;text-align:left",
    "td_open": f"{_CELL};text-align:left",
    "blockquote_open": f"border-left:3px solid {_BORDER};margin:8px 0;padding-left:12px;color:{_QUIET}",
}

_ALIGNED = {
    f"{BLOCKS[cell]};text-align:{side}" for cell in ("th_open", "td_open") for side in ("left", "center", "right")
}

TOKENS = {
    "Comment": "color:var(--jp-mirror-editor-comment-color, #408080);font-style:italic",
    "Keyword": "color:var(--jp-mirror-editor-keyword-color, #008000);font-weight:bold",
    "Name.Builtin": "color:var(--jp-mirror-editor-builtin-color, #008000)",
    "Name.Function": "color:var(--jp-mirror-editor-def-color, #0000ff)",
    "Name.Class": "color:var(--jp-mirror-editor-def-color, #0000ff)",
    "Name.Decorator": "color:var(--jp-mirror-editor-meta-color, #aa22ff)",
    "Name.Tag": "color:var(--jp-mirror-editor-tag-color, #117700)",
    "Name.Attribute": "color:var(--jp-mirror-editor-attribute-color, #0000cc)",
    "Literal.String": "color:var(--jp-mirror-editor-string-color, #ba2121)",
    "Literal.Number": "color:var(--jp-mirror-editor-number-color, #008800)",
    "Operator": "color:var(--jp-mirror-editor-operator-color, #aa22ff)",
    "Error": "color:var(--jp-mirror-editor-error-color, #ff0000)",
}

KNOWN = frozenset({CODE, PRE, INNER, TASK, *BLOCKS.values(), *_ALIGNED, *TOKENS.values()})
