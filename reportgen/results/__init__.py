"""The frozen values of a whole report and their JSON: what every figure, table and page is made from."""

from reportgen.results.report import Report

__all__ = ["Report"]
