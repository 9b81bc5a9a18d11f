"""A W&B service on this machine, for tests: real HTTP, GraphQL checked against our own schema, faults on demand."""

from wandb_server import faults
from wandb_server.server import API_KEY, WandbServer, client_environment, program_environment

__all__ = ["API_KEY", "WandbServer", "client_environment", "faults", "program_environment"]
