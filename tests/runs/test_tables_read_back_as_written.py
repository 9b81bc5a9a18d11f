"""Any table of ids and numbers reads back the same from every format; and files are found by their pattern."""

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.runs import read_runs
from reportgen.spec.model import Spec

FORMATS = ("csv", "tsv", "json", "jsonl", "parquet")
AXES = {"method": "m", "task": "t", "seed": "s"}
PLAIN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
TRICKY = [
    "012",
    "1e5",
    "NA",
    "nan",
    "null",
    "None",
    "True",
    "1.0",
    "1_000",
    "a,b",
    'a"b',
    "a\nb",
    "=1",
    " x ",
    "A/B",
    "é",
]
IDS = st.sampled_from(TRICKY) | st.text(PLAIN, min_size=1, max_size=6).filter(str.strip)
FLOATS = st.floats(allow_nan=True, allow_infinity=True)
TABLES = st.lists(st.tuples(IDS, IDS, IDS, FLOATS, FLOATS), min_size=1, max_size=12)
COLUMNS = ("m", "t", "s", "step", "score")


def written(rows, kind):
    """Return rows as the bytes of a file; missing numbers as each format writes them."""
    if kind in {"csv", "tsv"}:
        text = io.StringIO()
        writer = csv.writer(text, delimiter="," if kind == "csv" else "\t")
        writer.writerows([COLUMNS, *rows])
        return text.getvalue().encode()
    if kind == "parquet":
        buffer = io.BytesIO()
        pd.DataFrame(rows, columns=list(COLUMNS)).to_parquet(buffer)
        return buffer.getvalue()
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    if kind == "json":
        return json.dumps(objects).encode()
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in objects).encode()


def read(content, name):
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / name).write_bytes(content)
        source = {"path": name, "columns": {**AXES, "step": "step"}, "values": ("score",)}
        return read_runs(Spec.model_validate({"sources": ({"files": source},)}), Path(root))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("kind", FORMATS)
@settings(deadline=None, max_examples=40)
@given(rows=TABLES)
def test_a_table_reads_back_as_it_was_written(kind, packed, rows):
    content = written(rows, kind)
    name = f"a.{kind}.gz" if packed else f"a.{kind}"
    runs = read(gzip.compress(content) if packed else content, name)
    expected = {}
    for *key, step, score in rows:
        expected.setdefault(tuple(key), []).append((step, score))
    found = {
        tuple(run.axes[axis] for axis in AXES): list(zip(run.series[0].steps, run.series[0].values, strict=True))
        for run in runs
    }
    assert list(found) == list(expected)
    for key, points in expected.items():
        np.testing.assert_array_equal(found[key], points)
    assert len({run.id for run in runs}) == len(runs)


@pytest.mark.parametrize("text", ["012", "1e5", "NA", "null", "True", "1.0", "1_000"])
@pytest.mark.parametrize("kind", FORMATS)
def test_ids_stay_the_text_they_are(kind, text):
    (run,) = read(written([(text, text, text, 0.0, 1.0)], kind), f"a.{kind}")
    assert run.axes == dict.fromkeys(AXES, text)


@pytest.mark.parametrize("text", ["", "NA", "NaN", "nan", "null", "None", "N/A"])
def test_missing_numbers_are_nan(folder, text):
    (run,) = folder.write(a_csv=f"m,t,s,score\nA,x,0,{text}\n").read("a.csv", values=("score",))
    np.testing.assert_array_equal(run.series[0].values, [np.nan])


@pytest.mark.parametrize("text", ["inf", "-Infinity"])
def test_infinities_are_kept(folder, text):
    (run,) = folder.write(a_csv=f"m,t,s,score\nA,x,0,{text}\n").read("a.csv")
    assert run.series[0].values[0] == float(text)


def test_integers_beyond_floats_are_infinite_in_any_layout(folder):
    huge = "1" + "0" * 5000
    folder.write(a_json=f'{{"x": [{huge}, -{huge}]}}', b_csv=f"m,t,s,score\nA,x,0,{huge}\n")
    assert [run.series[0].values[0] for run in folder.read("a.json", layout="map", columns={})] == [np.inf, -np.inf]
    assert folder.read("b.csv")[0].series[0].values[0] == np.inf


def test_a_byte_order_mark_and_line_ends_of_any_kind_are_no_matter(folder):
    folder.write(a_csv="\ufeffm,t,s,score\r\nA,x,0,1\r\n", b_csv="m,t,s,score\nA,x,0,1\n")
    one, other = folder.read("a.csv"), folder.read("b.csv")
    assert one[0].sha256 == other[0].sha256


def test_an_index_kept_in_parquet_is_a_column(folder):
    buffer = io.BytesIO()
    pd.DataFrame({"m": ["A"], "t": ["x"], "s": ["0"], "score": [1.5]}).set_index("s").to_parquet(buffer)
    assert folder.write(a_parquet=buffer.getvalue()).read("a.parquet")[0].id == "source-0/A/x/0"


def test_whole_seeds_that_became_floats_in_parquet_lose_the_fraction(folder):
    buffer = io.BytesIO()
    pd.DataFrame({"m": ["A"], "t": ["x"], "s": [3.0], "score": [1.5]}).to_parquet(buffer)
    assert folder.write(a_parquet=buffer.getvalue()).read("a.parquet")[0].axes["seed"] == "3"


def test_separators_of_other_scripts_within_jsonl_are_text(folder):
    line = '{"m": "A\u2028B", "t": "x", "s": 1e5, "score": 1}\n'
    assert folder.write(a_jsonl=line).read("a.jsonl")[0].id == "source-0/A\u2028B/x/1e5"


def test_a_placeholder_stays_within_one_part_of_the_path(folder):
    for name in ("A/x.csv", "A/deep/x.csv", "B/y.csv", "C.csv"):
        folder.put(name, "s,score\n0,1\n")
    source = {"columns": {"seed": "s"}}
    assert [run.id for run in folder.read("{method}/{task}.csv", **source)] == ["source-0/A/x/0", "source-0/B/y/0"]
    deep = folder.read("{method}/**/{task}.csv", columns={"seed": "s"}, values=("score",))
    assert [run.origin[0] for run in deep if run.axes["method"] == "B"] == ["B/y.csv"]


def test_two_stars_reach_any_depth(folder):
    for name in ("x.csv", "deep/y.csv", "deep/deeper/z.csv"):
        folder.put(name, "m,s,score\nA,0,1\n")
    runs = folder.read("**/{task}.csv", columns={"method": "m", "seed": "s"})
    assert sorted(run.axes["task"] for run in runs) == ["x", "y", "z"]


def test_a_placeholder_written_twice_matches_one_text(folder):
    folder.put("A/A.csv", "t,s,score\nx,0,1\n").put("A/B.csv", "t,s,score\nx,0,1\n")
    (run,) = folder.read("{method}/{method}.csv", columns={"task": "t", "seed": "s"})
    assert run.origin == ("A/A.csv",)


def test_brackets_in_a_pattern_are_themselves(folder):
    folder.put("a[1].csv", "m,t,s,score\nA,x,0,1\n").put("a1.csv", "m,t,s,score\nB,x,0,1\n")
    assert folder.read("a[1].csv")[0].axes["method"] == "A"


def test_a_folder_that_matches_is_skipped(folder):
    (folder.root / "b.csv").mkdir()
    assert len(folder.write(a_csv="m,t,s,score\nA,x,0,1\n").read("*.csv")) == 1


def test_a_path_above_the_root_or_from_the_top_is_read_where_written(folder):
    folder.put("a.csv", "m,t,s,score\nA,x,0,1\n").put("sub/b.csv", "m,t,s,score\nA,x,0,1\n")
    spec = folder.spec({"path": "../a.csv", "columns": AXES})
    assert read_runs(spec, folder.root / "sub")[0].origin == ("../a.csv",)
    assert folder.read((folder.root / "a.csv").as_posix())[0].origin == ("a.csv",)


def test_the_order_of_runs_is_that_of_sorted_files_and_their_rows(folder):
    for name in ("b", "a", "c"):
        folder.put(f"{name}.csv", "s,score\n1,1\n0,1\n")
    runs = folder.read("{method}.csv", columns={"seed": "s"})
    assert [f"{run.axes['method']}{run.axes['seed']}" for run in runs] == ["a1", "a0", "b1", "b0", "c1", "c0"]
