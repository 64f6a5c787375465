"""Rules of how a pod looks names up. Source: ``pkg/apis/core/validation/validation.go`` (``validatePodDNSConfig``)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.pod import DnsConfigShape, PodSpecShape
from netverify.manifests.validation.choices import check_choice
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.ip import check_ip
from netverify.manifests.validation.names import shown
from netverify.model.pod_network import DnsPolicy

_NAMESERVERS = 3
_SEARCHES = 32
_SEARCH_CHARACTERS = 2048
_LONGEST_SEARCH = 253
_SEARCH = re.compile(r"[a-z0-9_](?:[-_a-z0-9]*[a-z0-9_])?(?:\.[a-z0-9_](?:[-_a-z0-9]*[a-z0-9_])?)*")
_EMPTY = DnsConfigShape()


def check_dns(spec: PodSpecShape, path: FieldPath, findings: Findings) -> None:
    """Check ``dnsPolicy`` and ``dnsConfig`` of the pod spec at ``path``."""
    check_choice(spec.dnsPolicy or None, DnsPolicy, (*path, "dnsPolicy"), findings)
    config = spec.dnsConfig or _EMPTY
    servers = config.nameservers or ()
    place = (*path, "dnsConfig", "nameservers")
    if spec.dnsPolicy == DnsPolicy.NONE and not servers:
        missing = place if spec.dnsConfig else place[:-1]
        findings.refuse("NV243", missing, "is missing, though `dnsPolicy` is `None`")
    if len(servers) > _NAMESERVERS:
        findings.refuse("NV243", place, f"must not have more than {_NAMESERVERS} items, not {len(servers)}")
    for index, server in enumerate(servers):
        check_ip(server or "", (*place, index), findings)
    _check_searches([text or "" for text in config.searches or ()], (*path, "dnsConfig", "searches"), findings)
    for index, option in enumerate(config.options or ()):
        if option is None or not option.name:
            findings.refuse("NV243", (*path, "dnsConfig", "options", index), "must have a `name`")


def _check_searches(searches: Sequence[str], path: FieldPath, findings: Findings) -> None:
    if len(searches) > _SEARCHES:
        findings.refuse("NV243", path, f"must not have more than {_SEARCHES} items, not {len(searches)}")
    length = len(" ".join(searches))
    if length > _SEARCH_CHARACTERS:
        text = f"must not have more than {_SEARCH_CHARACTERS} characters together, not {length}"
        findings.refuse("NV243", path, text)
    for index, search in enumerate(searches):
        bare = search.removesuffix(".")
        if search != "." and (len(bare) > _LONGEST_SEARCH or not _SEARCH.fullmatch(bare)):
            text = f"must be a domain in lower case letters, digits, `-`, `_` and `.`, not {shown(search)}"
            findings.refuse("NV243", (*path, index), text)
