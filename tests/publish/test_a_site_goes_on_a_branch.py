"""`reportgen publish gh-pages`, with the real git and a bare repository as the host's."""

import json
import subprocess
import sys

import pytest

from reportgen.errors import SourceError, UsageError
from reportgen.publish.pages import publish_pages


def git(*arguments, cwd):
    done = subprocess.run(["git", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def reportgen(*arguments, cwd):
    command = [sys.executable, "-m", "reportgen", "publish", "gh-pages", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def host(tmp_path):
    git("init", "-q", "--bare", tmp_path / "host.git", cwd=tmp_path)
    return tmp_path / "host.git"


@pytest.fixture
def work(tmp_path, host, monkeypatch):
    """A repository with a commit, an ignored folder, a staged and an unstaged change."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A. Author")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "author@example.org")
    folder = tmp_path / "work"
    folder.mkdir()
    git("init", "-q", cwd=folder)
    git("remote", "add", "origin", host, cwd=folder)
    (folder / ".gitignore").write_text("*.html\n")
    (folder / "paper.tex").write_text("one\n")
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "first", cwd=folder)
    (folder / "paper.tex").write_text("two\n")
    (folder / "staged.txt").write_text("staged\n")
    git("add", "staged.txt", cwd=folder)
    return folder


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site/assets").mkdir(parents=True)
    (tmp_path / "site/index.html").write_text("first")
    (tmp_path / "site/assets/a.css").write_bytes(b"a\r\n")
    return tmp_path / "site"


def push(site, work, **given):
    asked = {"remote": "origin", "branch": "gh-pages", "message": "Report"} | given
    return publish_pages(site, repository=work, **asked)


def state(work):
    return (
        git("status", "--porcelain", "--branch", cwd=work),
        git("branch", "--list", cwd=work),
        git("stash", "list", cwd=work),
    )


def test_the_command_pushes_the_whole_site_and_leaves_the_work_tree_alone(built, work, host):
    before = state(work)
    done = reportgen(built.folder, "--public", "--json", cwd=work)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["commit"] == git("rev-parse", "gh-pages", cwd=host)
    pushed = set(git("-c", "core.quotepath=off", "ls-tree", "-r", "--name-only", "gh-pages", cwd=host).splitlines())
    files = {
        path.relative_to(built.folder / "site").as_posix()
        for path in (built.folder / "site").rglob("*")
        if path.is_file()
    }
    assert pushed == files | {".nojekyll", ".reportgen-pages"}
    assert state(work) == before


def test_of_a_spec_the_report_is_built_first_and_its_headline_is_the_message(example, built, quick, work, host):
    settings = [part for setting in quick for part in ("--set", setting)]
    done = reportgen(example, "--public", "--json", "-o", "out", *settings, cwd=work)
    assert done.returncode == 0, done.stderr
    assert git("log", "-1", "--format=%B", "gh-pages", cwd=host) == built.report.headline
    pushed = git("show", "gh-pages:index.html", cwd=host)
    assert pushed == (work / json.loads(done.stdout)["site"] / "index.html").read_text().strip()


def test_without_public_nothing_is_pushed(built, work, host):
    done = reportgen(built.folder, cwd=work)
    assert done.returncode == 2
    assert "--public" in done.stderr
    assert git("branch", "--list", cwd=host) == ""


def test_history_is_kept_and_the_same_site_makes_no_commit(site, work, host):
    first = push(site, work)
    assert not push(site, work).changed
    (site / "index.html").write_text("second")
    (site / "assets/a.css").unlink()
    second = push(site, work)
    assert git("log", "--format=%H", "gh-pages", cwd=host).split() == [second.commit, first.commit]
    assert git("show", f"{first.commit}:index.html", cwd=host) == "first"
    assert "assets" not in git("ls-tree", "--name-only", second.commit, cwd=host)


def test_bytes_arrive_as_they_are(site, work, host):
    push(site, work)
    there = subprocess.run(["git", "show", "gh-pages:assets/a.css"], cwd=host, capture_output=True, check=True)
    assert there.stdout == b"a\r\n"


def test_a_domain_that_was_set_stays(site, work, host):
    push(site, work)
    (site / "CNAME").write_text("lab.example.org")
    push(site, work)
    (site / "CNAME").unlink()
    push(site, work)
    assert git("show", "gh-pages:CNAME", cwd=host) == "lab.example.org"


def test_a_branch_of_somebody_else_is_not_replaced(site, work, host):
    git("push", "-q", "origin", "HEAD:refs/heads/gh-pages", cwd=work)
    with pytest.raises(UsageError, match=r"did not write \(.gitignore, paper.tex\).*--branch"):
        push(site, work)


def test_a_remote_that_refuses_is_told_with_exit_code_4(site, work, host):
    hook = host / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho protected branch\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(SourceError, match=r"git push was refused(?s:.*)protected branch") as told:
        push(site, work)
    assert told.value.exit_code == 4
    with pytest.raises(SourceError, match="git ls-remote was refused"):
        push(site, work, remote="elsewhere")


def test_outside_a_repository_it_says_where_to_go(site, tmp_path):
    with pytest.raises(UsageError, match="lies in no git repository"):
        push(site, tmp_path, remote=str(tmp_path / "host.git"))
