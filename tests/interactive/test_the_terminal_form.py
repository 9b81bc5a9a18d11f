"""`reportgen label`: driven by options, by its input, and through a real terminal with Ctrl-C."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen.cli import main
from reportgen.interactive.terminal import USAGE, Terminal

QUICKSTART = Path(__file__).parents[2] / "configs" / "quickstart" / "wandb"


@pytest.fixture
def label(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def called(*arguments, text=None):
        return CliRunner().invoke(main, ["label", str(QUICKSTART), *arguments], input=text)

    return called


def commands(*lines):
    return [part for line in lines for part in ("-c", line)]


def test_a_session_reads_as_it_goes(label, golden):
    done = label(*commands("help", "runs seed=1", "choose !seed=4", "curve eval_chain/combination_lock",
                           "label Tabular method=q*", "label 'On policy' method=sarsa", "label Planning method=dyna_q",
                           "methods label", "undo", "redo", "label gone", "undo", "write"))  # fmt: skip
    assert done.exit_code == 0, done.output
    golden("interactive/session.txt", done.output)
    spec = re.sub(r"(?m)^# Proposed from [^:]+", "# Proposed from QUICKSTART", Path("report.yaml").read_text())
    golden("interactive/report.yaml", re.sub(r"(?m)^(root|- manual): .+", r"\1: PATH", spec))
    golden("interactive/labels.yaml", Path("labels.yaml").read_text())
    checked = CliRunner().invoke(main, ["check", "report.yaml"])
    assert checked.exit_code == 0, checked.output
    assert "3 methods, 6 tasks, 72 scores" in checked.output


def test_lines_of_the_input_are_commands_and_the_end_is_json(label):
    done = label("--json", text="choose method=sarsa\nlabel 'on policy' as kind  # a comment\n\nsave\n")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert len(told["chosen"]) == 5
    assert set(map(json.dumps, told["labels"].values())) == {'{"kind": "on policy"}'}
    assert not told["unsaved"]
    again = json.loads(label("--json", text="").stdout)
    assert again["labels"] == told["labels"]


def test_an_error_ends_a_script_and_keeps_what_was_not_saved(label):
    done = label(*commands("label x", "lable y", "save"))
    assert done.exit_code == 2
    assert "there is no command 'lable'; did you mean 'label'" in done.stderr
    assert not Path("labels.yaml").exists()
    assert Path("labels.unsaved.yaml").read_text().count(": x") == 20
    again = label(*commands("load labels.unsaved.yaml", "save"))
    assert again.exit_code == 0, again.output
    assert Path("labels.yaml").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("drop", r"drop what\? It is written drop TERMS"),
        ("label", r"label what\? It is written label LABEL \[as COLUMN\]"),
        ("label x as", "as what"),
        ("choose 'a", "a text with spaces stands in quotes on both sides"),
        ("curve nothing", "no run has the metric 'nothing'"),
        ("methods x", "no column of labels 'x'; there is none yet"),
        ("save", "there is no label to save"),
    ],
)
def test_mistakes_are_told(label, line, told):
    done = label("-c", line)
    assert done.exit_code in {2, 3}
    assert re.search(told, done.stderr), done.stderr


def test_every_command_is_listed():
    assert set(USAGE) == {name.removeprefix("do_") for name in dir(Terminal) if name.startswith("do_")}


def at_a_terminal():
    """Make the terminal the one of the session, whose Ctrl-C a shell in the background has not turned off."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_control_c_loses_nothing(tmp_path):
    """A real terminal: the prompt stands again after Ctrl-C and after an error, and the end keeps the labels."""
    ours, theirs = pty.openpty()
    seen = b""

    def until(text, *, key=b""):
        """Read until `text`. A Ctrl-C between a key and readline's wait is seen at the next key only: press again."""
        nonlocal seen
        for _ in range(30):
            while text not in seen and select.select([ours], [], [], 2)[0]:
                seen += os.read(ours, 4096)
            if text in seen:
                seen = seen.partition(text)[2]
                return
            os.write(ours, key)
        raise AssertionError(f"waited for {text!r} after {seen!r}")

    command = [sys.executable, "-m", "reportgen", "label", QUICKSTART]
    with subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                          preexec_fn=at_a_terminal) as process:  # noqa: PLW1509 # fmt: skip
        os.close(theirs)
        try:
            a_session_with_mistakes(until, lambda keys: os.write(ours, keys))
            assert process.wait(30) == 0
        finally:
            process.kill()
    os.close(ours)
    assert (tmp_path / "labels.unsaved.yaml").read_text().count(": kept") == 20


def a_session_with_mistakes(until, press):
    until(b"label> ")
    press(b"label kept\n")
    until(b"20 runs labelled kept")
    until(b"label> ")
    press(b"half a li")
    until(b"half a li")
    press(b"\x03")
    until(b"nothing is lost", key=b"\x03")
    until(b"label> ")
    press(b"nonsense\n")
    until(b"error: there is no command 'nonsense'")
    until(b"label> ")
    press(b"\x04")
    until(b"labels.unsaved.yaml")
