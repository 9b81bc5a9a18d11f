"""A small real site with two metrics, tables and figures."""

from types import SimpleNamespace

import pytest

from reportgen import site
from reportgen.artifacts import File

HOSTILE = '</title><img src=x onerror=alert(1)>"'
TITLE = "Agents on the quickstart environments"
TASKS = [f"environment-{number:02d}" for number in range(1, 17)]
METHODS = {"q-learning": 0.81, "sarsa": 0.64, "dyna-q": 0.9, "expected-sarsa": 0.72}
LINES = {"q-learning": "#0b5cad", "sarsa": "#c2410c", "dyna-q": "#0f766e", "expected-sarsa": "#7c3aed"}


def encoded(text):
    return "".join(character if character.isalnum() else f"&#{ord(character)};" for character in text)


def svg(ink, ground):
    rows = "".join(
        f'<line x1="{200 * value + 250}" x2="{200 * value + 330}" y1="{30 * row + 35}" y2="{30 * row + 35}"'
        f' stroke="{LINES[name]}" stroke-width="3"/>'
        f'<circle cx="{200 * value + 292}" cy="{30 * row + 35}" r="5" fill="{LINES[name]}"/>'
        f'<text x="10" y="{30 * row + 39}" fill="{ink}" font-family="sans-serif" font-size="13">{name}</text>'
        for row, (name, value) in enumerate(METHODS.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="170" viewBox="0 0 640 170">'
        f'<rect width="640" height="170" fill="{ground}"/>{rows}</svg>'
    ).encode()


def figure(up):
    source = f"{up}assets/figures/score-intervals"
    return (
        '<figure class="rg-figure">'
        f'<img src="{source}.svg#only-light" alt="Interval of each method" loading="lazy">'
        f'<img src="{source}-dark.svg#only-dark" alt="Interval of each method" loading="lazy">'
        "<figcaption>Interquartile mean of the normalised score with 95% intervals (percentile, rank-count bootstrap"
        " of whole runs, 50,000 replicates); 16 tasks × 10 runs.</figcaption>"
        '<p class="rg-signature">IQM · percentile 95% · 50,000 replicates · seed 0 · n = 160</p></figure>\n'
    )


def table(name, caption, head, rows, *, first="Method"):
    """Write a table; the blanks between its cells keep their words apart for the search."""
    cells = "".join(
        f'<tr><th scope="row">{encoded(label)}</th> '
        + " ".join(
            f'<td data-sort="{value}">{value:.2f}'
            f' <span class="rg-ci">[{value - 0.06:.2f}, {value + 0.07:.2f}]</span></td>'
            if value is not None
            else '<td class="rg-none" data-sort="" title="one run: no interval">–</td>'
            for value in values
        )
        + "</tr>\n"
        for label, values in rows
    )
    heads = " ".join(f'<th scope="col" data-type="number">{encoded(text)}</th>' for text in head)
    return (
        f'<div class="rg-table-box"><table class="rg-table" id="{name}"><caption>{encoded(caption)}</caption>'
        f'<thead><tr><th scope="col" data-type="text">{first}</th> {heads}</tr></thead><tbody>{cells}</tbody>'
        "</table></div>\n"
        '<p class="rg-signature">IQM · percentile 95% · 50,000 replicates · seed 0 · n = 160</p>\n'
    )


def pages():
    cards = "".join(
        f'<div class="rg-card"><span class="rg-card-value">{value}</span> '
        f'<span class="rg-card-label">{label}</span></div>\n'
        for value, label in [("0.90", "best IQM, dyna-q"), ("4", "methods"), ("16", "tasks"), ("640", "runs")]
    )
    aggregates = table(
        "aggregates",
        "Aggregates of the normalised score",
        ["IQM", "Mean", "Median", "Optimality gap"],
        [
            (name, (value, value - 0.02, None if name == "sarsa" else value + 0.01, 1 - value))
            for name, value in METHODS.items()
        ],
    )
    by_task = table(
        "by-task",
        "Scores by task",
        list(METHODS),
        [
            (
                task,
                [
                    None if (row + column) % 7 == 0 else round((row * 7 + column * 3) % 11 - 2.5, 2)
                    for column in range(4)
                ],
            )
            for row, task in enumerate(TASKS)
        ],
        first="Task",
    )
    wide = table(
        "wide", "Every method on every task", TASKS, [(name, [value] * len(TASKS)) for name, value in METHODS.items()]
    )
    withheld = (
        '<div class="rg-withheld"><p><strong>Withheld: optimality gap of return.</strong> No optimal score is known'
        " for 3 of 16 tasks.</p><p>Mends it: <code>optimal_scores: {environment-01: 1.0}</code></p></div>\n"
    )
    return {
        "docs/index.md": f"# {TITLE}\n\n"
        '<p class="rg-headline">dyna-q &gt; q-learning: IQM +0.09 [0.04, 0.14], P(improvement) 0.93;'
        " 16 tasks × 10 runs</p>\n\n"
        f'<div class="rg-cards">{cards}</div>\n\n## Aggregates\n\n{aggregates}\n{withheld}\n'
        f"## Intervals\n\n{figure('')}",
        "docs/metrics/score.md": "# Score\n\nThe zebra is found here.\n\n"
        f"## By method\n\n{figure('../')}\n## By task\n\n{by_task}",
        "docs/metrics/hostile.md": f"# Metric {encoded(HOSTILE)}\n\nThe okapi is found here.\n\n"
        f"## All {encoded(HOSTILE)}\n\n{wide}",
        "docs/tasks.md": f"# Tasks\n\n{by_task}",
        "docs/data-quality.md": "# Data quality\n\nNo run was excluded.\n",
        "docs/provenance.md": "# Provenance\n\nMade of [these runs](https://example.org/runs).\n",
    }


def tree():
    written = pages()
    return (
        *(File(path=path, content=text.encode()) for path, text in written.items()),
        File(path="docs/assets/figures/score-intervals.svg", content=svg("#16202e", "#ffffff")),
        File(path="docs/assets/figures/score-intervals-dark.svg", content=svg("#e3e8ef", "#10151c")),
        *site.site_files(TITLE, ["A. Author", "B. Author"], tuple(written)),
    )


def publish(target, files):
    site.refuse_foreign(target)
    with site.scratch_beside(target) as scratch:
        site.write(files, scratch)
        site.build_site(scratch, epoch=0)
        site.publish(scratch, target)


@pytest.fixture(scope="session")
def files():
    return tree()


@pytest.fixture(scope="session")
def folder(tmp_path_factory, files):
    """The published report folder, which no test may change."""
    target = tmp_path_factory.mktemp("out") / "report"
    publish(target, files)
    return target


@pytest.fixture(scope="session")
def small_site(serving):
    return SimpleNamespace(publish=publish, serving=serving, hostile=HOSTILE, title=TITLE, tasks=TASKS)
