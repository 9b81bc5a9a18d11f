"""`reportgen.lock` takes its place in one step, together with the report that it describes."""

import json

import pytest

from reportgen.errors import DataError, EnvironmentFault
from reportgen.runs import RunRecord
from reportgen.runs.lock import NAME, read_lock, written_lock

RUN = RunRecord(id="e/p/r", source="w", name="r", series=(), sha256="ab")


def test_a_lock_is_there_once_the_report_is(tmp_path):
    path = tmp_path / NAME
    with written_lock(path, [RUN]):
        assert not path.exists()
    assert read_lock(path)["e/p/r"].sha256 == "ab"
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


def test_a_report_that_is_not_published_leaves_the_former_lock(tmp_path):
    path = tmp_path / NAME
    path.write_text("former")

    def publish():
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"), written_lock(path, [RUN]):
        publish()
    assert path.read_text() == "former"
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


def test_a_lock_that_cannot_be_written_stops_the_report_before_it_is_published(tmp_path):
    published = []
    with (
        pytest.raises(EnvironmentFault, match="cannot be written there: No such file"),
        written_lock(tmp_path / "gone" / NAME, [RUN]),
    ):
        published.append(True)
    assert published == []


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"schema": 9, "runs": {}})])
def test_what_is_no_lock_is_told(tmp_path, content):
    path = tmp_path / NAME
    path.write_text(content)
    with pytest.raises(DataError, match=r"not a lock of reportgen|of schema 9"):
        read_lock(path)
