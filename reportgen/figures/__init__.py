"""Figures: drawn once for the screen and once for paper, saved to the same bytes everywhere."""

from reportgen.figures.draw import draw, performance_profile_figure

__all__ = ["draw", "performance_profile_figure"]
