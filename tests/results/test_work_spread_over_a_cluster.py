"""A report computed by several processes, or by the workers of a Dask cluster, has the same bytes."""

import builtins
import os

import pytest

from reportgen import figures
from reportgen.data import prepare, run_rows
from reportgen.errors import EnvironmentFault
from reportgen.parallel import on_dask, serial, workers
from reportgen.resources import shipped
from reportgen.results import assemble, to_json
from reportgen.runs import read_runs
from reportgen.spec import load


@pytest.fixture(scope="module")
def made():
    """Return report.json and, on request, every file of the figures, made through a map."""
    quick = ("analysis.bootstrap_samples=200", "analysis.curves.points=5")
    loaded = load(shipped("configs") / "example" / "report.yaml", overrides=quick)
    records = read_runs(loaded.spec, loaded.root)
    dataset = prepare(records, loaded.spec, root=loaded.root)

    def _made(mapper, *, drawing=False):
        report = assemble(loaded, dataset, run_rows(records, dataset), mapper=mapper)
        drawn = figures.draw(report, loaded.spec.visualization, mapper=mapper) if drawing else ()
        return to_json(report), {file.path: file.content for artifact in drawn for file in artifact.files}

    return _made


@pytest.fixture(scope="module")
def alone(made):
    return made(serial, drawing=True)


def pid(_item):
    return os.getpid()


def test_two_workers_give_the_same_bytes(made, alone):
    assert made(workers(2))[0] == alone[0]


@pytest.mark.filterwarnings("ignore")  # of a cluster that starts and stops: sockets, threads, ports
def test_a_dask_cluster_gives_the_same_bytes(made, alone):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, on_dask(cluster.scheduler_address):
        mapper = workers(-1)
        assert os.getpid() not in set(mapper(pid, range(8)))
        assert made(mapper, drawing=True) == alone


def test_without_dask_it_is_said_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == "distributed":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(EnvironmentFault, match=r'pip install "reportgen-ml\[dask\]"'), on_dask("tcp://127.0.0.1:1"):
        pass


def test_an_address_that_is_none_is_told():
    pytest.importorskip("distributed")
    with pytest.raises(EnvironmentFault, match="no Dask scheduler answers at 'nowhere'"), on_dask("nowhere"):
        pass
