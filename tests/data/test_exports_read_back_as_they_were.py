"""CSV, Parquet, HDF5 and JSON hold what the frame holds: numbers exactly, ids as text, no formula."""

import csv
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen import DataProcessor
from reportgen.data.exports import write_csv, write_hdf5, write_json, write_parquet
from reportgen.errors import DataError
from reportgen.runs import read_runs
from reportgen.spec import loads

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00\ue000"), min_size=1, max_size=8)
TRICKY = st.sampled_from(["1e5", "012", "NA", "nan", "None", "null", "True", "a,b", '"', "12e45678", "é"])
ROWS = st.lists(
    st.tuples(WORDS | TRICKY, st.integers(0, 2**53), NUMBERS, st.none() | TRICKY, st.booleans()), min_size=1, max_size=6
)


def frame_of(rows):
    ids, steps, values, labels, flags = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "run_id": pd.Series(ids, dtype=object).infer_objects(), "step": np.array(steps, dtype="int64"),
            "eval/x": np.array(values), "label": pd.Series(labels, dtype=object).infer_objects(), "flag": list(flags),
        }
    )  # fmt: skip


def same(found, wanted):
    """Compare values and which are missing; text has several forms in pandas."""
    assert list(found.columns) == list(wanted.columns)
    for name in wanted.columns:
        missing = wanted[name].isna()
        np.testing.assert_array_equal(found[name].isna(), missing)
        assert found[name][~missing].tolist() == wanted[name][~missing].tolist()


def test_a_carriage_return_in_a_text_begins_no_row(tmp_path):
    frame = pd.DataFrame({"run_id": ["a\r=1+1", "b"], "eval/x": [1.5, 2.0]})
    write_csv([frame], tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["run_id", "eval/x"], ["a\r=1+1", "1.5"], ["b", "2.0"]]


@settings(max_examples=25)
@given(ROWS)
def test_parquet_and_json_give_the_frame_again(tmp_path_factory, rows):
    folder, frame = tmp_path_factory.mktemp("exports"), frame_of(rows)
    write_parquet([frame, frame], folder / "x.parquet")
    same(pd.read_parquet(folder / "x.parquet"), pd.concat([frame, frame], ignore_index=True))
    write_json([frame, frame], folder / "x.json")
    read = json.loads((folder / "x.json").read_text(encoding="utf-8"))
    same(pd.DataFrame(read["data"], columns=read["columns"]), pd.concat([frame, frame], ignore_index=True))


@settings(max_examples=15)
@given(ROWS)
def test_hdf5_gives_the_frame_again(tmp_path_factory, rows):
    pytest.importorskip("tables")
    folder, frame = tmp_path_factory.mktemp("exports"), frame_of(rows)
    write_hdf5([frame], folder / "x.h5")
    same(pd.read_hdf(folder / "x.h5", "runs").reset_index(drop=True), frame)


@settings(max_examples=25)
@given(ROWS)
def test_csv_gives_the_frame_again_where_text_is_read_as_text(tmp_path_factory, rows):
    folder, frame = tmp_path_factory.mktemp("exports"), frame_of(rows)
    write_csv([frame, frame], folder / "x.csv")
    found = pd.read_csv(folder / "x.csv", dtype=str, keep_default_na=False, encoding="utf-8")
    found["eval/x"] = [float(cell or "nan") for cell in found["eval/x"]]
    found["step"] = found["step"].astype("int64")
    found["label"] = found["label"].where(found["label"] != "", None)
    found["flag"] = found["flag"] == "True"
    wanted = pd.concat([frame, frame], ignore_index=True)
    wanted["run_id"] = [f"'{name}" if name[0] in "=+-@\t" else name for name in wanted["run_id"]]
    same(found, wanted)


def test_no_cell_and_no_head_of_a_csv_is_a_formula(curves, tmp_path):
    run = curves("=1+1", {"-cmd": {0: -1.5}}, config={"note": "+x"})
    DataProcessor([run]).to_csv(tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "run_id,run_name,task,step,'-cmd,note\ne/p/=1+1,'=1+1,all,0,-1.5,'+x\n"


def test_every_export_streams_the_rows_of_all_runs(curves, tmp_path):
    runs = [
        curves("a", {"m": {0: 1, 10**10: np.inf}}, config={"seed": 1, "flag": True}),
        curves("b", {"m": {0: 2}, "e": {5: 0.1}}, config={"seed": None, "name": "1e5"}),
    ]
    processor = DataProcessor(runs, metrics=["m", "e"])
    for form in ("csv", "parquet", "hdf5", "json"):
        getattr(processor, f"to_{form}")(tmp_path / f"x.{form}")
    wanted = pd.concat(list(processor.frames()), ignore_index=True)
    same(pd.read_parquet(tmp_path / "x.parquet"), wanted)
    same(pd.read_hdf(tmp_path / "x.hdf5", "runs").reset_index(drop=True), wanted)
    read = json.loads((tmp_path / "x.json").read_text())
    same(pd.DataFrame(read["data"], columns=read["columns"]), wanted)
    labelled = wanted.assign(label="baseline")
    processor.to_parquet(tmp_path / "labelled.parquet", labelled)
    same(pd.read_parquet(tmp_path / "labelled.parquet"), labelled)


def test_an_export_is_a_source_of_a_report(curves, tmp_path):
    runs = [curves(f"r{k}", {"score": {0: k, 5: k + 0.1}}, config={"algo": "ppo", "seed": k}) for k in range(2)]
    DataProcessor(runs).to_csv(tmp_path / "x.csv")
    spec = (
        "files: {path: x.csv, columns: {run: run_id, method: algo, task: task, seed: seed, step: step}, "
        "values: [score]}\n"
    )
    loaded = loads(spec, str(tmp_path / "spec.yaml"))
    records = read_runs(loaded.spec, tmp_path)
    assert [record.series[0].values.tolist() for record in records] == [[0, 0.1], [1, 1.1]]
    assert [record.axes["seed"] for record in records] == ["0", "1"]


def test_more_names_than_an_hdf5_table_holds_are_told(curves, tmp_path):
    run = curves("r", {f"env_agent/a.long.name.of.a.metric.{k}.std_dev": {0: k} for k in range(1500)})
    with pytest.raises(DataError, match=r"names of 1,504 columns are more .* or write Parquet"):
        DataProcessor([run]).to_hdf5(tmp_path / "x.h5")


WITHOUT_TABLES = """
import sys
sys.modules["tables"] = None
import pandas as pd
from pathlib import Path
from reportgen.data.exports import write_hdf5
from reportgen.errors import EnvironmentFault
try:
    write_hdf5([pd.DataFrame({"a": [1]})], Path("x.h5"))
except EnvironmentFault as error:
    print(error)
"""


def test_hdf5_without_its_package_says_what_to_install(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_TABLES], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    assert told.startswith('HDF5 needs the package tables: pip install "reportgen-ml[hdf5]"')
