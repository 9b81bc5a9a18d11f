"""How often the intervals hold: python tests/benchmarks/coverage.py [--quick] [--tests] [--save FILE] [--docs].

Simulates runs from known distributions, analyses them with `reportgen.stats` as a report does, and counts how often
nominal 95 % intervals hold the truth. Every distribution is 2,000 equally likely scores a task, so that the truth of
every statistic is exact; runs of a method share their luck over tasks through a Gaussian copula with correlation rho.
`--docs` writes the tables into configs/docs/intervals.md, `--tests` measures the size and the power of tests alone.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy import special
from scipy.stats import beta, binom, mannwhitneyu, norm

from reportgen.stats import Scores, Settings, analyse, difference
from reportgen.stats.estimates import iqm, trim_share
from reportgen.stats.improvement import improvement_test
from reportgen.stats.pairs import pair_of
from reportgen.stats.permutation import permutation_test

ATOMS = 2000
THRESHOLDS = np.array([0.5, 0.75])
STATISTICS = ("iqm", "mean", "optimality_gap")
MEASURED = (*STATISTICS, "profile", *(f"difference of {name}" for name in STATISTICS))
SHAPES = ("normal", "collapse", "success", "lognormal")
SHIFT = 0.15
LEVEL = 0.95
BLOCK = 32
AGAIN_BELOW = 89


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One design: `rho` None means that each run covers one task; `sizes` is equal, ragged or unequal (n_A < n_B)."""

    n: int
    tasks: int
    shape: str
    rho: float | None
    sizes: str = "equal"


def population(shape, tasks, shift):
    """(M, ATOMS) equally likely scores of each task, ascending."""
    rank = (np.arange(ATOMS) + 0.5) / ATOMS
    centre = 0.3 + 0.8 * ((0.5 + np.arange(tasks) * 0.6180339887) % 1)[:, None] + shift
    if shape == "normal":
        return centre + 0.25 * norm.ppf(rank)
    if shape == "lognormal":
        return centre * np.exp(norm.ppf(rank) - 0.5)
    if shape == "collapse":
        few = round(0.3 * ATOMS)
        low = 0.05 + 0.03 * norm.ppf((np.arange(few) + 0.5) / few)
        high = norm.ppf((np.arange(ATOMS - few) + 0.5) / (ATOMS - few))
        return np.sort(np.concatenate([np.broadcast_to(low, (tasks, few)), centre + 0.2 * high], axis=1), axis=1)
    rng = np.random.default_rng(7)
    chance = np.clip(centre, 0.1, 0.9)
    runs = beta.ppf(rng.permuted(np.broadcast_to(rank, (tasks, ATOMS)), axis=1), 10 * chance, 10 * (1 - chance))
    return np.sort(binom.ppf(rank, 20, runs) / 20, axis=1)


def truths(table, n_scores):
    """The truth of each statistic; the IQM cuts the share that it cuts of so many scores."""
    ascending = np.sort(table.ravel())
    share = trim_share(n_scores, 0.25)
    return {
        "iqm": float(iqm(np.arange(1.0, ascending.size + 1)[None], ascending, share)[0]),
        "mean": float(ascending.mean()),
        "optimality_gap": float(np.maximum(0, 1 - ascending).mean()),
        "profile": (ascending > THRESHOLDS[:, None]).mean(axis=1),
    }


def layout(cell, n):
    """(tasks, runs) of each score."""
    if cell.rho is None:
        sizes = [max(2, n + (m % 3 - 1 if cell.sizes == "ragged" else 0)) for m in range(cell.tasks)]
        tasks = np.repeat(np.arange(cell.tasks), sizes)
        return tasks, np.arange(len(tasks))
    tasks, runs = np.tile(np.arange(cell.tasks), n), np.repeat(np.arange(n), cell.tasks)
    if cell.sizes != "ragged":
        return tasks, runs
    half = cell.tasks // 2
    return (
        np.concatenate([tasks, np.tile(np.arange(half), n)]),
        np.concatenate([runs, n + np.repeat(np.arange(n), half)]),
    )


def draw(rng, table, tasks, runs, rho):
    """Scores of one method: a run's luck is shared by its tasks with correlation rho."""
    shared = 0.0 if rho is None else rho
    luck = np.sqrt(shared) * rng.normal(size=runs.max() + 1)[runs] + np.sqrt(1 - shared) * rng.normal(size=len(runs))
    return table[tasks, np.minimum((special.ndtr(luck) * ATOMS).astype(int), ATOMS - 1)]


def holds(low, high, truth):
    """Whether an interval holds the truth to rounding; None where there is none."""
    return None if low is None or np.isnan(low) else low - 1e-12 <= truth <= high + 1e-12


def simulate(cell, *, pairs, replicates, seed=0):
    """Return statistic -> [held, stated, asked] for expanded_t, and the same for percentile under 'percentile'."""
    settings = Settings(level=LEVEL, replicates=replicates)
    tables = population(cell.shape, cell.tasks, 0.0), population(cell.shape, cell.tasks, SHIFT)
    sizes = cell.n, (2 * cell.n + 1 if cell.sizes == "unequal" else cell.n)
    plans = [layout(cell, n) for n in sizes]
    truth = [truths(table, len(tasks)) for table, (tasks, _) in zip(tables, plans, strict=True)]
    names = [[f"{kind}{k:05}" for k in range(len(plans[1][0]))] for kind in "tr"]
    counts = {"expanded_t": {}, "percentile": {}}

    def note(kind, name, held):
        tally = counts[kind].setdefault(name, [0, 0, 0])
        tally[0] += bool(held)
        tally[1] += held is not None
        tally[2] += 1

    for trial in range(pairs):
        rng = np.random.default_rng([seed, trial, *json.dumps(asdict(cell)).encode()])
        both = []
        for which, (tasks, runs) in enumerate(plans):
            values = draw(rng, tables[which], tasks, runs, cell.rho)
            scores = Scores(values=values, tasks=tasks, runs=runs, task_ids=names[0], run_ids=names[1])
            key = (f"{seed}/{trial}", "ab"[which])
            found = analyse(scores, settings, key=key, statistics=STATISTICS, thresholds=THRESHOLDS)
            both.append(found)
            for name in STATISTICS:
                one = found.intervals[name]
                note("expanded_t", name, holds(one.low, one.high, truth[which][name]))
                note("percentile", name, holds(*(one.percentile or (None, None)), truth[which][name]))
            for low, high, share in zip(found.profile.low, found.profile.high, truth[which]["profile"], strict=True):
                note("expanded_t", "profile", holds(low, high, share))
        for name in STATISTICS:
            one = difference(*both, name)
            apart = truth[0][name] - truth[1][name]
            note("expanded_t", f"difference of {name}", holds(one.low, one.high, apart))
            note("percentile", f"difference of {name}", holds(*(one.percentile or (None, None)), apart))
    return counts


def rejections(cell, *, pairs, replicates, shift=0.0, seed=0):
    """Return [by the difference of IQMs, by the probability of improvement, by pooled Mann-Whitney, pairs] at 5 %.

    `sizes` "spread": the second method has 2n + 1 runs and the first a spread three times as large about the same
    truth, so that the hypothesis of equal aggregates holds although the distributions differ; "even spread" the same
    with n runs of both. `shift` moves the second method.
    """
    settings = Settings(level=LEVEL, replicates=replicates)
    table = population(cell.shape, cell.tasks, 0.0)
    centre = table.mean(axis=1, keepdims=True)
    tables = (
        centre + 3 * (table - centre) if "spread" in cell.sizes else table,
        population(cell.shape, cell.tasks, shift),
    )
    plans = [layout(cell, n) for n in (cell.n, 2 * cell.n + 1 if cell.sizes in {"unequal", "spread"} else cell.n)]
    names = [[f"{kind}{k:05}" for k in range(len(plans[1][0]))] for kind in "tr"]
    hits = np.zeros(3, dtype=int)
    for trial in range(pairs):
        rng = np.random.default_rng([seed, trial, 5, *json.dumps(asdict(cell)).encode()])
        a, b = (
            Scores(values=draw(rng, one, *plan, cell.rho), tasks=plan[0], runs=plan[1], task_ids=names[0],
                   run_ids=names[1])
            for one, plan in zip(tables, plans, strict=True)
        )  # fmt: skip
        pair = pair_of(a, b, settings)
        found = (permutation_test(pair, "iqm", settings, rng).p, improvement_test(pair, settings, rng).p,
                 mannwhitneyu(a.values, b.values).pvalue)  # fmt: skip
        hits += np.array(found) <= 1 - LEVEL + 1e-12
    return [*hits.tolist(), pairs]


WORDS = {
    "equal": "",
    "unequal": ", the second method 2n + 1 runs",
    "spread": ", 2n + 1 runs, spread 3 : 1",
    "even spread": ", spread 3 : 1",
}
SHIFTS = {"normal": 0.15, "collapse": 0.25, "success": 0.1, "lognormal": 0.25}


def null_grid():
    """Spread is for the normal shape alone, whose IQM does not move with it."""
    return [
        Cell(n=n, tasks=10, shape=shape, rho=rho, sizes=sizes)
        for n, shape, rho, sizes in product((3, 5, 10), SHAPES[:3], (None, 0.2), WORDS)
        if "spread" not in sizes or shape == "normal"
    ]


def power_grid():
    """Runs of one task: pooled Mann-Whitney has no size to compare with where a run feeds many tasks."""
    return [
        Cell(n=n, tasks=10, shape=shape, rho=None, sizes=sizes)
        for shape, n, sizes in product(SHAPES, (3, 5), ("equal", "unequal"))
    ]


def _effort(cell):
    if cell.sizes != "spread":
        return 1.5
    return 5 if cell.rho is None else 60 / cell.n


def measure_tests(asked, saved):
    """Return the tallies of the null grid and of power; more pairs where spreads and sizes differ and runs are few."""
    work = {f"null {_key(cell)}": (cell, 0.0, _effort(cell)) for cell in null_grid()}
    work |= {f"power {_key(cell)}": (cell, SHIFTS[cell.shape], 1.5) for cell in power_grid()}
    run = delayed(rejections)
    todo = sorted((key for key in work if key not in saved), key=lambda key: -work[key][2])
    for start in range(0, len(todo), BLOCK // 4):
        part = todo[start : start + BLOCK // 4]
        counts = Parallel(n_jobs=asked.jobs)(
            run(cell, pairs=round(times * asked.pairs), replicates=asked.replicates, shift=shift)
            for cell, shift, times in map(work.__getitem__, part)
        )
        saved |= zip(part, counts, strict=True)
        _keep(asked, saved)
    return (
        {cell: saved[f"null {_key(cell)}"] for cell in null_grid()},
        {cell: saved[f"power {_key(cell)}"] for cell in power_grid()},
    )


def alarm_table(alarms, which):
    """Type-I errors by design and n; mean over shapes and [highest]."""
    lines = ["| | n = 3 | n = 5 | n = 10 |", "|---|---|---|---|"]
    for rho, sizes in product((None, 0.2), WORDS):
        texts = []
        for n in (3, 5, 10):
            found = [
                100 * tally[which] / tally[-1]
                for cell, tally in alarms.items()
                if (cell.n, cell.rho, cell.sizes) == (n, rho, sizes)
            ]
            texts.append(f"{np.mean(found):.1f}" + (f" [{max(found):.1f}]" if len(found) > 1 else ""))
        design = "one run, one task" if rho is None else f"whole runs, rho {rho:g}"
        lines.append(f"| {design}{WORDS[sizes]} | {' | '.join(texts)} |")
    return "\n".join(lines)


def power_table(powers):
    lines = ["| | difference of the IQM | P(A > B) | pooled Mann–Whitney |", "|---|---|---|---|"]
    for cell, tally in powers.items():
        others = cell.n if cell.sizes == "equal" else 2 * cell.n + 1
        shares = " | ".join(f"{100 * hits / tally[-1]:.0f}" for hits in tally[:-1])
        lines.append(f"| {cell.shape}, {cell.n} against {others} runs | {shares} |")
    return "\n".join(lines)


def report_of_tests(alarms, powers, *, pairs, replicates):
    fewest = min(tally[-1] for tally in alarms.values())
    many = [tally[-1] for cell, tally in alarms.items() if cell.sizes == "spread"]
    trials = min(tally[-1] for tally in powers.values())
    errors = [100 * np.sqrt(0.05 * 0.95 / count) for count in (fewest, min(many), max(many))]
    return f"""### The default tests when there is no difference

Measured by `python tests/benchmarks/coverage.py --tests --docs --pairs {pairs} --replicates {replicates}`: per cent of
tests at 5 % ({replicates} sampled arrangements where there are too many for all) that reject although the aggregates
of the methods are equal over 10 tasks; mean over the normal, collapsing and success-rate shapes and [highest]. Spread
3 : 1 is for the normal shape alone: the method with n runs has three times the spread of the other. {fewest} pairs of
methods a design, standard error {errors[0]:.1f} points; {min(many)} to {max(many)} where both spreads and numbers of
runs differ (most with few whole runs), standard error {errors[1]:.1f} to {errors[2]:.1f}. Three whole runs of each
method give no p below 0.1, so that nothing is rejected; a report says that it cannot be decided.

Difference of the IQM:

{alarm_table(alarms, 0)}

Probability of improvement:

{alarm_table(alarms, 1)}

### The power of the default tests

Per cent of tests at 5 % that reject where the scores of the second method are higher, by
{", ".join(f"{shift:g} ({shape})" for shape, shift in SHIFTS.items())}; of a collapsing method only the runs that do
not fail are. One run, one task, 10 tasks; {trials} pairs of methods each, standard error at most
{100 * np.sqrt(0.25 / trials):.1f} points. Mann–Whitney pools the scores of all tasks; where a run feeds many tasks it
rejects far too often, so that its power means nothing there.

{power_table(powers)}
"""


def full_grid():
    equal = [
        Cell(n=n, tasks=tasks, shape=shape, rho=rho)
        for n, tasks, shape, rho in product((2, 3, 5, 10), (1, 3, 10, 26, 80), SHAPES, (None, 0.0, 0.2, 0.5))
        if tasks > 1 or rho is None
    ]
    other = [
        Cell(n=n, tasks=tasks, shape=shape, rho=rho, sizes=sizes)
        for n, tasks, shape, rho, sizes in product((3, 5, 10), (10, 26), SHAPES, (None, 0.2), ("ragged", "unequal"))
    ]
    return equal + other


def reduced_grid():
    return [
        Cell(n=n, tasks=10, shape=shape, rho=rho, sizes=sizes)
        for n, shape, (rho, sizes) in product(
            (3, 5, 10),
            SHAPES[:3],
            ((None, "equal"), (0.0, "equal"), (0.5, "equal"), (None, "ragged"), (0.2, "unequal")),
        )
    ]


def promised(cell):
    return cell.tasks >= 10 and cell.n >= 3 and cell.shape != "lognormal"


def share(tally):
    """Coverage in percent of the intervals that were stated."""
    return 100 * tally[0] / tally[1] if tally[1] else float("nan")


def measure(cells, *, pairs, replicates, jobs, saved=None):
    """Simulate every cell; where one that is promised shows less than AGAIN_BELOW, again with five times the pairs."""
    found = {cell: json.loads(json.dumps(saved[_key(cell)])) for cell in cells if saved and _key(cell) in saved}
    todo = sorted((cell for cell in cells if cell not in found), key=lambda cell: -cell.n * cell.tasks)
    run = delayed(simulate)
    counts = Parallel(n_jobs=jobs)(run(cell, pairs=pairs, replicates=replicates) for cell in todo)
    found.update(zip(todo, counts, strict=True))
    low = [
        cell
        for cell in todo
        if promised(cell) and min(share(tally) for tally in found[cell]["expanded_t"].values()) < AGAIN_BELOW
    ]
    again = Parallel(n_jobs=jobs)(run(cell, pairs=5 * pairs, replicates=replicates, seed=1) for cell in low)
    found.update(zip(low, again, strict=True))
    return {cell: found[cell] for cell in cells}


def _key(cell):
    return json.dumps(asdict(cell))


DESIGNS = {
    "one run, one task": lambda cell: cell.rho is None and cell.sizes == "equal",
    "whole runs, rho 0": lambda cell: cell.rho == 0 and cell.sizes == "equal",
    "whole runs, rho 0.2": lambda cell: cell.rho == 0.2 and cell.sizes == "equal",
    "whole runs, rho 0.5": lambda cell: cell.rho == 0.5 and cell.sizes == "equal",
    "ragged, one run, one task": lambda cell: cell.rho is None and cell.sizes == "ragged",
    "ragged, whole runs, rho 0.2": lambda cell: cell.rho == 0.2 and cell.sizes == "ragged",
    "unequal n, one run, one task": lambda cell: cell.rho is None and cell.sizes == "unequal",
    "unequal n, whole runs, rho 0.2": lambda cell: cell.rho == 0.2 and cell.sizes == "unequal",
}
HEADS = ("IQM", "mean", "gap", "profile point", "Δ IQM", "Δ mean", "Δ gap")


def summary(found, chosen, name, kind="expanded_t"):
    """Mean over cells and the lowest cell, as text."""
    shares = [share(found[cell][kind][name]) for cell in chosen if name in found[cell][kind]]
    shares = [value for value in shares if not np.isnan(value)]
    return f"{np.mean(shares):.0f} [{min(shares):.0f}]" if shares else "–"


def table(found, rows):
    lines = [f"| | {' | '.join(HEADS)} |", f"|---|{'---|' * len(HEADS)}"]
    for label, keep in rows:
        chosen = [cell for cell in found if keep(cell)]
        if chosen:
            lines.append(f"| {label} | {' | '.join(summary(found, chosen, name) for name in MEASURED)} |")
    return "\n".join(lines)


def report(found, *, pairs, replicates):
    """The generated part of the documentation."""

    def main(cell):
        return cell.tasks >= 10 and cell.shape != "lognormal"

    designs = [
        (f"{label}, n = {n}", lambda cell, keep=keep, n=n: main(cell) and keep(cell) and cell.n == n)
        for label, keep in DESIGNS.items()
        for n in (2, 3, 5, 10)
    ]
    shapes = [
        (f"{shape}, n = {n}", lambda cell, shape=shape, n=n: cell.shape == shape and cell.n == n and cell.tasks >= 10)
        for shape in SHAPES
        for n in (3, 5, 10)
    ]
    small = [
        (f"{m} task{'s' if m > 1 else ''}, n = {n}", lambda cell, m=m, n=n: cell.tasks == m and cell.n == n
         and cell.shape != "lognormal")
        for m in (1, 3)
        for n in (2, 3, 5, 10)
    ]  # fmt: skip
    plain = ["| runs | IQM | mean | gap | Δ IQM | Δ mean |", "|---|---|---|---|---|---|"]
    for n in (2, 3, 5, 10):
        chosen = [cell for cell in found if main(cell) and cell.n == n and cell.sizes == "equal"]
        names = ("iqm", "mean", "optimality_gap", "difference of iqm", "difference of mean")
        plain.append(f"| {n} | {' | '.join(summary(found, chosen, name, 'percentile') for name in names)} |")
    worst = sorted(
        ((share(tally), name, cell) for cell in found if promised(cell)
         for name, tally in found[cell]["expanded_t"].items()),
        key=lambda one: one[0],
    )  # fmt: skip
    low, name, cell = worst[0]
    error = 100 * np.sqrt(0.95 * 0.05 / (2 * pairs))
    least = min(tallies["expanded_t"]["difference of iqm"][2] for tallies in found.values())
    most = max(tallies["expanded_t"]["difference of iqm"][2] for tallies in found.values())
    return f"""Measured by `python tests/benchmarks/coverage.py --docs`: {len(found)} designs, {least} to {most}
pairs of methods each (a design of the first table with three and more runs that showed less than {AGAIN_BELOW} % was
measured again with {5 * pairs}, and those figures stand), at least {replicates} bootstrap replicates. Figures are per
cent of the stated nominal 95 % intervals that held the truth: the mean over designs and the [lowest]. With {pairs}
pairs the standard error of a single design is {error:.1f} points for a method and {error * 2**0.5:.1f} for a
difference. `rho` is the correlation, in a Gaussian copula, between the scores of a run on two tasks; in ragged
designs the number of runs differs between tasks (whole runs: half of them cover half of the tasks), in unequal ones the
second method has 2n + 1 runs.

### Ten and more tasks: normal, collapsing and success-rate scores

Runs of 10, 26 and 80 tasks; a collapsing run fails with probability 0.3; a success rate averages 20 episodes.

{table(found, designs)}

The lowest design of all with three and more runs: {low:.1f} %
({name.replace("optimality_gap", "gap")}; {described(cell)}).

### By shape, ten and more tasks, all designs

{table(found, shapes)}

### Few tasks

{table(found, small)}

### The plain percentile interval, for comparison

{chr(10).join(plain)}

"""


def described(cell):
    runs = "one run, one task" if cell.rho is None else f"whole runs, rho {cell.rho:g}"
    return f"{cell.shape}, {cell.n} runs, {cell.tasks} tasks, {runs}, {cell.sizes} n"


def write_docs(text, part):
    """Replace a generated part of the page: ``measured`` or ``tests``."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    page = Path(__file__).parents[2] / "configs/docs/intervals.md"
    head, _, rest = page.read_text(encoding="utf-8").partition(begin)
    tail = rest.partition(end)[2]
    page.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8", newline="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100, help="pairs of methods a design")
    parser.add_argument("--replicates", type=int, default=399)
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--quick", action="store_true", help="the reduced grid of the slow test")
    parser.add_argument("--tests", action="store_true", help="the size and the power of tests alone")
    parser.add_argument("--save", type=Path, help="counts as JSON; designs already in it are not simulated again")
    parser.add_argument("--docs", action="store_true", help="write the tables into configs/docs/intervals.md")
    asked = parser.parse_args()
    saved = json.loads(asked.save.read_text()) if asked.save and asked.save.exists() else {}
    started = time.perf_counter()
    parts = {} if asked.tests else {"measured": _intervals(asked, saved)}
    alarms, powers = measure_tests(asked, saved)
    parts["tests"] = report_of_tests(alarms, powers, pairs=asked.pairs, replicates=asked.replicates)
    for part, text in parts.items():
        print(text)
        if asked.docs:
            write_docs(text, part)
    print(f"{time.perf_counter() - started:.0f} s")


def _intervals(asked, saved):
    cells = reduced_grid() if asked.quick else full_grid()
    found = {}
    for start in range(0, len(cells), BLOCK):
        part = cells[start : start + BLOCK]
        found |= measure(part, pairs=asked.pairs, replicates=asked.replicates, jobs=asked.jobs, saved=saved)
        saved |= {_key(cell): counts for cell, counts in found.items()}
        _keep(asked, saved)
    return report(found, pairs=asked.pairs, replicates=asked.replicates)


def _keep(asked, saved):
    if asked.save:
        asked.save.write_text(json.dumps(saved))


if __name__ == "__main__":
    main()
