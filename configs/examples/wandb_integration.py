# %% [markdown]
# # Results back into Weights & Biases
#
# An analysis as a run of its own: results as a table, figures as images, the processed data as an artifact, and a
# report on top. Reports are made with the package `wandb-workspaces`. `reportgen publish wandb` does this for a whole
# report.

# %%
import wandb
import wandb_workspaces.reports.v2 as wr

from reportgen import DataProcessor, RunLabeler, StatisticalAnalyzer, WandBDataCollector

ENTITY = "metta-research"
metric = "eval_navigation/success_rate"
collector = WandBDataCollector(entity=ENTITY, project="metta", config="configs/analysis_config.yaml")
processor = DataProcessor(collector.fetch_runs(run_filter={"group": "sky_comprehensive"}, metrics=[metric]))
df = RunLabeler().label_by_config(processor.to_dataframe(), "trainer.algorithm")
analyzer = StatisticalAnalyzer(df)
iqm_results = analyzer.compute_iqm_with_ci(metric=metric, group_by="algorithm", stratify_by="sim.task")

# %% [markdown]
# A run for the analysis, with the results as a table and a figure as an image. A table shows a missing text as an
# empty one.

# %%
run = wandb.init(entity=ENTITY, project="metta-analysis", name="sweep_comparison", job_type="analysis")
results_table = wandb.Table(dataframe=iqm_results.fillna({"reason": "", "note": ""}))
run.log({"iqm_comparison": results_table})
fig = analyzer.create_performance_profile(metric=metric, group_by="algorithm")
run.log({"performance_profile": wandb.Image(fig)})

# %% [markdown]
# The processed data as an artifact. `wait()` tells whether it really arrived; `finish()` would end well either way.

# %%
processor.to_parquet("processed_data.parquet", df)
artifact = wandb.Artifact("processed_runs", type="dataset")
artifact.add_file("processed_data.parquet")
run.log_artifact(artifact).wait()
run.finish()

# %% [markdown]
# A report with the numbers as text and the logged table and figure in panels.

# %%
lines = [f"- {row.algorithm}: {row.iqm:.3f} [{row.ci_low:.3f}, {row.ci_high:.3f}]" for row in iqm_results.itertuples()]
report = wr.Report(
    entity=ENTITY,
    project="metta-analysis",
    title="Sky Comprehensive Sweep Analysis",
    description="Statistical comparison of algorithms",
    blocks=[
        wr.H1("Interquartile means"),
        wr.MarkdownBlock("\n".join(lines)),
        wr.PanelGrid(
            runsets=[wr.Runset(entity=ENTITY, project="metta-analysis")],
            panels=[
                wr.WeavePanelSummaryTable(table_name="iqm_comparison"),
                wr.MediaBrowser(media_keys=["performance_profile"]),
            ],
        ),
    ],
)
report.save()
