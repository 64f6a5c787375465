"""What is said where an answer depends on the CNI plugin, and nobody has named one."""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.settings import Settings
from netverify.model.cluster import Cluster
from netverify.model.cluster_network_policy import ENFORCED
from netverify.model.plugins import KEPT_TO_THE_API, departs_from_the_api, keeping_to_the_api, of_the_plugin
from netverify.query.outcome import Answer, Listing, Witness
from netverify.sources.coverage import Inventory
from netverify.sources.plugin_signs import plugin_sign


def depends_on_the_plugin(*witnesses: Witness) -> bool:
    """Whether what ``witnesses`` show together needs something of the plugin."""
    return any(of_the_plugin(one.needs) for one in witnesses)


def is_beside_the_api(*witnesses: Witness) -> bool:
    """Whether what ``witnesses`` show together happens only with a plugin that does not keep to the API."""
    return any(departs_from_the_api(one.needs) for one in witnesses)


def offer(inventory: Inventory, by: str = "`--cni {}`") -> str:
    """How to name the plugin ``by`` a flag or key: with the one that the manifests look like, if that is clear."""
    sign = plugin_sign(inventory)
    if sign is None:
        return f"name your plugin: add {by.format('NAME')}"
    return f"the manifests look like {sign.plugin} ({sign.what}): if that is your plugin, add {by.format(sign.plugin)}"


def kept_to_the_api(settings: Settings) -> Settings | None:
    """``settings`` with a plugin that keeps to the API; None where they name a plugin, or fix it otherwise."""
    contrary = any(settings.behaviours.get(one, value) is not value for one, value in KEPT_TO_THE_API.items())
    if settings.cni is not None or contrary:
        return None
    return replace(settings, behaviours={**KEPT_TO_THE_API, **settings.behaviours}, keep_goals=False)


def proved_with_the_others(what: str, cluster: Cluster) -> tuple[str, ...]:
    """That ``what`` is proved with the plugins that keep to the API, by name; nothing where there are none.

    A proof takes it as given that the policies of ``cluster`` for the whole cluster are enforced, which few plugins do.
    """
    apis = {policy.api for policy in cluster.cluster_policies}
    names = keeping_to_the_api([ENFORCED[api] for api in apis])
    enforcing = f" and enforces {' and '.join(sorted(api.value for api in apis))}" if apis else ""
    return (
        (f"{what} with every plugin that keeps to the NetworkPolicy API{enforcing}: {', '.join(names)}",)
        if names
        else ()
    )


def outcome_depends(outcome: Answer | Listing) -> bool:
    """Whether ``outcome`` shows something that depends on the plugin."""
    if isinstance(outcome, Listing):
        return any(depends_on_the_plugin(one.witness) for one in outcome.existing)
    return depends_on_the_plugin(*outcome.witnesses)
