"""Whether predicates tell anything apart that a domain takes for alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netverify.model.flow import End
from netverify.model.traffic import MAX_PORT, MIN_PORT
from netverify.pairs.domain import Domain
from netverify.pairs.population import ACCOUNT
from netverify.policy.mentions import Mentions, collect
from netverify.policy.predicate import Predicate


def tells_apart(domain: Domain, predicates: Iterable[Predicate]) -> bool:
    """Whether ``domain`` tells all apart that ``predicates`` do, so that they can be read in it; False if in doubt."""
    asked = Mentions()
    for predicate in predicates:
        collect(predicate, asked)
    if asked.addressed and domain.addresses_apart:
        return False
    told = domain.mentions
    return (
        asked.ports <= told.ports | {MIN_PORT, MAX_PORT + 1}
        and asked.port_names <= told.port_names
        and asked.ranges <= told.ranges
        and all(_are_told(asked.pod_labels[end], domain.variables.pod_values) for end in End)
        and all(asked.service_accounts[end] <= set(domain.variables.pod_values.get(ACCOUNT, ())) for end in End)
        and _are_told(asked.namespace_labels, domain.variables.namespace_values)
    )


def _are_told(asked: Mapping[str, Iterable[str]], told: Mapping[str, Iterable[str]]) -> bool:
    """Whether every label of ``asked`` is told, each value by itself.

    Values matter only where a label is open, but keys always do: others are not indexed.
    """
    return all(key in told and set(values) <= set(told[key]) for key, values in asked.items())
