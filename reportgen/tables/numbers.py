r"""Every number of a report as a LaTeX macro, so that numbers in running text cannot go stale.

``\rgval{return/iqm/dyna_q}`` prints an estimate, ``\rgci{return/iqm/dyna_q}`` its interval,
``\rgval{return/difference/dyna_q/q_learning}`` a difference of the primary aggregate, ``return/improvement/...`` the
probability of improvement; ``return/difference_p/...``, ``difference_p_adjusted`` and ``difference_verdict`` (and the
same of ``improvement``) are what its test gave. An unknown key is an error.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from reportgen.results.comparable import NAMES
from reportgen.results.telling import POI, sides
from reportgen.tables.values import Cell, decimals, number, p_value
from reportgen.text import tex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.results.report import Estimate, MetricResult, Report

HEAD = r"""% report {id}, spec {spec}, reportgen {version}
% \rgval{{METRIC/AGGREGATE/METHOD}} and \rgci{{...}}; methods by raw id, so a rename moves no key.
\makeatletter
\providecommand{{\rgval}}[1]{{\rg@get{{val}}{{#1}}}}
\providecommand{{\rgci}}[1]{{\rg@get{{ci}}{{#1}}}}
\providecommand{{\rg@get}}[2]{{\ifcsname rg@#1@\detokenize{{#2}}\endcsname
  \csname rg@#1@\detokenize{{#2}}\endcsname
  \else\PackageError{{reportgen}}{{no number '\detokenize{{#2}}' in numbers.tex}}{{Its keys are listed there.}}\fi}}
\newcommand{{\rg@set}}[3]{{\expandafter\gdef\csname rg@#1@\detokenize{{#2}}\endcsname{{#3}}}}
"""
_FORBIDDEN = "\\{}%#~^ "


def numbers_tex(report: Report) -> str:
    """Return ``numbers.tex``: the macros and every estimate, interval and difference."""
    head = HEAD.format(id=report.id, spec=report.spec_sha256[:12], version=report.version)
    lines = [line for metric in report.metrics for line in _metric(metric)]
    return head + "\n".join(lines) + "\n\\makeatother\n"


def _metric(metric: MetricResult) -> Iterator[str]:
    base = key(metric.id)
    for name in metric.aggregates:
        cells = {m.id: _cell(m.aggregates[name]) for m in metric.methods}
        for method, cell in cells.items():
            yield from _set(f"{base}/{name}/{key(method)}", cell, decimals(cells.values()))
    for one in metric.statistics:
        cells = {m.id: _cell(m.statistics[one.id]) for m in metric.methods}
        for method, cell in cells.items():
            yield from _set(f"{base}/{one.id}/{key(method)}", cell, decimals(cells.values()))
    yield from _comparisons(metric)
    yield rf"\rg@set{{val}}{{{base}/tasks}}{{{len(metric.data.tasks)}}}"
    yield rf"\rg@set{{val}}{{{base}/runs}}{{{len({score.run for score in metric.data.scores})}}}"
    if metric.primary_aggregate:
        yield rf"\rg@set{{val}}{{{base}/aggregate}}{{{tex(NAMES[metric.primary_aggregate])}}}"


def _comparisons(metric: MetricResult) -> Iterator[str]:
    """Yield every difference and probability of improvement with its interval, p, corrected p and verdict."""
    for estimand, word in (("difference", "difference"), (POI, "improvement")):
        found = sides(metric, estimand)
        cells = [Cell(value=side.estimate, low=side.low, high=side.high) for side in found]
        for side, cell in zip(found, cells, strict=True):
            pair = f"{key(side.a)}/{key(side.b)}"
            yield from _set(f"{key(metric.id)}/{word}/{pair}", cell, decimals(cells))
            for name, p in (("p", side.p), ("p_adjusted", side.p_adjusted)):
                if p is not None:
                    yield rf"\rg@set{{val}}{{{key(metric.id)}/{word}_{name}/{pair}}}{{{tex(p_value(p))}}}"
            if side.verdict:
                yield rf"\rg@set{{val}}{{{key(metric.id)}/{word}_verdict/{pair}}}{{{tex(side.verdict)}}}"


def key(text: str) -> str:
    """Return a name as it stands in a key: itself, unless TeX could not read it there; then with a hash behind.

    Examples
    --------
    >>> key("eval/my_metric"), key("50 %")
    ('eval/my_metric', '50---97945f')
    >>> key("bell" + chr(7)).startswith("bell--")
    True
    """
    readable = "".join("-" if one in _FORBIDDEN or not one.isprintable() else one for one in text)
    return text if readable == text else f"{readable}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _cell(found: Estimate) -> Cell:
    return Cell(value=found.estimate, low=found.low, high=found.high)


def _set(name: str, cell: Cell, places: int) -> Iterator[str]:
    if cell.value is not None:
        yield rf"\rg@set{{val}}{{{name}}}{{{_number(cell.value, places)}}}"
    if cell.low is not None and cell.high is not None:
        yield rf"\rg@set{{ci}}{{{name}}}{{[{_number(cell.low, places)}, {_number(cell.high, places)}]}}"


def _number(value: float, places: int) -> str:
    return tex(number(value, places))
