"""Host names that traffic is asked for by, and the controllers that take it.

Source: apimachinery ``pkg/util/validation/validation.go`` (``IsWildcardDNS1123Subdomain``, ``IsDomainPrefixedPath``).
"""

from __future__ import annotations

from netverify.documents.document import FieldPath
from netverify.kinds.findings import Findings
from netverify.kinds.names import Problems, dns_subdomain_problems, is_dns_subdomain, shown
from netverify.patterns import pattern

_PATH = pattern(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")
_SLOPPY_IPV4 = pattern(r"[0-9]+(?:\.[0-9]+){3}")
_WILDCARD_FORM = "must start with `*.`, followed by a lower case host name without another `*`"


def host_problems(text: str) -> Problems:
    """What is wrong with ``text`` as a host name, which may begin with ``*.``."""
    if "*" not in text:
        return dns_subdomain_problems(text)
    problems = ["must be no more than 253 characters"] if len(text) > 253 else []
    if not (text.startswith("*.") and is_dns_subdomain(text[2:])):
        problems.append(_WILDCARD_FORM)
    return tuple(problems)


def is_ipv4(text: str) -> bool:
    """Whether ``text`` is an IPv4 address; its numbers may have leading zeros."""
    if not _SLOPPY_IPV4.fullmatch(text):
        return False
    return all(int(part.lstrip("0")[:4] or "0") <= 255 for part in text.split("."))


def controller_problems(text: str) -> Problems:
    """What is wrong with ``text`` as the name of a controller: a domain, a slash and a path."""
    domain, _, path = text.partition("/")
    if not path:
        return ("must be a domain and a path, such as `example.com/ingress-controller`",)
    problems = [f"has a domain that {problem}" for problem in dns_subdomain_problems(domain)]
    if not _PATH.fullmatch(path):
        problems.append("has a path with characters that it must not have")
    return tuple(problems)


def check_host(host: str, path: FieldPath, findings: Findings) -> None:
    """Check the host name at ``path``, which may begin with ``*.``."""
    for problem in host_problems(host):
        bare = host.partition("://")[2].partition("/")[0] or host
        meant = bare.lower()
        advice = f"did you mean `{meant}`?" if meant != host and not host_problems(meant) else ""
        findings.refuse("NV541", path, f"{problem}, not {shown(host)}", advice=advice)


def check_controller(name: str, path: FieldPath, longest: int, findings: Findings) -> None:
    """Check the controller that a class names at ``path``, which may have ``longest`` bytes."""
    if not name:
        findings.refuse("NV549", path, "is missing", advice="name the controller, such as `k8s.io/ingress-nginx`")
        return
    if len(name.encode("utf-8", "surrogatepass")) > longest:
        findings.refuse("NV549", path, f"must be no more than {longest} bytes, not {shown(name)}")
    for problem in controller_problems(name):
        findings.refuse("NV549", path, f"{problem}, not {shown(name)}")
