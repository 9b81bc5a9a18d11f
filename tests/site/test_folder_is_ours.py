"""Whose files a folder holds, and that publishing loses none, whenever it is killed."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from reportgen import site
from reportgen.artifacts import File
from reportgen.errors import DataError, EnvironmentFault, UsageError

OLD = {"report.json": b"old", "docs/index.md": b"old page", "site/index.html": b"<p>old"}
NEW = {"report.json": b"new", "docs/tasks.md": b"new page", "site/index.html": b"<p>new"}


def as_files(contents):
    return [File(path=path, content=content) for path, content in contents.items()]


def published(target, contents):
    with site.scratch_beside(target) as scratch:
        site.write(as_files(contents), scratch)
        site.publish(scratch, target)


def contents_of(folder):
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != site.MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def target(tmp_path):
    """A published report; its folder's parent holds nothing else."""
    folder = tmp_path / "report"
    published(folder, OLD)
    return folder


def test_a_report_is_replaced_and_nothing_is_left_beside_it(target):
    published(target, NEW)
    assert contents_of(target) == NEW
    assert [path.name for path in target.parent.iterdir()] == ["report"]


def test_the_manifest_names_every_file_with_its_hash(target):
    manifest = json.loads((target / site.MANIFEST).read_text())
    assert manifest["schema"] == 1
    assert manifest["files"] == {path: hashlib.sha256(content).hexdigest() for path, content in OLD.items()}


def test_a_missing_or_empty_target_is_fine(tmp_path):
    site.refuse_foreign(tmp_path / "not" / "there")
    (tmp_path / "empty").mkdir()
    site.refuse_foreign(tmp_path / "empty")
    published(tmp_path / "empty", NEW)
    assert contents_of(tmp_path / "empty") == NEW


def test_files_of_ours_that_are_gone_are_no_obstacle(target):
    (target / "report.json").unlink()
    published(target, NEW)
    assert contents_of(target) == NEW


def test_what_file_managers_leave_is_no_obstacle(target):
    (target / "site" / ".DS_Store").write_bytes(b"x")
    published(target, NEW)
    assert [path.name for path in target.parent.iterdir()] == ["report"]


def spoil_with_a_file(target):
    (target / "site" / "thesis.tex").write_text("precious")


def spoil_by_editing(target):
    (target / "docs" / "index.md").write_text("my own words")


def spoil_with_a_linked_folder(target):
    elsewhere = target.parent.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "thesis.tex").write_text("precious")
    (target / "linked").symlink_to(elsewhere)


def spoil_by_losing_the_manifest(target):
    (target / site.MANIFEST).unlink()


def spoil_the_manifest(target):
    (target / site.MANIFEST).write_text('{"files": [1, 2]}')


SPOILS = [
    (spoil_with_a_file, "site/thesis.tex"),
    (spoil_by_editing, "docs/index.md (edited since the last build)"),
    (spoil_with_a_linked_folder, "linked"),
    (spoil_by_losing_the_manifest, "report.json"),
    (spoil_the_manifest, "report.json"),
]


@pytest.mark.parametrize(("spoil", "named"), SPOILS, ids=[spoil.__name__ for spoil, _ in SPOILS])
def test_a_foreign_or_edited_file_is_refused_by_name_and_kept(target, spoil, named):
    spoil(target)
    before = contents_of(target)
    with pytest.raises(UsageError, match="choose an empty or new folder with -o") as refusal:
        site.refuse_foreign(target)
    assert f"  - {named}\n" in str(refusal.value)
    assert refusal.value.exit_code == 2
    with pytest.raises(UsageError):
        published(target, NEW)
    assert contents_of(target) == before
    assert [path.name for path in target.parent.iterdir()] == ["report"]


def test_a_refusal_names_five_files_and_counts_the_rest(tmp_path):
    for number in range(8):
        (tmp_path / f"chapter-{number}.tex").write_text("precious")
    with pytest.raises(UsageError, match=r"holds 8 files[^…]*… and 3 more") as refusal:
        site.refuse_foreign(tmp_path)
    assert str(refusal.value).count("  - chapter") == 5


def test_a_file_or_a_link_as_target_is_refused(target):
    with pytest.raises(UsageError, match="is a file"):
        site.refuse_foreign(target / "report.json")
    link = target.parent / "link"
    link.symlink_to(target)
    with pytest.raises(UsageError, match="is a link"):
        site.refuse_foreign(link)


def test_a_manifest_that_points_outside_deletes_nothing_there(target):
    precious = target.parent / "precious.txt"
    precious.write_text("precious")
    manifest = json.loads((target / site.MANIFEST).read_text())
    manifest["files"]["../precious.txt"] = hashlib.sha256(b"precious").hexdigest()
    (target / site.MANIFEST).write_text(json.dumps(manifest))
    published(target, NEW)
    assert precious.read_text() == "precious"


def test_a_parent_that_cannot_be_made_is_a_fault_of_the_environment(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnvironmentFault, match="cannot write the report"), site.scratch_beside(tmp_path / "file" / "x"):
        pass


CHILD = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from reportgen import site
    from reportgen.artifacts import File

    target, fatal = Path(sys.argv[1]), int(sys.argv[2])
    steps = 0

    def counted(step):
        def run(*arguments, **options):
            global steps
            steps += 1
            if steps == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **options)
        return run

    for name in ["rename", "unlink", "rmdir", "mkdir", "write_bytes"]:
        setattr(Path, name, counted(getattr(Path, name)))
    os.fsync = counted(os.fsync)
    with site.scratch_beside(target) as scratch:
        contents = {"report.json": b"new", "docs/tasks.md": b"new page", "site/index.html": b"<p>new"}
        site.write([File(path=path, content=content) for path, content in contents.items()], scratch)
        site.publish(scratch, target)
""")


def killed_at(step, target):
    """Publish in a process of its own that is killed at a step; tell whether it was."""
    done = subprocess.run([sys.executable, "-c", CHILD, str(target), str(step)], check=False, timeout=60)
    assert done.returncode in {0, -signal.SIGKILL}
    return done.returncode != 0


@pytest.mark.slow
def test_killed_at_any_step_the_old_or_the_new_report_is_whole_and_the_next_build_is_fine(tmp_path):
    seen = []
    step = 1
    while True:
        target = tmp_path / f"{step}" / "report"
        published(target, OLD)
        was_killed = killed_at(step, target)
        site.refuse_foreign(target)
        seen.append(contents_of(target))
        assert contents_of(target) in (OLD, NEW)
        assert [path.name for path in target.parent.iterdir()] == ["report"]
        published(target, NEW)
        assert contents_of(target) == NEW
        assert [path.name for path in target.parent.iterdir()] == ["report"]
        if not was_killed:
            break
        step += 1
    assert step > 12
    assert seen[0] == OLD
    assert seen[-2] == NEW


def test_a_report_that_was_set_aside_comes_back(target):
    target.rename(target.with_name(".report.old-1234"))
    site.refuse_foreign(target)
    assert contents_of(target) == OLD
    assert [path.name for path in target.parent.iterdir()] == ["report"]


def test_a_foreign_file_set_aside_is_not_deleted(target):
    aside = target.with_name(".report.old-1234")
    target.rename(aside)
    (aside / "site" / "thesis.tex").write_text("precious")
    target.mkdir()
    published(target, NEW)
    assert contents_of(target) == NEW
    assert contents_of(aside) == {"site/thesis.tex": b"precious"}


def test_the_folder_of_a_living_build_is_left_alone(target):
    with site.scratch_beside(target) as scratch:
        (scratch / "half").write_text("done")
        site.refuse_foreign(target)
        assert (scratch / "half").is_file()


def test_names_beside_the_target_that_only_look_like_ours_stay(target):
    for name in [".report.newest", ".report.new-zz-1-x", ".report.new-", ".report2.old-1"]:
        (target.parent / name).mkdir()
        (target.parent / name / "file").write_text("x")
    published(target, NEW)
    assert len(list(target.parent.iterdir())) == 5


def test_two_builds_at_once_leave_one_whole_report(tmp_path):
    target = tmp_path / "report"
    children = [subprocess.Popen([sys.executable, "-c", CHILD, str(target), "0"]) for _ in range(6)]
    assert [child.wait(60) for child in children] == [0] * 6
    site.refuse_foreign(target)
    assert contents_of(target) == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize(
    "paths",
    [
        ["../outside"],
        ["/absolute"],
        ["a/../../b"],
        ["a//b"],
        ["."],
        [""],
        ["a\\b"],
        ["c:file"],
        ["a\0b"],
        ["Report.json", "report.JSON"],
        ["caf\u00e9", "cafe\u0301"],
        ["docs", "docs/index.md"],
        ["same", "same"],
    ],
)
def test_paths_that_leave_the_folder_or_collide_are_refused_before_anything_is_written(tmp_path, paths):
    files = [File(path=path, content=b"x") for path in ["fine", *paths]]
    with pytest.raises(DataError):
        site.write(files, tmp_path)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - hidden files too
