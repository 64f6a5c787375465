"""The variables of one end of a flow, what each predicate says in terms of them, and which of their values are real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from netverify.model.address_plan import AddressPlan, Holder
from netverify.model.addresses import Address, AddressRange
from netverify.model.cluster import NODES, Namespace, Workload, WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement, selector_matches
from netverify.policy.mentions import Mentions
from netverify.symbolic.scene import NEW_NAMESPACE, Cast
from netverify.symbolic.terms import (
    FALSE,
    TRUE,
    Index,
    Term,
    conjunction,
    disjunction,
    implication,
    negation,
)
from netverify.symbolic.vocabulary import ABSENT, OTHER, label_indexes

NOBODY_EXISTING = 0
"""The index of ``who`` for an end that is no existing pod; the workloads of the cast are numbered from 1."""


NO_NAMED_ACCOUNT = 0
"""The index of a service account that no predicate names; those that are named come after it."""


class EndSpace:
    """One end: ``place`` (a namespace of the cast, or the outside), ``who``, labels, namespace labels, ``address``.

    A variable with one possible value is a constant, and what depends on it folds away.
    """

    def __init__(
        self,
        end: End,
        cast: Cast,
        namespaces: Mapping[str, Namespace],
        mentions: Mentions,
        plan: AddressPlan | None,
    ) -> None:
        self.end = end
        self.cast = cast
        self.plan = plan
        self._namespaces = namespaces
        self.prefix = prefix = "src" if end is End.SOURCE else "dst"
        self.places = cast.places
        self.outside = len(self.places)
        self._position = {name: position for position, name in enumerate(self.places)}
        self.place = Index(f"{prefix}_place", len(self.places) + cast.external, fixed=None if self.places else 0)
        free = bool(cast.namespaces) or cast.external
        only = 1 if len(cast.workloads) == 1 and not free else None
        self.who = Index(f"{prefix}_who", len(cast.workloads) + 1, fixed=only)
        self.values = {key: label_indexes(values) for key, values in sorted(mentions.pod_labels[end].items())}
        self.labels = {
            key: Index(f"{prefix}_label_{number}", OTHER + 1 + len(values), fixed=self._settled(key, values))
            for number, (key, values) in enumerate(self.values.items())
        }
        self.namespace_values = {
            key: label_indexes(values)
            for key, values in sorted(mentions.namespace_labels.items())
            if key != NAMESPACE_NAME_LABEL and any(not self.declared(name) for name in self.places)
        }
        self.namespace_labels = {
            key: Index(f"{prefix}_nslabel_{number}", OTHER + 1 + len(values))
            for number, (key, values) in enumerate(self.namespace_values.items())
        }
        names = sorted(mentions.service_accounts[end])
        self.accounts = {name: number for number, name in enumerate(names, start=NO_NAMED_ACCOUNT + 1)}
        self.account = Index(f"{prefix}_account", NO_NAMED_ACCOUNT + 1 + len(names), fixed=self._settled_account())
        self.address = Index(f"{prefix}_address", len(plan.intervals.all)) if plan else None
        self.host = Term(f"{prefix}_on_host") if cast.namespaces and cast.hosts else FALSE

    def declared(self, name: str) -> bool:
        """Whether all labels of the namespace are known."""
        namespace = self._namespaces.get(name)
        return namespace is not None and namespace.declared

    def _settled(self, key: str, values: Mapping[str, int]) -> int | None:
        """The index of the label when only one existing pod can stand here and it is known."""
        if self.who.fixed != 1 or not self.cast.workloads:
            return None
        (workload,) = self.cast.workloads
        return None if key in workload.open_labels else label_index(workload, key, values)

    def _settled_account(self) -> int | None:
        """The index of the service account when only one existing pod can stand here and it is known."""
        if self.who.fixed != 1 or not self.cast.workloads:
            return None
        return self.account_index(self.cast.workloads[0])

    def account_index(self, workload: Workload) -> int | None:
        """The index of the service account of ``workload``; None where that is not known."""
        account = workload.service_account
        return None if account is None else self.accounts.get(account, NO_NAMED_ACCOUNT)

    # What predicates say

    def is_pod(self) -> Term:
        """The end is a pod."""
        others = [self._position[NODES]] if NODES in self._position else []
        others += [self.outside] if self.cast.external else []
        if not others:
            return TRUE
        pods = set(self._position.values()) - set(others)
        return negation(self.place.one_of(others)) if pods else FALSE

    def in_namespace(self, name: str) -> Term:
        """The end is a pod in the namespace."""
        position = self._position.get(name)
        return FALSE if position is None else self.place.equals(position)

    def namespace_matches(self, selector: LabelSelector) -> Term:
        """The end is a pod in a namespace that ``selector`` matches; labels of undeclared namespaces are free."""
        if not selector.requirements:
            return self.is_pod()
        known: list[int] = []
        open_: list[Term] = []
        for position, name in enumerate(self.places):
            if name == NODES:
                continue
            if not self.declared(name):
                open_.append(conjunction((self.place.equals(position), self._undeclared_matches(name, selector))))
            elif selector_matches(selector, self._namespaces[name].labels):
                known.append(position)
        return disjunction((self.place.one_of(known), *open_))

    def _undeclared_matches(self, name: str, selector: LabelSelector) -> Term:
        return conjunction(
            _name_holds(requirement, name)
            if requirement.key == NAMESPACE_NAME_LABEL
            else _holds(requirement, self.namespace_labels[requirement.key], self.namespace_values[requirement.key])
            for requirement in selector.requirements
        )

    def pod_matches(self, selector: LabelSelector) -> Term:
        """The end is a pod whose labels ``selector`` matches."""
        return conjunction(
            (
                self.is_pod(),
                *(
                    _holds(requirement, self.labels[requirement.key], self.values[requirement.key])
                    for requirement in selector.requirements
                ),
            ),
        )

    def has_service_account(self, name: str) -> Term:
        """The end is a pod that runs as the service account called ``name``."""
        return conjunction((self.is_pod(), self.account.equals(self.accounts[name])))

    def on_host_network(self) -> Term:
        """The end is a pod on the host network; possible pods are not, unless the cast says so."""
        possible = conjunction((self.host, self.who.equals(NOBODY_EXISTING), self.is_pod()))
        return disjunction((self._anyone(lambda workload: workload.host_network), possible))

    def is_workload(self, wanted: WorkloadKey) -> Term:
        """The end is an existing pod of the workload with that key."""
        return self._anyone(lambda workload: workload.key == wanted)

    def _anyone(self, test: Callable[[Workload], bool]) -> Term:
        return self.who.one_of(number for number, workload in enumerate(self.cast.workloads, start=1) if test(workload))

    @property
    def choosable(self) -> bool:
        """Whether both an existing and a possible pod may stand here."""
        return bool(self.cast.namespaces) and (bool(self.cast.workloads) or self.cast.external)

    def exists(self) -> Term:
        """The end is an existing pod, or outside."""
        outside = self.place.equals(self.outside) if self.cast.external else FALSE
        return disjunction((negation(self.who.equals(NOBODY_EXISTING)), outside))

    def address_in(self, ranges: tuple[AddressRange, ...]) -> Term:
        """The end's address lies in one of ``ranges``."""
        if self.address is None or self.plan is None:
            return FALSE
        return self.address.one_of(self.plan.intervals.covered_by(ranges))

    # Which values are real

    def domain(self) -> Iterator[Term]:
        """Constraints that hold exactly for the members of the cast."""
        yield self.place.bounded()
        yield self.who.bounded()
        for index in (*self.labels.values(), *self.namespace_labels.values(), self.account):
            yield index.bounded()
        if self.address is not None:
            yield self.address.bounded()
        yield implication(self.who.equals(NOBODY_EXISTING), disjunction(self._free_shapes()))
        for number, workload in enumerate(self.cast.workloads, start=1):
            yield implication(self.who.equals(number), self._existing_shape(workload))

    def _free_shapes(self) -> Iterator[Term]:
        if self.cast.namespaces:
            places = self.place.one_of(self._position[name] for name in self.cast.namespaces)
            on_host = conjunction((self.host, self._room(Holder.NODE)))
            on_own = conjunction((negation(self.host), self._room(Holder.POD)))
            yield conjunction((places, disjunction((on_own, on_host))))
        if self.cast.external:
            yield conjunction((self.place.equals(self.outside), self._room(Holder.EXTERNAL)))

    def _existing_shape(self, workload: Workload) -> Term:
        parts = [self.in_namespace(workload.key.namespace)]
        for key, index in self.labels.items():
            values = self.values[key]
            if key not in workload.open_labels:
                parts.append(index.equals(label_index(workload, key, values)))
                continue
            choices = workload.open_labels[key]
            if choices is None:
                parts.append(negation(index.equals(ABSENT)))
            else:
                parts.append(index.one_of({values.get(choice, OTHER) for choice in choices}))
        account = self.account_index(workload)
        if account is not None:
            parts.append(self.account.equals(account))
        if self.address is not None and workload.addresses:
            assert self.plan is not None
            parts.append(self.address.one_of({self.plan.intervals.index_of(a) for a in workload.addresses}))
        else:
            parts.append(self._room_of(workload))
        return conjunction(parts)

    def _room(self, holder: Holder, known: tuple[Address, ...] = ()) -> Term:
        if self.address is None or self.plan is None:
            return TRUE
        return self.address.one_of({*self.plan.with_room(holder), *map(self.plan.intervals.index_of, known)})

    def _room_of(self, workload: Workload) -> Term:
        """Where a pod of ``workload``, or a node, may have an address that is not told."""
        room = self._room(Holder.NODE if workload.host_network else Holder.POD, workload.replica_addresses)
        return conjunction((room, self.address_in(workload.within))) if workload.within and self.address else room

    def takes_free_address(self, number: int) -> Term:
        """The end, if it is in that interval, has an address of its own that the manifests do not tell."""
        settled = {who for who, workload in enumerate(self.cast.workloads, start=1) if workload.addresses}
        return negation(self.who.one_of(settled | self.replicas.get(number, {}).keys()))

    @cached_property
    def replicas(self) -> Mapping[int, Mapping[int, int]]:
        """For each interval, how many addresses in it pods of the controllers of the cast are known to have."""
        found: dict[int, Counter[int]] = {}
        if self.plan is not None:
            for who, workload in enumerate(self.cast.workloads, start=1):
                for address in workload.replica_addresses:
                    found.setdefault(self.plan.intervals.index_of(address), Counter())[who] += 1
        return found

    def indexes(self) -> Iterator[Index]:
        """Every variable of this end."""
        yield self.place
        yield self.who
        yield from self.labels.values()
        yield from self.namespace_labels.values()
        yield self.account
        if self.address is not None:
            yield self.address


def label_index(workload: Workload, key: str, values: Mapping[str, int]) -> int:
    """The index of the workload's value of ``key``: ``ABSENT``, that of a named value, or ``OTHER``."""
    value = workload.labels.get(key)
    return ABSENT if value is None else values.get(value, OTHER)


def _holds(requirement: Requirement, index: Index, values: Mapping[str, int]) -> Term:
    """``requirement`` on a label variable. Mirrors :func:`netverify.model.labels.requirement_holds`."""
    match requirement.operator:
        case Operator.IN:
            return index.one_of(values[value] for value in requirement.values)
        case Operator.NOT_IN:
            return negation(index.one_of(values[value] for value in requirement.values))
        case Operator.EXISTS:
            return negation(index.equals(ABSENT))
        case Operator.DOES_NOT_EXIST:
            return index.equals(ABSENT)


def _name_holds(requirement: Requirement, name: str) -> Term:
    """``requirement`` on ``kubernetes.io/metadata.name``: known for every namespace, and new for a new one."""
    match requirement.operator:
        case Operator.IN:
            holds = name != NEW_NAMESPACE and name in requirement.values
        case Operator.NOT_IN:
            holds = name == NEW_NAMESPACE or name not in requirement.values
        case Operator.EXISTS:
            holds = True
        case Operator.DOES_NOT_EXIST:
            holds = False
    return TRUE if holds else FALSE
