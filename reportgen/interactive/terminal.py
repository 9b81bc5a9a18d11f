"""`Labelling` in a terminal: a prompt, a word a command, and nothing lost on the way out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.data.labels import COLUMN
from reportgen.errors import ReportgenError, UsageError, did_you_mean
from reportgen.interactive.shown import curves_shown, preview_shown, runs_shown, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reportgen.interactive.model import Labelling

USAGE = {
    "runs": "runs [TERMS]",
    "metrics": "metrics",
    "choose": "choose [TERMS]",
    "add": "add TERMS",
    "drop": "drop TERMS",
    "show": "show",
    "curve": "curve [METRIC [TASK]]",
    "label": "label LABEL [as COLUMN] [TERMS]",
    "unlabel": "unlabel [as COLUMN] [TERMS]",
    "methods": "methods [COLUMN]",
    "undo": "undo",
    "redo": "redo",
    "load": "load [FILE]",
    "save": "save [FILE]",
    "write": "write [FILE] [over]",
    "quit": "quit",
    "help": "help [COMMAND]",
}
PROMPT = "label> "
INTRO = "Type `help` for the commands, `help COMMAND` for one of them. Every change can be undone."
TERMS = """TERMS say which runs; all must hold: a glob over names ("ppo_*"), or KEY=GLOB with name, id, state,
method, task, seed, group, tag, label, label.COLUMN or a config key. A ! in front turns a term round: !state=crashed"""


class Terminal:
    """A prompt over a `Labelling`.

    Parameters
    ----------
    labels, spec
        Files that `save` and `write` write unless told otherwise.
    tell
        Prints a line.
    strict
        An error ends it, as for a script; else it is told and the prompt goes on.
    """

    def __init__(
        self, labelling: Labelling, *, labels: Path, spec: Path, tell: Callable[[str], None], strict: bool = False
    ) -> None:
        self.labelling, self.labels, self.spec = labelling, labels, spec
        self._tell, self._strict = tell, strict

    def talk(self) -> None:
        """Ask for commands until `quit` or the end of the input; Ctrl-C takes back a line, and nothing else."""
        self._lines(preview_shown(self.labelling.preview()))
        self._tell(INTRO)
        leaving = False
        while not leaving:
            try:
                leaving = bool(self.carry_out(input(PROMPT)))
            except KeyboardInterrupt:
                self._tell("\nnothing is lost; `quit` leaves")
            except EOFError:
                leaving = True
        self.leave()

    def run(self, commands: Iterable[str]) -> None:
        """Carry out commands one after the other, until one of them is `quit`."""
        try:
            any(map(self.carry_out, commands))
        finally:
            self.leave()

    def leave(self) -> None:
        """Keep labels that were not saved in a file beside the one that they are for, and say so."""
        if self.labelling.unsaved and self.labelling.columns:
            draft = self.labels.with_name(f"{self.labels.stem}.unsaved{self.labels.suffix}")
            self.labelling.save(draft)
            self._tell(f"labels that were not saved are kept in {draft}; `load {draft}` takes them up again")

    def carry_out(self, line: str) -> bool:
        """Carry out one line; True ends."""
        try:
            name, *words = self._words(line) or [""]
            if not name:
                return False
            return bool(self._command(name)(words))
        except ReportgenError as error:
            if self._strict:
                raise
            self._tell(f"error: {error}")
            return False

    def do_show(self, _words: Sequence[str]) -> None:
        """Tell what the chosen runs hold: runs per method and task, and what is odd about them."""
        self._lines(preview_shown(self.labelling.preview()))

    def do_runs(self, words: Sequence[str]) -> None:
        """List runs, a star before the chosen ones."""
        ids = set(self.labelling.meant(words))
        rows = [row for row in self.labelling.rows if row.id in ids]
        self._lines(runs_shown(rows, self.labelling.state.chosen))

    def do_metrics(self, _words: Sequence[str]) -> None:
        """List the metrics with their runs and points."""
        found = [(one.name, one.runs, one.points, one.direction) for one in self.labelling.found.metrics]
        self._lines(table(("metric", "runs", "points", "better"), found))

    def do_curve(self, words: Sequence[str]) -> None:
        """Draw the median over each method's chosen runs."""
        metric, task = (*words, "", "")[:2]
        name = self.labelling.metric(metric)
        self._lines(curves_shown(self.labelling.curve(name, task or None), name))

    def do_choose(self, words: Sequence[str]) -> None:
        """Choose exactly the runs that are meant; without terms every run."""
        self.labelling.choose(self.labelling.meant(words))
        self.do_show(())

    def do_add(self, words: Sequence[str]) -> None:
        """Choose these runs too."""
        self.labelling.add(self.labelling.meant(_some(words, "add")))
        self.do_show(())

    def do_drop(self, words: Sequence[str]) -> None:
        """Choose these runs no longer."""
        self.labelling.drop(self.labelling.meant(_some(words, "drop")))
        self.do_show(())

    def do_label(self, words: Sequence[str]) -> None:
        """Label the chosen runs that are meant; the column is `label`."""
        label, *rest = _some(words, "label")
        column, terms = _column(rest)
        ids = self.labelling.meant(terms, of_chosen=True)
        self.labelling.label(label, ids, column=column)
        self._tell(f"{_runs(ids)} labelled {label} in the column {column}")

    def do_unlabel(self, words: Sequence[str]) -> None:
        """Take labels given by hand away from the chosen runs that are meant."""
        column, terms = _column(words)
        ids = self.labelling.meant(terms, of_chosen=True)
        self.labelling.unlabel(ids, column=column)
        self._tell(f"{_runs(ids)} without a label by hand in the column {column}")

    def do_methods(self, words: Sequence[str]) -> None:
        """Let the labels of a column be the methods; without a column those of the runs are."""
        self.labelling.methods_by(words[0] if words else "")
        self.do_show(())

    def do_undo(self, _words: Sequence[str]) -> None:
        """Take the last change back."""
        self._tell(f"taken back; {self._settled()}" if self.labelling.undo() else "there is nothing to take back")

    def do_redo(self, _words: Sequence[str]) -> None:
        """Make the change again that was taken back."""
        self._tell(f"made again; {self._settled()}" if self.labelling.redo() else "there is nothing to make again")

    def do_load(self, words: Sequence[str]) -> None:
        """Take over a file of labels in place of those there are; `undo` brings them back."""
        path = Path(words[0]) if words else self.labels
        self.labelling.load(path)
        self._tell(f"read {path}; {self._settled()}")

    def do_save(self, words: Sequence[str]) -> None:
        """Write the labels, for `labels: [{manual: FILE}]` of a spec."""
        self.labels = Path(words[0]) if words else self.labels
        self.labelling.save(self.labels)
        self._tell(f"wrote {self.labels}")

    def do_write(self, words: Sequence[str]) -> None:
        """Write the spec (and save the labels); `over` replaces a file that is there."""
        over = "over" in words[-1:]
        named = words[:-1] if over else words
        self.spec = Path(named[0]) if named else self.spec
        if self.labelling.unsaved and self.labelling.columns:
            self.do_save(())
        labels = self.labels if self.labelling.columns else None
        self.labelling.write_spec(self.spec, labels, overwrite=over)
        self._tell(f"wrote {self.spec}; next: reportgen check {self.spec}")

    def do_quit(self, _words: Sequence[str]) -> bool:
        """Leave; labels that were not saved are kept in a file beside."""
        return True

    def do_help(self, words: Sequence[str]) -> None:
        """Say what the commands do."""
        told = [(USAGE[name], str(self._command(name).__doc__)) for name in words or USAGE]
        wide = max(len(usage) for usage, _ in told)
        self._lines(f"{usage:<{wide}}  {does}" for usage, does in told)
        self._tell(TERMS)

    def _command(self, name: str) -> Callable[[Sequence[str]], bool | None]:
        if name not in USAGE:
            raise UsageError(f"there is no command {name!r}{did_you_mean(name, USAGE)}; `help` lists all")
        found: Callable[[Sequence[str]], bool | None] = getattr(self, f"do_{name}")
        return found

    def _settled(self) -> str:
        given = sum(len(row.labels) for row in self.labelling.rows)
        return f"{_runs(self.labelling.state.chosen)} chosen, {given} labels"

    def _words(self, line: str) -> list[str]:
        try:
            return shlex.split(line, comments=True)
        except ValueError as error:
            raise UsageError(f"{line}: {error}; a text with spaces stands in quotes on both sides") from error

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._tell(line)


def _runs(ids: Iterable[str]) -> str:
    count = len(tuple(ids))
    return f"{count} run{'' if count == 1 else 's'}"


def _some(words: Sequence[str], name: str) -> Sequence[str]:
    if not words:
        raise UsageError(f"{name} what? It is written {USAGE[name]}")
    return words


def _column(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Split `as COLUMN` off the terms."""
    if not words or words[0] != "as":
        return COLUMN, words
    if len(words) == 1:
        raise UsageError("as what? give the column: as variant")
    return words[1], words[2:]
