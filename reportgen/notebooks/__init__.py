"""Notebooks: the report's numbers computed again by code that every reader can run, executed and shown as a page.

The code is the same for every report: names and numbers reach it as data, never as source. A notebook that fails
never costs the report: it is kept as far as it ran, with the error in it.
"""

from reportgen.notebooks.make import Notebooks, notebooks

__all__ = ["Notebooks", "notebooks"]
