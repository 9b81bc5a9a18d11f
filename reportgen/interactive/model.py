"""`Labelling`: runs chosen and labelled step by step, every step to be taken back, and what is written of it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reportgen.data.labels import COLUMN, RunLabeler, written_rules
from reportgen.data.looking import look
from reportgen.data.proposal import Choice, primary_metrics, proposal
from reportgen.errors import DataError, EnvironmentFault, UsageError, did_you_mean
from reportgen.interactive.points import Points, short_id
from reportgen.interactive.preview import lines_of, preview_of
from reportgen.interactive.terms import Row, meant
from reportgen.runs.drafts import write_file
from reportgen.runs.lookup import glob
from reportgen.spec import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from reportgen.data.looking import Looked
    from reportgen.interactive.preview import Line, Preview
    from reportgen.runs.record import RunRecord

_NONE: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a person settled so far.

    Parameters
    ----------
    chosen
        Ids of the chosen runs.
    labels
        Column to {run id: label}, given by hand.
    method
        The column whose labels are the methods; empty: the methods are those of the runs.
    rules, root
        Rules of a file of labels, which labels by hand overrule, and the folder of that file.
    """

    chosen: frozenset[str]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _NONE)
    method: str = ""
    rules: tuple[Mapping[str, Any], ...] = ()
    root: Path = Path()


class Labelling:
    """Runs that are being chosen and labelled; every change can be taken back.

    Parameters
    ----------
    looked
        The runs, as `reportgen.data.looking.look` finds them.
    where
        The folder or ``ENTITY/PROJECT`` that they are in.
    cache
        Folder of the run cache; default: see `cache_folder`.
    """

    def __init__(self, looked: Looked, where: str, *, cache: Path | None = None) -> None:
        self.found = looked.found
        self.where = where
        self._points = Points(self.found.source, looked.records, cache)
        self._watchers: list[Callable[[], object]] = []
        self._known = tuple(run.record for run in self.found.runs if run.record is not None)
        self._config = {run.id: {key: str(value) for key, value in run.config.items()} for run in self.found.runs}
        self._history = [State(chosen=frozenset(self._config))]
        self._place = 0
        self._saved = self._now

    @classmethod
    def of(
        cls,
        where: str,
        *,
        pattern: str | None = None,
        cache: Path | None = None,
        progress: Callable[[str], object] = lambda _: None,
    ) -> Labelling:
        """Look at a folder or a W&B project, as `reportgen inspect` does, and choose every run; see `look`."""
        return cls(look(where, pattern=pattern, cache=cache, progress=progress), where, cache=cache)

    @property
    def state(self) -> State:
        """What is settled now."""
        return self._now

    @property
    def unsaved(self) -> bool:
        """Whether labels changed since they were saved or loaded."""
        return (self._now.labels, self._now.rules) != (self._saved.labels, self._saved.rules)

    @property
    def undoable(self) -> bool:
        """Whether `undo` would take something back."""
        return self._place > 0

    @property
    def redoable(self) -> bool:
        """Whether `redo` would make something again."""
        return self._place < len(self._history) - 1

    def watch(self, told: Callable[[], object]) -> None:
        """Call a function after every change, whoever makes it, and after the labels were saved."""
        self._watchers.append(told)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All runs as a person looks at them, in the order of the source."""
        labelled = {run.id: run.labels for run in self._labeler().label_runs(self._known)}
        return tuple(self._row(run, labelled[run.id]) for run in self._known)

    @property
    def chosen(self) -> tuple[Row, ...]:
        """The chosen runs."""
        return tuple(row for row in self.rows if row.id in self._now.chosen)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold labels."""
        return self._labeler().columns

    def meant(self, terms: Sequence[str], *, of_chosen: bool = False) -> tuple[str, ...]:
        """Return the ids of the runs for which all terms hold; see `reportgen.interactive.terms.meant`.

        Raises
        ------
        UsageError
            When a term has an unknown key, or no run is meant.
        """
        rows = self.chosen if of_chosen else self.rows
        found = meant(rows, terms)
        if not found:
            names = ", ".join(row.name for row in self.rows[:3])
            which = "chosen runs" if of_chosen else "runs"
            raise UsageError(f"none of the {len(rows)} {which} is meant by {' '.join(terms)}; there are e.g. {names}")
        return found

    def choose(self, runs: Iterable[str]) -> None:
        """Choose exactly these runs, by id.

        Raises
        ------
        UsageError
            When there is no run of an id.
        """
        self._do(replace(self._now, chosen=frozenset(self._checked(runs))))

    def add(self, runs: Iterable[str]) -> None:
        """Choose these runs too."""
        self._do(replace(self._now, chosen=self._now.chosen | set(self._checked(runs))))

    def drop(self, runs: Iterable[str]) -> None:
        """Choose these runs no longer."""
        self._do(replace(self._now, chosen=self._now.chosen - set(self._checked(runs))))

    def label(self, label: str, runs: Iterable[str] | None = None, *, column: str = COLUMN) -> None:
        """Label runs by hand; default: the chosen ones."""
        if not label or not column:
            raise UsageError("a label and its column are texts of at least one letter")
        given = dict.fromkeys(self._checked(self._now.chosen if runs is None else runs), label)
        self._do(self._with(column, {**self._now.labels.get(column, {}), **given}))

    def unlabel(self, runs: Iterable[str] | None = None, *, column: str = COLUMN) -> None:
        """Take labels given by hand away; default: of the chosen runs. What a rule says then holds again."""
        gone = set(self._checked(self._now.chosen if runs is None else runs))
        left = {run: label for run, label in self._now.labels.get(column, {}).items() if run not in gone}
        self._do(self._with(column, left))

    def methods_by(self, column: str) -> None:
        """Let the labels of a column be the methods; an empty column gives the methods of the runs back.

        Raises
        ------
        UsageError
            When no label stands in that column.
        """
        if column and column not in self.columns:
            there = ", ".join(self.columns) or "none yet"
            raise UsageError(f"no column of labels {column!r}{did_you_mean(column, self.columns)}; there is {there}")
        self._do(replace(self._now, method=column))

    def undo(self) -> bool:
        """Take the last change back; False where there is none."""
        there = self.undoable
        self._go(self._place - there)
        return there

    def redo(self) -> bool:
        """Make the change again that was taken back last; False where there is none."""
        there = self.redoable
        self._go(self._place + there)
        return there

    def preview(self) -> Preview:
        """Return what the chosen runs hold: seeds per method and task."""
        return preview_of(self.chosen, len(self._known))

    def metric(self, wished: str = "") -> str:
        """Return a metric's name: the wished one, default the first that the spec would report.

        Raises
        ------
        DataError
            When there is no such metric, with near names.
        """
        names = [metric.name for metric in self.found.metrics]
        primary = self.found.conventions is None and primary_metrics(self.found)
        first = str(primary[0]["name"]) if primary else "*"
        name = next((name for name in names if glob(wished or first)(name)), None)
        if name is None:
            raise DataError(f"no run has the metric {wished or first!r}{did_you_mean(wished, names)}")
        return name

    def curve(self, metric: str = "", task: str | None = None, *, fetch: bool = True) -> tuple[Line, ...]:
        """Return the median over each method's chosen runs of a metric.

        Parameters
        ----------
        task
            Default: all tasks together.
        fetch
            Points of a W&B project are fetched, once a run; without it, the runs that lack them are left out.
        """
        name, rows = self.metric(metric), self.chosen
        ids = [row.id for row in rows]
        if fetch:
            self._points.fetch(name, ids)
        return lines_of(rows, self._points.there(name, ids), name, task)

    def unfetched(self, metric: str = "") -> tuple[str, ...]:
        """Return the ids of the chosen runs whose points of a metric `curve` would fetch."""
        return self._points.lacking(self.metric(metric), [row.id for row in self.chosen])

    def load(self, path: str | Path, *, allow_code: bool = False) -> None:
        """Take over a file of labels: rules at its end that label by hand can be changed, the others stay rules.

        Raises
        ------
        SpecError, UsageError
            When it is no such file, or names functions and `allow_code` is not given.
        """
        rules = list(written_rules(Path(path), COLUMN))
        RunLabeler.load(path, allow_code=allow_code)
        known = {key: run.id for run in self._known for key in (run.name, run.id.rpartition("/")[2], run.id)}
        by_hand: list[Mapping[str, Any]] = []
        while rules and rules[-1].get("manual") is not None:
            by_hand.insert(0, rules.pop())
        labels: dict[str, dict[str, str]] = {}
        for rule in by_hand:
            given = {known.get(run, run): label for run, label in rule["manual"].items()}
            labels.setdefault(rule["as"], {}).update(given)
        self._do(replace(self._now, labels=labels, rules=tuple(rules), root=Path(path).parent))
        self._mark_saved()

    def save(self, path: str | Path) -> None:
        """Write the labels as `RunLabeler.save` does, in one step.

        Raises
        ------
        UsageError
            When there is no label.
        EnvironmentFault
            When the file cannot be written.
        """
        if not self.columns:
            raise UsageError("there is no label to save; label runs first")
        with _writing(path):
            self._labeler().save(path)
        self._mark_saved()

    def spec(self, path: str | Path, labels: str | Path | None = None) -> str:
        """Return the spec that reads the chosen runs with their labels.

        Parameters
        ----------
        path
            Where it will stand; what it names is told from there.
        labels
            The file of labels; default: no labels.

        Raises
        ------
        UsageError
            When no run is chosen, or the methods are labels and the labels have no file.
        """
        if not self._now.chosen:
            raise UsageError("no run is chosen; a spec without runs is no report")
        if self._now.method and labels is None:
            raise UsageError("the methods are labels, so the spec needs the file of labels; save it first")
        folder, local = Path(path).parent, Path(self.where).is_dir()
        base = Path(self.where) if local else folder
        rows, column = self.chosen, self._now.method
        whole, of_files = len(rows) == len(self._known), self.found.source.form == "files"
        choice = Choice(
            ids=() if whole else tuple(row.id if of_files else short_id(row.id) for row in rows),
            labels="" if labels is None else Path(os.path.relpath(labels, base)).as_posix(),
            column=column,
            methods=tuple(self.preview().methods) if column else (),
            told=() if whole else (f"{len(rows)} of them were chosen.",),
        )
        root = Path(os.path.relpath(self.where, folder)).as_posix() if local else "."
        return proposal(self.found, where=self.where, root=root, choice=choice)

    def write_spec(self, path: str | Path, labels: str | Path | None = None, *, overwrite: bool = False) -> None:
        """Write the spec in one step; `reportgen build` builds it.

        Raises
        ------
        UsageError
            When the file is there and `overwrite` is not given.
        """
        if Path(path).exists() and not overwrite:
            raise UsageError(f"{path} is already there; nothing was written. Give another name, or overwrite it")
        text = self.spec(path, labels)
        loads(text)
        with _writing(path):
            write_file(Path(path), text.encode())

    def _labeler(self) -> RunLabeler:
        labeler = RunLabeler()
        for rule in self._now.rules:
            labeler.add_written(rule, root=self._now.root, allow_code=True)  # `load` refused what was not allowed
        for column, given in self._now.labels.items():
            labeler.add_manual_labels(dict(given), column)
        return labeler

    def _row(self, run: RunRecord, labels: Mapping[str, str]) -> Row:
        place = self.found.places.get(run.id)
        own = place.method if place else ""
        return Row(
            id=run.id,
            name=run.name,
            state=run.state,
            method=labels.get(self._now.method, "") if self._now.method else own,
            tasks=place.tasks if place else (),
            seed=(place.seed or "") if place else "",
            group=run.group or "",
            tags=run.tags,
            config=self._config[run.id],
            labels=labels,
        )

    def _checked(self, runs: Iterable[str]) -> tuple[str, ...]:
        wished = tuple(runs)
        unknown = next((run for run in wished if run not in self._config), None)
        if unknown is not None:
            raise UsageError(f"there is no run {unknown!r}{did_you_mean(unknown, self._config)}")
        return wished

    def _with(self, column: str, given: Mapping[str, str]) -> State:
        """Return the state with these labels in a column; a column without any is none, nor the methods'."""
        labels = {name: runs for name, runs in {**self._now.labels, column: given}.items() if runs}
        ruled = {rule["as"] for rule in self._now.rules}
        return replace(
            self._now, labels=labels, method=self._now.method if self._now.method in {*labels, *ruled} else ""
        )

    @property
    def _now(self) -> State:
        return self._history[self._place]

    def _do(self, state: State) -> None:
        if state != self._now:
            self._history[self._place + 1 :] = [state]
            self._go(self._place + 1)

    def _go(self, place: int) -> None:
        self._place = place
        self._tell()

    def _mark_saved(self) -> None:
        self._saved = self._now
        self._tell()

    def _tell(self) -> None:
        for told in self._watchers:
            told()


@contextmanager
def _writing(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be written: {error.strerror or error}; give another place") from error
