"""Whether policy lets a pod ask the DNS of the cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from enum import StrEnum

from netverify.answers.context import Context, with_free_names, with_namespaces_of, with_workload
from netverify.answers.reachability import answer, answer_refused
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.flow import End, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels, selector_of
from netverify.model.service import Service
from netverify.model.traffic import Protocol
from netverify.policy.predicate import All, InNamespace, IsPod, IsWorkload, PodMatches, Predicate
from netverify.query.outcome import Answer, Reason, Verdict
from netverify.query.question import Form, Question
from netverify.query.wording import setting_words
from netverify.records import dataclass
from netverify.routes.cluster_dns import PROTOCOLS, DnsServer, cluster_dns
from netverify.symbolic.casting import PodScope

_WHO = {End.SOURCE: "the asking pod", End.DESTINATION: "the pod that answers"}


class DnsVerdict(StrEnum):
    """What policy does with queries. ``BLOCKED`` is a proof, for every pod that was asked about.

    ``ALLOWED``: some such pod may ask, whatever is left open; ``DEPENDS``: on what is left open. ``NOBODY``: the
    Service has no port or no endpoint for it.
    """

    ALLOWED = "allowed"
    DEPENDS = "depends"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class DnsPath:
    """Queries to one server. ``needs`` is what the verdict ``DEPENDS`` on, in words."""

    server: DnsServer
    verdict: DnsVerdict
    answer: Answer
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DnsAccess:
    """Whether ``source_text`` may ask the DNS of the cluster; ``service`` is None where the manifests hold none."""

    source_text: str
    service: Service | None
    paths: tuple[DnsPath, ...]

    def over(self, protocol: Protocol) -> DnsVerdict:
        """The verdict over ``protocol``: blocked, or allowed, iff it is so to every server.

        A Service sends a query to any of them.
        """
        found = {path.verdict for path in self.paths_over(protocol)}
        if not found:
            return DnsVerdict.NOBODY
        if len(found) == 1:
            return found.pop()
        return DnsVerdict.UNKNOWN if DnsVerdict.UNKNOWN in found else DnsVerdict.DEPENDS

    def paths_over(self, protocol: Protocol) -> tuple[DnsPath, ...]:
        """The paths over ``protocol``."""
        return tuple(path for path in self.paths if path.server.protocol is protocol)

    @property
    def is_blocked(self) -> bool:
        """Whether no name can be looked up, proved: resolvers ask over UDP, and over TCP if an answer is cut short."""
        return self.over(Protocol.UDP) is DnsVerdict.BLOCKED

    @property
    def because(self) -> tuple[Reason, ...]:
        """What carries the proof that UDP is blocked; empty when it is not."""
        if not self.is_blocked:
            return ()
        paths = self.paths_over(Protocol.UDP)
        return tuple(dict.fromkeys(reason for path in paths for reason in path.answer.because))


def dns_access(
    context: Context, source: Predicate, source_text: str, protocols: Collection[Protocol] = PROTOCOLS
) -> DnsAccess:
    """Whether one of the pods that are ``source`` may ask; for a verdict on a workload, name that workload alone.

    Only servers over ``protocols`` are asked about.
    """
    known = cluster_dns(context.routing, context.settings.routing)
    asked = (one for one in known.servers if one.protocol in protocols)
    by_protocol = sorted(asked, key=lambda one: PROTOCOLS.index(one.protocol))
    return DnsAccess(source_text, known.service, tuple(_path(context, source, source_text, one) for one in by_protocol))


def dns_access_of(context: Context, key: WorkloadKey, protocols: Collection[Protocol] = PROTOCOLS) -> DnsAccess:
    """Whether the pods of the workload ``key`` may ask over ``protocols``."""
    return dns_access(context, IsWorkload(End.SOURCE, key), str(key), protocols)


def dns_blocked(context: Context, pod: Pod) -> DnsAccess:
    """Whether a pod such as ``pod``, of a witness, may ask: any pod of its workload, or any with the labels it has."""
    if pod.workload is not None:
        return dns_access_of(context, pod.workload)
    alike = PodMatches(End.SOURCE, selector_of(pod.labels))
    source = All((IsPod(End.SOURCE), InNamespace(End.SOURCE, pod.namespace), alike))
    who = f"pods with {_labelled(pod.labels)}" if pod.labels else "any pod"
    return dns_access(context, source, f"{who} in namespace {pod.namespace}")


def dns_refused(context: Context, source: Predicate, source_text: str, protocol: Protocol) -> Iterator[Answer]:
    """For each server over ``protocol`` whether a query of some pod that is ``source`` is refused.

    The answers are those of :func:`netverify.answers.reachability.answer_refused`.
    """
    for server in cluster_dns(context.routing, context.settings.routing).servers:
        if server.protocol is protocol:
            yield _refused(context, source, source_text, server)


def _refused(context: Context, source: Predicate, source_text: str, server: DnsServer) -> Answer:
    """As :func:`dns_refused`. Pods that the manifests do not hold have the usual labels and no others."""
    question, there = _asked(context, source, source_text, server)
    if server.usual is not None:
        there = with_workload(server.usual, there)
        usual = All((server.destination, IsWorkload(End.DESTINATION, server.usual.key)))
        question = replace(question, destination=usual)
    return answer_refused(question, there, there.search.find_refused(question, PodScope.NAMED))


def with_exceptions(access: DnsAccess, context: Context) -> DnsAccess:
    """``access`` with the paths on conditions that are allowed, but not for whatever is left open about such a pod."""
    return replace(access, paths=tuple(_with_exceptions(path, access.source_text, context) for path in access.paths))


def _with_exceptions(path: DnsPath, source_text: str, context: Context) -> DnsPath:
    witness = path.answer.witness
    asking = witness.flow.source if witness is not None else None
    if path.verdict is not DnsVerdict.ALLOWED or not isinstance(asking, Pod):
        return path
    pinned = Workload(WorkloadKey(asking.namespace, "pod", "asking"), asking.labels, asking.ports)
    for one in context.inventory.cluster.workloads:
        if one.key == asking.workload:
            pinned = replace(one, labels=asking.labels, open_labels={})
    there = with_workload(pinned, context)
    refused = _refused(there, IsWorkload(End.SOURCE, pinned.key), source_text, path.server)
    if refused.verdict is Verdict.UNKNOWN:
        return replace(path, verdict=DnsVerdict.UNKNOWN, answer=refused)
    if refused.verdict is not Verdict.REACHABLE:
        return path
    needs = tuple(_exceptions(path.answer, refused, context)) or ("nothing that the manifests leave open denies it",)
    return replace(path, verdict=DnsVerdict.DEPENDS, needs=needs)


def _exceptions(allowed: Answer, refused: Answer, context: Context) -> Iterator[str]:
    """What must not be as in the flow of ``refused``; that of ``allowed`` is one of the same pods."""
    may, witness = allowed.witness, refused.witness
    assert may is not None
    assert witness is not None
    for behaviour, value in witness.needs:
        yield setting_words(behaviour, value=not value)
    for end, who in _WHO.items():
        pod, other = witness.flow.at(end), may.flow.at(end)
        if not isinstance(pod, Pod) or not isinstance(other, Pod):
            continue
        if witness.address_matters(end):
            yield f"{who} has no address such as {pod.address}"
        elif not any(map(witness.address_matters, End)) and pod.address.family != other.address.family:
            yield f"{who} has an IPv{other.address.family} address"
        if free := _free_labels(pod, context):
            yield f"namespace {pod.namespace} does not have {_labelled(free)}"


def _asked(context: Context, source: Predicate, source_text: str, server: DnsServer) -> tuple[Question, Context]:
    """The question whether ``source`` may ask ``server``, and the context to ask it in."""
    question = Question(
        Form.CAN,
        f"can {source_text} reach {server.text}:{server.port}/{server.protocol.lower()}",
        source,
        server.destination,
        server.traffic,
        source_text,
        server.text,
    )
    # Whoever answers in most clusters calls its ports by names that no manifest here tells.
    there = with_free_names(context) if server.assumption else context
    if server.stand_in is not None:
        there = with_workload(server.stand_in, there)
    return question, with_namespaces_of(question, there)


def _path(context: Context, source: Predicate, source_text: str, server: DnsServer) -> DnsPath:
    found = answer(*_asked(context, source, source_text, server))
    needs = _needs(found, server, context)
    return DnsPath(server, _verdict(found, needs), found, needs)


def _verdict(found: Answer, needs: tuple[str, ...]) -> DnsVerdict:
    match found.verdict:
        case Verdict.REACHABLE:
            return DnsVerdict.DEPENDS if needs else DnsVerdict.ALLOWED
        case Verdict.UNREACHABLE:
            return DnsVerdict.BLOCKED
        case Verdict.UNKNOWN:
            return DnsVerdict.UNKNOWN
        case Verdict.VACUOUS:
            return DnsVerdict.NOBODY


def _needs(found: Answer, server: DnsServer, context: Context) -> tuple[str, ...]:
    """What the flow of ``found`` needs beyond the manifests."""
    witness = found.witness
    if witness is None:
        return ()
    needs = [setting_words(behaviour, value=value) for behaviour, value in witness.needs]
    known = {address for one in context.inventory.cluster.workloads for address in one.known_addresses}
    if server.stand_in is not None:
        known.update(server.stand_in.addresses)
    for end, who in _WHO.items():
        pod = witness.flow.at(end)
        if isinstance(pod, Pod):
            if witness.address_matters(end) and pod.address not in known:
                needs.append(f"{who} has an address such as {pod.address}")
            needs += _labels_needed(who, pod, server.labels if end is End.DESTINATION else {}, context)
    return tuple(dict.fromkeys(needs))


def _labels_needed(who: str, pod: Pod, told: Labels, context: Context) -> Iterator[str]:
    """The labels that ``pod`` and its namespace have in the flow, and that neither the manifests nor ``told`` tell."""
    more = {key: value for key, value in pod.labels.items() if key not in told}
    if pod.workload is None and more:
        yield f"{who} has {_labelled(more)}"
    if free := _free_labels(pod, context):
        yield f"namespace {pod.namespace} has {_labelled(free)}"


def _free_labels(pod: Pod, context: Context) -> Labels:
    """The labels that the namespace of ``pod`` has in a flow, where the manifests do not declare it."""
    namespace = context.inventory.cluster.namespaces.get(pod.namespace)
    if namespace is not None and namespace.declared:
        return {}
    return {key: value for key, value in pod.namespace_labels.items() if key != NAMESPACE_NAME_LABEL}


def _labelled(labels: Labels) -> str:
    return f"labels {','.join(f'{key}={value}' for key, value in sorted(labels.items()))}"
