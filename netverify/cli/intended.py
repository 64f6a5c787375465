"""What intent files say about a run: where manifests are, and what is taken as given. Imported late: it is slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest, RoutingGiven, Sources
from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.refusal import shown
from netverify.gate.intent import FILE_NAMES
from netverify.gate.intent.reading import IntentError, found_beside, read_spec
from netverify.gate.intent.spec import Severity as Grade
from netverify.gate.intent.spec import SourceKind, SourceText, Spec, Written
from netverify.model.api_server import ApiServer
from netverify.query.assumed import Assumed, AssumptionError, api_server_at, assumed, cni_named, key_of
from netverify.query.sentence_error import SentenceError
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass
from netverify.sources.permissions import Permissions
from netverify.sources.renderings import ArgoPath, FluxPath, HelmChart, KustomizeBuild, Rendering


@dataclass(frozen=True, slots=True)
class Intended:
    """Intent, and the ids of the assertions in it that are to be judged."""

    spec: Spec
    judged: frozenset[str]


def intent_of(request: CheckRequest) -> Intended:
    """The intent that ``request`` is about.

    Raises :class:`Refusal` where there is no intent, and for an id that no assertion has.
    """
    spec = spec_of(request)
    return Intended(spec, wanted_of(spec, request))


def spec_of(request: CheckRequest) -> Spec:
    """The intent files of ``request`` as one. Raises :class:`Refusal` where there is none."""
    by_hand = () if request.sources.by_default else map(Path, request.sources.names)
    return read_spec(specs_of(request), request.sources.permissions, (Path(), *by_hand))


def specs_of(request: CheckRequest) -> tuple[str, ...]:
    """The intent files of ``request``, or that of the current folder. Raises :class:`Refusal` where there is none."""
    if request.specs:
        return request.specs
    found = found_beside(Path())
    if found is None:
        message = f"there is no intent file here: neither `{FILE_NAMES[0]}` nor `{FILE_NAMES[1]}`"
        raise Refusal("NV420", message, "name one with `--spec FILE`, or begin with `netverify init`")
    return (str(found),)


def wanted_of(spec: Spec, request: CheckRequest) -> frozenset[str]:
    """The ids of the assertions of ``spec`` that ``request`` wants judged.

    Raises :class:`Refusal` for an id that no assertion has, and where there would be none.
    """
    known = [one.id for one in spec.assertions]
    for wanted in request.ids:
        if wanted not in known:
            advice = did_you_mean(nearest(wanted, known)) or "the intent file lists the ids"
            raise Refusal("NV420", f"no assertion has the id `{wanted}`", advice)
    floor = Grade(request.severity).rank if request.severity else len(Grade)
    kept = tuple(
        one for one in spec.assertions if (one.id in request.ids or not request.ids) and one.severity.rank <= floor
    )
    if not kept:
        which = f" of severity `{request.severity}` or higher" if spec.assertions and request.severity else ""
        raise Refusal("NV420", f"the intent holds no assertion{which}", "a gate without any would let everything pass")
    return frozenset(one.id for one in kept)


def with_intended(sources: Sources) -> Sources:
    """``sources``, or those of the intent file in the current directory where the user named none.

    Raises :class:`netverify.gate.intent.reading.IntentError` for a file that cannot be used.
    """
    if not sources.by_default:
        return sources
    path = found_beside(Path())
    return sources if path is None else sources_with(sources, read_spec((str(path),), sources.permissions))


def sources_with(sources: Sources, spec: Spec) -> Sources:
    """``sources``, or those of ``spec`` where the user named none."""
    home = spec.checkouts[0] if len(spec.checkouts) == 1 else None
    permissions = replace(sources.permissions, home=home)
    placed = replace(sources, namespace=sources.namespace or spec.namespace, permissions=permissions)
    if not sources.by_default or not spec.sources:
        return placed
    return replace(
        placed,
        filenames=tuple(one.path for one in spec.sources if one.kind is SourceKind.MANIFESTS),
        renderings=tuple(one for source in spec.sources if (one := _rendering(source)) is not None),
        by_default=False,
    )


def _rendering(source: SourceText) -> Rendering | None:
    match source.kind:
        case SourceKind.KUSTOMIZE:
            return KustomizeBuild(source.path)
        case SourceKind.HELM:
            return HelmChart(source.path, source.values, source.sets, source.namespace, source.release)
        case SourceKind.FLUX:
            return FluxPath(source.path)
        case SourceKind.ARGOCD:
            return ArgoPath(source.path)
        case SourceKind.MANIFESTS:
            return None


def with_assumed(request: CheckRequest, spec: Spec) -> CheckRequest:
    """``request`` with what ``spec`` takes as given, where the command line says nothing else.

    Raises :class:`netverify.gate.intent.reading.IntentError` for what cannot be assumed.
    """
    return replace(
        request,
        sources=sources_with(request.sources, spec),
        assumed=_assumed_with(spec, request.cni, request.assumptions),
        routing=_routing_with(spec, request.routing),
    )


def assumed_here(
    cni: str | None, assumptions: Sequence[str], routing: RoutingGiven, permissions: Permissions
) -> tuple[Assumed, RoutingGiven]:
    """What is taken as given where flags say ``cni``, ``assumptions`` and ``routing``, and the intent file the rest.

    Raises :class:`netverify.gate.intent.reading.IntentError` for a file that cannot be used.
    """
    path = found_beside(Path())
    if path is None:
        return assumed(cni, assumptions), routing
    spec = read_spec((str(path),), permissions)
    taken = _assumed_with(spec, cni, assumptions)
    taken = replace(taken, cni_from=f"./{path}" if spec.cni and cni is None else "")
    return taken, _routing_with(spec, routing)


def _assumed_with(spec: Spec, cni: str | None, assumptions: Sequence[str]) -> Assumed:
    given = set(map(key_of, assumptions))
    kept = [one for one in spec.assumptions if key_of(one.text) not in given]
    return _assumed(cni or (_cni(spec.cni) if spec.cni else None), kept, assumptions)


def _routing_with(spec: Spec, routing: RoutingGiven) -> RoutingGiven:
    controller = spec.ingress_controller.text if spec.ingress_controller else None
    return replace(
        routing,
        cluster_domain=spec.cluster_domain if routing.cluster_domain is None else routing.cluster_domain,
        node_local_dns=routing.node_local_dns or spec.node_local_dns,
        controller=routing.controller or controller,
        api_servers=routing.api_servers or tuple(map(_api_server, spec.api_servers)),
    )


def refused_controller(error: SentenceError, written: Written) -> Diagnostic:
    """What is wrong with the ``ingress-controller`` of an intent file."""
    message = f"in {shown(written.text)}: {error.message}"
    return Diagnostic(error.code, Severity.ERROR, message, written.origin, error.help)


def _cni(written: Written) -> str:
    try:
        return cni_named(written.text)
    except AssumptionError as error:
        raise IntentError((_refused(error, written),)) from None


def _api_server(written: Written) -> ApiServer:
    try:
        return api_server_at(written.text)
    except AssumptionError as error:
        raise IntentError((_refused(error, written),)) from None


def _assumed(cni: str | None, kept: Sequence[Written], given: Sequence[str]) -> Assumed:
    for number, one in enumerate(kept):
        try:
            assumed(None, [earlier.text for earlier in kept[: number + 1]])
        except AssumptionError as error:
            raise IntentError((_refused(error, one),)) from None
    return assumed(cni, [*(one.text for one in kept), *given])


def _refused(error: AssumptionError, written: Written) -> Diagnostic:
    message = error.message.replace("--assume ", "")
    return Diagnostic("NV703", Severity.ERROR, message, written.origin, error.help)
