"""Tables: one value each, written as HTML, markdown, LaTeX, CSV and terminal text that say the same numbers."""

from reportgen.tables.data import data_files
from reportgen.tables.documents import latex_document
from reportgen.tables.make import headline, make
from reportgen.tables.plain import terminal
from reportgen.tables.values import Cell, Column, Table

__all__ = ["Cell", "Column", "Table", "data_files", "headline", "latex_document", "make", "terminal"]
