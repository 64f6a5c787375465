"""Assertions and exceptions looked up in a cluster: what is wrong with them is told before any is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import partial
from typing import TypeVar, assert_never

from netverify.answers.context import Context
from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.refusal import shown
from netverify.gate.claim import Claim, Exempt, PreparedException
from netverify.gate.claiming import Claiming
from netverify.gate.intent.ends import EndError
from netverify.gate.intent.reading import IntentError
from netverify.gate.intent.spec import (
    Allow,
    Assertion,
    ComparedTo,
    CoversEveryPod,
    DefaultDeny,
    Deny,
    DnsWorks,
    ExceptionText,
    FlowText,
    Isolated,
    NoExternal,
    NoMetadata,
    Only,
    Separate,
    Spec,
    Written,
)
from netverify.gate.isolation import claims_about_isolation
from netverify.gate.statements import approved, claims_about_flows
from netverify.model.cluster_network_policy import ClusterNetworkPolicy
from netverify.model.flow import Direction, End
from netverify.model.ignores import IGNORE_PREFIX, Ignore
from netverify.model.network_policy import NetworkPolicy
from netverify.policy.predicate import ALWAYS, All, InNamespace
from netverify.policy.table import Action, RuleTable
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass


def annotated_exceptions(context: Context) -> Iterator[PreparedException]:
    """Every annotation of a policy or a namespace as an exception.

    That of a policy leaves aside what its rules allow, that of a namespace every flow into it and out of it. Raises
    :class:`netverify.gate.prepared.AnnotationError`.
    """
    cluster = context.inventory.cluster
    for policy in cluster.network_policies:
        for ignore in policy.ignores:
            of = f"NetworkPolicy {policy.namespace}/{policy.name}"
            yield PreparedException(exception_of(ignore, of), tuple(_allowed_by(policy, context)))
    for one in cluster.cluster_policies:
        for ignore in one.ignores:
            allowed = tuple(_allowed_cluster_wide(one, context))
            yield PreparedException(exception_of(ignore, f"{one.api} {one.name}"), allowed)
    for namespace in cluster.namespaces.values():
        for ignore in namespace.ignores:
            into = Exempt(ALWAYS, InNamespace(End.DESTINATION, namespace.name))
            out = Exempt(InNamespace(End.SOURCE, namespace.name), ALWAYS)
            yield PreparedException(exception_of(ignore, f"Namespace {namespace.name}"), (into, out))


def _allowed_by(policy: NetworkPolicy, context: Context) -> Iterator[Exempt]:
    tables = [context.policies.slice(direction, (policy.namespace,)) for direction in Direction]
    return _allowed_in(tables, "NetworkPolicy", policy.namespace, policy.name)


def _allowed_cluster_wide(policy: ClusterNetworkPolicy, context: Context) -> Iterator[Exempt]:
    return _allowed_in(list(context.policies.policies.tables.values()), policy.api.value, "", policy.name)


def _allowed_in(tables: Sequence[RuleTable], *named: str) -> Iterator[Exempt]:
    """What the rules of a policy are about that allow."""
    for table in tables:
        direction = table.direction
        for rule in (rule for tier in table.every_tier() for rule in tier.rules if rule.action is Action.ALLOW):
            if rule.policy.is_built_in or (rule.policy.kind, rule.policy.namespace, rule.policy.name) != named:
                continue
            source, target = (rule.peer, rule.subject) if direction is Direction.INGRESS else (rule.subject, rule.peer)
            yield Exempt(source, All((target, rule.traffic)), by_hop=True)


_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An assertion with its claims; ``approved`` are the flows that it approves."""

    assertion: Assertion
    claims: tuple[Claim, ...]
    exceptions: tuple[PreparedException, ...] = ()
    approved: tuple[tuple[FlowText, Exempt], ...] = ()


def prepare(spec: Spec, claiming: Claiming) -> tuple[tuple[Prepared, ...], tuple[PreparedException, ...]]:
    """The assertions and exceptions of ``spec``, in the order of the files, then exceptions that objects carry.

    Raises :class:`netverify.gate.intent.reading.IntentError` with everything that is wrong with them.
    """
    preparing = _Preparing(claiming)
    preparing.zones(spec)
    without_flows = {one.id: isinstance(one.statement, DnsWorks | ComparedTo) for one in spec.assertions}
    exceptions = (
        *(preparing.exception(one, without_flows) for one in spec.exceptions),
        *preparing.annotated(spec),
    )
    applying: dict[str, list[PreparedException]] = {}
    for one in exceptions:
        for name in dict.fromkeys(written.text for written in one.exception.assertions):
            applying.setdefault(name, []).append(one)
    prepared = tuple(preparing.assertion(one, applying.get(one.id, ())) for one in spec.assertions)
    if preparing.diagnostics:
        raise IntentError(tuple(sorted(set(preparing.diagnostics), key=Diagnostic.sort_key)))
    return prepared, exceptions


@dataclass(slots=True)
class _Preparing:
    claiming: Claiming
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def read(self, reading: Callable[[], _Read], otherwise: _Read) -> _Read:
        """What ``reading`` gives, or ``otherwise`` where it finds something wrong, which is noted."""
        try:
            return reading()
        except EndError as error:
            self.diagnostics.append(error.diagnostic)
            return otherwise

    def zones(self, spec: Spec) -> None:
        """Look every zone up, whether or not an assertion does."""
        for zone in spec.zones:
            self.read(partial(self.claiming.ends.zone, zone), None)

    def exception(self, exception: ExceptionText, without_flows: Mapping[str, bool]) -> PreparedException:
        """``exception``, whose assertions there are: ``without_flows`` says of each whether it is about no flows."""
        for written in exception.assertions:
            if written.text not in without_flows:
                text = f"exception {shown(exception.id)} is for an assertion {shown(written.text)} that there is not"
                advice = did_you_mean(nearest(written.text, without_flows)) or "name the `id` of an assertion"
                self.diagnostics.append(Diagnostic("NV708", Severity.ERROR, text, written.origin, advice))
            elif without_flows[written.text]:
                text = f"assertion {shown(written.text)} is not about single flows, so it cannot have exceptions"
                advice = "fix the policies, or use a baseline"
                self.diagnostics.append(Diagnostic("NV709", Severity.ERROR, text, written.origin, advice))
        flows = (self._exempt(flow) for flow in exception.flows)
        return PreparedException(exception, tuple(one for one in flows if one is not None))

    def annotated(self, spec: Spec) -> tuple[PreparedException, ...]:
        """The exceptions that objects carry for assertions of ``spec``; others are for other intent."""
        ids = {one.id for one in spec.assertions}
        try:
            found = tuple(annotated_exceptions(self.claiming.context))
        except AnnotationError as error:
            self.diagnostics.append(error.diagnostic)
            return ()
        return tuple(one for one in found if one.exception.assertions[0].text in ids)

    def _exempt(self, flow: FlowText) -> Exempt | None:
        return self.read(lambda: self.claiming.exempt(flow), None)

    def assertion(self, assertion: Assertion, exceptions: Sequence[PreparedException]) -> Prepared:
        """``assertion`` with its claims; ``exceptions`` are for it."""
        none: tuple[Claim, ...] = ()
        claims = self.read(lambda: tuple(_claims(assertion, self.claiming)), none)
        statement = assertion.statement
        known: tuple[tuple[FlowText, Exempt], ...] = ()
        if isinstance(statement, Only):
            known = self.read(lambda: approved(statement, self.claiming), ())
        return Prepared(assertion, claims, tuple(exceptions), known)


def _claims(assertion: Assertion, claiming: Claiming) -> Iterator[Claim]:
    """The claims of ``assertion``; none for those that are judged as a whole."""
    match assertion.statement:
        case Deny() | Allow() | Only() | Isolated() | Separate() | NoExternal() | NoMetadata() as about_flows:
            yield from claims_about_flows(about_flows, assertion.world, claiming)
        case DefaultDeny() | CoversEveryPod() as about_isolation:
            yield from claims_about_isolation(about_isolation, assertion.world, claiming)
        case DnsWorks(zone):
            claiming.ends.pods(zone, End.SOURCE)  # it is judged as a whole, once that is sure to mean something
        case ComparedTo():
            return
        case _ as never:
            assert_never(never)


# Exceptions that stand at the objects that they are about, as annotations.
# ``ignore.netverify.dev/ASSERTION: "reason; expires=2027-01-31; owner=team; ticket=OPS-1"``

_FORM = "write it as `reason; expires=2027-01-31; owner=team`"
_KEYS = ("expires", "owner", "ticket")


class AnnotationError(Exception):
    """An annotation that is no exception."""

    def __init__(self, ignore: Ignore, what: str) -> None:
        super().__init__(what)
        text = f"annotation {shown(IGNORE_PREFIX + ignore.assertion)} {what}"
        self.diagnostic = Diagnostic("NV718", Severity.ERROR, text, ignore.origin, _FORM)


def exception_of(ignore: Ignore, of: str) -> ExceptionText:
    """The exception that ``ignore`` is, of the object called ``of``; without flows, which are what the object is about.

    Raises :class:`AnnotationError`.
    """
    reason, *rest = (part.strip() for part in ignore.text.split(";"))
    given: dict[str, str] = {}
    for part in rest:
        key, equals, value = (text.strip() for text in part.partition("="))
        if key not in _KEYS or not equals or not value or key in given:
            raise AnnotationError(ignore, f"has a part that cannot be read: {shown(part)}")
        given[key] = value
    missing = [what for what, text in (("reason", reason), *((key, given.get(key)) for key in _KEYS[:2])) if not text]
    if missing:
        raise AnnotationError(ignore, f"gives no {' and no '.join(missing)}")
    try:
        expires = date.fromisoformat(given["expires"])
    except ValueError:
        raise AnnotationError(ignore, f"expires on no day: {shown(given['expires'])}") from None
    return ExceptionText(
        id=f"{of} ({ignore.assertion})",
        assertions=(Written(ignore.assertion, ignore.origin),),
        flows=(),
        reason=reason,
        owner=given["owner"],
        expires=expires,
        origin=ignore.origin,
        ticket=given.get("ticket", ""),
    )
