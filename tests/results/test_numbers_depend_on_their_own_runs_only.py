"""Another method, a rename, the order of the file or more workers change no estimate, no raw interval, no raw p."""

import pytest

from reportgen.data import prepare, run_rows
from reportgen.parallel import serial, workers
from reportgen.resources import shipped
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import load

EXAMPLE = shipped("configs") / "example"
QUICK = ("analysis.bootstrap_samples=500", "analysis.curves.points=5")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """Compute the example, its rows changed by a function, and return every number by raw method id."""

    def _numbers(change=lambda rows: rows, *settings, mapper=serial):
        folder = tmp_path_factory.mktemp("example")
        head, *rows = (EXAMPLE / "scores.csv").read_text().splitlines()
        (folder / "scores.csv").write_text("\n".join([head, *change(rows)]) + "\n")
        for name in ("report.yaml", "bounds.csv"):
            (folder / name).write_text((EXAMPLE / name).read_text())
        loaded = load(folder / "report.yaml", overrides=[*QUICK, *settings])
        records = read_runs(loaded.spec, loaded.root)
        dataset = prepare(records, loaded.spec, root=loaded.root)
        (metric,) = assemble(loaded, dataset, run_rows(records, dataset), mapper=mapper).metrics
        found = {
            m.id: (dict(m.aggregates), m.curves.low, m.profile.estimate and m.tasks, m.task_curves)
            for m in metric.methods
        }
        differences = {
            frozenset((one.a, one.b)): {abs(value) for value in (one.estimate, one.low, one.high)}
            | {one.p, one.beside.p, max(one.beside.estimate, 1 - one.beside.estimate)}
            for one in metric.comparisons
        }
        return found, differences

    return _numbers


@pytest.fixture(scope="module")
def original(numbers):
    return numbers()


def test_another_method_changes_nothing_of_the_others(numbers, original):
    found, differences = numbers(lambda rows: [row for row in rows if not row.startswith("sarsa")])
    assert "sarsa" not in found
    assert found == {name: value for name, value in original[0].items() if name != "sarsa"}
    assert differences == {pair: value for pair, value in original[1].items() if "sarsa" not in pair}


def test_a_rename_changes_nothing(numbers, original):
    renamed = numbers(lambda rows: rows, "rename={method: {sarsa: Zzz, q_learning: Q-learning}}")
    assert renamed == original


def test_the_order_of_the_file_changes_nothing(numbers, original):
    assert numbers(lambda rows: rows[::-1]) == original


def test_more_workers_change_nothing(numbers, original):
    assert numbers(mapper=workers(2)) == original


def test_another_seed_changes_intervals_and_no_estimate(numbers, original):
    found, _ = numbers(lambda rows: rows, "analysis.seed=1")
    pairs = {name: (aggregates["iqm"], original[0][name][0]["iqm"]) for name, (aggregates, *_) in found.items()}
    assert all(after.estimate == before.estimate for after, before in pairs.values())
    assert all((after.low, after.high) != (before.low, before.high) for after, before in pairs.values())
