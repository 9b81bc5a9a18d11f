"""A drawn figure as files, the same bytes everywhere: SVG for both colour schemes, PNG, PDF and its data."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from reportgen.figures.style import DARK, ON_DARK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 200


def svg(figure: Figure) -> bytes:
    """Return the figure as SVG without a background."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def dark(light: bytes) -> bytes:
    """Return the SVG for a dark page: inks exchanged for light ones, colours for those that stand out on dark."""
    exchange = {**DARK, **ON_DARK}
    return re.sub(
        rb"#[0-9a-f]{6}", lambda match: exchange.get(match.group().decode(), match.group().decode()).encode(), light
    )


def png(figure: Figure) -> bytes:
    """Return the figure as PNG on white."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def pdf(figure: Figure) -> bytes:
    """Return the figure as PDF of exactly its size."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="pdf", metadata={"CreationDate": None, "Producer": None, "Creator": None})
    return buffer.getvalue()
