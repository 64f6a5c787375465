"""What routes come to together: which of them is told, what it needs and what it shows, without a solver."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from types import SimpleNamespace

import pytest

from netverify.answers.route_verdicts import (
    answer_of,
    deciding_legs,
    doubted,
    needs,
    scope_of,
    settled,
    simplest,
    why_unserved,
    without_routes,
)
from netverify.model.behaviours import Behaviour
from netverify.model.service import Service, ServicePort
from netverify.query.called import Called
from netverify.query.outcome import Route, Scope, Verdict
from netverify.routes.api_server import COMMON_PORT
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


PORT = ServicePort(80, "web", name="http")
WEB = Service("shop", "web", selector={"app": "web"}, ports=(PORT,))
BARE, HEADLESS = replace(WEB, selector=None), replace(WEB, headless=True)
API = Service("default", "kubernetes", ports=(PORT,))
NO_PORT, NO_PODS = "no port of Service {} is asked about", "no pod has a port named web"
NO_SELECTOR = "Service {} has no selector, and no manifest says where it leads"
LEADING = SimpleNamespace(object="Ingress shop/web", problem="", service=WEB)


@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize("leading", [(), (LEADING,)])
@pytest.mark.parametrize("nowhere", ["", "sure", "unsure"])
@pytest.mark.parametrize("ports", [(PORT,), (replace(PORT, target_port=8080),), ()])
@pytest.mark.parametrize("service", [None, WEB, BARE, HEADLESS, API, replace(WEB, ports=())], ids=str)
def test_without_any_route_a_service_is_closed_unless_something_may_lead_there(
    service, ports, nowhere, leading, outside
):
    called = Called(service, ports, nowhere=nowhere, is_sure=nowhere != "unsure")
    question = SimpleNamespace(called=called, from_outside=outside, source_text="a")
    ways = SimpleNamespace(leading_to=lambda _: iter(leading), all=leading)
    verdict, doubts, reasons = without_routes(question, ways)
    told = [one.detail for one in reasons]
    if service is None or (outside and service is API):
        assert (verdict, doubts, told) == ("vacuous", (), [])
    elif service.ports and not ports and not service.headless:
        assert (verdict, doubts, told) == ("unknown", (NO_PORT.format(service),), [])
    elif outside and (not leading or service.selector):
        assert (verdict, doubts, len(told)) == ("unreachable", (), 1)
        assert told[0].endswith("does not serve a") is bool(leading)
    elif not outside and nowhere:
        doubted_too = ("unreachable", ("sure",)) if nowhere == "sure" else ("unknown", ("unsure",))
        assert (verdict, doubts, told) == (*doubted_too, [nowhere])
    elif service.selector is None:
        assert (verdict, doubts, told) == ("unknown", (NO_SELECTOR.format(service),), [])
    else:
        named = bool(ports) and ports[0].target_port == "web"
        assert (verdict, doubts, told) == ("unreachable", (), [NO_PODS if named else "it has no endpoints"])


def test_a_question_that_calls_nothing_is_about_nobody_where_there_is_no_route():
    assert without_routes(SimpleNamespace(called=None), None) == (Verdict.VACUOUS, (), ())


def choice(name, verdict, *, is_common=True, behaviours=(), address=False):
    """A route of the choice ``name``, as planned and as judged; the witness of its last leg needs ``behaviours``."""
    plain, shown = (
        SimpleNamespace(behaviours=some, destination_address_matters=matters)
        for some, matters in (((), False), (behaviours, address))
    )
    legs = [
        answer(verdict, number, witness=None if verdict is Verdict.UNREACHABLE else one)
        for number, one in enumerate((plain, shown))
    ]
    return SimpleNamespace(choice=name, is_common=is_common), route(verdict, *legs, provided=("where it is the one",))


OPEN, SHUT, UNSURE = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNKNOWN


def test_where_all_that_are_common_of_a_choice_are_open_it_is_open_whichever_holds():
    one, two, rare = choice("at", OPEN), choice("at", OPEN), choice("at", SHUT, is_common=False)
    other = choice("", OPEN)
    for planned in ([one, two, rare, other], [other, rare, one, two]):
        plain, settled_one = settled(planned)
        assert plain is other[1]
        assert (settled_one.verdict, settled_one.provided, settled_one.text) == ("reachable", (), one[1].text)
        first_leg, last_leg = settled_one.legs
        assert first_leg == one[1].legs[0]
        assert last_leg.because == one[1].legs[-1].because
        assert COMMON_PORT in last_leg.assumptions
        assert COMMON_PORT not in one[1].legs[-1].assumptions


@pytest.mark.parametrize(
    "spoils",
    [choice("at", SHUT), choice("at", UNSURE), choice("at", OPEN, behaviours=("b",)), choice("at", OPEN, address=True)],
    ids=["closed", "unknown", "by a behaviour", "by an address"],
)
def test_where_one_that_is_common_is_not_plainly_open_each_is_told_with_its_condition(spoils):
    one, rare_shut, rare_open = (
        choice("at", OPEN),
        choice("at", SHUT, is_common=False),
        choice("at", OPEN, is_common=False),
    )
    told = list(settled([one, spoils, rare_shut, rare_open]))
    assert told == [one[1], spoils[1], rare_open[1]]
    two_choices = list(settled([one, spoils, choice("else", OPEN)]))
    assert [len(each.provided) for each in two_choices] == [1, 1, 0]
