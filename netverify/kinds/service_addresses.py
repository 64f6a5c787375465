"""Rules of the addresses that a Service has in the cluster.

Source: ``pkg/apis/core/validation/validation.go`` (``ValidateServiceClusterIPsRelatedFields``).
"""

from __future__ import annotations

from collections.abc import Sequence

from netverify.documents.document import FieldPath
from netverify.kinds.choices import check_choice
from netverify.kinds.findings import Findings
from netverify.kinds.ip import check_ip
from netverify.kinds.names import shown
from netverify.kinds.service_fields import SpecFields
from netverify.kinds.stored import HEADLESS
from netverify.model.addresses import Address
from netverify.model.service import ServiceType

_FAMILIES = ("IPv4", "IPv6")
_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
_MOST = 2
_FIELDS = frozenset({"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})


def refuse_cluster_ips(spec: SpecFields, findings: Findings) -> None:
    """Check that an ExternalName Service has no addresses."""
    written = {
        "clusterIP": spec.get("clusterIP"),
        "clusterIPs": spec.get("clusterIPs"),
        "ipFamilies": spec.get("ipFamilies"),
        "ipFamilyPolicy": spec.get("ipFamilyPolicy"),
    }
    for field, value in written.items():
        if value or (field == "ipFamilyPolicy" and value is not None):
            findings.refuse("NV514", ("spec", field), "must not be given when `type` is `ExternalName`")


def check_cluster_ips(spec: SpecFields, kind: str, findings: Findings) -> None:
    """Check the addresses and families of a Service of type ``kind``."""
    if _FIELDS.isdisjoint(spec):
        return
    families = [family or "" for family in spec.get("ipFamilies") or ()]
    _check_families(families, findings)
    policy, one = spec.get("ipFamilyPolicy"), spec.get("clusterIP")
    check_choice(policy, _POLICIES, ("spec", "ipFamilyPolicy"), findings)
    written = [text or "" for text in spec.get("clusterIPs") or ()]
    if one == HEADLESS and kind in {ServiceType.NODE_PORT, ServiceType.LOAD_BALANCER}:
        text = f"must not be `None` when `type` is `{kind}`"
        findings.refuse("NV514", ("spec", "clusterIP"), text, advice="leave `clusterIP` out, or `type`")
    if written and not one:
        text = "must not be given without `clusterIP`"
        findings.refuse("NV515", ("spec", "clusterIPs"), text, advice=f"write `clusterIP: {written[0]}`, too")
    elif written and one and written[0] != one:
        text = f"must begin with `clusterIP`, which is {shown(one)}, not {shown(written[0])}"
        findings.refuse("NV515", ("spec", "clusterIPs"), text)
    places: list[tuple[str, FieldPath]] = [(text, ("spec", "clusterIPs", i)) for i, text in enumerate(written)]
    if not places and one:
        places = [(one, ("spec", "clusterIP"))]
    _check_addresses(places, families, findings)
    if policy == "SingleStack" and max(len(families), len(places)) > 1:
        text = "must be `PreferDualStack` or `RequireDualStack` where there are two families or addresses"
        findings.refuse("NV515", ("spec", "ipFamilyPolicy"), text)


def _check_families(families: Sequence[str], findings: Findings) -> None:
    for index, family in enumerate(families):
        path = ("spec", "ipFamilies", index)
        check_choice(family, _FAMILIES, path, findings)
        if family in families[:index]:
            findings.refuse("NV515", path, f"is {shown(family)}, as an earlier one")


def _check_addresses(places: Sequence[tuple[str, FieldPath]], families: Sequence[str], findings: Findings) -> None:
    path = ("spec", "clusterIPs")
    if len(places) > _MOST:
        findings.refuse("NV515", path, f"must not have more than two items, not {len(places)}")
        return
    if places and places[0][0] == HEADLESS:
        if len(places) > 1:
            findings.refuse("NV515", path, "must have no other item beside `None`")
        return
    read: list[Address] = []
    for index, (text, place) in enumerate(places):
        address = check_ip(text, place, findings)
        if address is None:
            continue
        read.append(address)
        family = _FAMILIES[address.family == 6]
        if index < len(families) and families[index] in _FAMILIES and families[index] != family:
            wanted = f"as `spec.ipFamilies[{index}]` says"
            findings.refuse("NV515", place, f"must be an {families[index]} address, {wanted}, not {shown(text)}")
    if len(read) == _MOST and read[0].family == read[1].family:
        findings.refuse("NV515", path, "must not have two addresses of one family")
