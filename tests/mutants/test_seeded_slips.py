"""Slips of one line that every test passed once, each put back and noticed by the case that was written for it."""

import pytest

from cases import test_clients_outside as clients
from cases import test_comparison_sides as sides
from cases import test_gate_dns as dns
from cases import test_gate_dns_addresses as dns_addresses
from cases import test_gate_incomplete as incomplete
from cases import test_gate_worlds as worlds
from cases import test_open_labels_of_services as labels
from cases.gates import Gates
from mutants.faulty import fault
from netverify.gate import by_ways, classes, routed


def parameters(test):
    """The rows of the last table that ``test`` is tried with."""
    return next(mark.args[1] for mark in test.pytestmark if mark.name == "parametrize")


def every_client(_):
    test = clients.test_an_address_is_left_iff_the_blocks_leave_one
    for row in parameters(test):
        test(*row)


def every_side(_):
    test = sides.test_what_is_not_modelled_on_one_side_leaves_open_what_it_may_change
    for row in parameters(test):
        test(*row)


def every_declaration(_):
    test = sides.test_labels_of_a_namespace_are_those_of_the_side_that_declares_it
    for row in parameters(test):
        test(*row)


def told_labels(_):
    labels.test_a_label_with_told_values_is_selected_by_one_of_them_alone()
    labels.test_told_values_count_where_another_label_is_the_rarest()
    labels.test_told_values_that_no_service_selects_by_are_known_all_the_same()


def dns_without_a_selector(_):
    labels.test_a_service_of_the_dns_without_a_selector_and_without_endpoints_has_no_servers()


def gone(_):
    worlds.test_what_a_baseline_knows_is_gone_only_where_it_was_looked_for()


def an_unknown_server(gates):
    dns.test_what_may_deny_queries_to_one_server_keeps_it_open(gates, dns.RELEASE, "second", dns.MANY)


def all_excepted(gates):
    test = worlds.test_a_denial_of_flows_that_are_all_excepted_holds_by_the_exception_and_is_not_about_nobody
    for row in parameters(test):
        test(gates, row)


def few_of_pods(gates):
    incomplete.test_a_baseline_passes_no_list_that_is_incomplete(gates, "pods")


def few_of_a_service(gates):
    incomplete.test_a_baseline_passes_no_list_that_is_incomplete(gates, "a Service")


def dns_in_a_range(gates):
    policy, core = dns_addresses.DENY_PODS, dns_addresses.CORE
    dns_addresses.test_an_address_that_the_dns_may_have_and_policy_refuses_is_no_proof(gates, policy, core, ())


def dns_of_no_manifest(gates):
    dns_addresses.test_pods_that_the_manifests_do_not_hold_have_no_other_labels(gates)


def dns_on_conditions(_):
    needs = "the pod that answers has no address such as 10.244."
    dns_addresses.test_a_query_that_an_address_stops_is_allowed_on_conditions(dns_addresses.DENY_PODS, needs)


SLIPS = {
    "a query that gets through to some address gets through to all": (
        "gate.dns",
        "if one.verdict is Verdict.REACHABLE), None)",
        "if False), None)",
        dns_in_a_range,
    ),
    "pods for DNS that no manifest holds may have any label": (
        "answers.dns",
        "if server.usual is not None:\n        there",
        "if False:\n        there",
        dns_of_no_manifest,
    ),
    "a query that is allowed once is allowed": (
        "answers.dns",
        "if refused.verdict is not Verdict.REACHABLE:",
        "if True:",
        dns_on_conditions,
    ),
    "the last address is no client": ("policy.clients", "if value <= last)", "if value < last)", every_client),
    "an address beyond the last is a client": ("policy.clients", " if value <= last)", ")", every_client),
    "told values do not count": (
        "routes.index",
        "if told is not None and value not in told:",
        "if False:",
        told_labels,
    ),
    "told values are only those that Services select by": (
        "routes.index",
        "        if told is not None:\n            return told\n",
        "",
        told_labels,
    ),
    "pods are expected behind a DNS Service without a selector": (
        "routes.cluster_dns",
        "service.selector is not None:\n            yield _expected(service, protocol, port, service.selector)",
        "True:\n            yield _expected(service, protocol, port, service.selector or {})",
        dns_without_a_selector,
    ),
    "a namespace that is only referred to is declared": (
        "diff.sides",
        "return name in namespaces and namespaces[name].declared",
        "return name in namespaces",
        every_declaration,
    ),
    "what may allow is looked for on the other side": (
        "diff.compare",
        'objects_that_may("allow", ours, None)',
        'objects_that_may("allow", theirs, None)',
        every_side,
    ),
    "what may deny is looked for on the other side": (
        "diff.compare",
        'objects_that_may("deny", theirs, None)',
        'objects_that_may("deny", ours, None)',
        every_side,
    ),
    "what nobody decided is gone": (
        "gate.baseline",
        " if result.judgement is not Judgement.UNKNOWN}",
        "}",
        gone,
    ),
    "what was not judged is gone": ("gate.baseline", " and assertion in judged]", "]", gone),
    "one server that is known is enough": ("gate.dns", "is_known = all(", "is_known = any(", an_unknown_server),
    "a baseline passes an incomplete list": (
        "gate.checking",
        "bool(violations) and judged.is_complete and all(",
        "bool(violations) and all(",
        few_of_pods,
    ),
    "what was found is all there is": (
        "gate.classes",
        "return Classes(sure, is_complete=False, answers=tuple(answers))",
        "return Classes(sure, is_complete=True, answers=tuple(answers))",
        few_of_pods,
    ),
    "what is all exempt is about nobody": (
        "gate.judging",
        "held(found) if alone.verdict is Judgement.REFUTED else alone",
        "alone",
        all_excepted,
    ),
    "no exception is used on the direct way": (
        "gate.routed",
        "if question.called is None and not claim.only_ways:\n            direct",
        "if question.from_outside and not claim.only_ways:\n            direct",
        all_excepted,
    ),
    "what was found on a route is all there is": (
        "gate.routed",
        "is_complete = len(chosen) <= MOST_CLASSES and all(leg.is_complete for leg in legs)",
        "is_complete = len(chosen) <= MOST_CLASSES",
        few_of_a_service,
    ),
    "an exception for a controller is one for its clients": (
        "gate.routed",
        "tuple(by_hop(one) for one in claim.exempt if one.by_hop)",
        "tuple(by_hop(one) for one in claim.exempt)",
        worlds.test_an_exception_for_the_pods_of_a_controller_is_none_for_clients_behind_it,
    ),
    "an exception counts in every world": (
        "gate.routed",
        "PodScope.EXISTING if claim.world is World.EXISTING else PodScope.NAMED",
        "PodScope.NAMED",
        worlds.test_an_exception_to_a_promise_counts_in_the_world_of_its_assertion,
    ),
}


@pytest.fixture
def gates(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_that_no_test_noticed_is_noticed(slip, gates, monkeypatch):
    module, original, replacement, check = SLIPS[slip]
    if check in {few_of_pods, few_of_a_service}:
        for one in (classes, routed, by_ways):
            monkeypatch.setattr(one, "MOST_CLASSES", 2)
    check(gates)
    with fault(module, original, replacement), pytest.raises(AssertionError):
        check(gates)
