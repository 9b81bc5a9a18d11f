"""One matcher decides which runs are meant; what is asked of a server only narrows, and never loses a run."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wandb_server.filters import compiled
from wandb_server.store import Project, Run

from reportgen.errors import DataError
from reportgen.runs.selection import Selection, regex, selection
from reportgen.runs.wandb_api.listed import Listed

NAMES = st.text(alphabet="abA.*?+[](){}|^$\\-_/ é", min_size=1, max_size=6)
VALUES = st.sampled_from([1, 1.0, 0.5, True, False, "1", "x", None])
KEYS = st.sampled_from(["lr", "seed", "a.b", "**.b"])
DATES = st.sampled_from(["2026-01-01", "2026-01-02T12:00:00", "2026-01-03"])
TAGS = st.lists(st.sampled_from(["t", "u", "v"]), unique=True)


@st.composite
def runs(draw):
    config = {"lr": draw(VALUES), "a": {"b": draw(VALUES)}, **draw(st.dictionaries(st.just("seed"), VALUES))}
    return Listed(
        run_id=draw(st.sampled_from(["r1", "r2", "r3"])),
        name=draw(NAMES),
        state=draw(st.sampled_from(["finished", "running"])),
        group=draw(st.sampled_from(["g", "h", None])),
        job_type=draw(st.sampled_from(["train", "eval", None])),
        sweep=draw(st.sampled_from(["s", None])),
        tags=tuple(draw(TAGS)),
        created_at=draw(DATES),
        config=config,
        summary={"reward": draw(VALUES)},
    )


def several(values):
    return values | st.lists(values, min_size=1, max_size=2)


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "state": several(st.sampled_from(["finished", "running"])),
        "group": several(st.sampled_from(["g", "h"])),
        "job_type": several(st.sampled_from(["train", "eval"])),
        "sweep": st.just("s"),
        "tags": several(st.sampled_from(["t", "u"])),
        "created_after": DATES,
        "created_before": DATES,
        "summary.reward": several(VALUES),
    },
)
CONFIGS = st.dictionaries(KEYS.map(lambda key: f"config.{key}"), several(VALUES), max_size=2)


def on_server(run):
    project = Project(entity_name="e", name="p", internal_id=1)
    return Run(
        project=project, name=run.run_id, display_name=run.name, config=dict(run.config), summary=dict(run.summary),
        state=run.state, tags=list(run.tags), group=run.group, job_type=run.job_type, sweep_name=run.sweep,
        created_at=run.created_at,
    )  # fmt: skip


@given(
    run=runs(),
    globs=st.lists(NAMES, max_size=2),
    ids=st.lists(st.just("r1"), max_size=1),
    filters=FILTERS,
    configs=CONFIGS,
)
def test_every_run_that_is_meant_answers_the_servers_query(run, globs, ids, filters, configs):
    chosen = Selection(globs=tuple(globs), ids=tuple(ids), filters={**filters, **configs})
    answers = compiled(json.dumps(chosen.query()))(on_server(run))
    meant = chosen.matches(run.run_id, run)
    assert answers or not meant
    told = all(one is not None for value in filters.values() for one in (value if isinstance(value, list) else [value]))
    if told and not configs:
        assert answers == meant


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("sky_*", "sky_1", True),
        ("sky_*", "my_sky_1", False),
        ("a.b", "axb", False),
        ("[x]*", "[x]1", True),
        ("*", "", True),
        ("run?", "run12", False),
    ],
)
def test_a_glob_matches_whole_names_and_a_dot_is_a_dot(pattern, name, matches):
    run = Listed(run_id="r", name=name, state="finished")
    assert Selection(globs=(pattern,)).matches("r", run) is matches


def test_what_is_excluded_is_excluded_by_name_or_id():
    run = Listed(run_id="r7", name="sky_debug", state="finished")
    for exclude in ("*_debug", "r7"):
        assert not Selection(globs=("sky_*",), exclude=(exclude,)).matches("r7", run)
    assert Selection(ids=("r7",), exclude=("other",)).matches("r7", run)


def test_ids_may_lie_in_a_file(tmp_path):
    (tmp_path / "runs.txt").write_text("# mine\nr1\n\n r2 \n")
    choice = SimpleNamespace(glob=(), ids=("r3",), file="runs.txt", exclude=())
    assert selection(choice, {}, tmp_path).ids == ("r3", "r1", "r2")
    with pytest.raises(DataError, match=r"file 'run.txt' cannot be read; did you mean 'runs.txt'\?"):
        selection(SimpleNamespace(glob=(), ids=(), file="run.txt", exclude=()), {}, tmp_path)


def test_the_servers_expression_is_anchored():
    assert regex(["a.b*", "c?"]) == r"^(a\.b.*|c.)$"
