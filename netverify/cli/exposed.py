"""``netverify exposed``: the flags, and their way into a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from netverify.cli.common_flags import common_flags, routing_flags, solving_of
from netverify.cli.refusal import Refusal

if TYPE_CHECKING:
    from netverify.routing.requests import Request

_EPILOG = """\b
Ways in are load balancers, NodePorts, external IPs, Ingresses, Gateways,
Routes, host ports and pods on the host network. Each is
  open      existing pods suffice to get through
  depends   they do, on conditions that the manifests do not tell
  possible  only with a pod that is not in the manifests
  blocked   no policy lets it through, proved
  broken    it leads nowhere, whatever policy says
  unknown   neither proved nor refuted

\b
Examples:
  netverify exposed -f manifests/
  netverify exposed -f . --cni cilium -o json
  netverify exposed -f . --url https://shop.example.com/api/orders
  netverify exposed -f . --ingress-controller "pods app=nginx in namespace edge"

\b
Exit status: 0 listed; 2 misuse; 3 unknown; 4 an input could not be read;
  5 internal error.
"""


@click.command("exposed", epilog=_EPILOG)
@common_flags(("text", "json", "sarif", "junit", "github", "gitlab"), solving=True)
@routing_flags
@click.option("--url", metavar="URL", help="Only the way that a request for this URL takes, such as https://HOST/PATH.")
def exposed(**flags: Any) -> int:
    """List every way in from outside: where it leads, and whether policy lets it through."""
    from netverify.cli.request import ExposedRequest  # noqa: PLC0415 help does not need it

    request = ExposedRequest(asked=_request(flags["url"]), **solving_of(flags))
    from netverify.cli.exposing import expose_request  # noqa: PLC0415 it imports the solver; help must not wait for it

    return expose_request(request)


def _request(url: str | None) -> Request | None:
    """What ``url`` asks for. Raises :class:`Refusal` for what is no URL."""
    if url is None:
        return None
    from netverify.routing.requests import UrlError, read_url  # noqa: PLC0415 help does not need it

    try:
        return read_url(url)
    except UrlError as error:
        raise Refusal("NV420", f"`{url}` is no URL: {error}", "write it as `https://HOST/PATH`") from None
