"""The sections of a spec that say where a report is published; nothing is, until `reportgen publish` is run."""

from __future__ import annotations

from reportgen.spec.section import Name, Names, Section


class WandbTarget(Section):
    """The W&B project that `reportgen publish wandb` writes into; not the one that the runs are read from."""

    project: Name
    """W&B project; it is made where there is none."""
    entity: Name | None = None
    """W&B entity (user or team); default: `WANDB_ENTITY`, else your default entity."""
    name: Name | None = None
    """Name of the run that carries the results; default: the report's title."""
    group: Name | None = None
    """Group of that run; default: the report's slug."""
    tags: Names = ()
    """Tags of that run."""
    report: bool = False
    """Make a W&B Report too, with the headline, the tables and the figures; it needs `reportgen-ml[wandb-reports]`."""


class Publish(Section):
    """Where `reportgen publish` puts the report."""

    wandb: WandbTarget | None = None
    """A W&B project: tables, figures, and the data and the spec as versioned artifacts."""
