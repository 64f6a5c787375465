"""From the flags that commands share to the inventory and the settings."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from netverify.answers.settings import Settings
from netverify.cli.request import RoutingGiven, SolvingRequest, Sources
from netverify.cli.streams import complain, is_quiet
from netverify.gate.intent import FILE_NAMES as INTENT_FILES
from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.query.assumed import Assumed
from netverify.query.endpoint_grammar import EndpointPhrase
from netverify.query.narrowing import read_flag
from netverify.query.suggestions import did_you_mean, nearest
from netverify.report.terminal import Line, line
from netverify.routes.options import GivenController, RoutingOptions
from netverify.sources.collection import Means, processors
from netverify.sources.coverage import Inventory
from netverify.sources.emptiness import refused_if_empty
from netverify.sources.inputs import Inputs, find_inputs
from netverify.sources.inventory import inventory_of_inputs
from netverify.sources.shared import Shared


def read_sources(sources: Sources, shared: Shared | None = None) -> Inventory:
    """Everything that ``sources`` name, read; what cannot be read is among the diagnostics.

    What is ``shared`` with other readings of this run is not read again.
    Raises :class:`netverify.gate.intent.reading.IntentError` where an intent file that names them cannot be used.
    """
    if sources.by_default and any(Path(name).is_file() for name in INTENT_FILES):
        from netverify.cli.intended import with_intended  # noqa: PLC0415 most runs name their sources

        sources = with_intended(sources)
    if sources.by_default and _is_piped():
        note = line("note: standard input is a pipe and is not read; the current folder is read instead")
        complain((note, line("  = help: read it with `-f -`, or name the folder with `-f .`")), "auto")
    return read_inputs(sources, found_inputs(sources), shared)


def found_inputs(sources: Sources) -> Inputs:
    """Everything that ``sources`` name, found and rendered."""
    return find_inputs(
        sources.filenames,
        default_namespace=sources.namespace or "default",
        kustomize=sources.kustomize,
        helm=sources.helm,
        values=sources.values,
        sets=sources.sets,
        renderings=sources.renderings,
        strict=sources.strict,
        permissions=sources.permissions,
    )


def read_inputs(sources: Sources, inputs: Inputs, shared: Shared | None = None) -> Inventory:
    """``inputs``, which is what ``sources`` name, read; ``shared`` as in :func:`read_sources`.

    What cannot be read is among the diagnostics.
    """
    means = Means(cache_folder(os.environ) if sources.cached else None, sources.jobs or processors())
    inventory = inventory_of_inputs(inputs, replace(means, shared=shared))
    return inventory if sources.allow_empty else refused_if_empty(inventory, sources.names)


def _is_piped() -> bool:
    """Whether standard input is a pipe that may hold something.

    It is not read unless that is asked for: under continuous integration it may be a pipe that never ends, or that
    holds the rest of a script.
    """
    try:
        if not stat.S_ISFIFO(os.fstat(0).st_mode):
            return False
        poll = select.poll()
        poll.register(0, select.POLLIN)
        return all(event & select.POLLIN for _, event in poll.poll(0))
    except (OSError, AttributeError):  # there is none, or no way to look without waiting
        return False


def settings_of(assumed: Assumed, sources: Sources) -> Settings:
    """What is taken as given; the limits of the solver are the default ones."""
    return Settings(
        behaviours=assumed.behaviours,
        cni=assumed.cni,
        cni_from=assumed.cni_from,
        pod_cidrs=assumed.pod_cidrs,
        node_cidrs=assumed.node_cidrs,
        free_named_ports=assumed.free_named_ports,
        unrendered_is_harmless=assumed.unrendered_is_harmless,
        default_namespace=sources.namespace,
    )


def solving_settings(request: SolvingRequest, cluster: Cluster) -> Settings:
    """What is taken as given about ``cluster``, and the limits of the solver.

    Raises :class:`netverify.query.sentence_error.SentenceError` as :func:`routing_options` does.
    """
    return replace(
        settings_of(request.assumed, request.sources),
        budget=request.budget,
        keep_goals=request.smt2_folder is not None,
        routing=routing_options(request.routing, request.sources, cluster),
    )


def routing_options(given: RoutingGiven, sources: Sources, cluster: Cluster) -> RoutingOptions:
    """What the user says about routing in ``cluster``.

    Raises :class:`netverify.query.sentence_error.SentenceError` for a controller that cannot be read or is nobody.
    """
    controller = None
    if given.controller is not None:
        flag = "--ingress-controller"
        phrase = read_flag(flag, given.controller, End.SOURCE, cluster, sources.namespace, new_namespaces=True)
        is_shown = phrase.outside or _matches_some_pod(phrase, cluster)
        controller = GivenController(phrase.text, phrase.predicate, is_shown)
        if not is_shown and not is_quiet():
            complain(_unseen_controller(phrase, cluster), "auto")
    domain = RoutingOptions().cluster_domain if given.cluster_domain is None else given.cluster_domain
    return RoutingOptions(domain, given.node_local_dns, controller, given.api_servers)


def _matches_some_pod(phrase: EndpointPhrase, cluster: Cluster) -> bool:
    from netverify.symbolic.casting import Casting, PodScope  # noqa: PLC0415 most runs name no controller

    return bool(Casting(cluster).cast(phrase.predicate, End.SOURCE, PodScope.EXISTING).workloads)


def _unseen_controller(phrase: EndpointPhrase, cluster: Cluster) -> Iterator[Line]:
    """That no pod of the manifests is the controller that the user names: it is misspelled, or installed otherwise."""
    yield line(f"warning: no pod of the manifests matches `{phrase.text}`, which is named as the ingress controller")
    name = phrase.namespace
    is_unknown = name is not None and name not in cluster.namespaces
    close = did_you_mean(nearest(name, cluster.namespaces)) if name is not None and is_unknown else ""
    advice = "it is taken to run there, which is right if it is installed by other means"
    yield line(f"  = help: {close} Otherwise {advice}" if close else f"  = help: {advice}")


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Where entries are kept: ``NETVERIFY_CACHE_DIR``, else below ``XDG_CACHE_HOME`` or ``~/.cache``; None if nowhere.

    ``NETVERIFY_NO_CACHE`` with any value but the empty one turns it off.
    """
    if environment.get("NETVERIFY_NO_CACHE"):
        return None
    if own := environment.get("NETVERIFY_CACHE_DIR"):
        return Path(own)
    base = environment.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # noqa: PTH117 the specification has relative paths ignored
        home = environment.get("HOME", "")
        if not home:
            return None
        base = f"{home}/.cache"
    return Path(base) / "netverify"
