# %% [markdown]
# # Analysis of runs
#
# Every number here is computed from the table beside this notebook by `reportgen.StatisticalAnalyzer`. Change a choice
# in the first cells, or the code of any cell, and run it again. What cannot be computed is said in its cell.
#
# ## 1. Data loading and overview

# %%
import contextlib
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib import pyplot as plt

from reportgen import StatisticalAnalyzer

choices = json.loads(Path("settings.json").read_text(encoding="utf-8"))
table = pd.read_parquet(choices["table"])
pd.set_option("display.html.use_mathjax", False, "display.float_format", "{:.4g}".format)
pd.set_option("display.max_columns", 30, "display.max_rows", 60)

METRIC = choices["metric"]
GROUP_BY = choices["group_by"]
STRATIFY_BY = choices["stratify_by"]
MINIMIZE = choices["minimize"]
asked = {"metric": METRIC, "group_by": GROUP_BY, "stratify_by": STRATIFY_BY}
for role, column in asked.items():
    reason = choices["why"].get(role)
    print(f"{role}: {column!r}" + (f" ({reason})" if reason else ""))
print(f"less is better: {METRIC in MINIMIZE}")
print(f"{len(table):,} rows, {len(table.columns)} columns")


# %% [markdown]
# `said()` stands around everything that may not be computable: it prints what was wrong and the notebook goes on.
# `per_run` holds one row per run and task. Where the table has curves, a run's score is the mean of its last 5 % of
# points, unless `options` in the JSON says otherwise.


# %%
@contextlib.contextmanager
def said():
    """Say in the cell what cannot be computed, and every warning once, instead of stopping."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            yield
        except Exception as error:
            print(f"Not computed: {error}")
    for text in dict.fromkeys(str(warning.message) for warning in heard):
        print(f"Note: {text}")


per_run = table
with said():
    analyzer = StatisticalAnalyzer(table, minimize=[m for m in MINIMIZE if m in table], **choices["options"])
    per_run = analyzer.scores

# %% [markdown]
# ### Summary statistics

# %%
with said():
    display(per_run.groupby(GROUP_BY, sort=False)[METRIC].describe())
    display(per_run[choices["metrics"]].describe().T)

# %% [markdown]
# ### Runs
#
# What is known of each run; the first 30. Columns that are the same for all runs are left out.

# %%
with said():
    names = [name for name in ("run_id", "run_name") if name in per_run]
    about = [name for name in per_run if name not in {*choices["metrics"], *names, "step", "wall_time"}]
    told = [name for name in about if per_run[name].nunique(dropna=False) > 1 or name == GROUP_BY]
    runs = per_run[[*names, *told]].drop_duplicates(ignore_index=True)
    print(f"{len(runs)} runs (and tasks)")
    display(runs.head(30))

# %% [markdown]
# ### Missing data
#
# Left: scores per group and task; an empty cell is a task that a group was never run on. Right: the share of a run's
# rows in which each metric has no value. Missing means "not logged there", never 0.

# %%
with said():
    task = per_run[STRATIFY_BY].astype(str) if STRATIFY_BY else pd.Series("all", index=per_run.index)
    counts = per_run[METRIC].notna().groupby([task, per_run[GROUP_BY].astype(str)], sort=False).sum().unstack()
    run = table[names[0]] if names else pd.Series(table.index, index=table.index)
    gaps = table[choices["metrics"]].isna().groupby(run, sort=False).mean()
    shown = gaps.iloc[np.linspace(0, len(gaps) - 1, min(len(gaps), 60)).astype(int)]  # at most 60 runs, evenly picked
    height = max(2.5, 0.22 * max(len(shown), len(counts)))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, height), layout="constrained")
    for axes, values, limits in ((left, counts, (0, None)), (right, shown, (0, 1))):
        image = axes.imshow(values.to_numpy(dtype=float), cmap="cividis", aspect="auto", vmin=limits[0], vmax=limits[1])
        axes.set_xticks(range(len(values.columns)), [str(n)[:24] for n in values.columns], rotation=45, ha="right")
        axes.set_yticks(range(len(values)), [str(n)[:24] for n in values.index])
        axes.tick_params(labelsize=7)
        figure.colorbar(image, ax=axes)
    left.set_title("number of scores", fontsize=9)
    right.set_title("share of rows without a value", fontsize=9)
    plt.show()
    lacking = int(per_run[METRIC].isna().sum())
    print(f"{lacking} of {len(per_run)} runs (and tasks) have no score of {METRIC}")
