"""`RunLabeler`: rules that label runs, by config, by name, by hand, or by a function; later rules win.

Labels only add columns. The spec's `labels:` and the files that `save` writes have one grammar.
"""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.data.axes import name_of, rooted
from reportgen.data.code import OwnCode, own_code, refuse
from reportgen.data.screen import some
from reportgen.errors import DataError, ReportgenWarning, SpecError, did_you_mean
from reportgen.runs.drafts import write_file
from reportgen.runs.lookup import DEEP, glob, lookups
from reportgen.runs.record import RunRecord
from reportgen.spec.reading import read_text
from reportgen.spec.tree import dump, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

COLUMN = "label"
HEAD = "# Labels of runs, in the grammar of a spec's `labels:`; rules in order, later win.\n"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """A rule: the column it fills, what it finds for a run (None: nothing), itself in words and as written."""

    column: str
    find: Callable[[RunRecord], str | None]
    words: str
    written: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A label that a run got: by which rule, and what earlier rules had said otherwise, as (label, rule)."""

    run: str
    name: str
    column: str
    value: str
    rule: str
    overruled: tuple[tuple[str, str], ...] = ()


class RunLabeler:
    """Labels runs by rules in order; of several rules for one column the later wins.

    Examples
    --------
    >>> import pandas as pd
    >>> names = {"run_id": ["1", "2"], "run_name": ["a_baseline", "b"]}
    >>> table = pd.DataFrame({**names, "config.algorithm": ["ppo", "dqn"]})
    >>> labeler = RunLabeler()
    >>> labeler.add_config_rule("algorithm", label_column="method")
    >>> labeler.add_pattern_rule("*_baseline", label="baseline")
    >>> labeler.add_manual_labels({"2": "experimental"})
    >>> labeler.label(table)[["method", "label"]].to_numpy().tolist()
    [['ppo', 'baseline'], ['dqn', 'experimental']]
    """

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._by_hand: list[str] = []
        self._trace: tuple[Labelled, ...] = ()
        self._seen: tuple[RunRecord, ...] = ()

    def add_config_rule(self, key: str, label_column: str | None = None, *, roots: Sequence[str] = ()) -> None:
        """Label each run by a config entry.

        Parameters
        ----------
        key
            Dotted, or ``**.key`` for a search at any depth.
        label_column
            Default: ``label``.
        roots
            Prefixes tried in turn before the key.
        """

        def find(run: RunRecord) -> str | None:
            values = (value for one in rooted(key, roots) for value in lookups(run.config, one))
            return next((text for value in values if (text := name_of(value))), None)

        self._add(label_column, find, f"config {key}", {"config": key})

    def add_pattern_rule(self, pattern: str, label: str, column: str | None = None) -> None:
        """Label runs whose whole display name a glob matches (``*`` anything, ``?`` one character)."""
        matches = glob(pattern)
        written = {"pattern": pattern, "label": label}
        self._add(column, lambda run: label if matches(run.name) else None, f"pattern {pattern}", written)

    def add_manual_labels(self, labels: Mapping[str, str], column: str | None = None) -> None:
        """Label runs by hand: {run id or display name: label}; an id may leave entity and project out."""
        by_hand = {str(run): str(label) for run, label in labels.items()}
        self._by_hand += by_hand
        self._add(
            column,
            lambda run: next((by_hand[key] for key in _keys(run) if key in by_hand), None),
            "manual",
            {"manual": by_hand},
        )

    def add_rule(
        self, function: Callable[[RunRecord], object], column: str | None = None, *, name: str | None = None
    ) -> None:
        """Label runs by a function of yours, called with each run; None labels nothing.

        Parameters
        ----------
        name
            ``module:function`` by which a saved file finds it again; default: where it was defined.
        """
        module, qualified = getattr(function, "__module__", ""), getattr(function, "__qualname__", repr(function))
        found = f"{module}:{qualified}"
        savable = name or (found if qualified.isidentifier() and module not in {"", "__main__"} else None)
        shown = name or found

        def find(run: RunRecord) -> str | None:
            try:
                label = function(run)
            except DataError:
                raise
            except Exception as error:
                raise DataError(f"{shown} fails on run {run.name!r}: {type(error).__name__}: {error}") from error
            return None if label is None else str(label)

        self._add(column, find, f"python {shown}", {"python": savable} if savable else None)

    def label_runs(self, records: Sequence[RunRecord]) -> tuple[RunRecord, ...]:
        """Return the runs with their labels; `trace` then tells which rule labelled what."""
        found = [self._labelled(record) for record in records]
        self._trace = tuple(label for labels in found for label in labels)
        self._seen = tuple(records)
        return tuple(
            replace(record, labels={**record.labels, **{label.column: label.value for label in labels}})
            for record, labels in zip(records, found, strict=True)
        )

    def label(self, df: pd.DataFrame) -> pd.DataFrame:
        """Return a copy of a table with the label columns added; runs without a label hold nothing.

        Parameters
        ----------
        df
            Rows of runs: ``run_id`` or ``run_name`` or both; other columns are looked up as config entries, under
            their name or behind ``config.``; the first row of a run counts.

        Raises
        ------
        DataError
            When no column names the runs.
        """
        keys, records = _records(df)
        labelled = {record.id: record.labels for record in self.label_runs(records)}
        added: dict[str, Any] = {column: [labelled[key].get(column) for key in keys] for column in self.columns}
        return df.assign(**added)

    def label_by_config(self, df: pd.DataFrame, key: str) -> pd.DataFrame:
        """Return a copy of a table with the column named by the key's last part, row by row.

        Parameters
        ----------
        key
            ``trainer.algorithm`` adds ``algorithm`` from the column of that name, or ``config.trainer.algorithm``;
            ``**.algorithm`` from the first column that ends in it.

        Raises
        ------
        DataError
            When there is no such column, with near names.
        """
        plain = key.removeprefix(DEEP)
        deep = [str(column) for column in df.columns if str(column).endswith(f".{plain}")] if plain != key else []
        source = next((name for name in (plain, f"config.{plain}", *deep) if name in df.columns), None)
        if source is None:
            near = did_you_mean(plain, map(str, df.columns))
            raise DataError(f"no column {plain!r} or 'config.{plain}'{near}; collect the config entry {plain} first")
        missing = int(df[source].isna().sum())
        if missing:
            text = f"{missing} of {len(df)} rows have no config entry {plain}; it stays missing there."
            warnings.warn(text, ReportgenWarning, stacklevel=2)
        return df.assign(**{plain.rpartition(".")[2]: df[source]})

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rules fill, in the order of the rules."""
        return tuple(dict.fromkeys(rule.column for rule in self._rules))

    @property
    def trace(self) -> tuple[Labelled, ...]:
        """Every label of the last labelling, with its rule and what that rule overruled."""
        return self._trace

    @property
    def unlabelled(self) -> dict[str, tuple[str, ...]]:
        """Column to the ids of runs which no rule labelled, of the last labelling."""
        found = Counter((label.column, label.run) for label in self._trace)
        lacking = {
            column: tuple(run.id for run in self._seen if (column, run.id) not in found) for column in self.columns
        }
        return {column: runs for column, runs in lacking.items() if runs}

    @property
    def doubly_labelled(self) -> tuple[Labelled, ...]:
        """The labels of the last labelling about which several rules disagree."""
        return tuple(label for label in self._trace if label.overruled)

    @property
    def unknown_runs(self) -> tuple[str, ...]:
        """Runs that are labelled by hand and were not among those of the last labelling."""
        there = {key for run in self._seen for key in _keys(run)}
        return tuple(name for name in dict.fromkeys(self._by_hand) if name not in there)

    def save(self, path: str | Path) -> None:
        """Write the rules as YAML, which `load` and a spec's ``labels: [{manual: FILE}]`` read.

        Raises
        ------
        DataError
            When a rule is a function that no name finds again, as a lambda.
        """
        lost = next((rule.words for rule in self._rules if rule.written is None), None)
        if lost:
            raise DataError(f"{lost} cannot be saved: give it a name, add_rule(function, name='module:function')")
        rules = [{**(rule.written or {}), "as": rule.column} for rule in self._rules]
        write_file(Path(path), (HEAD + dump({"labels": rules})).encode())

    @classmethod
    def load(cls, path: str | Path, *, allow_code: bool = False) -> RunLabeler:
        """Read rules that `save` wrote, or a plain {run id or name: label}.

        Parameters
        ----------
        allow_code
            Import and later call the functions that the file names.

        Raises
        ------
        SpecError
            When the file is no such file.
        UsageError
            When it names functions and `allow_code` is not given.
        """
        labeler = cls()
        for rule in written_rules(Path(path), COLUMN):
            labeler.add_written(rule, root=Path(path).parent, allow_code=allow_code)
        return labeler

    def add_written(
        self, rule: Mapping[str, Any], *, root: Path, allow_code: bool, roots: Sequence[str] = (), at: str = ""
    ) -> OwnCode | None:
        """Add a rule as the spec's grammar writes it; returns the code that it runs, if it runs any.

        Parameters
        ----------
        at
            ``file:line:column: `` of the rule, for messages.
        """
        column = rule.get("as", COLUMN)
        if rule.get("config") is not None:
            self.add_config_rule(rule["config"], column, roots=roots)
        elif rule.get("pattern") is not None:
            self.add_pattern_rule(rule["pattern"], rule["label"], column)
        elif rule.get("manual") is not None:
            self.add_manual_labels(rule["manual"], column)
        else:
            refuse(rule["python"], "run" if allow_code else "refuse", at=f"{at}the rule ")
            own = own_code(rule["python"], root, "labels", at=at)
            self.add_rule(lambda run: own.call(f"run {run.name!r}", run), column, name=own.name)
            return own
        return None

    def _add(
        self,
        column: str | None,
        find: Callable[[RunRecord], str | None],
        words: str,
        written: Mapping[str, Any] | None,
    ) -> None:
        self._rules.append(Rule(column=column or COLUMN, find=find, words=words, written=written))

    def _labelled(self, record: RunRecord) -> tuple[Labelled, ...]:
        given: dict[str, list[tuple[str, str]]] = {}
        for rule in self._rules:
            value = rule.find(record)
            if value is not None:
                given.setdefault(rule.column, []).append((value, rule.words))
        return tuple(
            Labelled(
                run=record.id,
                name=record.name,
                column=column,
                value=labels[-1][0],
                rule=labels[-1][1],
                overruled=tuple(label for label in labels[:-1] if label[0] != labels[-1][0]),
            )
            for column, labels in given.items()
        )


def written_rules(path: Path, column: str) -> tuple[dict[str, Any], ...]:
    """Read a file of labels: the rules of a file that `RunLabeler.save` wrote, else {run id or name: label}.

    Parameters
    ----------
    column
        That a plain mapping fills.

    Raises
    ------
    SpecError
        When it is neither, with what is wrong.
    """
    tree = parse(read_text(path), str(path))
    value = tree.value
    if isinstance(value, dict) and isinstance(value.get("labels"), list):
        return tuple(_checked(rule, f"{path}: rule {index + 1}") for index, rule in enumerate(value["labels"]))
    if not isinstance(value, dict):
        raise SpecError(f"{path}: labels are written run: label, a line each")
    for run, label in value.items():
        if not isinstance(label, str):
            line, place = tree.places[run,].value
            raise SpecError(f"{path}:{line}:{place}: the label of {run!r} must be a text; if it is one, quote it")
    return (_checked({"manual": value, "as": column}, str(path)),)


def _checked(rule: Any, where: str) -> dict[str, Any]:
    from reportgen.spec.identity import LabelRule  # noqa: PLC0415 - pydantic is slow to load

    try:
        checked = LabelRule.model_validate(rule)
    except ValueError as error:
        first = error.errors()[0] if hasattr(error, "errors") else {"loc": (), "msg": str(error)}
        place = ".".join(map(str, first["loc"]))
        raise SpecError(f"{where}: {f'{place}: ' if place else ''}{first['msg']}") from error
    if isinstance(checked.manual, str):
        raise SpecError(f"{where}: a file of labels names no other file of labels ({checked.manual})")
    return {key: value for key, value in checked.model_dump(by_alias=True).items() if value is not None}


def _keys(run: RunRecord) -> tuple[str, ...]:
    return run.id, run.id.rpartition("/")[2], run.name


def _records(df: pd.DataFrame) -> tuple[list[str], tuple[RunRecord, ...]]:
    """Return the run of each row and a record a run, its first row as the config."""
    named = [column for column in ("run_id", "run_name") if column in df.columns]
    if not named:
        raise DataError(
            f"a table of runs has a column run_id or run_name; this one has {some(list(map(str, df.columns)))}"
        )
    keys = [str(key) for key in df[named[0]]]
    first = df.assign(**{named[0]: keys}).drop_duplicates(named[0])
    records = tuple(
        RunRecord(
            id=str(row[named[0]]),
            name=str(row[named[-1]]),
            source="table",
            series=(),
            config={
                str(column).removeprefix("config."): value
                for column, value in row.items()
                if column not in named and value == value  # noqa: PLR0124 - not a number is missing
            },
        )
        for row in first.to_dict("records")
    )
    return keys, records
