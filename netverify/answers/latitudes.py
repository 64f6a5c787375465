"""What a witness may be changed to while it is made small."""

from __future__ import annotations

from netverify.answers.context import Context
from netverify.explain import Latitudes
from netverify.model.address_plan import AddressPlan, Holder
from netverify.model.behaviours import Behaviour
from netverify.model.traffic import MAX_PORT, Protocol
from netverify.rules.mentions import Mentions


def latitudes(context: Context, mentions: Mentions, plan: AddressPlan) -> Latitudes:
    """The latitudes of a witness in which nothing is told apart but ``mentions``; ``plan`` tells their addresses."""
    ports = sorted(port for port in mentions.ports if port <= MAX_PORT)
    namespaces = context.inventory.cluster.namespaces.values()
    free = [plan.free(Holder.POD, number) for number in range(len(plan.intervals.all))] if mentions.addressed else []
    return Latitudes(
        behaviours=(
            *(behaviour for behaviour in Behaviour if behaviour not in context.settings.fixed),
            *sorted(mentions.unspecified),
        ),
        addresses=dict.fromkeys(mentions.addressed, free),
        ports=[(protocol, port) for protocol in Protocol for port in dict.fromkeys((80, *ports))],
        declared=frozenset(namespace.name for namespace in namespaces if namespace.declared),
    )
