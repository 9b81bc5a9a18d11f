"""What people import."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

import reportgen


def test_every_public_name_loads_and_is_listed():
    for name in reportgen.__all__:
        assert getattr(reportgen, name) is not None
        assert name in dir(reportgen)


def test_no_module_stands_in_the_way_of_a_public_name():
    assert [name for name in reportgen.__all__ if find_spec(f"reportgen.{name}")] == []


@pytest.mark.parametrize("before", ["", "import reportgen.building; import reportgen.portal; "])
def test_what_is_imported_first_does_not_change_what_a_name_means(before):
    code = f"{before}from reportgen import build; print(callable(build), build.__module__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "reportgen.building"]


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(reportgen, "WandBDataColector")
