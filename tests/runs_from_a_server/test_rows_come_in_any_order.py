"""Rows of exports that are not in the order of steps, or that stand twice, arrive in order and once."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from reportgen.runs.wandb_api.history import read_history

PARTS = {
    "in order": ([0, 1, 2], [3, 4, 5]),
    "files the wrong way round": ([3, 4, 5], [0, 1, 2]),
    "rows in disorder": ([2, 0, 1], [5, 3, 4]),
    "steps twice": ([0, 1, 2, 3], [2, 3, 4, 5]),
    "none": ([], []),
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_each_step_comes_once_and_the_last_row_counts(tmp_path, parts):
    paths = []
    for place, steps in enumerate(parts):
        paths.append(tmp_path / f"{place}.parquet")
        values = [10.0 * place + step for step in steps]
        table = pa.table({"_step": pa.array(steps, pa.int64()), "loss": pa.array(values, pa.float64())})
        parquet.write_table(table, paths[-1], row_group_size=2)
    result = SimpleNamespace(paths=paths, errors={}, contains_live_data=False)
    run = SimpleNamespace(download_history_exports=lambda *_, **__: result)
    history = read_history(run, ["loss", "_step"], tmp_path, keys=2, lines=6, sign=lambda: None)
    chunks = list(history.chunks())
    wanted = {step: 10.0 * place + step for place, steps in enumerate(parts) for step in steps}
    found = {name: np.concatenate([np.empty(0), *(chunk[name] for chunk in chunks)]) for name in history.names}
    assert found["_step"].tolist() == sorted(wanted)
    assert found["loss"].tolist() == [wanted[step] for step in sorted(wanted)]
    assert (history.logged, history.last_step) == (sum(map(len, parts)), max(wanted, default=-1))
