"""Every finding about one inventory, the result of ``netverify lint``: one list, and what could not be decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from netverify.answers.context import Context
from netverify.answers.premises import cni_premises
from netverify.answers.surface import Surface
from netverify.budget import OutOfBudgetError
from netverify.diagnostics import Diagnostic
from netverify.lint.all import routing_findings
from netverify.lint.allowances import allowance_findings
from netverify.lint.alternatives import alternative_findings, half_rule_findings
from netverify.lint.changes import Changes
from netverify.lint.cluster_policies import cluster_policy_findings
from netverify.lint.duplicates import duplicate_findings
from netverify.lint.empty_lists import empty_list_findings
from netverify.lint.host_network import host_network_findings
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.mending import Mending
from netverify.lint.peers import Surroundings, peer_findings
from netverify.lint.pod_ranges import pod_range_findings
from netverify.lint.policy_types import policy_type_findings
from netverify.lint.port_names import port_name_findings
from netverify.lint.redundancy import redundancy_findings
from netverify.lint.selection import selection_findings
from netverify.lint.unreachable import unreachable
from netverify.query.remarks import Remarked, Remarks
from netverify.records import dataclass
from netverify.sources.places import Places

ABOUT_WAYS = frozenset({"NV605", "NV606", "NV612", "NV619"})
"""The findings that need every way in judged."""


PROVED_OF_WHOLES = frozenset({"NV625", "NV626"})
"""The findings that need every policy and rule weighed against all others."""


ABOUT_CLUSTER_POLICIES = frozenset({"NV637", "NV638", "NV639"})
"""The findings about policies for the whole cluster."""


PROVED = PROVED_OF_WHOLES | {"NV627", "NV628"}
"""The findings that are proofs."""


WHETHER_MORE = "whether there are further findings"
"""What is not decided where the budget of the command ends."""


@dataclass(frozen=True, slots=True)
class Linted(Remarked):
    """``findings`` in the order of their places. What the solver gave up on is why there may be others.

    ``assumptions`` are those of the proofs among the findings. ``smt2`` are the goals that were solved for findings
    about policies, with what the solver said.
    """

    findings: tuple[Diagnostic, ...]
    smt2: tuple[tuple[str, str], ...] = ()


def lint(context: Context, surface: Surface, codes: Collection[str], earlier: int = 0) -> Linted:
    """The findings of ``codes`` about the inventory of ``context``, of which ``surface`` is.

    Before, the solver had given up ``earlier`` times on something else.
    """
    if surface.is_cut_short:
        why_none = tuple(f"{WHETHER_MORE}: {why}" for why in surface.unknown_because[:1])
        return Linted((), surface.smt2, remarks=Remarks(why_none))
    changes = Changes(context)
    found: set[Diagnostic] = set()
    undecided: tuple[str, ...] = ()
    try:
        context.settings.budget.checkpoint()
        found.update(routing_findings(context, surface, codes))
        gave_up = dict.fromkeys(context.settings.budget.gave_up[earlier:])
        undecided = tuple(f"{WHETHER_MORE} about Services, names and ways in: {reason}" for reason in gave_up)
        found.update(_policy_findings(context, changes, codes))
    except OutOfBudgetError as spent:
        undecided = (*undecided, f"{WHETHER_MORE}: {spent.undecided}")
    kept = tuple(sorted((finding for finding in found if finding.code in codes), key=Diagnostic.sort_key))
    given: tuple[str, ...] = ()
    if any(finding.code in PROVED for finding in kept):
        given = (
            *cni_premises(context.settings, context.inventory.cluster),
            "pods that could be created are not on the host network",
        )
    remarks = Remarks((*changes.undecided, *undecided), given)
    return Linted(kept, (*surface.smt2, *changes.smt2), remarks=remarks)


def _policy_findings(context: Context, changes: Changes, codes: Collection[str]) -> Iterator[Diagnostic]:
    there, places = Inhabitants(context.inventory, context.routing), Places()
    cluster, settings, of_namespace = context.inventory.cluster, context.settings, context.routing.policies
    policies = cluster.network_policies
    mending = Mending(policies, places)
    dead = unreachable(policies, changes, places)
    yield from dead.findings()
    yield from selection_findings(policies, there, places, mending)
    alternatives = dict(alternative_findings(policies, there, places))
    yield from alternatives.values()
    yield from half_rule_findings(policies)
    yield from peer_findings(Surroundings(cluster, there, places, mending), {*alternatives, *dead.peers})
    yield from policy_type_findings(policies, of_namespace, there, places)
    if PROVED_OF_WHOLES.intersection(codes):
        yield from redundancy_findings(policies, changes, dead, mending)
    yield from allowance_findings(policies, of_namespace)
    yield from pod_range_findings(policies, settings, places)
    yield from duplicate_findings(policies, mending)
    yield from host_network_findings(policies, there, settings, places)
    yield from port_name_findings(policies, there, places)
    yield from empty_list_findings(policies, places)
    if ABOUT_CLUSTER_POLICIES.intersection(codes):
        yield from cluster_policy_findings(context, changes)
