"""What a pod makes of a DNS name, and whether policy lets it ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.dns import DnsAccess, DnsVerdict, dns_access, with_exceptions
from netverify.answers.doubts import notes, unread_inputs
from netverify.model.flow import End
from netverify.policy.predicate import IsWorkload
from netverify.query.endpoint_grammar import EndpointPhrase
from netverify.query.narrowing import read_flag
from netverify.query.remarks import Remarked, Remarks
from netverify.query.sentence_error import SentenceError
from netverify.records import dataclass
from netverify.routes.absent_names import AbsentName, absent_name
from netverify.routes.lookup import Lookup, asks_cluster, lookup
from netverify.routes.options import RoutingOptions
from netverify.routes.resolver import ResolvConf, cluster_first, resolver_of

_FLAG = "--from"


@dataclass(frozen=True, slots=True)
class Resolution(Remarked):
    """The lookup of one name. ``access`` is None where the pod does not ask the DNS of the cluster.

    ``absent`` says why a name with the form of one of the cluster leads nowhere; None where it leads somewhere.
    """

    source_text: str
    resolver: ResolvConf
    lookup: Lookup
    access: DnsAccess | None
    absent: AbsentName | None = None


def resolution(name: str, asking: str, context: Context) -> Resolution:
    """What the pods that ``asking`` names find under ``name``: a workload, or ordinary pods of one namespace.

    Raises :class:`SentenceError`; its sentence is the flag with its value.
    """
    source = _asking(asking, context)
    options = context.settings.routing
    resolver = _resolver(source, context, options)
    found = lookup(context.routing, name, resolver, options)
    absent = absent_name(context.routing, found, resolver.namespace, options)
    if absent is not None:
        found = replace(found, target=None)
    access = None
    if asks_cluster(context.routing, resolver):
        access = with_exceptions(dns_access(context, source.predicate, source.text), context)
    paths = access.paths if access is not None else ()
    doubts = [line for path in paths if path.verdict is DnsVerdict.UNKNOWN for line in path.answer.unknown_because]
    given = [path.server.assumption for path in paths if path.server.assumption]
    given += [line for path in paths for line in path.answer.assumptions]
    advice = [path.server.advice for path in paths if path.server.advice and path.verdict is not DnsVerdict.ALLOWED]
    return Resolution(
        source.text,
        resolver,
        found,
        access,
        absent,
        remarks=Remarks(
            tuple(dict.fromkeys((*unread_inputs(context.inventory), *doubts))),
            tuple(dict.fromkeys(given)),
            context.inventory.approximations,
            (*_absent(found), *dict.fromkeys(advice), *notes(context.inventory.coverage)),
        ),
    )


def _absent(found: Lookup) -> Iterator[str]:
    for one in found.absent:
        yield f"{one} is not in these manifests: if the cluster has it, the name may mean that"


def _resolver(source: EndpointPhrase, context: Context, options: RoutingOptions) -> ResolvConf:
    predicate = source.predicate
    if isinstance(predicate, IsWorkload):
        assert predicate.end is End.SOURCE
        workloads = context.routing.workloads[predicate.key.namespace]
        return resolver_of(next(one for one in workloads if one.key == predicate.key), options)
    return cluster_first(source.namespace, options)


def _asking(text: str, context: Context) -> EndpointPhrase:
    """The pods that ``text`` names, whose resolver configuration is one and the same."""
    phrase = read_flag(_FLAG, text, End.SOURCE, context.inventory.cluster, context.settings.default_namespace)
    if isinstance(phrase.predicate, IsWorkload) or phrase.text.startswith("namespace "):
        return phrase
    sentence = f"{_FLAG} {text}"
    message = f"`{text}` is neither a workload nor a namespace"
    advice = "name the pods that ask: `NS/NAME`, or `namespace NS` for an ordinary pod there"
    raise SentenceError("NV402", message, sentence, len(_FLAG) + 1, len(sentence), advice)
