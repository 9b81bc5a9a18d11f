"""`RunSelector`: a `Labelling` in a notebook, chosen and labelled by clicks, with a preview that follows."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.data.labels import COLUMN
from reportgen.errors import EnvironmentFault, ReportgenError, UsageError
from reportgen.interactive.model import Labelling
from reportgen.interactive.view import curve_drawn, holdings, marks_of, options, runs_listed, searched, tasks_offered
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED = (
    "find",
    "choose",
    "add",
    "drop",
    "label",
    "unlabel",
    "methods",
    "undo",
    "redo",
    "draw",
    "fetch",
    "save",
    "write",
)
"""What the page may ask for, as ``{"do": NAME, ...}``."""
LONGEST = 1000


class RunSelector:
    """Choose and label runs in a notebook, see what the choice holds, and write the spec.

    Show it as the last line of a cell. What is done by clicks can be done in code through `labelling`, and the other
    way round; either can take back what the other did. It needs ``pip install 'reportgen-ml[interactive]'``.

    Parameters
    ----------
    where
        A folder of runs, or ``ENTITY/PROJECT`` of W&B.
    pattern
        Glob on the display name; other runs are left out.
    labels
        File of labels; read when it is there.
    spec
        File that the spec is written into.
    allow_code
        Run the functions that the file of labels names (``module:function``).
    cache
        Folder of the run cache; default: see `reportgen.runs.cache_folder`.

    Attributes
    ----------
    labelling : Labelling
        The model: the chosen runs, their labels, every step.
    widget : Panel
        The widget that is shown, to be laid out among others.
    labels, spec : Path
        The files that were written last, or will be.

    Raises
    ------
    EnvironmentFault
        When the package for widgets is absent.
    DataError, SourceError
        When there is no run, or W&B does not answer.
    """

    def __init__(
        self,
        where: str | Path,
        *,
        pattern: str | None = None,
        labels: str | Path = "labels.yaml",
        spec: str | Path = "report.yaml",
        allow_code: bool = False,
        cache: Path | None = None,
    ) -> None:
        _refuse_without_widgets()
        from reportgen.interactive.widget import Panel  # noqa: PLC0415 - an extra

        self.labels, self.spec = Path(labels), Path(spec)
        self.labelling = Labelling.of(str(where), pattern=pattern, cache=cache)
        if self.labels.exists():
            self.labelling.load(self.labels, allow_code=allow_code)
        rows = self.labelling.rows
        self._found: frozenset[str] = frozenset()
        self.widget = Panel(
            where=visible(self.labelling.where),
            runs=runs_listed(rows),
            metrics=options(metric.name for metric in self.labelling.found.metrics),
            tasks=options(tasks_offered(rows)),
        )
        self._show()
        self.labelling.watch(self._show)
        self.widget.on_msg(self._asked)

    def __repr__(self) -> str:
        told = self.labelling.preview()
        return (
            f"<RunSelector of {self.labelling.where}: {told.chosen} of {told.of} runs chosen, "
            f"{len(told.methods)} methods, {len(told.tasks)} tasks>"
        )

    def _repr_mimebundle_(self, **_options: Any) -> Any:
        """Show the widget, and one line of text where no widget can be shown."""
        data, metadata = self.widget._repr_mimebundle_() or ({}, {})
        return {**data, "text/plain": repr(self)}, metadata

    def _asked(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        """Do what the page asks for; whatever goes wrong is told there."""
        try:
            self._tell(self._do(**message) or "")
        except ReportgenError as error:
            self._tell(str(error), fault=True)
        except Exception as error:
            self._tell(f"{type(error).__name__}: {error}", fault=True)
            raise
        finally:
            self.widget.answered += 1

    def _do(self, do: str, **fields: Any) -> str | None:
        if do not in ASKED:
            raise UsageError(f"the page asked for {do!r}; there is {', '.join(ASKED)}")
        done: str | None = getattr(self, f"_do_{do}")(**fields)
        return done

    def _do_find(self, terms: str) -> None:
        with self.widget.hold_sync():
            self.widget.find = terms
            self._mark()

    def _do_choose(self) -> None:
        self.labelling.choose(self._found)

    def _do_add(self, runs: list[str]) -> None:
        self.labelling.add(runs)

    def _do_drop(self, runs: list[str]) -> None:
        self.labelling.drop(runs)

    def _do_label(self, label: str, column: str) -> str:
        runs = self._meant()
        self.labelling.label(label.strip(), runs, column=column.strip() or COLUMN)
        return f"{_runs(len(runs))} labelled {label.strip()}"

    def _do_unlabel(self, column: str) -> str:
        runs = self._meant()
        self.labelling.unlabel(runs, column=column.strip() or COLUMN)
        return f"{_runs(len(runs))} without a label by hand in {column.strip() or COLUMN}"

    def _do_methods(self, column: str) -> None:
        self.labelling.methods_by(column)

    def _do_undo(self) -> str:
        return "taken back" if self.labelling.undo() else "there is nothing to take back"

    def _do_redo(self) -> str:
        return "made again" if self.labelling.redo() else "there is nothing to make again"

    def _do_draw(self, metric: str, task: str) -> None:
        self.widget.curve = curve_drawn(self.labelling, metric, task)

    def _do_fetch(self) -> None:
        metric, task = self.widget.curve["metric"], self.widget.curve["task"]
        self.labelling.curve(metric)
        self._do_draw(metric, task)

    def _do_save(self, labels: str) -> str:
        self.labels = _named(labels)
        self.labelling.save(self.labels)
        return f"wrote {self.labels}"

    def _do_write(self, labels: str, spec: str, *, over: bool) -> str:
        self.labels, self.spec = _named(labels), _named(spec)
        written = [self._do_save(labels)] if self.labelling.unsaved and self.labelling.columns else []
        self.labelling.write_spec(self.spec, self.labels if self.labelling.columns else None, overwrite=over)
        return "; ".join([*written, f"wrote {self.spec}", f"next: reportgen check {self.spec}"])

    def _meant(self) -> tuple[str, ...]:
        """Return the runs that a label is for: those that are both chosen and listed."""
        meant = tuple(row.id for row in self.labelling.chosen if row.id in self._found)
        if not meant:
            raise UsageError("no run is both chosen and listed, so there is nothing to label")
        return meant

    def _mark(self) -> None:
        """Search anew, since what is found may hang on labels, and mark the runs; a wrong search finds what it did."""
        rows, shown, told = self.labelling.rows, self.widget, ""
        try:
            self._found = frozenset(searched(rows, shown.find))
        except UsageError as error:
            told = str(error)
        shown.find_told = visible(told, longest=LONGEST)
        shown.marks = marks_of(rows, self.labelling.state.chosen, self._found)

    def _show(self) -> None:
        """Show what is settled now; only what changed goes to the page."""
        labelling, shown = self.labelling, self.widget
        curve = shown.curve or {"metric": "", "task": ""}
        with shown.hold_sync():
            self._mark()
            shown.holds = holdings(labelling.preview())
            shown.curve = curve_drawn(labelling, curve["metric"], curve["task"])
            shown.settled = {
                "columns": options(labelling.columns),
                "method": labelling.state.method,
                "undoable": labelling.undoable,
                "redoable": labelling.redoable,
                "unsaved": labelling.unsaved,
                "labels": str(self.labels),
                "spec": str(self.spec),
            }

    def _tell(self, text: str, *, fault: bool = False) -> None:
        self.widget.told = {"text": visible(text, longest=LONGEST), "fault": fault}


def _refuse_without_widgets() -> None:
    if find_spec("anywidget") is None:
        raise EnvironmentFault(
            "RunSelector needs the package anywidget: pip install 'reportgen-ml[interactive]' and restart the kernel; "
            "or choose and label in a terminal: reportgen label"
        )


def _named(path: str) -> Path:
    if not path.strip():
        raise UsageError("give the file a name")
    return Path(path.strip())


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"
