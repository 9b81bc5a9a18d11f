# %% [markdown]
# # The numbers of this report, computed again
#
# This notebook reads `../report.json` and the files of `../data`, which lie beside it in the report's archive. It
# computes aggregates, intervals, comparisons, ranks, profiles, curves and task summaries from the scores and stops at
# the first number that differs from the report by more than a relative 1e-9. It needs numpy, pandas and matplotlib,
# and no network. Intervals and tests are computed again where `reportgen` is installed (the package `reportgen-ml`).
#
# ## 1. Loading and overview

# %%
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

try:
    from reportgen import stats
    from reportgen.stats import Scores, Settings, analyse, difference
except ImportError:
    analyse = None

assert Path("../report.json").is_file(), "../report.json is missing: unpack the report's whole archive and start there"
report = json.loads(Path("../report.json").read_text(encoding="utf-8"))
table = pd.read_csv("../data/scores.csv", dtype=str, keep_default_na=False)
further = {}
for path in sorted(Path("../data").glob("*.csv")):
    frame = further[path.stem] = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in {"score", "step", "raw", "value", "threshold", "horizon"} & set(frame.columns):
        frame[column] = [float(text or "nan") for text in frame[column]]
rules = report["report"]["settings"]
if analyse is None:
    print("reportgen is not installed: point estimates are computed with numpy alone, intervals are not.")
else:
    print("Estimates are computed with numpy, and with their intervals by reportgen.stats.")
print(f"Metrics: {len(report['metrics'])}; scores: {len(table):,}.")
pd.set_option("display.html.use_mathjax", False, "display.float_format", "{:.4g}".format)
pd.set_option("display.max_columns", 24, "display.max_rows", 120)
rules

# %% [markdown]
# A number of the report and the one computed here must agree. What is missing or withheld is `null` there and NaN
# here. `scale` is the size of the scores: what nearly cancels is compared with that.

# %%
checked = Counter()


def agree(stated, found, *, of, what, scale=1.0):
    """Assert that numbers of the report and numbers found here are the same but for rounding, and count them."""
    stated, found = (np.atleast_1d(np.array(numbers, dtype=float)) for numbers in (stated, found))
    found = np.where(np.isfinite(found), found, np.nan)
    same = np.isclose(found, stated, rtol=1e-9, atol=1e-12 * scale, equal_nan=True)
    assert same.all(), f"{what}: the report says {stated[~same][0]!r}, the scores say {found[~same][0]!r}"
    checked[of] += int(np.isfinite(stated).sum())


def tally(*kinds):
    """Print how many numbers were checked so far."""
    for kind in kinds or sorted(checked):
        print(f"{checked[kind]:>8,}  {kind} agree with report.json")


# %% [markdown]
# Names come from `report.json`, numbers from the CSV; both list the scores in one order. A normalised score is
# (raw − reference) / (optimum − reference).


# %%
def load(metric, rows):
    """Return the scores of a metric as a frame: method, task and run by their ids, raw and analysed value."""
    frame = pd.DataFrame(metric["scores"], columns=["method", "task", "run", "raw", "value"])
    assert len(frame) == len(rows), f"{metric['label']}: report.json and scores.csv hold different scores"
    for column in ("raw", "value"):
        found = rows[column].map(float).to_numpy()
        agree(frame[column].to_numpy(dtype=float), found, of="scores", what=f"{metric['label']}, {column}", scale=0)
        frame[column] = found
    frame["seed"] = [score["seed"] for score in metric["scores"]]
    frame["score"] = rows.index + 1
    if metric["normalization"] != "none":
        bounds = pd.DataFrame(metric["bounds"]).T.loc[frame.task]
        low, high = bounds["reference"].to_numpy(), bounds["optimum"].to_numpy()
        found = (frame.raw - low) / (high - low)
        agree(frame.value, found, of="normalised scores", what=f"{metric['label']}, normalisation")
    return frame


metrics = {metric["id"]: metric for metric in report["metrics"]}
sizes = [len(metric["scores"]) for metric in metrics.values()]
ends = np.cumsum(sizes)
scores = {
    name: load(metric, table.iloc[end - size : end])
    for (name, metric), size, end in zip(metrics.items(), sizes, ends, strict=True)
}
csv_ids = {name: table["metric"].iloc[end - 1] for name, end in zip(metrics, ends, strict=True)}
tally("scores", "normalised scores")

# %% [markdown]
# Scores per method and task; an empty cell (0) is a task that the method was never run on.


# %%
def labels(metric):
    """Return the shown names of a metric's methods, by id, in display order."""
    return {method["id"]: method["label"] for method in metric["methods"]}


for name, metric in metrics.items():
    counts = scores[name].groupby(["method", "task"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=list(labels(metric)), columns=metric["tasks"], fill_value=0)
    for method in metric["methods"]:
        own = scores[name][scores[name].method == method["id"]]
        what = f"{metric['label']}, {method['label']}"
        found = [len(own), own.run.nunique(), own.task.nunique()]
        agree([method["n_scores"], method["n_runs"], method["n_tasks"]], found, of="counts", what=f"{what}, counts")
        agree(method["n_runs_per_task"], counts.loc[method["id"]], of="counts", what=f"{what}, runs per task")
    missing = int((counts == 0).sum().sum())
    print(f"{metric['label']}: {len(counts)} methods, {len(counts.columns)} tasks, {missing} missing cells")
    display(counts.rename(index=labels(metric), columns=metric["task_labels"]).rename_axis(index=None, columns=None).T)
tally("counts")

# %% [markdown]
# ## 2. Aggregates
#
# With `weighting: task` every task counts the same, however many runs it has. Scores are turned so that more is
# better (`sign`), and turned back for the comparison with the report.


# %%
def sign_of(metric):
    """Return -1 where the raw scores are shown and less is better, else 1."""
    return -1.0 if metric["direction"] == "minimize" and metric["normalization"] == "none" else 1.0


def scale_of(metric):
    """Return the size of a metric's finite scores."""
    values = scores[metric["id"]].value
    return float(values[np.isfinite(values)].abs().max())


def shares(frame):
    """Return the (n,) weights of scores, which sum to one."""
    if rules["weighting"] == "pooled":
        return np.full(len(frame), 1 / len(frame))
    runs = frame.groupby("task").task.transform("size").to_numpy()
    return 1 / runs / frame.task.nunique()


def trimmed(values, weights, trim):
    """Return the weighted mean of what is left when the share floor(trim n) / n is cut off at each end."""
    order = np.argsort(values, kind="stable")
    cut = int(trim * len(values)) / len(values)
    kept = np.diff(np.clip(np.cumsum(weights[order]), cut, 1 - cut), prepend=cut)
    middle = kept > 1e-12
    return float((kept * values[order])[middle].sum() / (1 - 2 * cut))


def estimates(frame, sign):
    """Return every aggregate of one method's scores, in shown units."""
    values, weights = sign * frame.value.to_numpy(), shares(frame)
    of_tasks = (sign * frame.value).groupby(frame.task).mean()
    return {
        "iqm": sign * trimmed(values, weights, rules["trim"]),
        "mean": sign * float(weights @ values),
        "median": sign * float(of_tasks.median()),
        "optimality_gap": float(weights @ np.maximum(0, rules["gamma"] - values)),
    }


def check_estimates(stated, frame, metric, what):
    """Assert every stated aggregate of one method, and the spread over its runs."""
    if frame.empty:
        return
    found = estimates(frame, sign_of(metric))
    of_runs = frame.groupby("run").value.mean()
    for name, entry in stated.items():
        if entry["estimate"] is None:
            continue
        agree(entry["estimate"], found[name], of="aggregates", what=f"{what}, {name}", scale=scale_of(metric))
        if entry["spread"]:
            ends = [of_runs.min(), of_runs.max()]
            agree(entry["spread"], ends, of="spreads over runs", what=f"{what}, spread", scale=scale_of(metric))


def primary():
    """Return the metrics that have aggregates, by id."""
    return {name: metric for name, metric in metrics.items() if metric["role"] == "primary"}


for name, metric in primary().items():
    rows = {}
    for method in metric["methods"]:
        own = scores[name][scores[name].method == method["id"]]
        shared = own[own.task.isin(metric["common_tasks"])]
        what = f"{metric['label']}, {method['label']}"
        check_estimates(method["aggregates"], own, metric, what)
        check_estimates(method["common"], shared, metric, f"{what}, common tasks")
        rows[method["label"]] = {key: entry["estimate"] for key, entry in method["aggregates"].items()}
    print(metric["label"])
    display(pd.DataFrame(rows, dtype=float).T)
tally("aggregates", "spreads over runs")

# %% [markdown]
# ### Intervals
#
# The bootstrap draws whole runs within strata of runs that cover the same tasks. Its random numbers follow from the
# seed, the metric and the method, so the same scores give the same intervals.


# %%
def as_scores(frame, metric):
    """Return the scores of one method as reportgen.stats takes them."""
    tasks, runs = list(dict.fromkeys(frame.task)), list(dict.fromkeys(frame.run))
    return Scores(
        values=sign_of(metric) * frame.value.to_numpy(),
        tasks=frame.task.map(tasks.index).to_numpy(),
        runs=frame.run.map(runs.index).to_numpy(),
        task_ids=tasks,
        run_ids=runs,
    )


def grid_of(metric):
    """Return the thresholds of a metric's profiles; all its methods share them."""
    grids = [method["profile"]["thresholds"] for method in metric["methods"] if method["profile"]]
    for grid in grids:
        agree(grid, grids[0], of="thresholds", what=f"{metric['label']}, thresholds")
    return np.array(grids[0] if grids else [])


def check_interval(stated, found, sign, metric, what):
    """Assert an interval: estimate, both ends, the percentile pair, degrees of freedom, level and replicates."""
    if stated["estimate"] is None:
        return
    pair = found.percentile or (np.nan, np.nan)
    ends = np.array([found.low, found.high, *pair], dtype=float)
    shown = ends if sign > 0 else -ends[[1, 0, 3, 2]]
    stated_ends = [stated["low"], stated["high"], *(stated["percentile"] or (None, None))]
    agree(stated["estimate"], sign * found.estimate, of="intervals", what=what, scale=scale_of(metric))
    agree(stated_ends, shown, of="intervals", what=what, scale=scale_of(metric))
    settings = [stated["df"], stated["level"], stated["replicates"]]
    agree(settings, [found.df, found.level, found.replicates], of="intervals", what=f"{what}, settings")


def check_intervals(stated, analysis, metric, what):
    """Assert every interval of one method's aggregates."""
    for name, entry in stated.items():
        if name in analysis.intervals:
            sign = 1.0 if name == "optimality_gap" else sign_of(metric)
            check_interval(entry, analysis.intervals[name], sign, metric, f"{what}, interval of {name}")


def written(entry):
    """Return an estimate and its interval as text."""
    if entry["estimate"] is None:
        return "withheld"
    numbers = [entry[key] for key in ("estimate", "low", "high") if entry[key] is not None]
    estimate, *ends = (f"{number:#.3g}".rstrip(".") for number in numbers)
    return f"{estimate} [{', '.join(ends)}]" if ends else estimate


analyses = {}
if analyse is None:
    print("Left out: intervals need reportgen.")
else:
    settings = Settings(**rules)
    for name, metric in primary().items():
        rows, grid = {}, grid_of(metric) * sign_of(metric)
        for method in metric["methods"]:
            own = scores[name][scores[name].method == method["id"]]
            what, key = f"{metric['label']}, {method['label']}", (name, method["id"])
            trials = set(scores[name].value) <= {0.0, 1.0}
            analyses[key] = analyse(as_scores(own, metric), settings, key=key, thresholds=grid, trials=trials)
            check_intervals(method["aggregates"], analyses[key], metric, what)
            shared = own[own.task.isin(metric["common_tasks"])]
            if method["common"] and len(shared):
                again = analyse(as_scores(shared, metric), settings, key=key, thresholds=np.empty(0), trials=trials)
                check_intervals(method["common"], again, metric, f"{what}, common tasks")
            rows[method["label"]] = {of: written(entry) for of, entry in method["aggregates"].items()}
        print(metric["label"])
        display(pd.DataFrame(rows).T)
    tally("intervals")

# %% [markdown]
# ### Differences
#
# a − b of one aggregate, turned so that above zero favours a. An interval that holds zero leaves open which is better.

# %%
for name, metric in primary().items():
    rows, names = {}, labels(metric)
    stated = [side for pair in metric["comparisons"] for side in (pair, pair["beside"]) if side]
    for pair in stated:
        if pair["estimand"] != "difference" or pair["estimate"] is None:
            continue
        a, b, of = pair["a"], pair["b"], pair["of"]
        better = -1.0 if of == "optimality_gap" else sign_of(metric)
        found = {one: estimates(scores[name][scores[name].method == one], sign_of(metric))[of] for one in (a, b)}
        what = f"{metric['label']}, {names[a]} − {names[b]}"
        agree(pair["estimate"], better * (found[a] - found[b]), of="differences", what=what, scale=scale_of(metric))
        if analyse is not None and not metric["testing"]["paired"]:
            interval = difference(analyses[name, a], analyses[name, b], of)
            check_interval(pair, interval, -1.0 if of == "optimality_gap" else 1.0, metric, what)
        rows[f"{names[a]} − {names[b]}"] = {key: pair[key] for key in ("of", "estimate", "low", "high")}
    print(metric["label"] if rows else f"{metric['label']}: the report compares no methods")
    if rows:
        display(pd.DataFrame(rows).T)
tally("differences", *(["intervals"] if analyses else []))

# %% [markdown]
# ### Tests and verdicts
#
# Each pair is compared anew: the interval of either estimand, the raw p, the effect sizes. The p of a family are
# then corrected together, and the verdict follows from the corrected p and the interval. The matrix, the ranks and the
# tests of all methods at once start from the same scores.

# %%
MOST_PAIRS = 30


def same(stated, found, *, of, what):
    """Assert that words of the report and words found here are the same, and count them."""
    assert stated == found, f"{what}: the report says {stated!r}, the scores say {found!r}"
    checked[of] += 1


def own_scores(name, method):
    """Return the scores of one method of a metric as reportgen.stats takes them."""
    return as_scores(scores[name][scores[name].method == method], metrics[name])


def sides_of(comparison):
    """Return a comparison by the estimand that decides, and by the other one."""
    return [side for side in (comparison, comparison["beside"]) if side]


def contests_of(name, metric):
    """Compare the pairs of a metric anew, those that the report asks for first; at most MOST_PAIRS."""
    testing, pairs = metric["testing"], {}
    for pair in metric["comparisons"]:
        pairs.setdefault(frozenset((pair["a"], pair["b"])), (pair["a"], pair["b"], pair["effects"]))
    for pair in metric["matrix"]:
        pairs.setdefault(frozenset((pair["a"], pair["b"])), (pair["a"], pair["b"], pair["p"]))
    wanted = [(a, b) for a, b, tested in pairs.values() if tested is not None]
    seeds = dict(zip(scores[name].run, scores[name].seed, strict=True)) if testing["paired"] else None
    asked = {"statistic": metric["primary_aggregate"], "estimand": testing["estimand"], "test": testing["test"]}
    if len(wanted) > MOST_PAIRS:
        print(f"Left out: {len(wanted) - MOST_PAIRS} of {len(wanted)} pairs; the first {MOST_PAIRS} are compared anew.")
    found = {}
    for a, b in wanted[:MOST_PAIRS]:
        one, other = own_scores(name, a), own_scores(name, b)
        found[a, b] = stats.contest(one, other, settings, key=(name, a, b), seeds=seeds, **asked)
        found[b, a] = found[a, b].turned()
    return found


def check_side(side, contest, metric, what):
    """Assert interval, raw p and effect sizes of a comparison by one estimand."""
    pair = (side["a"], side["b"])
    if side["estimand"] == "difference":
        first, second = (analyses[metric["id"], one] for one in pair)
        interval, tested = contest.difference or difference(first, second, side["of"]), contest.difference_test
        check_interval(side, interval, -1.0 if side["of"] == "optimality_gap" else 1.0, metric, what)
    else:
        interval, tested = contest.improvement, contest.improvement_test
        check_interval(side, interval, 1.0, metric, what)
    if side["test"] not in {"friedman", "anova"}:
        stated = [side["p"], side["p_smallest"], side["exact"], side["arrangements"]]
        agree(
            stated,
            [tested.p, tested.smallest, tested.exact, tested.arrangements],
            of="p values",
            what=f"{what}, p",
            scale=0,
        )
    agree(side["fixed"], contest.fixed, of="p values", what=f"{what}, runs that keep their label", scale=0)
    stated = side["effects"] or {}
    found = [getattr(contest.effects, key) for key in stated]
    agree(list(stated.values()), found, of="effect sizes", what=f"{what}, effects")


def check_family(family, metric, what):
    """Assert the corrected p and the verdicts of all comparisons of one estimand, from their raw p and intervals."""
    testing = metric["testing"]
    deciding = family[0]["estimand"] == testing["estimand"]
    keys = {"estimate": "estimate", "low": "low", "high": "high", "p": "p", "smallest": "p_smallest"}
    claims = [stats.Claim(**{name: side[key] for name, key in keys.items()}) for side in family]
    found = stats.judged(
        claims,
        correction=testing["correction"],
        alpha=1 - rules["level"],
        neutral=0.0 if family[0]["estimand"] == "difference" else 0.5,
        smallest_difference=testing["smallest_difference"] if deciding else None,
    )
    for side, judgement in zip(family, found, strict=True):
        pair = f"{what}, {side['a']} and {side['b']}"
        stated = [side["p_adjusted"], side["p_smallest_adjusted"], side["family_size"]]
        judged = [judgement.p_adjusted, judgement.smallest_adjusted, judgement.size]
        agree(stated, judged, of="p values", what=f"{pair}, corrected", scale=0)
        verdict = judgement.verdict
        if deciding and testing["test"] == "friedman" and verdict in {"better", "worse"}:
            ranks = next(test["average_ranks"] for test in metric["omnibus"] if test["test"] == "friedman")
            ahead, behind = (side["a"], side["b"])[:: 1 if verdict == "better" else -1]
            verdict = verdict if ranks[ahead] < ranks[behind] else "inconclusive"
        same(side["verdict"], verdict, of="verdicts", what=pair)
    if deciding:
        agree(
            [testing["alpha"], testing["family_size"]],
            [1 - rules["level"], found[0].size],
            of="p values",
            what=what,
            scale=0,
        )


def check_best_set(metric, what):
    """Assert the best method and those that the verdicts do not tell from it."""
    leading, said = metric["primary_aggregate"], {}
    for pair in metric["comparisons"]:
        said[pair["a"], pair["b"]] = pair["verdict"]
        said[pair["b"], pair["a"]] = stats.turned_verdict(pair["verdict"])
    if leading is None:
        return
    sign = -1.0 if leading == "optimality_gap" else sign_of(metric)
    stated = {one["id"]: one["aggregates"][leading]["estimate"] for one in metric["methods"]}
    order = sorted((one for one in stated if stated[one] is not None), key=lambda one: -sign * stated[one])
    found = stats.best_set(order, lambda a, b: said.get((a, b)))
    same(metric["best_set"], list(found or ()), of="verdicts", what=f"{what}, best set")


contests = {}
for name, metric in primary().items() if analyse is not None else ():
    if not metric["comparisons"]:
        continue
    contests[name] = contests_of(name, metric)
    for pair in metric["comparisons"]:
        for side in sides_of(pair) if (pair["a"], pair["b"]) in contests[name] else ():
            what = f"{metric['label']}, {pair['a']} and {pair['b']} by {side['estimand']}"
            check_side(side, contests[name][pair["a"], pair["b"]], metric, what)
    check_family(metric["comparisons"], metric, metric["label"])
    beside = [pair["beside"] for pair in metric["comparisons"] if pair["beside"]]
    if metric["testing"]["test"] in {"friedman", "anova"}:
        print(f"Left out: the corrected p of {len(beside)} comparisons beside those of a test of all methods at once.")
    elif beside:
        check_family(beside, metric, metric["label"])
    check_best_set(metric, metric["label"])
if analyse is None:
    print("Left out: p values, effect sizes and verdicts need reportgen.")
else:
    tally(*(kind for kind in ("p values", "effect sizes", "verdicts") if checked[kind]))

# %% [markdown]
# ### All methods at once


# %%
def means_of(metric, methods):
    """Return the mean of each method on each task that all of them have, more is better; section 4 checks the means."""
    sign = -1 if metric["direction"] == "minimize" else 1
    tasks = {one["id"]: one["tasks"] for one in metric["methods"]}
    shared = [task for task in metric["tasks"] if all(task in tasks[one] for one in methods)]
    return np.array([[sign * tasks[one][task]["mean"] for one in methods] for task in shared]).reshape(-1, len(methods))


def check_matrix(metric):
    """Assert every cell of the pairwise matrix."""
    for cell in metric["matrix"]:
        a, b, name = cell["a"], cell["b"], metric["id"]
        what = f"{metric['label']}, {a} against {b}"
        first, second = means_of(metric, [a, b]).T
        stated = [cell["wins"], cell["ties"], cell["losses"]]
        found = [(first > second).sum(), (first == second).sum(), (first < second).sum()]
        agree(stated, found, of="cells of the matrix", what=what)
        found = contests.get(name, {}).get((a, b))
        if found:
            difference_decides = metric["testing"]["estimand"] == "difference"
            tested = found.difference_test if difference_decides else found.improvement_test
            agree(cell["p"], tested.p, of="cells of the matrix", what=f"{what}, p", scale=0)
        if cell["estimate"] is None:
            continue
        if metric["testing"]["estimand"] == "difference":
            of, sign = metric["primary_aggregate"], sign_of(metric)
            sides = [estimates(scores[name][scores[name].method == one], sign)[of] for one in (a, b)]
            gain = (sides[0] - sides[1]) * (-1.0 if of == "optimality_gap" else sign)
            agree(cell["estimate"], gain, of="cells of the matrix", what=what, scale=scale_of(metric))
        elif found:
            agree(cell["estimate"], found.improvement.estimate, of="cells of the matrix", what=what)


def check_ranks(metric):
    """Assert how often each method takes each rank."""
    ranks, name, leading = metric["ranks"], metric["id"], metric["primary_aggregate"]
    ids = list(ranks["shares"])
    if leading is None:
        own = [own_scores(name, one) for one in ids]
        values = stats.average_rank_replicates(own, settings, metric=name, ids=ids)
    else:
        sign = -1 if leading == "optimality_gap" else 1
        values = sign * np.array([analyses[name, one].replicates[leading] for one in ids])
    stated = list(ranks["shares"].values())
    agree(
        np.ravel(stated),
        np.ravel(stats.shares_of_ranks(values)),
        of="shares of ranks",
        what=f"{metric['label']}, ranks",
    )
    agree(ranks["replicates"], values.shape[1], of="shares of ranks", what=f"{metric['label']}, replicates of ranks")


def check_omnibus(stated, metric):
    """Assert a test of all methods at once, and its pairs."""
    ids = list(dict.fromkeys(one for pair in stated["pairs"] for one in (pair["a"], pair["b"])))
    what, alpha = f"{metric['label']}, {stated['test']}", 1 - rules["level"]
    if stated["test"] == "friedman":
        found = stats.friedman(means_of(metric, ids), alpha)
    else:
        samples = [stats.run_means(stats.design(own_scores(metric["id"], one), settings)) for one in ids]
        found = stats.anova(samples, alpha, pairs=any(pair["p"] is not None for pair in stated["pairs"]))
    numbers = ("statistic", "p", "critical_difference", "n", "alpha")
    agree(
        [stated[key] for key in numbers],
        [getattr(found, key) for key in numbers],
        of="numbers of tests of all methods",
        what=what,
        scale=0,
    )
    agree(
        list(stated["average_ranks"].values()),
        found.average_ranks,
        of="numbers of tests of all methods",
        what=f"{what}, mean ranks",
    )
    pairs = found.pairs[np.triu_indices(len(ids), 1)]
    agree(
        [pair["p"] for pair in stated["pairs"]],
        pairs,
        of="numbers of tests of all methods",
        what=f"{what}, pairs",
        scale=0,
    )


for metric in primary().values():
    check_matrix(metric)
    if analyse is not None and metric["ranks"]:
        check_ranks(metric)
    for stated in metric["omnibus"] if analyse is not None else ():
        check_omnibus(stated, metric)
if analyse is None:
    print("Left out: ranks and the tests of all methods at once need reportgen.")
tally(
    *(kind for kind in ("cells of the matrix", "shares of ranks", "numbers of tests of all methods") if checked[kind])
)

# %% [markdown]
# ### More runs, other choices
#
# What more runs would show, and how the headline's difference fares under other choices.

# %%
MOST_VARIATIONS = 40


def check_plan(plan, metric):
    """Assert what a pair would show at other numbers of runs."""
    what = f"{metric['label']}, plan of {plan['a']} and {plan['b']}"
    first, second = (analyses[metric["id"], one].variances[plan["of"]] for one in (plan["a"], plan["b"]))
    strata = min(len(first.terms), len(second.terms))
    asked = {"alpha": 1 - rules["level"], "strata": strata, "smallest": plan["smallest"]}
    joined = first.joined(second)
    found = [stats.present_outlook(joined, **asked), *stats.outlooks(joined, stats.RUNS, **asked)]
    agree([plan["alpha"], plan["strata"]], [asked["alpha"], strata], of="numbers of plans", what=what, scale=0)
    if metric["testing"]["estimand"] == "difference":
        agree(plan["smallest"], metric["testing"]["smallest_difference"], of="numbers of plans", what=what, scale=0)
    for stated, outlook in zip([plan["present"], *plan["outlooks"]], found, strict=True):
        agree(
            list(stated.values()), [getattr(outlook, key) for key in stated], of="numbers of plans", what=what, scale=0
        )


def by_other_rules(base, name):
    """Yield the headline's pair with the scores by each other rule."""
    if "rules" not in further:
        return
    frame, sign = scores[name].set_index("score"), sign_of(metrics[name])
    own = further["rules"][further["rules"].score.isin(frame.index)]
    for label, rows in own.groupby("rule", sort=False):
        methods = frame.method[rows.score].to_numpy()
        sides = [sign * rows.value[methods == one].to_numpy() for one in base.key[1:]]
        first, second = replace(base.first, values=sides[0]), replace(base.second, values=sides[1])
        yield replace(base, kind="score", label=label, first=first, second=second)


def check_sensitivity(metric):
    """Assert the variations of the headline's difference."""
    told, name = metric["sensitivity"], metric["id"]
    a, b, of = told["a"], told["b"], metric["primary_aggregate"]
    base = stats.Case(
        kind="reported",
        label="as reported",
        first=own_scores(name, a),
        second=own_scores(name, b),
        key=(name, a, b),
        statistic=of,
        settings=settings.coarse(),
    )
    sides = [side for pair in metric["comparisons"] for side in sides_of(pair) if {a, b} == {side["a"], side["b"]}]
    side = next(side for side in sides if side["estimand"] == "difference")
    turn = 1 if side["a"] == a else -1
    reported = {"reported": (side["low"], side["high"]), "interval": side["percentile"] or (None, None)}
    shown = {"iqm": "IQM", "mean": "mean", "median": "median", "optimality_gap": "optimality gap"}
    cases = [*stats.other_aggregates(base, shown), *stats.other_weighting(base), *by_other_rules(base, name)]
    cases += stats.without_each_task(base, metric["task_labels"])
    by_label = {(case.kind, case.label): case for case in cases}
    beyond = len(told["variations"]) - MOST_VARIATIONS
    if beyond > 0:
        print(f"Left out: {beyond} variations; the first {MOST_VARIATIONS} are checked.")
    for stated in told["variations"][:MOST_VARIATIONS]:
        what = f"{metric['label']}, {stated['label']}"
        numbers = [stated["estimate"], stated["low"], stated["high"]]
        if stated["kind"] in reported:
            ends = np.array(reported[stated["kind"]], dtype=float)
            found = [turn * side["estimate"], *(turn * ends)[::turn]]
        elif stated["estimate"] is None:
            continue
        else:
            choice = (stated["kind"], stated["label"])
            assert choice in by_label, f"{what}: data/rules.csv does not have its scores"
            varied = stats.varied(by_label[choice])
            found = [varied.estimate, varied.low, varied.high]
        agree(numbers, found, of="numbers of variations", what=what, scale=scale_of(metric))


for metric in primary().values() if analyse is not None else ():
    for plan in metric["plans"]:
        check_plan(plan, metric)
    if metric["sensitivity"]:
        check_sensitivity(metric)
if analyse is None:
    print("Left out: plans and variations need reportgen.")
else:
    tally(*(kind for kind in ("numbers of plans", "numbers of variations") if checked[kind]))

# %% [markdown]
# ### Curves
#
# `curves.csv` holds the points of each run on the common grids: raw on the grid of its task, as analysed on the grid
# of all tasks. The curve of a method is the aggregate of its runs at each step; bands are pointwise.

# %%
MOST_BANDS = 200
SHOWN = {"IQM": "iqm", "mean": "mean", "median": "median", "optimality gap": "optimality_gap"}


def curves_of(metric):
    """Yield each curve of a metric with its method, its task (None: all tasks) and its points' column."""
    for method in metric["methods"]:
        for curve in (method["curves"], *method["further_curves"].values()):
            if curve:
                yield method, None, "value", curve
        for task, curve in method["task_curves"].items():
            yield method, task, "raw", curve


def along(values, frame, statistic, sign):
    """Return a statistic of (n, S) curves at each step."""
    weights, turned = shares(frame), sign * values
    if statistic == "iqm":
        return sign * np.array([trimmed(column, weights, rules["trim"]) for column in turned.T])
    if statistic == "median":
        return sign * pd.DataFrame(turned).groupby(frame.task.to_numpy()).mean().median().to_numpy()
    if statistic == "optimality_gap":
        return weights @ np.maximum(0, rules["gamma"] - turned)
    return sign * (weights @ turned)


def check_curve(metric, method, task, column, curve, points, *, banded):
    """Assert a curve and its band; return whether its points are in the file."""
    frame = scores[metric["id"]]
    frame = frame[(frame.method == method["id"]) & (frame.task == task if task is not None else True)]
    here = points[points.score.isin(frame.score) & (points.x == curve["x"])].dropna(subset=[column])
    if here.empty:
        return False
    laid = here.pivot_table(index="score", columns="step", values=column, sort=True).loc[frame.score]
    what = f"{metric['label']}, {method['label']}, curve" + ("" if task is None else f" on {task}")
    less = metric["direction"] == "minimize" and (metric["normalization"] == "none" or column == "raw")
    values, statistic, sign = laid.to_numpy(), SHOWN[curve["statistic"]], -1.0 if less else 1.0
    size = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    agree(curve["steps"], laid.columns.to_numpy(), of="points of curves", what=f"{what}, steps")
    agree(curve["estimate"], along(values, frame, statistic, sign), of="points of curves", what=what, scale=size)
    agree(curve["n_runs"], frame.run.nunique(), of="points of curves", what=f"{what}, runs")
    if banded:
        fewer, key = settings.coarse(), (metric["id"] + ("" if task is None else f"/{task}"), method["id"])
        found = stats.curve(sign * values, as_scores(frame, metric), fewer, key=key, statistic=statistic)
        turned = sign < 0 and statistic != "optimality_gap"
        ends = [-found.high, -found.low] if turned else [found.low, found.high]
        agree([curve["low"], curve["high"]], ends, of="bands of curves", what=f"{what}, band", scale=size)
        agree(curve["replicates"], fewer.replicates, of="bands of curves", what=f"{what}, replicates")
    return True


done, absent = 0, 0
for metric in metrics.values():
    for method, task, column, curve in curves_of(metric):
        banded = analyse is not None and done < MOST_BANDS
        there = "curves" in further and check_curve(
            metric, method, task, column, curve, further["curves"], banded=banded
        )
        done, absent = done + there, absent + (not there)
if absent:
    print(f"Left out: {absent} curves, which are not in data/curves.csv.")
if analyse is None and done:
    print("Left out: the bands of curves need reportgen.")
elif done > MOST_BANDS:
    print(f"Left out: {done - MOST_BANDS} of {done} bands of curves; the first {MOST_BANDS} are computed.")
print(f"Curves: {done}")
tally(*(kind for kind in ("points of curves", "bands of curves") if checked[kind]))

# %% [markdown]
# ### Steps to a threshold
#
# A run that does not reach a threshold counts with the horizon of its task.


# %%
def check_reached(metric, method, place, stated):
    """Assert counts, share, restricted mean and horizon of one method at one threshold."""
    frame = scores[metric["id"]]
    frame = frame[frame.method == method["id"]]
    assert "reached" in further, "data/reached.csv is missing"
    rows = further["reached"][further["reached"].score.isin(frame.score)]
    rows = rows[rows.threshold == list(dict.fromkeys(rows.threshold))[place]]
    what = f"{metric['label']}, {method['label']}, steps to {stated['threshold']:g}"
    counts = [stated["threshold"], stated["n_reached"], stated["n_runs"], *stated["horizon"]]
    found = [rows.threshold.iloc[0], rows.step.notna().sum(), len(rows), rows.horizon.min(), rows.horizon.max()]
    agree(counts, found, of="steps to thresholds", what=what)
    if analyse is not None:
        times = [None if np.isnan(step) else step for step in rows.step]
        asked = {"metric": metric["id"], "method": method["id"], "threshold": float(rows.threshold.iloc[0])}
        share, steps = stats.restricted(as_scores(frame, metric), times, rows.horizon.tolist(), settings, **asked)
        check_interval(stated["share"], share, 1.0, metric, f"{what}, share")
        check_interval(stated["steps"], steps, 1.0, metric, what)


for metric in metrics.values():
    for method in metric["methods"]:
        for place, stated in enumerate(method["reached"]):
            check_reached(metric, method, place, stated)
if checked["steps to thresholds"]:
    tally("steps to thresholds")
else:
    print("The report asks for no steps to a threshold.")

# %% [markdown]
# ## 3. Performance profiles
#
# The share of scores strictly better than each threshold. Of two lines the one that is higher everywhere belongs to
# the better method. Bands are pointwise.

# %%
INK = "#76818f"
COLOURS = ["#2f8fd0", "#e0701a", "#12a37a", "#cc79a7", "#d69a00", "#56b4e9", "#8a8a8a", "#a89400"]
mpl.rcdefaults()
set_matplotlib_formats("retina")
mpl.rcParams.update(
    {
        "text.parse_math": False, "font.size": 10, "figure.facecolor": "none", "axes.facecolor": "none",
        "savefig.facecolor": "none", "text.color": INK, "axes.labelcolor": INK, "axes.titlecolor": INK,
        "axes.edgecolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
        "axes.spines.right": False, "legend.frameon": False, "figure.dpi": 100, "axes.titlelocation": "left",
    }
)  # fmt: skip


def shown(text, longest=32):
    """Return a name that fits a figure; characters without a sure glyph are written out."""
    plain = "".join(c if c.isprintable() and ord(c) < 0x250 else f"\\u{ord(c):04x}" for c in text)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def profile(frame, grid, sign):
    """Return the share of one method's scores strictly better than each threshold: over scores, and over task means."""
    values, weights = sign * frame.value.to_numpy(), shares(frame)
    means = (sign * frame.value).groupby(frame.task).mean().to_numpy()
    over_scores = ((values[:, None] > sign * grid) * weights[:, None]).sum(axis=0)
    return over_scores, (means[:, None] > sign * grid).mean(axis=0)


for name, metric in primary().items():
    grid = grid_of(metric)
    drawn = [method for method in metric["methods"] if method["profile"]]
    if not drawn:
        continue
    _, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for place, method in reversed(list(enumerate(drawn))):
        own = scores[name][scores[name].method == method["id"]]
        what, line = f"{metric['label']}, {method['label']}, profile", method["profile"]
        over_scores, over_tasks = profile(own, grid, sign_of(metric))
        agree(line["estimate"], over_scores, of="points of profiles", what=what)
        agree(method["profile_tasks"]["thresholds"], grid, of="thresholds", what=f"{what} over tasks, thresholds")
        agree(method["profile_tasks"]["estimate"], over_tasks, of="points of profiles", what=f"{what} over tasks")
        if analyse is not None:
            band = analyses[name, method["id"]].profile
            agree([line["low"], line["high"]], [band.low, band.high], of="bands of profiles", what=f"{what}, band")
        colour, front = (COLOURS[place], 3) if place < len(COLOURS) else ("#a9b1bb", 1)
        axes.plot(grid, over_scores, color=colour, zorder=front, label=shown(method["label"]))
        ends = [np.array(line[end], dtype=float) for end in ("low", "high")]
        axes.fill_between(grid, *ends, color=colour, alpha=0.15, linewidth=0)
    than = "above" if sign_of(metric) > 0 else "below"
    axes.set(xlabel=f"{shown(metric['label'])} (τ)", ylabel=f"share of scores {than} τ", ylim=(-0.02, 1.02))
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], names[::-1], fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    plt.show()
tally(*(kind for kind in ("thresholds", "points of profiles", "bands of profiles") if checked[kind]))

# %% [markdown]
# ## 4. Tasks
#
# Each method on each task, in the metric's own units: mean, standard deviation (ddof 1), median, IQM of four or more,
# extremes, number of scores.


# %%
def summary(values):
    """Return the summary of the scores of one method on one task."""
    n = len(values)
    return {
        "mean": values.mean(),
        "sd": values.std(ddof=1) if n > 1 else np.nan,
        "median": np.median(values),
        "iqm": trimmed(values, np.full(n, 1 / n), 0.25) if n >= 4 else np.nan,
        "min": values.min(),
        "max": values.max(),
        "n": n,
    }


def check_outliers(metric, groups):
    """Assert the outliers: treated scores are put back as they were logged before the median is taken."""
    treated = [item for item in metric["outliers"] if item["use"] != "used"]
    logged = further["outliers"] if "outliers" in further else pd.DataFrame({"metric": [], "raw": []})
    logged = logged[logged.metric == csv_ids[metric["id"]]].raw.tolist()
    assert len(treated) == len(logged), f"{metric['label']}: report.json and outliers.csv hold different outliers"
    before = {}
    for item, raw in zip(treated, logged, strict=True):
        agree(item["value"], raw, of="outliers", what=f"{metric['label']}, outlier {item['run']}")
        before.setdefault((item["method"], item["task"]), {})[item["run"]] = raw
    for item in metric["outliers"]:
        cell = (item["method"], item["task"])
        now = groups.get_group(cell).set_index("run").raw
        all_of_it = {**now.to_dict(), **before.get(cell, {})}
        found = [all_of_it[item["run"]], np.median(list(all_of_it.values()))]
        what = f"{metric['label']}, outlier {item['run']}"
        agree([item["value"], item["median"]], found, of="outliers", what=what)
        if item["used_as"] is not None:
            agree(item["used_as"], now[item["run"]], of="outliers", what=f"{what}, used as")


for name, metric in metrics.items():
    groups = scores[name].groupby(["method", "task"])
    for method in metric["methods"]:
        for task, stated in method["tasks"].items():
            own = groups.get_group((method["id"], task))
            found = summary(own.raw.to_numpy())
            what = f"{metric['label']}, {method['label']}, {metric['task_labels'][task]}"
            size = float(own.raw[np.isfinite(own.raw)].abs().max())
            agree([stated[key] for key in found], list(found.values()), of="task summaries", what=what, scale=size)
            if stated["rate"] and analyse is not None:
                rate = stats.wilson(int(found["mean"] * found["n"] + 0.5), found["n"], rules["level"])
                agree(stated["rate"], rate, of="task summaries", what=f"{what}, rate")
            if stated["normalized"] is not None:
                agree(stated["normalized"], own.value.mean(), of="task summaries", what=f"{what}, normalised")
    check_outliers(metric, groups)
tally(*(kind for kind in ("task summaries", "outliers") if checked[kind]))


# %% [markdown]
# Mean per method and task. Where scores are not normalised, colours compare the methods of one task only: from the
# worst to the best.


# %%
def heatmap(metric, most=40):
    """Draw the means of a metric, method by task; a missing cell stays empty. At most 40 tasks fit."""
    tasks, methods = metric["tasks"][:most], labels(metric)
    means = scores[metric["id"]].groupby(["method", "task"]).value.mean().unstack()
    means = means.reindex(index=list(methods), columns=tasks).to_numpy().T
    if metric["normalization"] == "none":
        colour = sign_of(metric) * means
        low, high = np.nanmin(colour, axis=1, keepdims=True), np.nanmax(colour, axis=1, keepdims=True)
        colour = np.divide(colour - low, high - low, out=np.where(np.isnan(means), np.nan, 0.5), where=high > low)
    else:
        colour = np.clip(means, 0, 1)
    _, axes = plt.subplots(figsize=(2.6 + 0.9 * len(methods), 1.2 + 0.32 * len(tasks)), layout="constrained")
    axes.imshow(colour, cmap="viridis", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(np.isfinite(means)):
        ink = "white" if colour[row, column] < 0.6 else "black"
        axes.text(column, row, f"{means[row, column]:.3g}", ha="center", va="center", color=ink, fontsize=8)
    axes.set_xticks(range(len(methods)), [shown(label, 20) for label in methods.values()], rotation=30, ha="right")
    axes.set_yticks(range(len(tasks)), [shown(metric["task_labels"][task]) for task in tasks])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    part = "" if len(tasks) == len(metric["tasks"]) else f", the first {len(tasks)} of {len(metric['tasks'])} tasks"
    axes.set_title(shown(metric["label"], 60) + part)
    plt.show()


for metric in metrics.values():
    heatmap(metric)

# %% [markdown]
# ## 5. Where to go on
#
# `scores[metric_id]` holds one row a score; `estimates` and `profile` above take any part of it. Write a statistic as
# a function of two methods' scores and lay it over all pairs, as here: the probability that a run of one method beats
# a run of the other on the same task, averaged over tasks, ties counting half. It has no interval here, so it says
# nothing about chance.


# %%
def improvement(a, b, sign):
    """Return P(a beats b): per task the share of pairs of runs in which a is better, averaged over shared tasks."""
    tasks = sorted(set(a.task) & set(b.task))
    wins = []
    for task in tasks:
        gap = sign * (a.value[a.task == task].to_numpy()[:, None] - b.value[b.task == task].to_numpy())
        wins.append((gap > 0).mean() + 0.5 * (gap == 0).mean())
    return float(np.mean(wins)) if wins else np.nan


for name, metric in primary().items():
    if metric["direction"] not in {"maximize", "minimize"}:
        continue
    parts = {one: scores[name][scores[name].method == one] for one in labels(metric)}
    matrix = [[improvement(a, b, sign_of(metric)) for b in parts.values()] for a in parts.values()]
    print(f"{metric['label']}: P(row beats column)")
    display(pd.DataFrame(matrix, index=list(labels(metric).values()), columns=list(labels(metric).values())))

# %% [markdown]
# ## All that was checked

# %%
print(f"{sum(checked.values()):,} numbers agree with report.json at a relative 1e-9:")
tally()
for metric in report["metrics"]:
    for one in metric["statistics"]:
        print(f"Not computed again: {one['label']} of {metric['label']}, by {one['function']}, the authors' own code.")
    if metric["derived"]:
        print(f"Not computed again: the points of {metric['label']}, by {metric['derived']}, the authors' own code.")
