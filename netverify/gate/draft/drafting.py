"""From a cluster to a draft: each assertion is judged as `netverify check` will judge it, and holds or is for later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import count

from netverify.answers.mapping import Map
from netverify.diagnostics import NOWHERE
from netverify.gate.draft.flows import Inflows, flows_into, inflows, is_open
from netverify.gate.draft.outline import Entry, spec_of, written, zones_of
from netverify.gate.draft.peers import Peers
from netverify.gate.intent.spec import (
    Assertion,
    DefaultDeny,
    DnsWorks,
    FlowText,
    NamespacesText,
    NoMetadata,
    Only,
    Severity,
    Spec,
    Statement,
    World,
    ZoneText,
)
from netverify.gate.outcome import GateReport, GateVerdict, Result, Violation
from netverify.model.behaviours import Behaviour, name_of
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction, End, Pod
from netverify.model.traffic import Protocol
from netverify.pairs.outcome import MapEndpoint
from netverify.query.outcome import Scope
from netverify.records import dataclass

EVERYWHERE = ("0.0.0.0/0", "::/0")
"""All addresses outside the cluster."""
OPEN = "today every pod and every outside address can connect: first add a policy"
_NOT_YET, _UNDECIDED = "does not hold yet:", "not decided:"
_ON_HOSTS = "the host network in "
_PLACES = ("namespace ", "a new namespace", _ON_HOSTS)
"""How the source of a violation begins that is pods."""
_LONGEST_ID, _MOST_WORKLOADS = 120, 50
_ROUNDS = 5
_MOST_REMARKS = 4


@dataclass(frozen=True, slots=True)
class Drafting:
    """What drafts are made with: ``judge`` judges an intent, ``tell`` hears how much of how much is done."""

    cluster: Cluster
    mapped: Map
    judge: Callable[[Spec], GateReport]
    day: date
    tell: Callable[[int, int], None] = lambda _done, _of: None

    def zones(self) -> Mapping[str, ZoneText]:
        """A zone for each namespace that has workloads, by the name of the namespace."""
        return zones_of(sorted({workload.key.namespace for workload in self.cluster.workloads}))

    def entries(self) -> tuple[Entry, ...]:
        """The assertions, those about what reaches a namespace first."""
        zones = self.zones()
        names = {name: zone.name for name, zone in zones.items()}
        peers = Peers(self._endpoints, self.cluster.workloads, names)
        found = inflows(self.mapped.connectivity)
        policed = sorted({*zones, *(policy.namespace for policy in self.cluster.network_policies)})
        wishes = [
            *((_default_deny(one), policed) for one in Direction),
            *((one, [*zones]) for one in _about_pods(zones)),
        ]
        total = len(zones) + len(wishes)
        entries: list[Entry] = []
        for done, namespace in enumerate(zones):
            self.tell(done, total)
            entries += self._into(namespace, found, peers, zones)
        for done, (wish, namespaces) in enumerate(wishes, len(zones)):
            self.tell(done, total)
            entries += self._split(wish, namespaces, zones)
        return tuple(_under_own_ids(_some_of(entries)))

    def _into(self, namespace: str, found: Inflows, peers: Peers, zones: Mapping[str, ZoneText]) -> list[Entry]:
        """What reaches ``namespace``; where everyone does, what reaches those workloads that not everyone reaches."""
        zone = zones[namespace].name
        title = f"only approved flows reach namespace {namespace}"
        reaching = found.get(namespace, {})
        flows = flows_into(reaching, peers, self._why)
        whole = self._only(_only(f"only-approved-into-{zone}", title, zone, flows), zones)
        if not is_open(reaching, self._endpoints):
            return [whole]
        members = [n for n, one in enumerate(self._endpoints) if one.workload and one.workload.namespace == namespace]
        title = f"only approved flows reach namespace {namespace} (today: everyone)"
        entries = [Entry(replace(whole.assertion, title=title), (OPEN, *whole.remarks), holds=False)]
        if 1 < len(members) <= _MOST_WORKLOADS:
            apart = inflows(self.mapped.connectivity, frozenset(members))
            entries += [one for n in members for one in self._into_workload(n, apart, peers, zones)]
        return entries

    def _into_workload(
        self, number: int, apart: Inflows, peers: Peers, zones: Mapping[str, ZoneText]
    ) -> Iterator[Entry]:
        key = self._endpoints[number].workload
        assert key is not None
        reaching = apart.get(str(key), {})
        if is_open(reaching, self._endpoints):
            return
        name = f"only-approved-into-{zones[key.namespace].name}/{key.kind.lower()}/{key.name}"
        (words,) = peers.words((number,))
        flows = flows_into(reaching, peers, self._why)
        yield self._only(_only(name, f"only approved flows reach {key}", words, flows), zones)

    def _only(self, assertion: Assertion, zones: Mapping[str, ZoneText]) -> Entry:
        """``assertion`` of possible pods if it holds, else of existing ones; with ways in from outside approved."""
        possible: tuple[Violation, ...] = ()
        for _ in range(_ROUNDS):
            result = self._result(assertion, zones)
            if assertion.world is None:
                possible = tuple(one for one in result.violations if one.scope is not Scope.EXISTING)
            wider = _widened(assertion, result, self._why)
            if wider is None:
                break
            assertion = wider
        others = possible if assertion.world is World.EXISTING else ()
        remarks = (*_in_doubt(assertion), *_remarks(result, others))
        return Entry(assertion, remarks, result.verdict in (GateVerdict.PROVED, GateVerdict.UNKNOWN))

    @property
    def _why(self) -> str:
        return f"TO CONFIRM: allowed on {self.day.isoformat()}"

    @property
    def _endpoints(self) -> tuple[MapEndpoint, ...]:
        return self.mapped.connectivity.endpoints

    def _split(self, wish: _Property, namespaces: list[str], zones: Mapping[str, ZoneText]) -> list[Entry]:
        """``wish`` as one assertion for those of ``namespaces`` that have it, and one for later for the others."""
        having, lacking, remarks = [], [], []
        is_refuted = False
        for namespace in namespaces:
            result = self._result(wish.of([namespace], wish.name), zones)
            if result.verdict is GateVerdict.PROVED:
                having.append(namespace)
            else:
                lacking.append(namespace)
                is_refuted |= result.verdict is GateVerdict.REFUTED
                remarks += _why_not(result)
        entries = [Entry(wish.of(having, wish.name))] if having else []
        if lacking:
            later = wish.of(lacking, f"{wish.name}-later" if having else wish.name)
            entries.append(Entry(later, (_NOT_YET if is_refuted else _UNDECIDED, *_first(remarks)), holds=False))
        return entries

    def _result(self, assertion: Assertion, zones: Mapping[str, ZoneText]) -> Result:
        (result,) = self.judge(spec_of([assertion], zones.values())).results
        return result


@dataclass(frozen=True, slots=True)
class _Property:
    """What often is wanted of a namespace; ``statement`` says it of several."""

    name: str
    verb: str
    title: str
    statement: Callable[[list[str]], Statement]

    def of(self, namespaces: list[str], name: str) -> Assertion:
        return _assertion(name, self.verb, self.statement(namespaces), self.title)


def _default_deny(direction: Direction) -> _Property:
    def statement(names: list[str]) -> Statement:
        return DefaultDeny(NamespacesText(written(*names)), (direction,))

    return _Property(f"default-deny-{direction}", "default-deny", f"{direction} is denied by default", statement)


def _about_pods(zones: Mapping[str, ZoneText]) -> tuple[_Property, ...]:
    def of(kind: type[DnsWorks | NoMetadata]) -> Callable[[list[str]], Statement]:
        return lambda names: kind(written(*(zones[name].name for name in names)))

    out_of_reach = "pods cannot reach the cloud metadata endpoint"
    return (
        _Property("dns-works", "dns-works", "pods can ask the DNS of the cluster", of(DnsWorks)),
        _Property("no-metadata-endpoint", "no-metadata-endpoint", out_of_reach, of(NoMetadata)),
    )


def _assertion(name: str, verb: str, statement: Statement, title: str) -> Assertion:
    return Assertion(name, verb, statement, NOWHERE, title, Severity.HIGH)


def _only(name: str, title: str, end: str, flows: tuple[FlowText, ...]) -> Assertion:
    return _assertion(name, "only", Only(End.DESTINATION, written(end), flows), title)


def _some_of(entries: list[Entry]) -> list[Entry]:
    """``entries``; where nothing holds, what says nothing yet counts as holding: a gate without assertions is none."""
    if any(entry.holds for entry in entries):
        return entries
    return [replace(entry, holds=entry.remarks[:1] == (OPEN,)) for entry in entries]


def _under_own_ids(entries: list[Entry]) -> Iterator[Entry]:
    """``entries`` with ids that are short enough, and that no two of them have."""
    taken: set[str] = set()
    for entry in entries:
        whole = entry.assertion.id
        name = whole if len(whole) <= _LONGEST_ID else whole[: _LONGEST_ID - 10].rstrip("-./")
        for number in count(2):
            if name not in taken:
                break
            name = f"{whole[: _LONGEST_ID - 10].rstrip('-./')}-{number}"
        taken.add(name)
        yield replace(entry, assertion=replace(entry.assertion, id=name))


def _widened(assertion: Assertion, result: Result, why: str) -> Assertion | None:
    """``assertion`` without what ``result`` has against it that can be left out; None where there is nothing such."""
    if result.verdict is not GateVerdict.REFUTED or not isinstance(assertion.statement, Only):
        return None
    existing = [one for one in result.violations if one.scope is Scope.EXISTING]
    if not existing:
        return replace(assertion, world=World.EXISTING) if assertion.world is None else None
    if any(one.route is None and not _is_outside(one) for one in existing):
        return None
    by_ways = [flow for one in existing for flow in _by_way_in(one, why)]
    more = [flow for flow in dict.fromkeys(by_ways) if flow not in assertion.statement.flows]
    if not more:
        return None
    return replace(assertion, statement=replace(assertion.statement, flows=(*assertion.statement.flows, *more)))


def _by_way_in(violation: Violation, why: str) -> Iterator[FlowText]:
    """What approves ``violation``, which comes from outside or by a way in; nothing where no words name its source."""
    witness = violation.witness
    if violation.route is None or not violation.source.startswith(_PLACES):
        yield FlowText(written(*EVERYWHERE), (), (), f"{why}, by a way in from outside")
    elif violation.source.removeprefix(_ON_HOSTS).startswith("namespace ") and witness is not None:
        number, protocol = str(witness.flow.port), witness.flow.protocol
        ports = written(number if protocol is Protocol.TCP else f"{number}/{protocol.lower()}")
        yield FlowText(
            written(violation.source.removeprefix(_ON_HOSTS)), (), ports, f"{why}, by a way in that pods use"
        )


def _is_outside(violation: Violation) -> bool:
    witness = violation.witness
    return witness is not None and not isinstance(witness.flow.source, Pod)


def _in_doubt(assertion: Assertion) -> tuple[str, ...]:
    """What to do about flows that depend on the CNI."""
    flows = assertion.statement.flows if isinstance(assertion.statement, Only) else ()
    depends = any(name_of(behaviour) in flow.justification for behaviour in Behaviour for flow in flows)
    return ("some of these flows depend on the CNI: `--cni NAME` may remove some",) if depends else ()


def _remarks(result: Result, possible: tuple[Violation, ...]) -> tuple[str, ...]:
    """What is to be known about an assertion: what it does not say of pods that could be created, or why not yet."""
    found: list[str] = []
    if possible:
        found += ["existing pods only: pods that could be created can also connect:", *_first(_texts(possible))]
    if result.verdict is GateVerdict.UNKNOWN:
        found += [_UNDECIDED, *_first(list(result.unknown_because))]
    elif result.verdict is not GateVerdict.PROVED:
        found += [_NOT_YET, *_first(_why_not(result))]
    return tuple(found)


def _why_not(result: Result) -> list[str]:
    return _texts(result.violations) or [*result.unknown_because, *result.notes] or [str(result.verdict)]


def _texts(violations: tuple[Violation, ...]) -> list[str]:
    return list(dict.fromkeys(one.text for one in violations))


def _first(texts: list[str]) -> tuple[str, ...]:
    """The first of ``texts``, and how many others there are."""
    texts = list(dict.fromkeys(texts))
    more = (f"  and {len(texts) - _MOST_REMARKS} more",) if len(texts) > _MOST_REMARKS else ()
    return (*(f"  {text}" for text in texts[:_MOST_REMARKS]), *more)
