import pytest


@pytest.fixture
def api(wandb_client_env):
    import wandb  # noqa: PLC0415 - slow to load

    return wandb.Api(timeout=20)


@pytest.fixture
def ids(api):
    """Return a reading of the ids of the runs that a filter selects."""
    return lambda path, **asked: [run.id for run in api.runs(path, lazy=False, **asked)]
