# %% [markdown]
# ## 2. Aggregate performance
#
# The interquartile mean (IQM) is the mean of the middle half of all scores, every task counting the same; mean and
# median over tasks stand beside it. Intervals resample whole runs within tasks (stratified bootstrap). A missing
# interval has its reason in the column `reason`.

# %%
with said():
    aggregates = analyzer.compute_aggregates(**asked)
    display(aggregates)

# %%
with said():
    iqm = analyzer.compute_iqm_with_ci(**asked)
    ends = np.array([iqm["iqm"] - iqm["ci_low"], iqm["ci_high"] - iqm["iqm"]], dtype=float)
    figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
    axes.bar(iqm[GROUP_BY].astype(str), iqm["iqm"], yerr=ends, capsize=4, color="#56B4E9", edgecolor="#0072B2")
    axes.set_ylabel(f"IQM of {METRIC}"[:60])
    axes.tick_params(axis="x", rotation=30)
    axes.set_title(f"bars: IQM; lines: {iqm['level'].iloc[0]:.0%} intervals", fontsize=9)
    plt.show()

# %% [markdown]
# The same as points with intervals, which do not suggest that 0 means something.

# %%
with said():
    display(analyzer.create_intervals(**asked))

# %% [markdown]
# ### Statistical significance
#
# Permutation tests of the difference of IQMs in the unit that was repeated, corrected for the number of pairs (Holm).
# `verdict` says what the interval and the corrected p allow to say; with few runs that may be "cannot be decided".

# %%
with said():
    pairs = analyzer.compare_methods(**asked)
    display(pairs)
    display(analyzer.create_differences(**asked))

# %% [markdown]
# The probability that a run of the first group beats one of the second on the same task:

# %%
with said():
    display(analyzer.compute_probability_of_improvement(**asked))
