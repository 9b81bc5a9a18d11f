# %% [markdown]
# # The numbers of this report, computed again
#
# This notebook reads `../report.json` and `../data/scores.csv`, which lie beside it in the report's archive. It
# computes every aggregate, interval, difference, profile and task summary from the scores and stops at the first one
# that differs from the report by more than a relative 1e-9. It needs numpy, pandas and matplotlib, and no network.
# Intervals are computed again where `reportgen` is installed (the package `reportgen-ml`).
#
# ## 1. Loading and overview

# %%
import json
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

try:
    from reportgen.stats import Scores, Settings, analyse, difference
except ImportError:
    analyse = None

assert Path("../report.json").is_file(), "../report.json is missing: unpack the report's whole archive and start there"
report = json.loads(Path("../report.json").read_text(encoding="utf-8"))
table = pd.read_csv("../data/scores.csv", dtype=str, keep_default_na=False)
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
            analyses[key] = analyse(as_scores(own, metric), settings, key=key, thresholds=grid)
            check_intervals(method["aggregates"], analyses[key], metric, what)
            shared = own[own.task.isin(metric["common_tasks"])]
            if method["common"] and len(shared):
                again = analyse(as_scores(shared, metric), settings, key=key, thresholds=np.empty(0))
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


for name, metric in metrics.items():
    groups = scores[name].groupby(["method", "task"])
    for method in metric["methods"]:
        for task, stated in method["tasks"].items():
            own = groups.get_group((method["id"], task))
            found = summary(own.raw.to_numpy())
            what = f"{metric['label']}, {method['label']}, {metric['task_labels'][task]}"
            size = float(own.raw[np.isfinite(own.raw)].abs().max())
            agree([stated[key] for key in found], list(found.values()), of="task summaries", what=what, scale=size)
            if stated["normalized"] is not None:
                agree(stated["normalized"], own.value.mean(), of="task summaries", what=f"{what}, normalised")
    for stated in metric["outliers"]:
        own = groups.get_group((stated["method"], stated["task"]))
        found = [own.raw[own.run == stated["run"]].iloc[0], own.raw.median()]
        what = f"{metric['label']}, outlier {stated['run']}"
        agree([stated["value"], stated["median"]], found, of="outliers", what=what)
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
#
# Learning curves are not in this list: the histories behind them are not part of the archive.

# %%
print(f"{sum(checked.values()):,} numbers agree with report.json at a relative 1e-9:")
tally()
