# %% [markdown]
# ## 4. Task-level analysis
#
# The mean of each group on each task; cells without a run are hatched.

# %%
with said():
    display(analyzer.create_heatmap(**asked))

# %%
with said():
    by_task = analyzer.summarize_tasks(**asked)
    display(by_task)

# %% [markdown]
# ### Worst cases
#
# For each group the three tasks with the worst mean, and its five worst runs. On tasks that share no scale, the worst
# mean says more about the task than about the group: normalise first.

# %%
with said():
    upwards = METRIC not in MINIMIZE
    column = STRATIFY_BY or "task"
    worst = by_task.sort_values("mean", ascending=upwards, kind="stable").groupby(GROUP_BY, sort=False).head(3)
    display(worst[[GROUP_BY, column, "mean", "min", "max", "n"]].sort_values([GROUP_BY, "mean"], ascending=upwards))

# %%
with said():
    names = [name for name in ("run_name", "run_id", "seed", STRATIFY_BY) if name in per_run]
    ordered = per_run.dropna(subset=[METRIC]).sort_values(METRIC, ascending=upwards, kind="stable")
    display(ordered.groupby(GROUP_BY, sort=False).head(5)[[GROUP_BY, *names, METRIC]].reset_index(drop=True))

# %% [markdown]
# Scores far from the others of their group and task; nothing was left out:

# %%
with said():
    display(analyzer.find_outliers(**asked))
