"""A W&B service with the runs that the plan's examples are about: two algorithms on two tasks, three seeds each."""

import os

import pytest


@pytest.fixture(scope="session")
def sky(tmp_path_factory):
    from wandb_server import WandbServer, client_environment  # noqa: PLC0415 - slow to load

    before = dict(os.environ)
    with WandbServer(entity="metta-research") as server:
        server.add_project("metta-research", "metta")
        for level, algorithm in ((0.2, "dqn"), (0.5, "ppo")):
            for task in ("maze", "rooms"):
                for seed in (1, 2, 3):
                    name = f"sky_comprehensive_{algorithm}_{task}_{seed}"
                    rows = [
                        {"_step": k, "trainer/loss": 1 / (k + 1),
                         "eval_navigation/success_rate": level + seed / 100 + k / 100}
                        for k in range(20)
                    ]  # fmt: skip
                    config = {"trainer": {"algorithm": algorithm}, "sim": {"task": task}, "seed": seed}
                    server.add_run("metta-research", "metta", name.replace("_", "-"), name=name, history=rows,
                                   group="sky_comprehensive", config=config)  # fmt: skip
        os.environ |= client_environment(server.url, tmp_path_factory.mktemp("home"))
        yield server
        assert server.mistakes == []
    os.environ.clear()
    os.environ.update(before)
