# %% [markdown]
# # Choose and label runs
#
# Which runs belong in the report, and what are they called? Below stand the runs of the quickstart; give a folder of
# yours or `ENTITY/PROJECT` of W&B instead. This needs `pip install 'reportgen-ml[interactive]'`.

# %%
from reportgen import DataProcessor, RunSelector
from reportgen.resources import shipped
from reportgen.runs import read_runs
from reportgen.spec import load

selector = RunSelector(shipped("configs") / "quickstart/wandb")
selector

# %% [markdown]
# Tick runs, or find them (`method=q*`, `!seed=4`, any config key) and choose only those. What stands beside follows:
# runs and seeds per method and task, shaded where one has fewer than the others, and a curve. Label what is chosen and
# listed, let the labels be the methods, take steps back, and write the spec.
#
# What a click does can be done in code as well, and the widget follows; *Undo* takes it back.

# %%
labelling = selector.labelling
for label, terms in {"Tabular": ["method=*q_*"], "On policy": ["method=sarsa"], "Planning": ["method=dyna_q"]}.items():
    labelling.label(label, labelling.meant(terms), column="kind")
labelling.drop(labelling.meant(["method=double*"]))
labelling.methods_by("kind")
selector

# %% [markdown]
# *Write spec* does this:

# %%
labelling.save(selector.labels)
labelling.write_spec(selector.spec, selector.labels, overwrite=True)
print(selector.spec.read_text())

# %% [markdown]
# The spec is what `reportgen build` reads, or, to go on in Python:

# %%
loaded = load(selector.spec)
df = DataProcessor(read_runs(loaded.spec, loaded.root), task=loaded.spec.axes.task).to_dataframe()
df.head()
