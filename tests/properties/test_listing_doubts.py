"""A list must not lack someone without a word."""

import pytest

from netverify.query.outcome import Verdict
from netverify.sources.inventory import read_inventory
from netverify.symbolic import solver
from netverify.symbolic.search import Search
from netverify.symbolic.status import Solved, Status
from netverify.verify import ask

GAVE_UP = Solved(Status.UNKNOWN, reason="out of time")


@pytest.fixture
def example(request):
    return read_inventory([str(request.config.rootpath / "examples" / "backdoor")])


def test_a_solver_that_gives_up_on_someone_makes_the_list_unknown(example, monkeypatch):
    """What finds anyone at all still answers; only the look at pods that could be created gives up."""
    look = Search.decide_created

    def without_an_answer(*arguments, **further):
        with monkeypatch.context() as patched:
            patched.setattr(solver, "decide", lambda *_: GAVE_UP)
            return look(*arguments, **further)

    monkeypatch.setattr(Search, "decide_created", without_an_answer)
    listed = ask("who can reach b/pg:5432", example)
    assert listed.verdict is Verdict.UNKNOWN
    assert listed.unknown_because == ("out of time",)


def test_a_list_about_which_everything_was_decided_is_not_unknown(example):
    listed = ask("who can reach b/pg:5432", example)
    assert (listed.verdict, listed.unknown_because) == (Verdict.REACHABLE, ())


def test_an_object_that_is_not_modelled_may_add_to_a_list_and_take_from_it(tmp_path):
    (tmp_path / "cilium.yaml").write_text(
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: dns, namespace: b}\nspec: {}\n"
    )
    listed = ask("who can reach any pod", read_inventory([str(tmp_path)]))
    place = f"CiliumNetworkPolicy b/dns at {tmp_path}/cilium.yaml:1:1 is not modelled, and could"
    assert listed.verdict is Verdict.UNKNOWN
    assert listed.unknown_because == (f"{place} add to this list", f"{place} take from this list")
