"""What of a report may be published: never a secret, and on request nothing that tells whose it is.

Both happen after the computation, whose random numbers are keyed by the ids as they were: no number changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from reportgen.redaction import Redactor, is_secret_name
from reportgen.results.rewriting import rewritten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reportgen.data.scores import RunRow
    from reportgen.results.report import Report

OWN_WORDS = frozenset({"title", "authors", "description", "spec_text"})
"""Fields that the author of the spec wrote: an address of e-mail in them is meant."""
SHORTEST_NAME = 4  # characters; a shorter run name is a common word, and stays in sentences
IDENTIFYING = ("sources", "files", "wandb", "wandb_offline", "root", "output", "labels", "publish")
"""Sections of a spec that name people, projects, folders or runs."""


def without_secrets(report: Report, *, known: Iterable[str] = ()) -> Report:
    """Return the report with everything that looks like a secret replaced.

    Parameters
    ----------
    known
        Texts that look like a key and are none: commits of the runs.
    """
    hashes = {report.spec_sha256, *report.code.values(), *(run.sha256 for run in report.runs)}
    redactor = Redactor(known=frozenset({*known, *hashes} - {""}))
    secret = {run.id: _without_secret_labels(run, redactor) for run in report.runs}
    labelled = replace(report, runs=tuple(secret[run.id] for run in report.runs))
    return rewritten(labelled, lambda field, text: redactor.of(text, personal=field not in OWN_WORDS))


def _without_secret_labels(run: RunRow, redactor: Redactor) -> RunRow:
    if not any(is_secret_name(name) for name, _ in run.labels):
        return run
    labels = tuple((name, redactor.value(text) if is_secret_name(name) else text) for name, text in run.labels)
    return replace(run, labels=labels)


def anonymous(report: Report) -> Report:
    """Return the report without authors, accounts, addresses, paths, hashes and names of runs.

    Runs are called ``run-1``, ``run-2``, ... in the order in which they were read, sources ``source-1``, ... Methods,
    tasks, metrics and the title keep their names, but for those of authors and accounts in them. All numbers stay.
    """
    names = Pseudonyms.of(report)
    runs = tuple(
        replace(run, name=names.exact[run.id], url=None, origin=(), sha256="", updated_at=None) for run in report.runs
    )
    excluded = tuple(replace(one, name=names.exact.get(one.run, one.name)) for one in report.excluded)
    bare = replace(
        report, authors=(), runs=runs, excluded=excluded, code_from={}, spec_text=_anonymous_spec(report.spec_text)
    )
    redactor = Redactor(known=frozenset({report.spec_sha256, *report.code.values()}))
    return rewritten(bare, lambda _, text: redactor.of(names(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """What stands for each identifying text.

    Parameters
    ----------
    exact
        Run ids and sources, replaced where they are the whole text.
    within
        Identifying words, replaced wherever they stand in a text as whole words.
    """

    exact: Mapping[str, str]
    within: Mapping[str, str]
    _done: dict[str, str]

    @classmethod
    def of(cls, report: Report) -> Pseudonyms:
        """Collect the identifying texts of a report."""
        runs = {run.id: f"run-{number}" for number, run in enumerate(report.runs, start=1)}
        sources = _numbered("source", (run.source for run in report.runs))
        accounts = [place for run in report.runs if (place := _account(run))]
        within = {
            **_numbered("author", report.authors),
            **_numbered("entity", (entity for entity, _ in accounts)),
            **_numbered("project", (project for _, project in accounts)),
            **{run.name: runs[run.id] for run in report.runs if len(run.name) >= SHORTEST_NAME},
            **{run.id.rpartition("/")[2]: runs[run.id] for run in report.runs if _account(run)},
            **{path: "a file" for run in report.runs for path in run.origin},
            **{run.url: runs[run.id] for run in report.runs if run.url},
            **runs,
        }
        shown = _shown_names(report)
        return cls(
            exact={**sources, **runs},
            within={text: name for text, name in within.items() if text and text not in shown},
            _done={},
        )

    def __call__(self, text: str) -> str:
        """Return the text with pseudonyms in the place of what identifies."""
        if text not in self._done:
            self._done[text] = self.exact.get(text) or self._replaced(text)
        return self._done[text]

    def _replaced(self, text: str) -> str:
        there = sorted((name for name in self.within if name in text), key=len, reverse=True)
        if not there:
            return text
        pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, there))})(?!\w)"
        return re.sub(pattern, lambda match: self.within[match.group()], text)


def _account(run: RunRow) -> tuple[str, str] | None:
    """Return the entity and project of a W&B run; ids of other runs begin with their source."""
    parts = run.id.split("/")
    return (parts[0], parts[1]) if len(parts) > 2 and parts[0] != run.source else None  # noqa: PLR2004 - entity/project/id


def _numbered(word: str, texts: Iterable[str]) -> dict[str, str]:
    return {text: f"{word}-{number}" for number, text in enumerate(dict.fromkeys(texts), start=1)}


def _shown_names(report: Report) -> set[str]:
    """Return the names that a reader compares: a run called like its method does not take the method's name away."""
    named = [
        pair
        for metric in report.metrics
        for pair in (
            (metric.id, metric.data.label),
            *((method.id, method.label) for method in metric.data.methods),
            *((task.id, task.label) for task in metric.data.tasks),
        )
    ]
    return {text for pair in named for text in pair}


def _anonymous_spec(text: str) -> str:
    """Return a spec without the sections that name people, projects, folders or runs."""
    spec: dict[str, Any] = yaml.safe_load(text) or {}
    kept = {key: value for key, value in spec.items() if key not in IDENTIFYING}
    if isinstance(kept.get("report"), dict):
        kept["report"] = {key: value for key, value in kept["report"].items() if key != "authors"}
    if isinstance(kept.get("methods"), dict):
        kept["methods"] = list(kept["methods"])
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
