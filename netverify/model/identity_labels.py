"""Labels of pods that Cilium leaves out of identities, so that no policy there sees them.

Source: "Limiting Identity-Relevant Labels" of Cilium's documentation, and its ``pkg/labelsfilter``; the patterns are
matched from the beginning of the key. Labels of namespaces are under a prefix of their own, and are kept.
"""

from __future__ import annotations

from netverify.model.labels import LabelSelector, Operator

_BEGINNINGS = (
    "annotation",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "controller-revision-hash",
    "controller-uid",
    "etcd_node",
    "io.kubernetes",
    "k8s.io",
    "kubernetes.io",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
    "topology.kubernetes.io",
)
_WITHIN = "beta.kubernetes.io"


def is_left_out(key: str) -> bool:
    """Whether identities have no label with ``key``."""
    return key.startswith(_BEGINNINGS) or _WITHIN in key


def as_seen(selector: LabelSelector) -> LabelSelector | None:
    """What ``selector`` asks of the labels that identities keep; None where no identity can match it.

    A key that no identity has is absent: ``In`` and ``Exists`` never hold, ``NotIn`` and ``DoesNotExist`` always.
    """
    kept = tuple(one for one in selector.requirements if not is_left_out(one.key))
    if len(kept) == len(selector.requirements):
        return selector
    needed = (Operator.IN, Operator.EXISTS)
    if any(one.operator in needed for one in selector.requirements if is_left_out(one.key)):
        return None
    return LabelSelector(kept)
