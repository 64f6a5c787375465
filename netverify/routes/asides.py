"""Where annotations of an Ingress send requests besides its backends, and which of them could and cannot be followed.

Source: ingress-nginx "Annotations" (``default-backend``, ``mirror-target``, ``auth-url``, snippets); the documentation
of each other controller.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.ingress import Ingress
from netverify.records import dataclass
from netverify.routes.annotations import NGINX, Family, family_of, may_route
from netverify.routes.index import RoutingIndex
from netverify.routes.nginx_snippets import may_choose_server
from netverify.routes.options import RoutingOptions
from netverify.routes.targets import Target, behind_url, first_port

_OWN_HOST = ("$host", "$http_host", "$best_http_host")
_OFF = ("", "off", "false")


@dataclass(frozen=True, slots=True)
class Aside:
    """What the annotation called ``name`` does to the requests of its Ingress.

    It sends them to ``target`` as well, or in some cases; or it is not known where: then ``doubt`` says why.
    """

    name: str
    target: Target | None = None
    doubt: str = ""
    note: str = ""


def asides(
    ingress: Ingress, reader: str | None, index: RoutingIndex, options: RoutingOptions, *, reads_snippets: bool
) -> Iterator[Aside]:
    """Every one of ``ingress``, as the controller called ``reader`` (None: not known) reads its annotations."""
    for annotation, value in ingress.annotations.items():
        family = family_of(annotation, reader)
        if family is None:
            continue
        name = annotation.removeprefix(family.prefix)
        if family is NGINX and name == "default-backend":
            target = first_port(ingress.namespace, value.rpartition("/")[2].strip(), index, options)
            yield Aside(name, target, note="it serves requests for which the backend has no endpoint, and errors")
        elif name in family.urls:
            yield from _by_url(name, value.strip(), annotation, ingress, index, options)
        elif name in family.snippets:
            if reads_snippets and _may_route(name, value, family):
                yield Aside(name, doubt=f"annotation {annotation} is configuration that could send requests anywhere")
        elif may_route(name, family):
            yield Aside(name, doubt=f"annotation {annotation} is not modelled, and could send requests anywhere")


def _by_url(  # noqa: PLR0913, PLR0917 -- the parts of one annotation
    name: str, url: str, annotation: str, ingress: Ingress, index: RoutingIndex, options: RoutingOptions
) -> Iterator[Aside]:
    """A URL with the host of the request leads back to the Ingress by whatever way others go there, too."""
    if url.lower() in _OFF:
        return
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    if host in _OWN_HOST and ingress.rules and all(rule.host and "*" not in rule.host for rule in ingress.rules):
        return
    target = behind_url(url, index, options)
    if target is None:
        yield Aside(name, doubt=f"annotation {annotation} is a URL with a host that these manifests do not show")
        return
    note = "it gets a copy of each request" if "mirror" in name else "it is asked about each request"
    yield Aside(name, target, note=note)


def _may_route(name: str, text: str, family: Family) -> bool:
    if name == "modsecurity-snippet":
        return "'" in text  # Rules of ModSecurity choose no server; an apostrophe ends them.
    return may_choose_server(text) if family.prefix.startswith("nginx") else bool(text.strip())
