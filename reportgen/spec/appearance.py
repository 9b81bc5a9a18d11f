"""The sections of the spec that say how the report looks and what it shows beyond the usual."""

from __future__ import annotations

from typing import Literal

from reportgen.spec.section import Section


class Visualization(Section):
    """How figures look."""

    style: str = "seaborn"
    """Look of the axes: `seaborn` (white grid) or any matplotlib style name."""
    color_palette: str = "okabe-ito"
    """`okabe-ito`, `tol-bright` or any matplotlib qualitative palette (`Set2` is hard on colour-blind readers)."""
    width: Literal["icml", "neurips", "full"] | float = "icml"
    """Width of paper figures: icml 3.25 in, neurips 5.5 in, full 6.75 in, or inches."""
    highlight: tuple[str, ...] = ()
    """Methods that figures always show in colour."""
