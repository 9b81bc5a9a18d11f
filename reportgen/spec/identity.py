"""The sections of the spec that say who a run is: axes, labels, methods, shown names."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator

from reportgen.errors import nearest
from reportgen.spec.forms import Function, Pattern
from reportgen.spec.section import Name, Names, Patterns, Section, Texts

ALIKE = 0.75


class AxisForm(Section):
    """Where an axis is read; several forms are tried in the order written."""

    config: Names = ()
    """Config keys, the first that exists; dotted, or `**.key` for a search at any depth."""
    summary: Names = ()
    """Summary keys, the first that exists."""
    name: Patterns = ()
    """Regular expressions on the display name, each with a group named like the axis; the first that matches."""
    metric: Patterns = ()
    """Regular expressions on metric names with a group `task` (and perhaps `suite`): many tasks in a run."""
    tag: Patterns = ()
    """Regular expressions on the tags; a group named like the axis, else the first group, is the value."""
    group: bool = False
    """The run's group."""
    label: Name | None = None
    """Column that `labels` or a further axis adds."""
    template: str | None = None
    """Text with `{config.key}`, `{label.column}`, `{name}`, `{group}` in it."""
    one_choice: ClassVar[bool] = True
    _written: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _remember_order(cls, value: Any, handler: ModelWrapValidatorHandler[AxisForm]) -> AxisForm:
        form = handler(value)
        if isinstance(value, dict):
            form._written = tuple(str(key) for key in value)  # noqa: SLF001 - its own class
        return form

    @property
    def written(self) -> tuple[str, ...]:
        """The forms in the order written."""
        return self._written


class StepAxis(Section):
    """Which keys of a run's history count its steps, or its time."""

    key: Names = ()
    """Keys; the first that a run has counts."""
    rules: dict[Pattern, Name] = Field(default_factory=dict)
    """Regular expression on the metric's name to the key that counts its steps; before `key`."""
    one_choice: ClassVar[bool] = True


class Axes(Section):
    """What identifies a score. Axes that a file source fixes by columns, placeholders or constants win.

    Any further key is an axis for grouping, of any form of an axis: it adds a column as `labels` do.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, AxisForm] = Field(init=False)

    method: AxisForm | None = None
    """The method (algorithm) of a run."""
    task: AxisForm | None = None
    """The task (environment) of a run or of a metric."""
    seed: AxisForm | None = None
    """The seed's name; a name, not a key."""
    step: StepAxis | None = None
    """Keys that count steps in W&B runs; default: what the run declared, else the usual names, else `_step`."""
    wall_time: StepAxis | None = None
    """Keys that measure time in W&B runs, e.g. `_runtime`, in seconds."""
    sweep: AxisForm | None = None
    """The sweep of a run: a column that `{label: sweep}` reads; default: none."""
    generation: AxisForm | None = None
    """The generation of a run's policy, likewise."""
    config_roots: Texts = ()
    """Prefixes tried in turn before a config key, `''` for none; default: the key as it is written."""

    @model_validator(mode="before")
    @classmethod
    def _no_slips(cls, value: Any) -> Any:
        """Refuse a further axis that is called almost like a known one: it is a slip of the pen, no axis."""
        unknown = [key for key in value if key not in cls.model_fields] if isinstance(value, dict) else []
        slips = [key for key in unknown if nearest(str(key), cls.model_fields, cutoff=ALIKE)]
        if not slips:
            return value
        raise ValidationError.from_exception_data(
            cls.__name__, [{"type": "extra_forbidden", "loc": (key,), "input": value[key]} for key in slips]
        )

    @property
    def grouping(self) -> dict[str, AxisForm]:
        """The axes that add a column: sweep, generation and the further ones that are given."""
        named = {"sweep": self.sweep, "generation": self.generation}
        return {name: form for name, form in named.items() if form is not None} | self.__pydantic_extra__

    def over(self, others: Axes) -> Axes:
        """Return these axes, and the others' where these say nothing."""
        own = {name: value for name in type(self).model_fields if (value := getattr(self, name))}
        return others.model_copy(update={**own, **self.__pydantic_extra__})


class LabelRule(Section):
    """A rule that labels runs; of several rules for a column the later wins. Exactly one of the forms."""

    config: Name | None = None
    """Config key (dotted, or `**.key`) whose value is the label."""
    pattern: Name | None = None
    """Glob on the display name; needs `label`."""
    label: Name | None = None
    """What runs that match `pattern` are labelled."""
    manual: Name | dict[str, Name] | None = None
    """{run id or name: label}, or a YAML file of that, relative to `root`."""
    python: Function | None = None
    """`module:function` of your own, or an entry point in `reportgen.labels`, called with each run; it runs only with
    `--allow-code`."""
    column: Annotated[Name, Field(alias="as")] = "label"
    """Column that the label stands in."""

    @model_validator(mode="after")
    def _exactly_one(self) -> LabelRule:
        forms = [form for form in ("config", "pattern", "manual", "python") if getattr(self, form) is not None]
        if len(forms) != 1:
            raise ValueError(
                "a rule is exactly one of config, pattern, manual or python, e.g. {config: algo, as: algo}"
            )
        if (self.pattern is None) != (self.label is None):
            raise ValueError("pattern and label go together, e.g. {pattern: '*_baseline', label: baseline}")
        return self


class MethodSelector(Section):
    """Which runs belong to a method; all conditions must hold."""

    source: str | None = None
    """Handle of the source."""
    name: Names = ()
    """Globs on the display name; one must match."""
    config: dict[str, Any] = Field(default_factory=dict)
    """Config key (dotted) to value."""
    method: str | None = None
    """The method as the source's axis gives it."""
    tags: tuple[str, ...] = ()
    """Tags the run must carry."""
    group: str | None = None
    """The run's group."""
    label: dict[str, str] = Field(default_factory=dict)
    """Column that `labels` or a further axis adds, to the label that the run must have there."""


class Rename(Section):
    """Shown names for raw names. A rename moves no number, colour or key."""

    method: dict[str, str] = Field(default_factory=dict)
    """Raw method to shown method."""
    task: dict[str, str] = Field(default_factory=dict)
    """Raw task to shown task."""
