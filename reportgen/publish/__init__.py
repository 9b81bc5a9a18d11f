"""Puts a built report where the team looks: a W&B project. What was refused there is told, never passed over."""

from reportgen.publish.wandb_project import Published, publish_to_wandb

__all__ = ["Published", "publish_to_wandb"]
