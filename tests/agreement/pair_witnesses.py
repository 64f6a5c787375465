"""The flows that the all-pairs reading hands out for pairs, held against the reference reading and the facts."""

from agreement.every_world import is_nobodys
from agreement.pair_cases import pair_case
from agreement.pairs import texts
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End, External
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.pairs.all_pairs import all_pairs
from netverify.policy.evaluate import allows, matches
from netverify.policy.predicate import ALWAYS


def wrong_witnesses(seed, *, of_tables, asked=(ALWAYS, ALWAYS, ALWAYS)):
    """What is wrong with the flows of one case, in words; ``asked`` narrows it by source, destination and traffic."""
    case = pair_case(seed, of_tables=of_tables)
    cidrs = texts(case.pod_cidrs)
    source, destination, traffic = asked
    found = all_pairs(case.cluster, case.policies, case.fixed, pod_cidrs=cidrs, asked=asked).narrowed(
        source=source, destination=destination, traffic=traffic
    )
    problems = []
    for pair in found.connections(replicas=True):
        given = found.witness(pair.source, pair.destination)
        if given is None:
            problems.append(f"seed {seed}: {pair} has no flow")
            continue
        flow, behaviours = given
        ends = {End.SOURCE: found.endpoints[pair.source], End.DESTINATION: found.endpoints[pair.destination]}
        held = all(matches(part, flow, behaviours) for part in asked) and allows(case.policies, flow, behaviours)
        checks = {
            "policy denies it": held,
            "behaviours differ from what is fixed": case.fixed.items() <= behaviours.items(),
            "behaviours are missing": set(Behaviour) <= set(behaviours),
            "a port that is allowed in any case was there": is_best(pair.access, flow),
            "no such pair of addresses can be": is_real_pair(flow),
            "no such end can be": all(is_real_end(case, ends[end], flow.at(end)) for end in End),
            "one namespace has two sets of labels": has_one_set_of_labels(flow),
        }
        problems += [f"seed {seed}: {flow} with {behaviours}: {text}" for text, fine in checks.items() if not fine]
    return problems


def is_best(access, flow):
    ports = access.allowed or access.depends
    return flow.port in ports.get(flow.protocol, ())


def is_real_pair(flow):
    """Both addresses are of one family, and differ unless both are on the host network of one node."""
    one, other = flow.source, flow.destination
    if one.address.family != other.address.family:
        return False
    if one.address != other.address:
        return True
    pods = not isinstance(one, External) and not isinstance(other, External)
    hosts = pods and one.host_network and other.host_network and one.workload != other.workload
    return hosts and flow.same_node


def is_real_end(case, endpoint, end):
    known = {address for workload in case.cluster.workloads for address in workload.known_addresses}
    inside = any(end.address in cidr for cidr in case.pod_cidrs)
    if isinstance(end, External):
        return end.address in endpoint.block and end.address not in known and not inside and not is_nobodys(end.address)
    (workload,) = (workload for workload in case.cluster.workloads if workload.key == endpoint.workload)
    namespace = case.cluster.namespaces[workload.key.namespace]
    return (
        end.workload == workload.key
        and (end.ports, end.host_network) == (workload.ports, workload.host_network)
        and all(has_label(workload, key, value) for key, value in end.labels.items())
        and workload.labels.keys() <= end.labels.keys()
        and end.namespace_labels[NAMESPACE_NAME_LABEL] == namespace.name
        and (end.namespace_labels == namespace.labels or not namespace.declared)
        and is_own_address(workload, end.address, known, inside=inside or not case.pod_cidrs)
    )


def has_label(workload, key, value):
    if key in workload.open_labels:
        choices = workload.open_labels[key]
        return choices is None or value in choices
    return workload.labels[key] == value


def is_own_address(workload, address, known, *, inside):
    if address in workload.known_addresses:
        return True
    in_range = True if workload.host_network else inside
    return not workload.addresses and address not in known and in_range and not is_nobodys(address)


def has_one_set_of_labels(flow):
    ends = flow.source, flow.destination
    if any(isinstance(end, External) for end in ends) or ends[0].namespace != ends[1].namespace:
        return True
    return ends[0].namespace_labels == ends[1].namespace_labels
