"""What the drawings of the components are told: rings, bars, strips, covers."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from lms.core.design import drawing

CELLS_A_ROW = 6


def progress_ring(
    value: Any, of: Any, unit: str = "", label: str = "", size: str = ""
) -> dict[str, Any]:
    """A ring for `value` of `of`. `size="small"` for lists."""
    filled = drawing.share(float(value or 0), float(of or 0))
    return {
        "value": drawing.plain(value or 0),
        "of": drawing.plain(of or 0),
        "unit": unit,
        "label": label,
        "size": size,
        "done": filled >= 1,
        "percent": int(filled * 100),
        "dash": drawing.ring_dash(filled),
        "radius": drawing.RING_RADIUS,
    }


def bar(
    value: Any, of: Any = 100, label: str = "", text: str = "", tone: str = "", thin: bool = False
) -> dict[str, Any]:
    """A horizontal bar for `value` of `of`; `text` replaces the words "value/of" at its end."""
    filled = drawing.share(float(value or 0), float(of or 0))
    return {
        "label": label,
        "text": text or f"{drawing.plain(value or 0)}/{drawing.plain(of or 0)}",
        "tone": tone,
        "thin": thin,
        "percent": int(filled * 100),
        "width": f"{filled * 100:.1f}",
    }


def watched_map(
    covered: Iterable[Sequence[float]], duration_ms: int, position_ms: int | None = None,
    legend: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The parts of a recording that were watched: `covered` is [[from, to), …] in milliseconds."""
    spans = [tuple(span) for span in covered]
    seen = sum(max(0, end - start) for start, end in spans)
    return {
        "parts": drawing.strip_parts(spans, duration_ms),
        "percent": int(drawing.share(seen, duration_ms) * 100),
        "edge": None
        if position_ms is None
        else round(drawing.share(position_ms, duration_ms) * 1000, 1),
        "legend": legend,
    }


def heat_strip(values: Iterable[tuple[str, float]], label: str, unit: str = "") -> dict[str, Any]:
    """One square a `(name, value)`, darker for more; rows of six, beside each other on a PC."""
    named = list(values)
    top = max((value for _name, value in named), default=0)
    cells = [
        {
            "x": place % CELLS_A_ROW * 40 + 2,
            "middle": place % CELLS_A_ROW * 40 + 20,
            "name": name,
            "value": drawing.plain(value),
            "level": drawing.heat_level(value, top),
        }
        for place, (name, value) in enumerate(named)
    ]
    return {
        "label": label,
        "unit": unit,
        "cells": cells,
        "rows": [cells[start : start + CELLS_A_ROW] for start in range(0, len(cells), CELLS_A_ROW)],
        "width": CELLS_A_ROW * 40,
    }


def cover(title: str) -> dict[str, Any]:
    """A drawn cover for a course without a picture; the same title always has the same colour."""
    digest = hashlib.sha256(title.encode()).digest()
    return {
        "lines": drawing.title_lines(title),
        "tone": digest[0] % 5 + 1,
        "pattern": digest[1] % 3 + 1,
    }
