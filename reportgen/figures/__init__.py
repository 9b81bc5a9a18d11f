"""Figures: drawn once for the screen and once for paper, saved to the same bytes everywhere."""

from reportgen.figures.draw import draw

__all__ = ["draw"]
