"""What routes come to together: which of them is told, what it needs and what it shows, without a solver."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace

from netverify.answers.route_verdicts import answer_of, deciding_legs, doubted, needs, scope_of, simplest, why_unserved
from netverify.model.behaviours import Behaviour
from netverify.queries.outcome import Route, Scope, Verdict
from properties.test_verdict_lattice import answer, reason


def route(verdict, *legs, text="b/pg:5432", path=(), provided=()):
    return Route("a", text, verdict, tuple(path), tuple(legs), tuple(provided))


def test_existing_pods_suffice_for_a_route_iff_they_do_for_each_connection():
    both = [answer(Verdict.REACHABLE, scope=scope) for scope in (Scope.EXISTING, Scope.POSSIBLE)]
    assert scope_of(None) is None
    assert scope_of(route(Verdict.REACHABLE, both[0], both[0])) is Scope.EXISTING
    for legs in (both, both[::-1], both[1:]):
        assert scope_of(route(Verdict.REACHABLE, *legs)) is Scope.POSSIBLE


def test_the_connections_that_decide_are_those_with_the_verdict_of_the_route():
    legs = [answer(Verdict.UNREACHABLE, 0), answer(Verdict.REACHABLE, 1), answer(Verdict.UNREACHABLE, 2)]
    assert deciding_legs(route(Verdict.UNREACHABLE, *legs)) == (legs[0], legs[2])


def test_a_route_on_more_conditions_than_the_same_one_is_left_out_where_it_is_open():
    leg = answer(Verdict.REACHABLE)
    none, one, other, two = (route(Verdict.REACHABLE, leg, provided=some) for some in ("", "x", "y", "xy"))
    assert list(simplest([two, one, none])) == [none]
    assert list(simplest([two, one, other, one])) == [one, other]
    elsewhere = route(Verdict.REACHABLE, leg, text="other", provided="xy")
    assert list(simplest([one, elsewhere])) == [one, elsewhere]
    closed = [route(Verdict.UNREACHABLE, leg, provided=some) for some in ("", "x")]
    assert list(simplest(closed)) == closed
    alike = [route(Verdict.REACHABLE, one) for one in (answer(Verdict.REACHABLE, 1), answer(Verdict.REACHABLE, 2))]
    assert list(simplest([*alike, alike[0]])) == alike


def asked():
    return SimpleNamespace(text="q", called=None)


def test_the_best_route_is_one_of_existing_pods_then_one_on_few_conditions_then_a_straight_one():
    existing, possible = (answer(Verdict.REACHABLE, scope=scope) for scope in (Scope.EXISTING, Scope.POSSIBLE))
    worse_to_better = [
        route(Verdict.UNKNOWN, existing, text="unknown"),
        route(Verdict.REACHABLE, possible, text="possible"),
        route(Verdict.REACHABLE, existing, text="conditions", provided="xy"),
        route(Verdict.REACHABLE, existing, text="condition", provided="x"),
        route(Verdict.REACHABLE, existing, text="straight"),
        route(Verdict.REACHABLE, existing, text="by a hop", path=("hop",)),
    ]
    for count in range(2, len(worse_to_better) + 1):
        some = worse_to_better[:count]
        for order in (some, some[::-1]):
            found = answer_of(asked(), Verdict.REACHABLE, tuple(order), doubts=("d",), reasons=())
            assert found.route is some[-1]
            assert found.scope is scope_of(some[-1])
            assert found.unknown_because == ()


def test_the_best_route_alone_speaks_and_its_last_connection_is_shown():
    one, two, other = (SimpleNamespace(behaviours={}) for _ in range(3))
    legs = [answer(Verdict.REACHABLE, number, Scope.EXISTING, witness=shown) for number, shown in enumerate((one, two))]
    worse = answer(Verdict.REACHABLE, 2, Scope.POSSIBLE, witness=other)
    for routes in permutations([route(Verdict.REACHABLE, *legs), route(Verdict.REACHABLE, worse, text="o")]):
        found = answer_of(asked(), Verdict.REACHABLE, routes, doubts=(), reasons=())
        assert found.witness is two
        assert found.assumptions == ("assumptions 0", "assumptions 1")
        assert [one.detail for one in found.because] == ["because 0", "because 1"]
    assert answer_of(asked(), Verdict.VACUOUS, (), doubts=(), reasons=()).witness is None


def test_a_route_needs_its_own_conditions_then_what_each_connection_needs():
    policed, local = Behaviour.HOST_NETWORK_POLICED, Behaviour.NODE_TO_LOCAL_POD_ALLOWED
    legs = [
        answer(Verdict.REACHABLE, 0, witness=SimpleNamespace(needs=((policed, True),))),
        answer(Verdict.UNKNOWN, 1),
        answer(Verdict.REACHABLE, 2, witness=SimpleNamespace(needs=((local, False), (policed, True)))),
    ]
    told = ("host-network-policed=true", "node-to-local-pod-allowed=false")
    assert needs(route(Verdict.REACHABLE, *legs, provided=("x", "x"))) == ("x", *told)
    assert needs(route(Verdict.REACHABLE, legs[1])) == ()


def test_without_an_open_route_all_of_them_speak_and_doubts_are_told():
    shut, open_ = answer(Verdict.UNREACHABLE, 0), answer(Verdict.REACHABLE, 1)
    unsure = answer(Verdict.UNKNOWN, 2)
    routes = (route(Verdict.UNREACHABLE, open_, shut), route(Verdict.UNKNOWN, unsure, text="other"))
    unknown = answer_of(asked(), Verdict.UNKNOWN, routes, doubts=("d",), reasons=(reason("first"),))
    assert unknown.route is None
    assert unknown.scope is None
    assert unknown.unknown_because == ("d", "unknown_because 2")
    assert [one.detail for one in unknown.because] == ["first", "because 0", "because 2"]
    closed = answer_of(asked(), Verdict.UNREACHABLE, routes[:1], doubts=("d",), reasons=())
    assert closed.unknown_because == ()
    assert closed.assumptions == ("assumptions 0",)
    assert [text for text, _ in closed.smt2] == ["goal 1", "goal 0"]


def test_a_doubted_answer_shows_nobody_and_says_why():
    found = doubted(answer(Verdict.REACHABLE, scope=Scope.EXISTING, witness="w"), "nobody may dial it")
    assert (found.verdict, found.scope, found.witness, found.because) == ("unknown", None, None, ())
    assert found.unknown_because == ("nobody may dial it",)


def test_a_service_that_no_route_leads_to_has_the_problem_of_its_own_way_in():
    mine, other = (SimpleNamespace(type="ClusterIP", name=name) for name in ("mine", "other"))
    ways = [
        SimpleNamespace(problem="", service=mine),
        SimpleNamespace(problem="of another", service=other),
        SimpleNamespace(problem="of mine", service=mine),
    ]
    assert why_unserved("x", mine, (), ways) == "of mine"
    assert why_unserved("x", mine, (), ways[:2]) == "no way in leads to a ClusterIP Service"
    assert why_unserved("x", mine, [SimpleNamespace(object="Ingress a/b")], ways) == "Ingress a/b does not serve x"
