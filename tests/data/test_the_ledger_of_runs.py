"""The runs table: what each run was used for."""

from reportgen.data import prepare, run_rows
from reportgen.resources import shipped
from reportgen.runs import read_runs
from reportgen.spec import load


def test_the_stand_in_task_of_a_loss_is_no_task_of_a_run(tmp_path):
    loaded = load(shipped("configs") / "quickstart.yaml")
    records = read_runs(loaded.spec, loaded.root, cache=tmp_path)
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    assert [task.label for task in dataset.metrics[-1].tasks] == ["all"]
    for row in run_rows(records, dataset):
        assert len(row.tasks) == 6
        assert "all" not in row.tasks
