"""What people import."""

import reportgen


def test_every_public_name_loads_and_is_listed():
    for name in reportgen.__all__:
        assert getattr(reportgen, name) is not None
        assert name in dir(reportgen)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(reportgen, "WandBDataColector")
