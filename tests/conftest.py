"""What every room of tests may ask for: golden files, rewritten by one option."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser):
    parser.addoption(
        "--refresh-golden", action="store_true", help="rewrite the files of tests/golden instead of comparing"
    )


@pytest.fixture
def golden(request):
    """Return a check that a text equals tests/golden/<name>; with --refresh-golden it writes the file."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--refresh-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.is_file(), f"tests/golden/{name} is missing; write it with pytest --refresh-golden"
        assert text == path.read_text(encoding="utf-8"), f"tests/golden/{name} differs; see pytest --refresh-golden"

    return check
