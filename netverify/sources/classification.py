"""What becomes of a kind of object: modelled, irrelevant, unsupported, a mesh that only narrows, or refused.

Everything that is not on a list is loud. Source: the API groups of Kubernetes 1.37; the documentation of each project.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Final

from netverify.documents.document import Value
from netverify.kinds.registry import KINDS_BY_NAME, kind_of
from netverify.query.suggestions import alike
from netverify.records import dataclass
from netverify.sources.delivered_kinds import STANDS_FOR_OTHERS
from netverify.sources.irrelevant_kinds import IRRELEVANT_GROUPS, IRRELEVANT_KINDS
from netverify.sources.mutation import MUTATIONS
from netverify.sources.unsupported_kinds import NARROWING_MESH_KINDS, UNSUPPORTED_KINDS

_STRICT_GROUPS = frozenset({"", "apps", "batch", "discovery.k8s.io", "extensions", "networking.k8s.io"})
"""Groups that only Kubernetes itself can add kinds to, and whose kinds are all on a list."""

_POLICY_WORDS = (
    "policy",
    "policies",
    "firewall",
    "mesh",
    "network",
    "securitygroup",
    "acl",
    "intention",
    "authorization",
    "egress",
)
"""In the name or the group of a kind on no list: it may well change who may talk to whom."""

_POLICY_GROUPS = frozenset(
    group
    for (group, kind), effect in UNSUPPORTED_KINDS.items()
    if (effect.may_allow or effect.may_deny)
    and not effect.makes_pods
    and (group, kind) not in (*STANDS_FOR_OTHERS, *MUTATIONS)
)
"""Groups that have kinds which change who may talk to whom: so may any other kind of theirs."""


class KindClass(Enum):
    """What is done with an object of a kind."""

    MODELLED = "modelled"
    LIST = "list"
    IRRELEVANT = "irrelevant"
    NARROWING = "narrowing"
    UNSUPPORTED = "unsupported"
    POLICY_LIKE = "policy-like"
    UNKNOWN = "unknown"
    NO_SUCH_KIND = "no such kind"


@dataclass(frozen=True, slots=True)
class KindReading:
    """The class of a kind; ``advice`` says what may have been meant, where there is no such kind."""

    kind_class: KindClass
    advice: str = ""


def group_of(api_version: str) -> str:
    """The group of an apiVersion; the core group is the empty string."""
    group, slash, _ = api_version.partition("/")
    return group if slash else ""


@lru_cache(maxsize=1024)
def classify(api_version: str, kind: str) -> KindReading:
    """What becomes of objects of ``kind``."""
    if kind_of(api_version, kind) is not None:
        return KindReading(KindClass.MODELLED)
    if kind == "List":
        return KindReading(KindClass.LIST) if api_version == "v1" else _no_such_kind(api_version, kind)
    group = group_of(api_version)
    listed = _listed(group, kind)
    if listed is not None:
        return KindReading(listed)
    if _is_list_of_known(api_version, kind):
        return KindReading(KindClass.LIST)
    if group in _STRICT_GROUPS or _is_misspelt_group(group, kind):
        return _no_such_kind(api_version, kind)
    text = f"{group.partition('.')[0]} {kind}".lower()
    policy_like = group in _POLICY_GROUPS or any(word in text for word in _POLICY_WORDS)
    return KindReading(KindClass.POLICY_LIKE if policy_like else KindClass.UNKNOWN)


def is_irrelevant(api_version: str, kind: str) -> bool:
    """Whether documents of this kind can be dropped unread, beyond being counted."""
    return classify(api_version, kind).kind_class is KindClass.IRRELEVANT


OBJECT_FIELDS: Final = frozenset({"apiVersion", "kind", "metadata", "spec", "items"})
"""The fields by which an object of Kubernetes can be told from other files."""


def may_be_manifest(value: Value) -> bool:
    """Whether ``value`` is meant as an object of Kubernetes, or else some other file (values, a chart, a pipeline)."""
    if not isinstance(value, dict):
        return False
    has_type = [name for name in ("apiVersion", "kind") if value.get(name) is not None]
    has_body = [name for name in ("metadata", "spec", "items") if name in value]
    if len(has_type) == 2:
        return True
    if has_type == ["kind"] and not has_body:
        return isinstance(value["kind"], str) and value["kind"] in KINDS_BY_NAME
    return len(has_type + has_body) > 1


def holds_policy(value: Value) -> bool:
    """Whether what decides traffic is written inside ``value``, as in a template or a bundle: a policy, a namespace."""
    if isinstance(value, list):
        return any(map(holds_policy, value))
    if not isinstance(value, dict):
        return False
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if isinstance(api_version, str) and isinstance(kind, str) and _is_policy(api_version, kind):
        return True
    return any(map(holds_policy, value.values()))


def _is_policy(api_version: str, kind: str) -> bool:
    if kind in {"NetworkPolicy", "Namespace"}:
        return True
    effect = UNSUPPORTED_KINDS.get((group_of(api_version), kind))
    if effect is not None:
        return effect.may_allow or effect.may_deny
    return classify(api_version, kind).kind_class is KindClass.POLICY_LIKE


def _listed(group: str, kind: str) -> KindClass | None:
    if (group, kind) in UNSUPPORTED_KINDS:
        return KindClass.UNSUPPORTED
    if (group, kind) in NARROWING_MESH_KINDS:
        return KindClass.NARROWING
    if kind in IRRELEVANT_KINDS.get(group, ()) or group in IRRELEVANT_GROUPS:
        return KindClass.IRRELEVANT
    if kind.endswith("List") and kind[:-4] in IRRELEVANT_KINDS.get(group, ()):
        return KindClass.IRRELEVANT
    return None


def _is_list_of_known(api_version: str, kind: str) -> bool:
    if not kind.endswith("List"):
        return False
    item = classify(api_version, kind[:-4]).kind_class
    return item in {KindClass.MODELLED, KindClass.UNSUPPORTED, KindClass.NARROWING}


def _is_misspelt_group(group: str, kind: str) -> bool:
    """Whether a modelled kind is written under a group that is one slip away from its own."""
    groups = [one.group for one in KINDS_BY_NAME.get(kind, ())]
    return alike(group, groups, likeness=0.85) is not None


def _no_such_kind(api_version: str, kind: str) -> KindReading:
    if kind in KINDS_BY_NAME:
        return KindReading(KindClass.NO_SUCH_KIND, f"write {_api_versions(kind)}")
    if kind == "List":
        return KindReading(KindClass.NO_SUCH_KIND, "write `apiVersion: v1`")
    group = group_of(api_version)
    known = {name.lower(): name for name in (*KINDS_BY_NAME, *IRRELEVANT_KINDS.get(group, ()))}
    close = alike(kind.lower(), known, likeness=0.75)
    if not close:
        return KindReading(KindClass.NO_SUCH_KIND, "check `apiVersion` and `kind`; both are case-sensitive")
    name = known[close]
    versions = _api_versions(name) if name in KINDS_BY_NAME else f"`apiVersion: {api_version}`"
    return KindReading(KindClass.NO_SUCH_KIND, f"did you mean `kind: {name}` with {versions}?")


def _api_versions(kind: str) -> str:
    """What to write as ``apiVersion``; groups may have kinds of one name."""
    return " or ".join(f"`apiVersion: {one.api_versions[0]}`" for one in KINDS_BY_NAME[kind])
