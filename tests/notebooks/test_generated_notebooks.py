"""`NotebookGenerator`: which sections, which columns, the same bytes, templates of the user, one HTML file."""

import json
import re

import nbformat
import pandas as pd
import pytest

from reportgen import NotebookGenerator
from reportgen.data.roles import roles_of
from reportgen.errors import DataError, UsageError


def scores(**columns):
    rows = [
        {"algorithm": method, "task": task, "seed": seed, "eval/return": base + seed, "train/loss": 1.0 / (base + seed)}
        for base, method in enumerate(("dqn", "ppo"), start=1)
        for task in ("maze", "rooms")
        for seed in range(3)
    ]
    return pd.DataFrame(rows).assign(**columns)


def headings(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"^## (.+)$", text, flags=re.MULTILINE)


def test_sections_are_those_asked_for_between_overview_and_extensions(tmp_path):
    make = NotebookGenerator().create_analysis_notebook
    whole = make(scores(), output_path=tmp_path / "all.ipynb", execute=False)
    assert headings(whole) == [
        "1. Data loading and overview",
        "2. Aggregate performance",
        "3. Performance profiles",
        "4. Task-level analysis",
        "5. Templates to extend",
    ]
    one = make(scores(), ["performance_profiles"], tmp_path / "one.ipynb", execute=False)
    assert [heading[0] for heading in headings(one)] == ["1", "3", "5"]
    with pytest.raises(UsageError, match=r"no analysis 'profile'.*profiles"):
        make(scores(), ["profile"], tmp_path / "none.ipynb")


def test_the_same_table_gives_the_same_bytes_and_names_stay_out_of_the_source(tmp_path):
    table = scores().rename(columns={"algorithm": "x'); import os #"})
    made = []
    for name in ("a", "b"):
        path = tmp_path / name / "n.ipynb"
        NotebookGenerator().create_analysis_notebook(table, ["iqm"], path, group_by="x'); import os #", execute=False)
        made.append({file.name: file.read_bytes() for file in path.parent.iterdir()})
    assert made[0] == made[1]
    assert sorted(made[0]) == ["n.ipynb", "n.json", "n.parquet"]
    assert b"import os #" not in made[0]["n.ipynb"]
    assert json.loads(made[0]["n.json"])["group_by"] == "x'); import os #"


def test_own_templates_replace_sections_and_add_them(tmp_path):
    own = tmp_path / "templates" / "notebooks"
    own.mkdir(parents=True)
    (own / "mine.py").write_text("# %% [markdown]\n# ## Mine\n")
    (own / "extensions.py").write_text("# %% [markdown]\n# ## The end\n")
    generator = NotebookGenerator(templates=tmp_path / "templates")
    made = generator.create_analysis_notebook(scores(), ["mine"], tmp_path / "n.ipynb", execute=False)
    assert headings(made) == ["1. Data loading and overview", "Mine", "The end"]


def test_a_table_that_carries_little_runs_through_and_the_page_asks_for_nothing(tmp_path):
    one = scores().query("algorithm == 'dqn' and seed == 0").drop(columns="train/loss")
    path = NotebookGenerator().create_analysis_notebook(
        one, output_path=tmp_path / "n.ipynb", optimal_scores={"maze": 2.0}, html=True
    )
    outputs = [one for cell in nbformat.read(path, as_version=4).cells for one in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "Not computed: a comparison takes two groups" in said
    page = path.with_suffix(".html").read_text()
    assert "<script" not in page
    assert not re.search(r"(src|href)=[\"']?(https?:)?//|url\([\"']?https?:", page)
    assert "data:image/png;base64," in page


def test_columns_are_found_by_names_types_and_values():
    found = roles_of(scores(note="same"))
    assert (found.metric, found.group_by, found.stratify_by) == ("eval/return", "algorithm", "task")
    assert (found.metrics, found.minimize) == (("eval/return", "train/loss"), ("train/loss",))
    told = roles_of(scores(variant=["a", "b"] * 6), metric="train/loss", group_by="variant", minimize=[])
    assert (told.metric, told.group_by, told.minimize) == ("train/loss", "variant", ())
    with pytest.raises(DataError, match=r"no column 'eval/retrun'.*eval/return"):
        roles_of(scores(), metric="eval/retrun")
    with pytest.raises(DataError, match="looks like a metric"):
        roles_of(scores()[["algorithm", "task", "seed"]])
