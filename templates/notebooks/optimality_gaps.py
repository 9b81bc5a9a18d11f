# %% [markdown]
# ### Optimality gaps
#
# The mean shortfall from the optimal score of each task, on the scale where the reference is 0 and the optimum is 1;
# lower is better, 0 means that every score reaches its optimum. The optimal scores are those that
# `create_analysis_notebook` was given; write your own into `OPTIMAL`.

# %%
OPTIMAL = choices["optimal_scores"]
REFERENCE = choices["reference_scores"]
bounds = {"optimal_scores": OPTIMAL, "reference_scores": REFERENCE}
with said():
    display(analyzer.compute_optimality_gap_with_ci(**asked, **bounds))

# %%
with said():
    task_gaps = analyzer.compute_optimality_gap(**asked, **bounds)
    column = STRATIFY_BY or "task"
    display(task_gaps.pivot_table(index=column, columns=GROUP_BY, values="optimality_gap", sort=False))
    worst = (
        task_gaps.sort_values("optimality_gap", ascending=False, kind="stable").groupby(GROUP_BY, sort=False).head(3)
    )
    print("The largest gaps of each group:")
    display(worst.sort_values([GROUP_BY, "optimality_gap"], ascending=[True, False]))
