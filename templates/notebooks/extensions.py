# %% [markdown]
# ## 5. Templates to extend
#
# Functions for common questions, each with an example below it. Copy one and change it.


# %%
def only(**conditions):
    """Return an analyzer for the rows in which columns have some values, e.g. ``only(task=["maze"])``.

    Parameters
    ----------
    conditions
        Column to a value or a list of values; names with dots or slashes: ``only(**{"sim.task": ["maze"]})``.
    """
    kept = table
    for column, values in conditions.items():
        kept = kept[kept[column].isin(values if isinstance(values, list) else [values])]
    return StatisticalAnalyzer(kept, minimize=MINIMIZE, **choices["options"])


def compared_by(column):
    """Return the IQM and its interval of the groups that another column makes."""
    return analyzer.compute_iqm_with_ci(metric=METRIC, group_by=column, stratify_by=STRATIFY_BY)


def every_metric(names=tuple(choices["metrics"])):
    """Return the IQM of every metric, a row a group, a column a metric."""
    found = {
        name: analyzer.compute_iqm_with_ci(metric=name, group_by=GROUP_BY, stratify_by=STRATIFY_BY)
        .set_index(GROUP_BY)["iqm"]
        for name in names
    }  # fmt: skip
    return pd.DataFrame(found)


def statistic_of_groups(function):
    """Return a statistic of your own: ``function`` gets the scores of a group on a task, tasks are then averaged."""
    keys = [GROUP_BY, STRATIFY_BY] if STRATIFY_BY else [GROUP_BY]
    by_cell = per_run.dropna(subset=[METRIC]).groupby(keys, sort=False)[METRIC].apply(function)
    return by_cell.groupby(GROUP_BY, sort=False).mean().rename(getattr(function, "__name__", "statistic"))


def learning_curve(points=50):
    """Draw the IQM along training with its pointwise intervals; it takes a table of points."""
    return analyzer.create_sample_efficiency(**asked, points=points)


# %% [markdown]
# The first group's rows alone, and every metric of the table:

# %%
with said():
    first = per_run[GROUP_BY].dropna().iloc[0]
    display(only(**{GROUP_BY: first}).compute_iqm_with_ci(**asked))
    display(every_metric())

# %% [markdown]
# A statistic of your own: the worst tenth of the scores.


# %%
def worst_tenth(scores):
    """Return the mean of the worst tenth of some scores, at least one."""
    ordered = np.sort(scores.to_numpy())[:: -1 if METRIC in MINIMIZE else 1]
    return ordered[: max(1, len(ordered) // 10)].mean()


with said():
    display(statistic_of_groups(worst_tenth).to_frame())

# %%
with said():
    display(learning_curve())
