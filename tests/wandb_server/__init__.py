"""A W&B service on this machine, for tests: real HTTP, GraphQL checked against our own schema, faults on demand.

The fixture `wandb_server` starts an empty one, `wandb_client_env` points the real client at it:

    def test_a_busy_service_is_asked_again(wandb_server, wandb_client_env):
        wandb_server.add_run("tester", "p", "r1", config={"lr": 0.1}, history={"loss": [3.0, 2.0, 1.0]}, exported=2)
        wandb_server.faults.add("RunParquetHistory", faults.status(503), times=1)
        ...
        assert wandb_server.requests.count("RunParquetHistory") == 2

`quickstart_server` holds the quickstart's runs, synced by the real program. By hand: `python -m wandb_server`.
"""

from wandb_server import faults
from wandb_server.server import API_KEY, WandbServer, client_environment, program_environment

__all__ = ["API_KEY", "WandbServer", "client_environment", "faults", "program_environment"]
