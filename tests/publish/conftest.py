"""The shipped example, built once without its notebook, ready to be published."""

import pytest

from reportgen.building import build
from reportgen.resources import shipped

QUICK = ("notebooks.execute=never", "analysis.bootstrap_samples=200", "publish.wandb.project=analysis")


@pytest.fixture(scope="session")
def example():
    return shipped("configs") / "example/report.yaml"


@pytest.fixture(scope="session")
def quick():
    return QUICK


@pytest.fixture(scope="session")
def built(example, tmp_path_factory):
    return build(example, output=tmp_path_factory.mktemp("built"), overrides=QUICK)
