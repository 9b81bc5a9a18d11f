# %% [markdown]
# # Basic usage
#
# From runs of a W&B project to an interquartile mean and an analysis notebook. The runs log `trainer/loss` and
# `eval_navigation/success_rate`; their configs hold `trainer.algorithm` and `sim.task`.

# %%
from reportgen import DataProcessor, NotebookGenerator, RunLabeler, StatisticalAnalyzer, WandBDataCollector

collector = WandBDataCollector(entity="metta-research", project="metta", config="configs/analysis_config.yaml")

# %% [markdown]
# Fetch runs, with a filter in the terms of W&B.

# %%
data = collector.fetch_runs(
    run_filter={"group": "sky_comprehensive"},
    metrics=["trainer/loss", "eval_navigation/success_rate"],
    last_n_steps=1000,
)

# %% [markdown]
# Make a table of them, and label each run by its algorithm.

# %%
processor = DataProcessor(data)
df = processor.to_dataframe()

labeler = RunLabeler()
df = labeler.label_by_config(df, "trainer.algorithm")

# %% [markdown]
# Analyse. A run's score is the mean of its last 5 % of points.

# %%
analyzer = StatisticalAnalyzer(df)
iqm_results = analyzer.compute_iqm_with_ci(
    metric="eval_navigation/success_rate", group_by="algorithm", stratify_by="sim.task"
)
print(iqm_results[["algorithm", "iqm", "ci_low", "ci_high", "n_runs"]].to_string(index=False))

# %% [markdown]
# Write a notebook that shows everything else.

# %%
generator = NotebookGenerator()
generator.create_analysis_notebook(
    data=df, analyses=["iqm", "profiles", "optimality"], output_path="analysis_results.ipynb"
)
