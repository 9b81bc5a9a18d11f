import pytest

RUNS = {
    "a": {"config": {"lr": 0.1, "env": {"name": "maze"}, "on": True}, "summary": {"score": 1.0}, "tags": ["x"],
          "group": "g1", "created_at": "2026-01-01T00:00:00Z"},
    "b": {"config": {"lr": 0.2, "env": {"name": "cliff"}}, "summary": {"score": 2.0}, "tags": ["x", "y"],
          "group": "g2", "state": "running", "created_at": "2026-01-02T00:00:00Z", "name": "b shown"},
    "c": {"config": {"env": {"name": "maze"}}, "summary": {"eval/score": 9.0}, "job_type": "eval", "sweep": "s",
          "created_at": "2026-01-03T00:00:00Z", "username": "other", "state": "crashed"},
}  # fmt: skip

CASES = [
    ({}, "abc"),
    ({"state": "running"}, "b"),
    ({"state": {"$ne": "running"}}, "ac"),
    ({"state": {"$in": ["running", "crashed"]}}, "bc"),
    ({"state": {"$nin": ["running", "crashed"]}}, "a"),
    ({"group": "g1"}, "a"),
    ({"group": {"$exists": False}}, "c"),
    ({"tags": "x"}, "ab"),
    ({"tags": {"$in": ["y"]}}, "b"),
    ({"jobType": "eval"}, "c"),
    ({"display_name": {"$regex": "^b s"}}, "b"),
    ({"name": {"$in": ["a", "c"]}}, "ac"),
    ({"createdAt": {"$gte": "2026-01-02", "$lt": "2026-01-03T00:00:00Z"}}, "b"),
    ({"username": "other"}, "c"),
    ({"sweep": "s"}, "c"),
    ({"config.lr": {"$gt": 0.1}}, "b"),
    ({"config.lr": {"$lte": 0.2}}, "ab"),
    ({"config.lr.value": 0.1}, "a"),
    ({"config.lr": {"$exists": True}}, "ab"),
    ({"config.on": 1}, ""),
    ({"config.env.name": "maze"}, "ac"),
    ({"summary_metrics.score": {"$gte": 2}}, "b"),
    ({"summary_metrics.eval/score": 9}, "c"),
    ({"$or": [{"group": "g1"}, {"jobType": "eval"}]}, "ac"),
    ({"$and": [{"tags": "x"}, {"state": "finished"}]}, "a"),
    ({"$nor": [{"group": "g1"}, {"group": "g2"}]}, "c"),
    ({"$not": {"group": "g1"}}, "bc"),
    ({"config.lr": {"$not": {"$gt": 0.1}}}, "ac"),
]


@pytest.fixture
def three_runs(wandb_server):
    for run_id, values in RUNS.items():
        wandb_server.add_run("tester", "p", run_id, **values)


def test_each_condition_selects_its_runs(three_runs, ids):
    selected = {str(filters): "".join(ids("tester/p", filters=filters)) for filters, _ in CASES}
    assert selected == {str(filters): wanted for filters, wanted in CASES}


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ("+created_at", "abc"),
        ("-created_at", "cba"),
        ("-config.lr.value", "bac"),
        ("+summary_metrics.score", "cab"),
    ],
)
def test_an_order_sorts_them(three_runs, ids, order, wanted):
    assert "".join(ids("tester/p", order=order)) == wanted


def test_a_page_is_a_page_of_what_the_filter_selects(three_runs, wandb_server, ids):
    assert ids("tester/p", filters={"tags": "x"}, per_page=1) == ["a", "b"]
    assert wandb_server.requests.count("Runs") == 2


@pytest.mark.parametrize("filters", [{"colour": "red"}, {"state": {"$like": "run"}}, {"$xor": []}])
def test_what_the_server_does_not_understand_is_an_error(three_runs, ids, filters):
    with pytest.raises(Exception, match="unknown"):
        ids("tester/p", filters=filters)
