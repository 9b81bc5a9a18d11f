# %% [markdown]
# ## 3. Performance profiles
#
# The share of scores that are strictly better than each threshold. A group whose line is nowhere below another's is at
# least as good at every threshold.

# %%
with said():
    display(analyzer.create_performance_profile(**asked))

# %%
with said():
    profile = analyzer.compute_performance_profile(**asked)
    places = profile["threshold"].drop_duplicates().iloc[:: max(1, profile["threshold"].nunique() // 8)]
    wide = profile[profile["threshold"].isin(places)].pivot_table(index="threshold", columns=GROUP_BY, values="share")
    display(wide)

# %% [markdown]
# ### Empirical distribution functions
#
# The share of scores at or below each value; every task counts the same.

# %%
with said():
    display(analyzer.create_ecdf(**asked))

# %% [markdown]
# ### Distributions of scores
#
# First all tasks together, then each task by itself (the first 12).

# %%
with said():
    display(analyzer.create_violin(**asked))

# %%
with said():
    tasks = per_run[STRATIFY_BY].dropna().unique()[:12] if STRATIFY_BY else ["all"]
    groups = list(per_run[GROUP_BY].dropna().unique())
    rows = -(-len(tasks) // 3)
    figure, grid = plt.subplots(rows, 3, figsize=(9, 2.4 * rows), layout="constrained", squeeze=False)
    for axes, name in zip(grid.flat, tasks, strict=False):
        here = per_run[per_run[STRATIFY_BY] == name] if STRATIFY_BY else per_run
        for place, group in enumerate(groups):
            values = here.loc[here[GROUP_BY] == group, METRIC].dropna().to_numpy(dtype=float)
            if len(set(values)) > 1:
                axes.violinplot([values], positions=[place], showmedians=True, showextrema=False)
            axes.plot([place] * len(values), values, "o", markersize=3, color="#333333", alpha=0.6)
        axes.set_title(str(name)[:30], fontsize=9)
        axes.set_xticks(range(len(groups)), [str(group)[:12] for group in groups], rotation=30, fontsize=7)
    for axes in list(grid.flat)[len(tasks) :]:
        axes.set_axis_off()
    plt.show()
