"""`configs/docs/python.md`: every block of code runs, in order, on the shipped quickstart, and does what it says."""

import re

import pandas as pd

from reportgen.data.points import clean
from reportgen.resources import shipped


def test_every_block_of_the_page_runs_in_order(tmp_path, monkeypatch):
    page = (shipped("configs") / "docs/python.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTGEN_CACHE_DIR", str(tmp_path / "cache"))
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE):
        exec(compile(block, "python.md", "exec"), names)  # noqa: S102 - the page's own code
    df, runs = names["df"], names["runs"]
    assert list(df.columns[:4]) == ["run_id", "run_name", "task", "step"]
    assert {"eval_*/*", "losses/td_error", "algorithm", "seed"} <= set(df.columns)
    kept = [clean(one) for run in runs for one in run.series if one.metric.startswith("eval_")]
    assert df["eval_*/*"].notna().sum() == sum(len(one.values) for one in kept)
    assert len(names["curves"]) == 50 * df.groupby(["run_id", "task"]).ngroups
    assert len(names["scores"]) == df.groupby(["run_id", "task"]).ngroups
    assert set(names["result"]["n_runs"]) == {5}
    assert set(names["last"]["score"]) == {"last"}
    assert names["pairs"].attrs["n"] == dict.fromkeys(names["frozen"], 5)
    assert set(names["plan"]["n"]) == {5, 10, 20}
    assert set(names["choices"]["kind"]) >= {"reported", "aggregate", "score", "task"}
    assert names["gaps"]["optimality_gap"].between(0, 1).all()
    assert len(pd.read_parquet("labelled.parquet")) == len(pd.read_csv("runs.csv")) == len(df)
