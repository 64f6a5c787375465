"""Faults seeded into names, the API server, caches for DNS, meshes, and what single plugins do: all must be found."""

import importlib
from functools import partial

import pytest

from mutants.faulty import fault, first_disagreement_on_points, first_that_fails
from netverify.diagnostics import NetverifyError

POINTS = range(120)

FAULTS_OF_PLUGINS = {
    "an except denies nothing": (
        "policy.network_policy",
        "    if holes:\n        towards_block",
        "    if not holes and rule.peers:\n        towards_block",
    ),
    "an except denies on every port": (
        "policy.network_policy",
        "yield AddressIn(direction.peer, holes), _traffic(rule.ports, towards_block=towards_block)",
        "yield AddressIn(direction.peer, holes), _traffic((), towards_block=towards_block)",
    ),
    "an except denies whoever is selected or not": (
        "policy.network_policy",
        "refused = All((subject, _EXCEPT_DENIES))",
        "refused = _EXCEPT_DENIES",
    ),
    "an except denies everywhere": (
        "policy.network_policy",
        "refused = All((subject, _EXCEPT_DENIES))",
        "refused = subject",
    ),
    "an except denies after what is allowed": (
        "policy.tiers",
        "rules.sort(key=lambda rule: rule.action is not Action.DENY)",
        "rules.sort(key=lambda rule: rule.action is Action.DENY)",
    ),
    "the first except alone denies": (
        "policy.network_policy",
        "for hole in peer.ip_block.excepts))",
        "for hole in peer.ip_block.excepts[:1]))",
    ),
    "every label is seen": (
        "policy.network_policy",
        "    if len(kept) == len(selector.requirements):\n        return selector\n",
        "    return selector\n",
    ),
    "a label that is left out is missing for NotIn alone": (
        "policy.network_policy",
        "if any(one.operator in needed for one in selector.requirements if is_left_out(one.key)):",
        "if False:",
    ),
    "labels are left out everywhere": (
        "policy.network_policy",
        "as_written = All((Not(_LABELS_LEFT_OUT), PodMatches(end, selector)))",
        "as_written = AnyOf()",
    ),
    "labels are seen everywhere as well": (
        "policy.network_policy",
        "as_written = All((Not(_LABELS_LEFT_OUT), PodMatches(end, selector)))",
        "as_written = PodMatches(end, selector)",
    ),
    "a label that is left out makes a selector match nobody": (
        "policy.network_policy",
        "    if seen is None:\n        return as_written\n",
        "    if seen != selector:\n        return as_written\n",
    ),
}

FAULTS_OF_NAMES = {
    "the API server listens on its Service's port": (
        "routes.planned",
        "if is_api_server(service) and (options.api_servers or not in_slices(planning.index)):",
        "if False:",
    ),
    "one common port is enough": (
        "answers.route_verdicts",
        "if all(_is_plainly_open(route) for route in common):",
        "if any(_is_plainly_open(route) for route in common):",
    ),
    "the API server is on no node": (
        "routes.api_server",
        '("the API server on a node", IsWorkload(End.DESTINATION, NODE), True),',
        "",
    ),
    "an address that is told is no node's": (
        "routes.api_server",
        'yield ApiServerPlace(f"the API server at {shown}", known, traffic, told.port)',
        'yield ApiServerPlace(f"the API server at {shown}", known, traffic, told.port)\n    return',
    ),
    "a port that is told is any": (
        "routes.api_server",
        "traffic = only(Protocol.TCP, told.port)",
        "traffic = only(Protocol.TCP, 443)",
    ),
    "the port of a target is no port number": (
        "query.assumed",
        "not MIN_PORT <= number <= MAX_PORT",
        "number > MAX_PORT",
    ),
    "a misspelt Service is outside": (
        "routes.absent_names",
        "if len(labels) in _FORMS and (is_full or is_known_namespace(index, labels[-1])):",
        "if len(labels) in _FORMS and is_full:",
    ),
    "a name within the namespace is outside": (
        "routes.absent_names",
        "        if homes:\n",
        "        if not homes:\n",
    ),
    "a dot at the end means nothing": (
        "routes.absent_names",
        'if full is None or found.name.endswith("."):',
        "if full is None:",
    ),
    "a pod goes by every headless Service": (
        "routes.dns_endpoints",
        "        if network.governing_service != service.name:\n",
        "        if not network.governing_service:\n",
    ),
    "a cache is not known by its program": (
        "routes.cluster_dns",
        "not NODE_CACHES.isdisjoint(workload.arguments.get(PROGRAM, ()))",
        "False",
    ),
    "a cache is not known by its label": (
        "routes.cluster_dns",
        'workload.labels.get("k8s-app")',
        "None",
    ),
    "a cache listens at the usual address alone": (
        "routes.cluster_dns",
        "return tuple(found) or (NODE_LOCAL,)",
        "return (NODE_LOCAL,)",
    ),
    "a cache is never at the address of the Service": (
        "routes.cluster_dns",
        "yield from service.cluster_ips if service is not None else ()",
        "yield from ()",
    ),
    "a cache off the host network answers on nodes": (
        "routes.cluster_dns",
        "    if cache is not None and cache.host_network:\n        return ClusterDns",
        "    if cache is not None:\n        return ClusterDns",
    ),
    "a cache cannot be switched off": (
        "routes.cluster_dns",
        "is not False else None\n    if options.node_local_dns and",
        "is not False else node_cache(index)\n    if options.node_local_dns and",
    ),
    "a flow between members is as policy says": (
        "answers.mesh",
        '    if carried is not refused:\n        return ""\n',
        '    return ""\n',
    ),
    "a proof about members stands": (
        "answers.mesh",
        '    if against.status is Status.UNSAT:\n        return ""\n',
        '    return ""\n',
    ),
    "one member is enough": (
        "answers.mesh",
        "if not (mesh.holds(flow.source) and mesh.holds(flow.destination)):",
        "if not mesh.holds(flow.destination):",
    ),
    "nobody joins by a label of their own": (
        "answers.mesh",
        "AnyOf((joins, All((there, Not(stays_out)))))",
        "All((there, Not(stays_out)))",
    ),
    "nobody opts out": (
        "model.mesh",
        "mode = labels.get(DATAPLANE_MODE, AMBIENT if namespace in self.namespaces else NONE)",
        "mode = AMBIENT if namespace in self.namespaces else NONE",
    ),
    "UDP goes through the mesh": (
        "answers.mesh",
        "(told := about_traffic(leaf)) is None or told.protocol is Protocol.TCP",
        "True",
    ),
}

FOUND = (AssertionError, ValueError, LookupError, NetverifyError, pytest.fail.Exception)
"""How a case fails: what is there is not what it should be, or not there."""


def cases():
    """The cases of this subject, without what only a command line can show."""
    servers = importlib.import_module("cases.test_api_server")
    yield servers.test_egress_for_443_alone_opens_it_only_where_it_listens_on_443
    yield servers.test_egress_for_both_common_ports_opens_it_everywhere
    yield servers.test_an_ip_block_opens_it_on_a_node_only_where_ip_blocks_match_nodes
    yield servers.test_a_pod_on_its_node_may_pass_where_plugins_let_it
    verdicts = importlib.import_module("netverify").Verdict
    yield partial(servers.test_the_user_settles_the_port, 6443, verdicts.UNREACHABLE)
    for place in ("10.0.0.1:0", "10.0.0.1:70000"):
        yield partial(refused, servers, place)
    names = importlib.import_module("cases.test_absent_names")
    yield partial(names.test_a_misspelt_service_is_no_address_outside, "bakend.shop", "backend.shop")
    yield partial(names.test_pods_have_names_below_their_service_name_alone, "db-0.db-svc", "shop/db")
    for name in ("example.com", "bakend.shop."):
        yield partial(names.test_other_names_are_outside_and_the_answer_says_so, name)
    caches = importlib.import_module("cases.test_node_local_dns")
    for daemon_set in (caches.BY_LABEL, caches.cache(args="[/node-cache, -localip, 169.254.20.10]")):
        yield partial(caches.test_policies_for_the_dns_pods_alone_block_every_query, daemon_set)
    yield caches.test_the_address_is_that_of_localip
    yield partial(caches.test_in_iptables_mode_it_is_at_the_cluster_ip_too, caches.UPSTREAM)
    yield caches.test_one_off_the_host_network_or_switched_off_changes_nothing
    meshes = importlib.import_module("cases.test_ambient_mesh")
    yield meshes.test_a_port_of_the_application_alone_does_not_let_members_through
    yield meshes.test_the_port_of_the_mesh_may_open_every_other
    yield meshes.test_what_policy_says_of_both_ports_stands
    yield meshes.test_who_is_no_member_connects_as_ever
    yield meshes.test_a_pod_opts_out_and_in_by_its_own_label
    yield meshes.test_a_pod_that_could_be_created_may_join


def refused(servers, place):
    with pytest.raises(servers.AssumptionError):
        servers.cluster(servers.TO_443, api_server=place)


NUMBERS = range(len(list(cases())))


def test_without_a_fault_nothing_is_found():
    assert first_that_fails(cases, FOUND)(NUMBERS) is None
    assert first_disagreement_on_points(range(10)) is None


@pytest.mark.parametrize("name", FAULTS_OF_NAMES)
def test_a_seeded_fault_of_names_is_found(name, is_found):
    with fault(*FAULTS_OF_NAMES[name]):
        assert is_found(first_that_fails(cases, FOUND), NUMBERS)


@pytest.mark.parametrize("name", FAULTS_OF_PLUGINS)
def test_a_seeded_fault_of_plugins_is_found(name, is_found):
    with fault(*FAULTS_OF_PLUGINS[name]):
        assert is_found(first_disagreement_on_points, POINTS)
