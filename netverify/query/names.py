"""Finding the namespaces, workloads and Services that a sentence names."""

from __future__ import annotations

from bisect import bisect_left
from typing import TypeAlias

from netverify.model.api_server import API_SERVER, API_SERVER_SERVICE
from netverify.model.cluster import Cluster, WorkloadKey
from netverify.model.service import Service
from netverify.query.suggestions import did_you_mean, nearest
from netverify.query.tokens import Token, Tokens

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

SERVICE = "Service"
"""What stands for a kind where only a Service is meant; no workload is of it."""

Named: TypeAlias = WorkloadKey | Service
"""What a name can mean."""

_LISTED = 10


def check_namespace(tokens: Tokens, token: Token, name: str, cluster: Cluster) -> str:
    """``name``, if it is declared or referred to in the manifests.

    Raises :class:`netverify.query.sentence_error.SentenceError` (``NV406``) otherwise.
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


def _services(cluster: Cluster, kind: str, name: str, namespace: str | None = None) -> list[Service]:
    """The Services called ``name``, in ``namespace`` if one is given; none where ``kind`` is that of a workload."""
    if kind not in ("", SERVICE):
        return []
    found = [s for s in cluster.routing.services if s.name == name and namespace in (None, s.namespace)]
    return found or _api_server(name, namespace)


def _api_server(name: str, namespace: str | None) -> list[Service]:
    """The Service of the API server, which no manifest has to hold: the API server makes it in every cluster."""
    return [API_SERVER_SERVICE] if (namespace or API_SERVER[0], name) == API_SERVER else []


def _unknown(tokens: Tokens, token: Token, kind: str, cluster: Cluster) -> Exception:
    wanted = token.text
    spelled = {
        f"{namespace}/{name}" if "/" in wanted else name
        for namespace, name in (
            *((w.key.namespace, w.key.name) for w in cluster.workloads if kind in ("", w.key.kind)),
            *((s.namespace, s.name) for s in cluster.routing.services if kind in ("", SERVICE)),
        )
    }
    advice = did_you_mean(nearest(wanted, spelled)) or "name a workload, a Service, or `pods LABELS`"
    what = kind or "workload or Service"
    return tokens.error("NV407", f"no manifest holds a {what} `{wanted}`", token, help_text=advice)


def _only(tokens: Tokens, token: Token, found: list[WorkloadKey], services: list[Service]) -> Named:
    """The only one of what was found."""
    everything: list[Named] = [*found, *services]
    if len(everything) == 1:
        return everything[0]
    words = [str(key) for key in found] + [f"service {service}" for service in services]
    shown = ", ".join(f"`{one}`" for one in words[:_LISTED]) + (", ..." if words[_LISTED:] else "")
    message = f"`{token.text}` {_meanings(found, services)}"
    raise tokens.error("NV408", message, token, help_text=f"write one of {shown}")


def _meanings(found: list[WorkloadKey], services: list[Service]) -> str:
    """What a name is that has several meanings: ``is a Deployment and a Service``, ``fits 2 workloads``."""
    if len(found) == len(services) == 1:
        return f"is a {found[0].kind} and a Service"
    counts = ((len(found), "workload"), (len(services), "Service"))
    return "fits " + " and ".join(f"{count} {noun}{'s' * (count > 1)}" for count, noun in counts if count)


def find_at(tokens: Tokens, token: Token, kind: str, cluster: Cluster) -> Named:
    """What ``token`` (``NS/NAME``) means; of ``kind``, unless that is empty.

    Raises :class:`netverify.query.sentence_error.SentenceError`: ``NV406``, ``NV407`` or ``NV408``.
    """
    wanted = token.text
    namespace, _, name = wanted.partition("/")
    if namespace.lower() in KINDS and namespace not in cluster.namespaces:
        advice = f"write `{namespace} NAMESPACE/{name}`"
        raise tokens.error("NV406", f"`{namespace}` is a kind, not a namespace", token, help_text=advice)
    if (namespace, name) != API_SERVER:
        check_namespace(tokens, token, namespace, cluster)
    found = _at(cluster, namespace, name)
    right = [key for key in found if kind in ("", key.kind)]
    services = _services(cluster, kind, name, namespace)
    if right or services:
        return _only(tokens, token, right, services)
    if found:
        message = f"`{wanted}` is no {kind}"
        raise tokens.error("NV407", message, token, help_text=f"did you mean `{found[0]}`?")
    owners = [w.key for w in cluster.workloads if w.key.namespace == namespace and name.startswith(f"{w.key.name}-")]
    if owners and kind in ("", "Pod"):
        advice = f"its replicas are not told apart: ask about `{max(owners, key=lambda key: len(key.name))}`"
        raise tokens.error("NV407", f"no manifest holds a bare Pod `{wanted}`", token, help_text=advice)
    raise _unknown(tokens, token, kind, cluster)


def find_by_name(tokens: Tokens, token: Token, kind: str, cluster: Cluster, default_namespace: str | None) -> Named:
    """What the name in ``token`` alone means; of ``kind``, unless that is empty.

    That is what is called so in ``default_namespace``, else the only one anywhere. Raises
    :class:`netverify.query.sentence_error.SentenceError`: ``NV407`` or ``NV408``.
    """
    name = token.text
    found = sorted(w.key for w in cluster.workloads if w.key.name == name and kind in ("", w.key.kind))
    services = _services(cluster, kind, name)
    if found and services == [API_SERVER_SERVICE]:
        services = []
    near = [key for key in found if key.namespace == default_namespace]
    near_services = [service for service in services if service.namespace == default_namespace]
    if near or near_services:
        return _only(tokens, token, near, near_services)
    if found or services:
        return _only(tokens, token, found, services)
    if name in cluster.namespaces:
        message = f"`{name}` is a namespace, not a workload"
        raise tokens.error("NV407", message, token, help_text=f"write `namespace {name}`")
    raise _unknown(tokens, token, kind, cluster)


def is_name(token: Token, cluster: Cluster) -> bool:
    """Whether some workload or Service goes by the text of ``token`` alone."""
    return any(w.key.name == token.text for w in cluster.workloads) or bool(_services(cluster, "", token.text))
