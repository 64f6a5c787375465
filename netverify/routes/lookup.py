"""Looking a name up as a pod does: the names that are tried in order, and the first that exists.

Source: resolv.conf(5); "DNS for Services and Pods"; RFC 1034 section 3.6.2 (a server follows a CNAME within its zone).
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.service import Service
from netverify.records import dataclass
from netverify.routes.cluster_dns import dns_addresses
from netverify.routes.dns_names import Candidate, candidates, name_problem
from netverify.routes.dns_step import Outcome, Step, Target, ToOutside
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions
from netverify.routes.records import step_at
from netverify.routes.resolver import ResolvConf, cluster_first, zone_of

MOST_ALIASES = 8
"""So many CNAME records are followed in a row. Source: CoreDNS ``backend_lookup.go``, which stops there, too."""

_OF_NODE = "the manifests do not show which"


@dataclass(frozen=True, slots=True)
class Lookup:
    """What became of ``name``: every name that was asked for, in order, and what the answer leads to.

    ``target`` is None where nothing was found, or where an alias leads nowhere. It is an outside name where that was
    asked for first; ``otherwise`` is then what the search domains give if that name turns out not to exist.
    """

    name: str
    steps: tuple[Step, ...]
    target: Target | None = None
    otherwise: Target | None = None

    @property
    def absent(self) -> tuple[str, ...]:
        """What is not in the manifests, and could give another answer if it were in the cluster."""
        return tuple(dict.fromkeys(step.absent for step in self.steps if step.absent))

    @property
    def problem(self) -> str:
        """Why the name can be none at all; empty when it can."""
        return next((step.detail for step in self.steps if step.outcome is Outcome.INVALID), "")

    @property
    def found(self) -> bool:
        """Whether the DNS of the cluster has records for one of the names, be it an alias that leads nowhere."""
        return any(step.ends_search for step in self.steps)


def lookup(index: RoutingIndex, name: str, resolver: ResolvConf, options: RoutingOptions) -> Lookup:
    """What a pod with ``resolver`` finds under ``name``; case is ignored, and a dot at the end makes it absolute.

    Empty ``absent`` and a target iff no object that is not in the manifests could change the answer.
    """
    problem = name_problem(name)
    if problem:
        return Lookup(name, (Step(name, Outcome.INVALID, detail=problem),))
    steps: list[Step] = []
    forwarded: ToOutside | None = None
    for candidate in candidates(name, resolver):
        found = list(_asked(index, candidate, resolver, options))
        steps += found
        if found[0].outcome is Outcome.FORWARDED and _may_exist_outside(candidate):
            forwarded = ToOutside(candidate.name)
        if found[0].ends_search:
            target = found[-1].target
            if forwarded is not None:
                return Lookup(name, tuple(steps), forwarded, target)
            return Lookup(name, tuple(steps), target)
    return Lookup(name, tuple(steps), forwarded)


def _may_exist_outside(candidate: Candidate) -> bool:
    """Whether upstream may know it: no top-level domain has an address to speak of, so a name has a dot."""
    return not candidate.of_node and "." in candidate.name


def service_called(index: RoutingIndex, name: str, namespace: str | None, options: RoutingOptions) -> Lookup:
    """What an ordinary pod of ``namespace`` finds under ``name``; None for a pod of any namespace.

    Without a namespace only names that mean the same wherever they are looked up lead anywhere: ``web.shop`` does,
    ``web`` does not.
    """
    return lookup(index, name, cluster_first(namespace, options), options)


def service_without_pods(index: RoutingIndex, found: Lookup) -> Service | None:
    """The headless Service that ``found`` would lead to if there were pods of it, which alone give it its records."""
    last = found.steps[-1]
    namespace, _, name = last.object.removeprefix("Service ").partition("/")
    return index.services.get((namespace, name)) if last.absent else None


def _asked(index: RoutingIndex, candidate: Candidate, resolver: ResolvConf, options: RoutingOptions) -> Iterator[Step]:
    """The step for ``candidate``, and those for the aliases that it leads to."""
    if candidate.of_node:
        yield Step(f"{candidate.name}.<search domains of the node>", Outcome.FORWARDED, detail=_OF_NODE)
        return
    if not asks_cluster(index, resolver):
        yield _not_asked(candidate.name, resolver, options)
        return
    step = step_at(index, candidate.name, options)
    yield step
    yield from _followed(index, step, options)


def asks_cluster(index: RoutingIndex, resolver: ResolvConf) -> bool:
    """Whether a pod with ``resolver`` asks the DNS of the cluster: by its policy, or by an address that is known."""
    named = resolver.nameservers[:1] if not resolver.uses_node else ()
    return resolver.asks_cluster or any(one in dns_addresses(index) for one in named)


def _not_asked(name: str, resolver: ResolvConf, options: RoutingOptions) -> Step:
    whom = "the resolvers of the node" if resolver.uses_node else ", ".join(map(str, resolver.nameservers))
    return Step(name, Outcome.NOT_ASKED, detail=f"asked of {whom or 'nobody'}, not of the DNS of {zone_of(options)}")


def _followed(index: RoutingIndex, step: Step, options: RoutingOptions) -> Iterator[Step]:
    """The steps that the aliases from ``step`` on lead through; the last one has the target, if there is one."""
    seen = {step.name}
    while step.alias:
        alias = step.alias
        if alias in seen:
            yield Step(alias, Outcome.LOOP, detail="this alias leads back to itself")
            return
        if len(seen) >= MOST_ALIASES:
            yield Step(alias, Outcome.LOOP, detail=f"more than {MOST_ALIASES} aliases in a row are not followed")
            return
        seen.add(alias)
        step = step_at(index, alias, options)
        if step.outcome is Outcome.FORWARDED:
            yield Step(alias, Outcome.FORWARDED, target=ToOutside(alias), detail=step.detail)
            return
        yield step
