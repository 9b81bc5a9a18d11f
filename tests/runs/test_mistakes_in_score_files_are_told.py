"""What is wrong with a score file or its source is said with its place and what would have worked."""

import gzip
import json

import pytest

from reportgen.errors import DataError
from reportgen.runs import read_runs

HEAD = "m,t,s,score\n"
ROW = "A,x,0,1\n"
ARRAYS = {"layout": "arrays", "columns": {"method": "m", "step": "xs"}, "values": {"score": ("ys",)}}
MAP = {"layout": "map", "columns": {}}

FILES = {
    "not a number": (
        "a.csv",
        HEAD + ROW + "A,x,1,oops\n",
        {"values": ("score",)},
        r"a\.csv:3: column 'score' holds 'oops'.*number like 0\.5",
    ),
    "underscores": ("a.csv", HEAD + "A,x,1,1_000\n", {"values": ("score",)}, r"a\.csv:2: .*holds '1_000'"),
    "other digits": (
        "a.csv",
        HEAD + "A,x,1,１２\n",
        {"values": ("score",)},
        r"a\.csv:2: .*neither a number nor missing",
    ),
    "a line after quoted breaks": (
        "a.csv",
        HEAD + '"A\nB",x,0,1\n\nA,x,1,oops\n',
        {"values": ("score",)},
        r"a\.csv:5:",
    ),
    "a line of tsv": ("a.tsv", (HEAD + ROW + "A,x,1,oops\n").replace(",", "\t"), {"values": ("score",)}, r"a\.tsv:3:"),
    "a line of jsonl": (
        "a.jsonl",
        '\n{"m": "A", "t": "x", "s": 0, "score": "oops"}\n',
        {"values": ("score",)},
        r"a\.jsonl:2:",
    ),
    "a row of json": (
        "a.json",
        '[\n\n{"m": "A", "t": "x", "s": 0, "score": "oops"}]',
        {"values": ("score",)},
        r"a\.json: row 1:",
    ),
    "missing column": (
        "a.csv",
        HEAD + ROW,
        {"columns": {"method": "mm"}},
        r"no column 'mm' \(method\); did you mean 'm'\?; it has m, t, s, score",
    ),
    "missing value columns": (
        "a.csv",
        "m,t,s,rewards\nA,x,0,1\n",
        {"values": {"score": ("reward", "success")}},
        r"no column 'reward' \(values of score, else 'success'\); did you mean 'rewards'",
    ),
    "no numbers": (
        "a.csv",
        "m,t,s,note\nA,x,0,hi\n",
        {},
        r"no column holds numbers besides the axes; it has m, t, s, note",
    ),
    "metric alone": ("a.csv", HEAD + ROW, {"metric": "m"}, r"`metric` and `value` name two columns and go together"),
    "metric and values": (
        "a.csv",
        HEAD + ROW,
        {"metric": "m", "value": "score", "values": ("score",)},
        r"without `values`",
    ),
    "empty metric": (
        "a.csv",
        "m,t,s,k,v\nA,x,0,,1\n",
        {"metric": "k", "value": "v"},
        r"a\.csv:2: column 'k' \(metric\) is empty",
    ),
    "empty id": ("a.csv", HEAD + ROW + "A,,1,2\n", {}, r"a\.csv:3: column 't' \(task\) is empty"),
    "twice": (
        "a.csv",
        HEAD + ROW,
        {"constants": {"task": "x"}},
        r"'task' is given twice: as a column, a constant or a placeholder",
    ),
    "twin columns": ("a.csv", "m,t,t,score\nA,x,0,1\n", {}, r"a\.csv:1: the column 't' stands there twice"),
    "long rows": ("a.csv", HEAD + "A,x,0,1,7\nA,x,1,2,7\n", {}, r"rows have more cells than the header"),
    "one long row": ("a.csv", HEAD + ROW + "A,x,1,2,7\n", {}, r"a\.csv: cannot be read: .*line 3"),
    "open quote in the head": ("a.csv", '"m,t', {}, r"a\.csv: cannot be read: .*EOF inside string"),
    "open quote": ("a.csv", HEAD + '"A,x,0,1\n', {}, r"a\.csv: cannot be read: .*EOF inside string"),
    "not UTF-8": ("a.csv", HEAD.encode() + b"A,\xff,0,1\n", {}, r"a\.csv:2: not UTF-8: byte 0xff"),
    "no gzip": ("a.csv.gz", b"nope", {}, r"a\.csv\.gz: damaged gzip file"),
    "half a gzip": ("a.csv.gz", gzip.compress((HEAD + ROW).encode() * 99)[:-12], {}, r"damaged gzip file"),
    "no parquet": ("a.parquet", b"nope", {}, r"a\.parquet: cannot be read"),
    "broken json": ("a.json", '[{"m":\n oops}]', {}, r"a\.json:2:2: not JSON"),
    "broken jsonl": ("a.jsonl", '{"m": "A"}\n{"m"\n', {}, r"a\.jsonl:2:5: not JSON"),
    "deep json": ("a.json", "[" * 100_000, {}, r"nested too deeply"),
    "twin names": ("a.json", '{"x": [1], "x": [2]}', MAP, r"the name 'x' stands twice in one JSON object"),
    "half a character": ("a.json", r'[{"m": "\ud800", "t": "x", "s": 0, "score": 1}]', {}, r"half of a character"),
    "other layout": ("a.json", '{"x": [1]}', {}, r"layout 'long' expects a JSON list.*layout: map"),
    "no map": ("a.json", '{"x": 1}', MAP, r"layout 'map' expects one JSON object \{task: \[scores\]\}"),
    "map of texts": (
        "a.json",
        '{"x": [1, "two"]}',
        MAP,
        r"scores of 'x', entry 1: 'two' is neither a number nor missing",
    ),
    "map of truths": ("a.json", '{"x": [true]}', MAP, r"entry 0: True is neither"),
    "map and task": (
        "a.json",
        '{"x": [1]}',
        {**MAP, "constants": {"task": "y"}},
        r"'task' is given twice: layout 'map' holds it itself",
    ),
    "map of csv": ("a.csv", HEAD + ROW, MAP, r"the layouts 'map' and 'arrays' are JSON; a table is layout: long"),
    "no arrays": ("a.json", '{"m": 1}', ARRAYS, r"layout 'arrays' expects a JSON list of runs"),
    "unequal": (
        "a.json",
        '[{"m": "A", "xs": [1, 2], "ys": [1]}]',
        ARRAYS,
        r"a\.json: run 0: 2 entries of step and 1 of 'ys'",
    ),
    "no entry": ("a.json", '[{"m": "A", "xs": [1], "y": [1]}]', ARRAYS, r"run 0: no entry 'ys'; did you mean"),
    "no list": (
        "a.json",
        '[{"m": "A", "xs": 1, "ys": [1]}]',
        ARRAYS,
        r"run 0, step: a list of numbers is expected, not 1",
    ),
    "no axis": ("a.json", '[{"m": null, "xs": [1], "ys": [1]}]', ARRAYS, r"run 0: entry 'm' \(method\) is empty"),
    "arrays of nothing": (
        "a.json",
        '[{"m": "A"}]',
        {"layout": "arrays", "columns": {"method": "m"}},
        r"no entry holds an array of values; it has m",
    ),
    "no marl_eval": (
        "a.json",
        '{"x": [1]}',
        {"layout": "marl_eval", "columns": {}},
        r"expects environment / task / algorithm / run / step",
    ),
    "wide column": ("a.csv", "A,B\n1,2\n", {"layout": "wide", "columns": {"task": "C"}}, r"no column 'C' \(task\)"),
    "seed parts": (
        "a.csv",
        HEAD + ROW,
        {"columns": {"method": "m"}, "seed": {"from": ("rows",)}},
        r"seed: from names 'rows', which is no placeholder.*'row'",
    ),
    "steps of a wide table": (
        "a.csv",
        "i,A,B\n0,1,2\n",
        {"layout": "wide", "columns": {"step": "i"}},
        r"a\.csv: layout 'wide' holds a run a row, without step; curves are layout: long",
    ),
    "empty id of a wide table": (
        "a.csv",
        "t,A\nx,1\n,2\n",
        {"layout": "wide", "columns": {"task": "t"}},
        r"a\.csv:3: column 't' \(task\) is empty",
    ),
    "a seed twice": (
        "a.csv",
        HEAD + ROW,
        {"columns": {"method": "m", "seed": "s"}, "seed": {"order_within": ("m",)}},
        r"the seed is given twice: by `seed: order_within` and as a column",
    ),
    "a list for a name": (
        "a.json",
        '[{"m": ["A"], "xs": [1], "ys": [1]}]',
        ARRAYS,
        r"run 0: entry 'm' \(method\) is no name: \['A'\]",
    ),
    "a step that is no number": (
        "a.json",
        '{"e": {"t": {"m": {"r": {"0": {"step_count": "x", "w": [1]}}}}}}',
        {"layout": "marl_eval", "columns": {}},
        r"expects environment / task / algorithm / run / step",
    ),
    "an unknown metric": (
        "a.json",
        '{"e": {"t": {"m": {"r": {"0": {"step_count": 1, "wins": [1]}}}}}}',
        {"layout": "marl_eval", "columns": {}, "values": ("win",)},
        r"a\.json: no metric 'win'; did you mean 'wins'\?; it has wins",
    ),
    "unknown kind": (
        "a.txt",
        HEAD + ROW,
        {},
        r"unknown kind of file; known are csv, tsv, parquet, json, jsonl, each also \.gz",
    ),
    "empty file": ("a.csv", "", {}, r"a\.csv holds no row: there is no run in 'a\.csv'"),
    "blank file": ("a.csv", "\n\n", {}, r"a\.csv holds no row"),
    "header only": ("a.csv", HEAD, {}, r"a\.csv holds no row"),
    "empty list": ("a.json", "[]", {}, r"a\.json holds no row"),
    "empty map": ("a.json", "{}", MAP, r"a\.json holds no row"),
}


@pytest.mark.parametrize(("name", "content", "source", "told"), FILES.values(), ids=list(FILES))
def test_a_mistake_is_told(folder, name, content, source, told):
    with pytest.raises(DataError, match=told) as caught:
        folder.put(name, content).read(name, **source)
    assert caught.value.exit_code == 3


def test_points_of_one_metric_in_two_columns_are_refused(folder):
    folder.write(a_csv="r,reward\nq,1\n", b_csv="r,success\nq,2\n")
    with pytest.raises(DataError, match=r"b\.csv: the points of 'score' in one run stand in the columns 'reward' and"):
        folder.read("*.csv", columns={"run": "r"}, values={"score": ("reward", "success")})


@pytest.mark.parametrize("content", ["", HEAD, "\n"])
def test_a_file_without_rows_among_others_is_noted(folder, content):
    (run,) = folder.write(a_csv=content, b_csv=HEAD + ROW).read("*.csv")
    assert run.notes == ("a.csv holds no row",)


PATTERNS = {
    "score.csv": r"no file matches 'score\.csv' in .*, which holds 2 files; near: scores\.csv",
    "*.json": r"which holds 2 files; it has notes\.txt, scores\.csv",
    "deep/{m}/score.csv": r"which holds 1 file; near: A/scores\.csv",
    "depe/scores.csv": r"there is no folder .*depe; did you mean 'deep'\?",
    "{1}.csv": r"\{1\} is no name; write e\.g\. \{seed\}",
}


@pytest.mark.parametrize(("pattern", "told"), PATTERNS.items())
def test_a_pattern_without_a_file_names_what_is_near(folder, pattern, told):
    folder.put("scores.csv", HEAD).put("notes.txt", "").put("deep/A/scores.csv", HEAD)
    with pytest.raises(DataError, match=told):
        folder.read(pattern)


def test_sources_of_one_name_are_refused_with_their_place(folder):
    folder.write(a_csv=HEAD + ROW)
    spec = folder.spec(*({"path": "a.csv", "name": "ours"},) * 2)
    with pytest.raises(DataError, match=r"report\.yaml:sources/1: two sources are called 'ours'"):
        read_runs(spec, folder.root, where=lambda *keys: "report.yaml:" + "/".join(map(str, keys)))


def test_a_mistake_in_a_source_is_told_with_the_place_of_the_source(folder):
    with pytest.raises(DataError, match=r"^report\.yaml:3:5: no file matches"):
        read_runs(folder.spec({"path": "a.csv"}), folder.root, where=lambda *_: "report.yaml:3:5")


def test_sources_without_a_name_are_numbered(folder):
    folder.write(a_csv=json.dumps([]), b_csv=HEAD + ROW, c_csv=HEAD + ROW)
    axes = {"method": "m", "task": "t", "seed": "s"}
    sources = ({"path": "b.csv", "columns": axes}, {"path": "c.csv", "columns": axes, "name": "theirs"})
    runs = read_runs(folder.spec(*sources, sources[0]), folder.root)
    assert [run.id for run in runs] == [f"{source}/A/x/0" for source in ("source-0", "theirs", "source-2")]
