"""Publishes a site on a branch that a host serves, such as gh-pages, by git's plumbing.

Objects and a commit are written into the repository and pushed by their hash. Its work tree, its index and its branches
are never touched.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import EnvironmentFault, SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = ".reportgen-pages"
"""A file that says whose branch it is: only a branch that has it is replaced."""
ADDED = {MARK: b"This branch is written by reportgen publish.\n", ".nojekyll": b""}
KEPT = ("CNAME",)  # the host keeps its settings there


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """The commit that the branch has now; `changed` is False where it had the same site before."""

    remote: str
    branch: str
    commit: str
    changed: bool


def refuse_private(*, public: bool, what: str) -> None:
    """Refuse to make results public unless that is said to be meant.

    Raises
    ------
    UsageError
        Without `public`: nobody but the user knows who may see the runs, and who can read the pages.
    """
    if not public:
        raise UsageError(
            f"{what}: pages can be read by everyone, on many hosts also those of a private repository; nothing was "
            "published. If these results may be public, say so: --public"
        )


def publish_pages(site: Path, *, remote: str, branch: str, message: str, repository: Path) -> Pushed:
    """Push a folder of HTML as a new commit on a branch of a remote; its history is kept.

    Parameters
    ----------
    remote
        Name of a remote of `repository`, or an address.
    repository
        A folder within a git repository, whose remotes and credentials are used.

    Raises
    ------
    UsageError
        When `repository` is none, or the branch holds something that reportgen did not write.
    SourceError
        When the remote refuses or cannot be reached.
    EnvironmentFault
        When git is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="reportgen-") as scratch:
        git = _Git(folder=repository, index=Path(scratch) / "index")
        tip = _tip(git, remote, branch)
        kept = _kept(git, tip, branch) if tip else {}
        git.run("add", "--all", "--force", ".", site=site)
        for name, content in ADDED.items():
            kept[name] = git.run("hash-object", "-w", "--stdin", given=content)
        for name, blob in kept.items():
            git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
        tree = git.run("write-tree")
        if tip and git.run("rev-parse", f"{tip}^{{tree}}") == tree:
            return Pushed(remote=remote, branch=branch, commit=tip, changed=False)
        commit = git.run("commit-tree", tree, *(("-p", tip) if tip else ()), "-m", message, author=True)
        git.ask("push", "--quiet", "--no-verify", remote, f"{commit}:refs/heads/{branch}")
        return Pushed(remote=remote, branch=branch, commit=commit, changed=True)


def _tip(git: _Git, remote: str, branch: str) -> str | None:
    """Return the newest commit of the branch on the remote, fetched, None where there is no such branch."""
    told = git.ask("ls-remote", remote, f"refs/heads/{branch}")
    if not told:
        return None
    git.ask("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote, f"refs/heads/{branch}")
    return told.split()[0]


def _kept(git: _Git, tip: str, branch: str) -> dict[str, str]:
    """Return the files of a branch of ours that stay, by name; refuse one that is not ours."""
    rows = [line.split("\t") for line in git.run("ls-tree", tip).splitlines()]
    there = {name: about.split()[2] for about, name in rows}
    if there and MARK not in there:
        raise UsageError(
            f"the branch {branch!r} holds files that reportgen did not write ({', '.join(sorted(there)[:5])}); nothing "
            "was published. Give another one with --branch"
        )
    return {name: there[name] for name in KEPT if name in there}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Git:
    """The git program in a folder, with an index of its own."""

    folder: Path
    index: Path

    def run(self, *arguments: str, given: bytes = b"", site: Path | None = None, author: bool = False) -> str:
        """Run a command and return what it printed; `site` stands for the work tree."""
        where = self._call("rev-parse", "--absolute-git-dir")
        if where.returncode:
            raise UsageError(
                f"{self.folder.resolve()}: lies in no git repository; go to the one whose remote is to carry the pages"
            )
        more = {"GIT_DIR": where.stdout.decode().strip(), "GIT_WORK_TREE": str((site or self.index.parent).resolve())}
        named = self._call("config", "user.email").returncode == 0 or "GIT_COMMITTER_EMAIL" in os.environ
        if author and not named:
            for who in ("AUTHOR", "COMMITTER"):
                more |= {f"GIT_{who}_NAME": "reportgen", f"GIT_{who}_EMAIL": "reportgen@localhost"}
        done = self._call(*arguments, given=given, folder=site, more={**more, "GIT_INDEX_FILE": str(self.index)})
        if done.returncode:
            raise EnvironmentFault(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().strip()

    def ask(self, *arguments: str) -> str:
        """Run a command that speaks to the remote, and return what it printed."""
        self.run("rev-parse", "--git-dir")
        done = self._call(*arguments, more={"GIT_TERMINAL_PROMPT": "0"})
        if done.returncode:
            raise SourceError(
                f"git {arguments[0]} was refused, nothing was published: {done.stderr.decode(errors='replace').strip()}"
            )
        return done.stdout.decode().strip()

    def _call(
        self, *arguments: str, given: bytes = b"", folder: Path | None = None, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        plain = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c", "advice.addEmbeddedRepo=false")
        try:
            return subprocess.run(  # noqa: S603 - git with arguments of ours
                ["git", *plain, *arguments],  # noqa: S607 - the user's git
                cwd=folder or self.folder,
                env={**os.environ, **(more or {})},
                input=given,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise EnvironmentFault("the program git is not installed; pages are published by it") from error
