"""Fixtures that several kinds of tests share."""

import pytest

READINGS = ("direct", "reference")


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
