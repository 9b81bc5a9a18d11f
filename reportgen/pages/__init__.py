"""Pages: results and artifacts become markdown through templates; every value in them is escaped by default."""

from reportgen.pages.render import render

__all__ = ["render"]
