import hashlib
import json
import re
import subprocess
import sys
import zipfile

import pytest

from reportgen.notebooks import notebooks
from reportgen.notebooks.cells import from_source
from reportgen.notebooks.execute import execute

RUN = """
import json, sys
{before}
cells = json.load(open("analysis.ipynb"))["cells"]
names = {{"__name__": "__main__"}}
for cell in cells:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
"""
MAKE = """
import hashlib, json, sys
from pathlib import Path
from reportgen.artifacts import File
from reportgen.notebooks import notebooks
root = Path(sys.argv[1])
names = ("report.json", *sorted(f"data/{path.name}" for path in (root / "data").glob("*.csv")))
data = [File(path=name, content=(root / name).read_bytes()) for name in names]
made = notebooks(data, slug="report")
print(json.dumps({file.path: file.sha256 for file in (*made.files, *made.shown)}))
"""


def unpacked(example, tmp_path):
    with zipfile.ZipFile(example.folder / "site" / "downloads" / f"{example.slug}.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path / "notebooks"


def run_in(folder, environment, before=""):
    return subprocess.run(
        [sys.executable, "-c", RUN.format(before=before)],
        cwd=folder,
        env={**environment, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_downloaded_archive_is_enough_to_run_it(example, tmp_path, plain_environment):
    done = run_in(unpacked(example, tmp_path), plain_environment)
    assert done.returncode == 0, done.stderr
    assert "intervals agree with report.json" in done.stdout
    assert re.search(r"[\d,]{5,} numbers agree", done.stdout)


def test_without_reportgen_point_estimates_are_checked_and_intervals_named_as_left_out(
    example, tmp_path, plain_environment
):
    done = run_in(unpacked(example, tmp_path), plain_environment, before='sys.modules["reportgen"] = None')
    assert done.returncode == 0, done.stderr
    assert "reportgen is not installed" in done.stdout
    assert "Left out: intervals need reportgen." in done.stdout
    assert "aggregates agree with report.json" in done.stdout
    assert "intervals agree" not in done.stdout


def test_two_runs_give_the_same_bytes_whatever_the_user_has_set_up(example, tmp_path, plain_environment):
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("print('a greeting')")
    (tmp_path / "matplotlibrc").write_text("font.size: 40\n")
    strange = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(example.folder)],
        cwd=tmp_path,
        env={**plain_environment, **strange, "MATPLOTLIBRC": str(tmp_path / "matplotlibrc")},
        capture_output=True,
        text=True,
        check=True,
    )
    built = {name: hashlib.sha256((example.folder / name).read_bytes()).hexdigest() for name in json.loads(done.stdout)}
    assert json.loads(done.stdout) == built


def test_its_source_holds_no_word_of_the_data(hostile, source):
    written = json.loads((hostile.folder / "notebooks" / "analysis.ipynb").read_text())
    shipped = from_source(source).cells
    assert ["".join(cell["source"]) for cell in written["cells"]] == [cell.source for cell in shipped]
    assert hostile.failure == ""


def test_hostile_names_are_text_on_its_page(hostile):
    page = (hostile.folder / "docs" / "notebook.md").read_text()
    assert "alert" in page
    for attack in ("<script", "javascript:", "onclick=", "http", " style=", "<img src=x"):
        assert attack not in page
    outputs = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
    tags = set(re.findall(r"</?([a-zA-Z]+)", outputs))
    assert tags <= {"p", "a", "div", "pre", "code", "table", "thead", "tbody", "tr", "th", "td", "img"}


def test_its_folder_and_versions_stay_at_home(example):
    text = (example.folder / "notebooks" / "analysis.ipynb").read_text()
    assert str(example.folder.parents[2]) not in text
    assert "ipykernel_" not in text
    assert sys.prefix not in text
    assert sys.version.split()[0] not in json.dumps(json.loads(text)["metadata"])


def test_unexecuted_it_has_no_outputs_and_its_page_says_so(example):
    made = notebooks(example.data, slug="report", run=False)
    cells = json.loads(made.files[0].content)["cells"]
    assert not any(cell.get("outputs") for cell in cells)
    assert "did not run the notebook" in made.shown[0].content.decode()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("while True: pass", "a cell took longer than 1 seconds"),
        ("import os; os._exit(1)", "the kernel does not answer"),
        ("1/0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_notebook_that_cannot_finish_says_why_and_keeps_what_it_did(code, said):
    notebook = from_source(f"# %%\nprint('before')\n\n# %%\n{code}\n")
    assert said in execute(notebook, (), timeout=1)
    assert notebook.cells[0].outputs[0].text == "before\n"
