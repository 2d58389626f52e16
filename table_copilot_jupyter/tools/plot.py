"""``plot_table``: a chart from a Vega-Lite description, drawn as a picture that every surface can show.

The kernel checks the description and puts the table's data into it (``kernel/probe/plot.py``); the picture is drawn
here with vl-convert, which runs no code of the description and is given no network. It takes half a second to
import and draw for the first time, so both happen in a thread.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from .base import Tool, ToolArguments, ToolContext, ToolError, ToolResult
from .sharing import hand_over
from .tables import in_kernel

CHART_MIME = "application/vnd.table-copilot.chart+json"
SVG_MIME = "image/svg+xml"
PLOT_TIMEOUT_S = 30.0
MAX_SVG_CHARS = 600_000
VEGA_LITE = "v5_20"
_GROUND = 'fill="white"/>'
_FOR_DARK_PLACES = (
    "<style>@media (prefers-color-scheme:dark){"
    'svg>rect[fill="white"]{fill:#111}[fill="#000"],[fill="black"]{fill:#e4e4e4}[stroke="#000"],[stroke="black"]'
    '{stroke:#e4e4e4}[stroke="#888"]{stroke:#9a9a9a}[stroke="#ddd"]{stroke:#3a3a3a}}</style>'
)
"""Vega's own colours of ground, text, axes and grid; the colours of marks serve on both grounds."""


class PlotTableArguments(ToolArguments):
    table: str = Field(description="The variable name of the table or of a query's result, such as _q1.")
    spec: dict[str, Any] = Field(
        description="A Vega-Lite description without `data`: mark, encoding, and title. Fields are the table's columns."
    )


class PlotTableTool(Tool[PlotTableArguments]):
    """A chart of a table or of a query's result."""

    name: ClassVar[str] = "plot_table"
    description: ClassVar[str] = (
        "Draws a chart of a table or of a query's result from a Vega-Lite description, and shows it to the user. "
        "For large tables query first and plot the result. You don't see the picture."
    )
    arguments = PlotTableArguments
    timeout_s: ClassVar[float | None] = 2 * PLOT_TIMEOUT_S

    async def run(self, arguments: PlotTableArguments, context: ToolContext) -> ToolResult:
        """Raises ToolError for a description that can't be drawn, with the reason."""
        wanted = {"source": arguments.table, "spec": arguments.spec}
        value = await in_kernel(context, "plot", wanted, timeout_s=PLOT_TIMEOUT_S)
        shown = value.get("user")
        if isinstance(shown, Mapping) and isinstance(chart := shown.get(CHART_MIME), Mapping):
            svg = await asyncio.to_thread(drawn, chart["spec"])
            value = {**value, "user": {**shown, SVG_MIME: svg}}
        return await hand_over(value, context)


def drawn(spec: Mapping[str, Any]) -> str:
    """The picture of a Vega-Lite description as SVG. Raises ToolError."""
    import vl_convert

    try:
        svg = vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=VEGA_LITE, allowed_base_urls=[])
    except ValueError as error:
        # its words quote the description, and with it the data
        raise ToolError(
            f"The chart can't be drawn ({type(error).__name__}). Check mark, encoding types and transforms."
        ) from None
    if len(svg) > MAX_SVG_CHARS:
        raise ToolError(
            f"The picture has {len(svg):,} characters; at most {MAX_SVG_CHARS:,} are shown. Aggregate first."
        )
    return _for_both_schemes(str(svg))


def _for_both_schemes(svg: str) -> str:
    """A browser draws it dark where the picture stands in a dark place. One with a ground of its own stays as it is."""
    head, ground, rest = svg.partition(_GROUND)
    return f"{head}{ground}{_FOR_DARK_PLACES}{rest}" if head.count("<") == 2 else svg
