"""Finding the namespaces and workloads that a sentence names."""

from __future__ import annotations

from bisect import bisect_left

from netverify.model.cluster import Cluster, WorkloadKey
from netverify.queries.suggestions import did_you_mean, nearest
from netverify.queries.tokens import Token, Tokens

KINDS = {
    **dict.fromkeys(("pod", "po"), "Pod"),
    **dict.fromkeys(("deployment", "deployments", "deploy"), "Deployment"),
    **dict.fromkeys(("statefulset", "statefulsets", "sts"), "StatefulSet"),
    **dict.fromkeys(("daemonset", "daemonsets", "ds"), "DaemonSet"),
    **dict.fromkeys(("replicaset", "replicasets", "rs"), "ReplicaSet"),
    **dict.fromkeys(("replicationcontroller", "replicationcontrollers", "rc"), "ReplicationController"),
    **dict.fromkeys(("job", "jobs"), "Job"),
    **dict.fromkeys(("cronjob", "cronjobs", "cj"), "CronJob"),
}
"""The words for kinds of workloads, in lower case, with kubectl's short names."""

_LISTED = 10


def check_namespace(tokens: Tokens, token: Token, name: str, cluster: Cluster) -> str:
    """``name``, if it is declared or referred to in the manifests.

    Raises :class:`netverify.queries.sentence_error.SentenceError` (``NV406``) otherwise.
    """
    if name in cluster.namespaces:
        return name
    advice = did_you_mean(nearest(name, cluster.namespaces))
    if not advice:
        known = sorted(cluster.namespaces)
        shown = ", ".join(f"`{one}`" for one in known[:_LISTED]) + (", ..." if known[_LISTED:] else "")
        advice = f"the manifests declare or mention {shown}" if known else "the manifests mention no namespace"
    raise tokens.error("NV406", f"no manifest declares or mentions a namespace `{name}`", token, help_text=advice)


def _at(cluster: Cluster, namespace: str, name: str) -> list[WorkloadKey]:
    """The workloads called ``namespace/name``: looked up by order, and by a scan where that finds none."""
    workloads = cluster.workloads
    at = bisect_left(workloads, (namespace, name), key=lambda w: (w.key.namespace, w.key.name))
    found: list[WorkloadKey] = []
    while at < len(workloads) and (workloads[at].key.namespace, workloads[at].key.name) == (namespace, name):
        found.append(workloads[at].key)
        at += 1
    return found or sorted(w.key for w in workloads if w.key.name == name and w.key.namespace == namespace)


def _unknown(tokens: Tokens, token: Token, wanted: str, known: list[WorkloadKey], kind: str) -> Exception:
    what = kind or "workload"
    spelled = {f"{key.namespace}/{key.name}" if "/" in wanted else key.name for key in known}
    advice = did_you_mean(nearest(wanted, spelled))
    if not advice:
        advice = "Services and DNS names cannot be asked about yet: name a workload, or `pods LABELS`"
    return tokens.error("NV407", f"no manifest holds a {what} `{wanted}`", token, help_text=advice)


def _only(tokens: Tokens, token: Token, wanted: str, found: list[WorkloadKey]) -> WorkloadKey:
    if len(found) == 1:
        return found[0]
    shown = ", ".join(f"`{key}`" for key in found[:_LISTED]) + (", ..." if found[_LISTED:] else "")
    raise tokens.error("NV408", f"`{wanted}` fits {len(found)} workloads", token, help_text=f"write one of {shown}")


def find_at(tokens: Tokens, token: Token, wanted: str, kind: str, cluster: Cluster) -> WorkloadKey:
    """The workload that ``wanted`` (``NS/NAME``) means; of ``kind``, unless that is empty.

    Raises :class:`netverify.queries.sentence_error.SentenceError`: ``NV406``, ``NV407`` or ``NV408``.
    """
    namespace, _, name = wanted.partition("/")
    if namespace.lower() in KINDS and namespace not in cluster.namespaces:
        advice = f"write `{namespace} NAMESPACE/{name}`"
        raise tokens.error("NV406", f"`{namespace}` is a kind, not a namespace", token, help_text=advice)
    check_namespace(tokens, token, namespace, cluster)
    found = _at(cluster, namespace, name)
    right = [key for key in found if kind in ("", key.kind)]
    if right:
        return _only(tokens, token, wanted, right)
    if found:
        message = f"`{wanted}` is no {kind}"
        raise tokens.error("NV407", message, token, help_text=f"did you mean `{found[0]}`?")
    owners = [w.key for w in cluster.workloads if w.key.namespace == namespace and name.startswith(f"{w.key.name}-")]
    if owners and kind in ("", "Pod"):
        advice = f"its replicas are not told apart: ask about `{max(owners, key=lambda key: len(key.name))}`"
        raise tokens.error("NV407", f"no manifest holds a bare Pod `{wanted}`", token, help_text=advice)
    raise _unknown(tokens, token, wanted, [w.key for w in cluster.workloads if kind in ("", w.key.kind)], kind)


def find_by_name(
    tokens: Tokens, token: Token, kind: str, cluster: Cluster, default_namespace: str | None
) -> WorkloadKey:
    """The workload that the name in ``token`` alone means.

    That is the one in ``default_namespace``, else the only one anywhere. Raises
    :class:`netverify.queries.sentence_error.SentenceError`: ``NV407``, ``NV408``, or ``NV410`` for a DNS name.
    """
    name = token.text
    found = sorted(w.key for w in cluster.workloads if w.key.name == name and kind in ("", w.key.kind))
    if found:
        near = [key for key in found if key.namespace == default_namespace]
        return _only(tokens, token, name, near or found)
    if name in cluster.namespaces:
        message = f"`{name}` is a namespace, not a workload"
        raise tokens.error("NV407", message, token, help_text=f"write `namespace {name}`")
    if "." in name and not kind:
        message = f"DNS names such as `{name}` cannot be asked about yet"
        raise tokens.error("NV410", message, token, help_text="name the workload, `pods LABELS`, or an address")
    raise _unknown(tokens, token, name, [w.key for w in cluster.workloads if kind in ("", w.key.kind)], kind)
