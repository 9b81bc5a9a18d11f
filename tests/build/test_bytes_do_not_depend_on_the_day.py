"""The same runs and spec give the same bytes on another day, in another place, with other workers and hash seeds."""

import hashlib
import os
import shutil
import subprocess
import sys

import pytest

from reportgen.resources import shipped

# every clock that programs and libraries ask for the time of day, set ahead; sleeping and waiting use another clock
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
#define AHEAD (401L * 24 * 3600 + 5 * 3600)
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += AHEAD;
    return failed;
}
time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *to, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    to->tv_sec = now.tv_sec;
    to->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


def fingerprint(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def another_day(tmp_path_factory):
    """The environment of a process for which 401 days have passed, where there is a C compiler, and all else is new."""
    elsewhere = {"PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    compiler = shutil.which("cc")
    if compiler is None:
        return elsewhere
    folder = tmp_path_factory.mktemp("clock")
    (folder / "shim.c").write_text(SHIM)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", folder / "shim.so", folder / "shim.c", "-ldl"], check=True, timeout=60
    )
    return elsewhere | {"LD_PRELOAD": str(folder / "shim.so")}


def test_the_clock_is_really_set_ahead(another_day):
    if "LD_PRELOAD" not in another_day:
        pytest.skip("no C compiler is installed, to set the clock of a process")
    show = "import datetime, time; print(int(time.time()), datetime.datetime.now().year)"
    now, later = (
        subprocess.run(
            [sys.executable, "-c", show], env={**os.environ, **more}, capture_output=True, text=True, check=True
        ).stdout.split()
        for more in ({}, another_day)
    )
    assert int(later[0]) - int(now[0]) > 400 * 24 * 3600
    assert int(later[1]) > int(now[1])


def test_an_example_of_score_files_has_the_same_bytes(built, example, reportgen, another_day, tmp_path):
    folder, _ = built
    done = reportgen("build", example, "-o", tmp_path, "-j", 1, "--no-reuse", cwd=tmp_path, **another_day)
    assert done.returncode == 0, done.stderr
    first, second = fingerprint(folder), fingerprint(tmp_path / "report")
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == set()
    assert {path.rpartition(".")[2] for path in first} >= {"html", "pdf", "ipynb", "zip", "svg", "png", "csv", "json"}


@pytest.mark.slow
def test_recorded_runs_have_the_same_bytes(reportgen, another_day, tmp_path):
    """Runs with times in them, read from other places into other caches; the spec's folder is moved as well."""
    prints = []
    for name, jobs, environment in (("here", 2, {"PYTHONHASHSEED": "1"}), ("there", 1, another_day)):
        folder = tmp_path / name
        shutil.copytree(shipped("configs") / "quickstart", folder / "quickstart")
        shutil.copy(shipped("configs") / "quickstart.yaml", folder)
        arguments = ["-o", folder / "out", "-j", jobs, "--cache-dir", folder / "cache"]
        done = reportgen("build", folder / "quickstart.yaml", *arguments, cwd=folder, **environment)
        assert done.returncode == 0, done.stderr
        prints.append(fingerprint(folder / "out"))
    assert {name for name in prints[0].keys() | prints[1].keys() if prints[0].get(name) != prints[1].get(name)} == set()
