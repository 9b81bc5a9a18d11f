"""One function a field that is more than an attribute; a decorator puts each in its place."""

from wandb_server.resolvers import artifacts, reading, writing  # noqa: F401 - they register themselves
from wandb_server.resolvers.registry import FIELDS

__all__ = ["FIELDS"]
