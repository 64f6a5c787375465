"""Fixtures that several kinds of tests share."""

import os

import pytest

os.environ["NETVERIFY_NO_CACHE"] = "1"  # no test leaves anything in, or finds anything in, the cache of whoever runs it

READINGS = ("direct", "reference", "symbolic", "connectivity")


@pytest.fixture(params=READINGS)
def check(request):
    """Holds expectations about single connections against one reading of YAML manifests."""
    from agreement.readings import check_lines  # noqa: PLC0415 - tests that do not read manifests need not wait for it

    def run(manifests, text):
        check_lines(request.param, manifests, text)

    return run


@pytest.fixture(params=READINGS)
def check_cells(request):
    """Holds a truth table of the upstream tests against one reading."""
    from agreement.readings import check_table  # noqa: PLC0415 - as above
    from oracles.truth_table import cells  # noqa: PLC0415 - as above

    def run(policies, table, **snapshot):
        check_table(request.param, policies, list(cells(table)), **snapshot)

    return run


def pytest_addoption(parser):
    """``--update``: write golden files anew instead of comparing with them; review the difference."""
    parser.addoption("--update", action="store_true", help="write golden files anew")


@pytest.fixture
def golden(request):
    """Holds a text against the file of that name beside the test."""
    folder = request.path.parent

    def hold(name, text):
        path = folder / name
        if request.config.getoption("--update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"no golden file {name}: run pytest with --update and review it"
        assert text == path.read_text()

    return hold
