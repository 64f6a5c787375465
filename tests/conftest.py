"""Fixtures that several kinds of tests share."""

import ctypes
import gc
import os
import random
import shutil
import signal

import pytest

os.environ["NETVERIFY_NO_CACHE"] = "1"  # no test leaves anything in, or finds anything in, the cache of whoever runs it

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell; programs would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # as nohup has it
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


LONG_FILES = (
    "test_seeded_faults.py",
    "test_map_page.py",
    "test_frozen_runs.py",
    "test_agreement_all_pairs.py",
    "test_cache_entries.py",
    "test_upstream_netpol.py",
    "test_agreement_tiers.py",
    "test_metamorphic_intents.py",
    "test_metamorphic_cuts.py",
    "test_predicate_visits.py",
    "test_limits_are_named.py",
)
"""They go first, so that no process is still at one of them when the others are done."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Long files first; the order of all others stays."""
    order = {name: number for number, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_collection_finish():
    """What was imported stays, so that the collector of garbage need not look at it again with every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def keep_freed_memory():
    """Have the C library keep what Z3 gives back: each context of it takes 16 MB, which the system would clear anew."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of the GNU C library
    if mallopt is not None:
        for parameter, size in ((-3, 32 << 20), (-1, 256 << 20)):  # from where memory is mapped; when it is given back
            mallopt(parameter, size)


keep_freed_memory()


@pytest.fixture(scope="module", autouse=True)
def solved_goals():
    """Each goal is solved once in a file of tests; a file that tests the solver has another fixture of this name."""
    from netverify.symbolic import solver  # noqa: PLC0415 - whoever looks only at the command line need not wait for it
    from solved_goals import forget_goals, remembering  # noqa: PLC0415 - as above

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "_once", remembering(solver._once))
        yield
    forget_goals()


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


@pytest.fixture
def fresh(request):
    """Draws seeds of random cases that no run had before, from the seed of this run, which pytest prints."""
    rng = random.Random(f"{request.config.getoption('randomly_seed', None)} {request.node.nodeid}")

    def run(count):
        return [rng.randrange(10**6, 10**9) for _ in range(count)]

    return run


def pytest_addoption(parser):
    """``--update``: write golden files anew instead of comparing with them; review the difference."""
    parser.addoption("--update", action="store_true", help="write golden files anew")
    parser.addoption("--kill-matrix", type=int, help="with --update: seeds to try on each seeded fault")


@pytest.fixture
def golden(request):
    """Holds a text against the file of that name beside the test."""
    folder = request.path.parent

    def hold(name, text):
        path = folder / name
        if request.config.getoption("--update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.exists(), f"no golden file {name}: run pytest with --update and review it"
        assert text == path.read_bytes().decode()

    return hold


@pytest.fixture(scope="session")
def mypy_cache(request, tmp_path_factory):
    """A cache of the type checker: what `./check` has just checked is checked anew only where a test changes it."""
    cache = tmp_path_factory.mktemp("mypy")
    known = request.config.rootpath / ".mypy_cache"
    if known.exists():
        shutil.copytree(known, cache, dirs_exist_ok=True)
    return cache


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """A browser that was started once for all tests; they are skipped where there is none."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if not all(programs):
        pytest.skip("needs chromium and chromedriver on PATH")
    from cases.browsed_pages import started  # noqa: PLC0415 - only the tests that browse need selenium

    with started(*programs, str(tmp_path_factory.mktemp("profile"))) as driver:
        yield driver


@pytest.fixture
def browsed(chromium, tmp_path):
    """A page to be opened in the browser. Whatever a test does, the console stays silent and nothing is loaded."""
    from cases.browsed_pages import Browsed  # noqa: PLC0415 - as above

    page = Browsed(chromium, tmp_path)
    yield page
    assert page.complaints() == []
    own = ((tmp_path / "map.html").as_uri(), "data:,", "about:blank")
    assert [url for url in page.requests() if not url.startswith(own)] == []
