"""The coverage study on a reduced grid: the default interval holds, for single methods and for differences."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks/coverage.py"
PAGE = Path(__file__).parents[2] / "configs/docs/intervals.md"


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location("coverage_study", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.parametrize("shape", ["normal", "collapse", "success", "lognormal"])
@pytest.mark.parametrize(("rho", "sizes"), [(None, "equal"), (None, "ragged"), (0.5, "ragged")])
def test_the_truth_is_what_estimates_of_many_runs_come_to(study, shape, rho, sizes):
    cell = study.Cell(n=400, tasks=3, shape=shape, rho=rho, sizes=sizes)
    table = study.population(shape, 3, 0.0)
    tasks, runs = study.layout(cell, 400)
    values = study.draw(np.random.default_rng(1), table, tasks, runs, rho)
    scores = study.Scores(
        values=values,
        tasks=tasks,
        runs=runs,
        task_ids=["a", "b", "c"],
        run_ids=[f"{k:05}" for k in range(runs.max() + 1)],
    )
    settings = study.Settings(replicates=50)
    found = study.analyse(scores, settings, key=("m", "a"), thresholds=study.THRESHOLDS)
    truth = study.truths(table, len(values))
    for name in study.STATISTICS:
        assert found.intervals[name].estimate == pytest.approx(truth[name], abs=0.07)
    assert found.profile.estimate == pytest.approx(truth["profile"], abs=0.07)


def test_the_page_shows_what_the_script_measured():
    text = PAGE.read_text(encoding="utf-8")
    assert "| one run, one task, n = 3 |" in text
    assert "| whole runs, rho 0.5, n = 10 |" in text
    assert "lognormal" in text


@pytest.mark.slow
def test_the_default_interval_holds_with_ten_tasks_and_three_runs_or_more(study):
    """On average 92 to 98 %, no cell under 88 %; a cell is given two standard errors of its own simulation."""
    cells = [cell for cell in study.reduced_grid() if study.promised(cell)]
    found = study.measure(cells, pairs=60, replicates=399, jobs=1)
    shares = {name: [] for name in study.MEASURED}
    for cell, counts in found.items():
        for name, tally in counts["expanded_t"].items():
            share = study.share(tally)
            shares[name].append(share)
            error = 100 * np.sqrt(0.88 * 0.12 / tally[1])
            assert share + 2 * error >= 88, f"{study.described(cell)}: {name} {share:.1f} %"
    assert {name: 92 <= np.mean(values) <= 98 for name, values in shares.items()} == dict.fromkeys(study.MEASURED, True)
