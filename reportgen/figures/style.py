"""One look for every figure: palettes that colour-blind readers can tell apart, and a fixed style per method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import style as mpl_style

from reportgen.errors import SpecError, did_you_mean
from reportgen.reuse import digest
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from reportgen.spec.model import Visualization

INK, MUTED, GRID, OTHERS = "#1f2933", "#6b7785", "#dde3ea", "#b4bcc6"
PAPER = "#fefefe"
DARK = {INK: "#e8ebf0", MUTED: "#a3adba", GRID: "#3b4450", OTHERS: "#5c6673", PAPER: "#151b24"}
PALETTES = {
    "okabe-ito": ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d", "#a89400"),
    "tol-bright": ("#4477aa", "#ee6677", "#228833", "#aa3377", "#66ccee", "#ccbb44", "#666666"),
}
ON_DARK = {
    "#0072b2": "#4aa8e0",
    "#d55e00": "#ff8a45",
    "#009e73": "#2fc79a",
    "#cc79a7": "#e79bc4",
    "#4d4d4d": "#b9c1cc",
    "#a89400": "#d6c53a",
    "#4477aa": "#7aa9d8",
    "#228833": "#52b866",
    "#aa3377": "#d96aa9",
    "#666666": "#b0b8c2",
}
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h")
LINES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
WIDTHS = {"icml": 3.25, "neurips": 5.5, "full": 6.75}
LONGEST_NAME = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a method looks in every figure of a report."""

    label: str
    color: str
    marker: str
    line: Any
    dimmed: bool = False


def looks(methods: Sequence[tuple[str, str]], shown: frozenset[str], palette: str) -> dict[str, Look]:
    """Give each method (raw id, label) a look; methods that are not in `shown` are grey.

    A look follows from the order of the methods alone, so a method looks the same in every figure.
    """
    colors = colors_of(palette)
    found = {}
    for index, (name, label) in enumerate(methods):
        dimmed = name not in shown
        found[name] = Look(
            label=short(label),
            color=OTHERS if dimmed else colors[index % len(colors)],
            marker=MARKERS[index % len(MARKERS)],
            line=LINES[(index // len(colors)) % len(LINES)],
            dimmed=dimmed,
        )
    return found


def colors_of(palette: str) -> tuple[str, ...]:
    """Return the colours of a palette as ``#rrggbb``.

    Raises
    ------
    SpecError
        When there is no such qualitative palette.
    """
    if palette in PALETTES:
        return PALETTES[palette]
    qualitative = [name for name in mpl.colormaps if hasattr(mpl.colormaps[name], "colors") and _is_short(name)]
    if palette not in qualitative:
        raise SpecError(
            f"visualization.color_palette: no qualitative palette {palette!r}"
            f"{did_you_mean(palette, [*PALETTES, *qualitative])}; ours are {', '.join(PALETTES)}"
        )
    return tuple(mpl.colors.to_hex(color) for color in mpl.colormaps[palette].colors)  # type: ignore[attr-defined] # checked


def _is_short(name: str) -> bool:
    return len(mpl.colormaps[name].colors) <= 20  # type: ignore[attr-defined] # noqa: PLR2004 - ListedColormap only


def short(text: str) -> str:
    """Return a label that fits an axis."""
    return visible(text, longest=LONGEST_NAME)


def paper_width(visualization: Visualization, *, wide: bool) -> float:
    """Return the width of a paper figure in inches; wide figures span both columns."""
    width = visualization.width
    if isinstance(width, float | int):
        return float(width)
    return WIDTHS["full"] if wide and width == "icml" else WIDTHS[width]


def style_digest(visualization: Visualization) -> str:
    """Return the hash of all settings that figures are drawn with, the user's own of matplotlib among them."""
    found = []
    for paper in (False, True):
        with drawing(visualization, paper=paper):
            names = sorted(name for name in mpl.rcParams if not name.startswith(("backend", "webagg", "interactive")))
            found.append(repr([(name, mpl.rcParams[name]) for name in names]))
    return digest(tuple(found))


def drawing(visualization: Visualization, *, paper: bool) -> AbstractContextManager[None]:
    """Return the context in which figures are drawn for the screen or for paper.

    Raises
    ------
    SpecError
        When there is no such style.
    """
    size = 8 if paper else 10
    named = visualization.style
    if named != "seaborn" and named not in mpl_style.available:
        raise SpecError(
            f"visualization.style: no style {named!r}{did_you_mean(named, ['seaborn', *mpl_style.available])}; "
            "`seaborn` is the default"
        )
    base: dict[Any, Any] = {} if named == "seaborn" else dict(mpl_style.library[named])
    ours: dict[Any, Any] = {
        "font.family": "DejaVu Sans",
        "font.size": size,
        "axes.titlesize": size,
        "axes.labelsize": size,
        "xtick.labelsize": size - 1,
        "ytick.labelsize": size - 1,
        "legend.fontsize": size - 1,
        "figure.titlesize": size + 1,
        "text.parse_math": False,
        "axes.unicode_minus": True,
        "svg.hashsalt": "reportgen",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "savefig.bbox": None,
        "lines.linewidth": 1.2 if paper else 1.8,
        "lines.markersize": 4 if paper else 6,
        "hatch.linewidth": 0.5,
    }
    white_grid: dict[Any, Any] = {
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.7,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "legend.frameon": False,
    }
    return mpl.rc_context({**base, **ours, **(white_grid if named == "seaborn" else {})})
