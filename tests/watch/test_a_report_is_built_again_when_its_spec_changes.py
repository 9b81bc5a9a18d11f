"""`reportgen serve SPEC` through the real process, its spec edited while it runs."""

import signal
import subprocess
import sys
import urllib.request

import pytest


def spec_of(title, samples=100):
    return (
        f"report: {{title: {title}}}\n"
        "files: {path: scores.csv, columns: {method: method, seed: seed}, values: [score]}\n"
        "metrics: {primary: [{name: score, direction: maximize, unit: points}]}\n"
        f"analysis: {{bootstrap_samples: {samples}}}\n"
        "notebooks: {execute: never}\n"
        "output: {templates: own}\n"
    )


@pytest.fixture
def project(tmp_path):
    rows = ["method,seed,score", *(f"{name},{seed},{seed / 10}" for name in ("ppo", "dqn") for seed in range(3))]
    (tmp_path / "scores.csv").write_text("\n".join(rows))
    (tmp_path / "own/pages").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def served(project):
    """Start serving a spec; afterwards it stops at a signal, without complaint."""
    (project / "report.yaml").write_text(spec_of("Apples", samples="none"))
    command = [sys.executable, "-u", "-m", "reportgen", "serve", "report.yaml", "--port", "0", "-j", "1", "-o", "out"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        yield child
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read()
    assert "stopped" in rest
    assert "Traceback" not in rest
    assert child.returncode == 0


def until(child, words):
    """Read lines up to one that holds some words."""
    lines = []
    for line in child.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def test_errors_are_told_and_the_former_report_is_shown_until_the_next_good_build(served, project):
    said = until(served, "waiting for a change")
    assert "bootstrap_samples" in said
    assert "no report to show yet" in said

    (project / "report.yaml").write_text(spec_of("Apples"))
    address = until(served, " at http").split(" at ")[1].split(" ")[0]
    assert "Apples" in page(address)

    (project / "report.yaml").write_text(spec_of("Pears", samples="many"))
    assert "the former report is still shown" in until(served, "waiting for a change")
    assert "Apples" in page(address)

    (project / "report.yaml").write_text(spec_of("Pears"))
    until(served, "built in")
    assert "Pears" in page(address)

    (project / "own/pages/runs.md.j2").write_text("# All of them\n")
    until(served, "built in")
    assert "All of them" in page(f"{address}runs.html")


def page(address):
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server
        return answer.read().decode()
