"""Finding the namespaces, workloads and Services that a sentence names."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from netverify.model.api_server import API_SERVER, API_SERVER_SERVICE
from netverify.model.cluster import Cluster, WorkloadKey
from netverify.model.labels import selector_matches, selector_of
from netverify.model.service import Service, ServiceType
from netverify.query.suggestions import did_you_mean, nearest
from netverify.query.tokens import Token, Tokens
from netverify.records import dataclass

KINDS = {
    **dict.fromkeys(("pod", "pods", "po"), "Pod"),
    **dict.fromkeys(("deployment", "deployments", "deploy"), "Deployment"),
    **dict.fromkeys(("statefulset", "statefulsets", "sts"), "StatefulSet"),
    **dict.fromkeys(("daemonset", "daemonsets", "ds"), "DaemonSet"),
    **dict.fromkeys(("replicaset", "replicasets", "rs"), "ReplicaSet"),
    **dict.fromkeys(("replicationcontroller", "replicationcontrollers", "rc"), "ReplicationController"),
    **dict.fromkeys(("job", "jobs"), "Job"),
    **dict.fromkeys(("cronjob", "cronjobs", "cj"), "CronJob"),
}
"""The words for kinds of workloads, in lower case, with kubectl's plurals and short names."""

SERVICE = "Service"
"""What stands for a kind where only a Service is meant; no workload is of it."""

SERVICE_WORDS = ("service", "services", "svc")


@dataclass(frozen=True, slots=True)
class Twins:
    """A workload, and the Service of the same name that selects its pods."""

    workload: WorkloadKey
    service: Service

    def __str__(self) -> str:
        return f"{self.workload.namespace}/{self.workload.name}"


Named: TypeAlias = WorkloadKey | Service | Twins
"""What a name can mean."""

_LISTED = 10


def kind_of(word: str) -> str:
    """The kind that ``word`` is kubectl's name of, with or without its group: ``deploy``, ``deployments.apps``.

    Empty where it is none. Source: "kubectl get -o name", which writes ``deployment.apps/web``.
    """
    short = word.lower().partition(".")[0]
    return SERVICE if short in SERVICE_WORDS else KINDS.get(short, "")


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


class NameLookup:
    """Looks names of workloads and Services of ``cluster`` up, which ``tokens`` are the sentence of.

    ``default_namespace`` is the one that the command line gives, if it gives one.
    """

    def __init__(self, tokens: Tokens, cluster: Cluster, default_namespace: str | None) -> None:
        self.cluster = cluster
        self.default_namespace = default_namespace
        self._tokens = tokens

    def at(self, token: Token, kind: str, namespace: str, name: str) -> Named:
        """What is called ``name`` in ``namespace``; of ``kind``, unless that is empty.

        Raises :class:`netverify.query.sentence_error.SentenceError`: ``NV406``, ``NV407`` or ``NV408``.
        """
        if (namespace, name) != API_SERVER:
            check_namespace(self._tokens, token, namespace, self.cluster)
        found = _at(self.cluster, namespace, name)
        right = [key for key in found if kind in ("", key.kind)]
        services = _services(self.cluster, kind, name, namespace)
        if right or services:
            return self._only(token, right, services)
        if found:
            message = f"`{namespace}/{name}` is not of kind {kind}"
            raise self._tokens.error("NV407", message, token, help_text=f"did you mean `{found[0]}`?")
        here = [w.key for w in self.cluster.workloads if w.key.namespace == namespace]
        owners = [key for key in here if name.startswith(f"{key.name}-")]
        if owners and kind in ("", "Pod"):
            advice = f"its replicas are identical for policy: ask about `{max(owners, key=lambda key: len(key.name))}`"
            message = f"no manifest holds a bare Pod `{namespace}/{name}`"
            raise self._tokens.error("NV407", message, token, help_text=advice)
        raise self._unknown(token, kind, f"{namespace}/{name}")

    def alone(self, token: Token, kind: str, name: str, asking: str | None) -> Named | str:
        """What ``name`` alone means; of ``kind``, unless that is empty. A text is the namespace of that name.

        That is what is called so in the default namespace, if there is one; else in the namespace of the pods that are
        ``asking``; else the only one anywhere. Raises :class:`netverify.query.sentence_error.SentenceError`, also where
        two of these are called so: ``NV407`` or ``NV408``.
        """
        places, default = _places(self.cluster, kind, name), self.default_namespace
        near = [one for one in dict.fromkeys((default, asking)) if one is not None and one in places]
        if len(near) > 1:
            words = [word for place in near for word in _words(*places[place])]
            raise self._ambiguous(token, f"is in the namespaces `{near[0]}` and `{near[1]}`", words)
        if default is not None and near == [default]:
            return self._only(token, *places[default])
        if kind == "" and name in self.cluster.namespaces:
            if not places:
                return name
            every = [word for place in sorted(places) for word in _words(*places[place])]
            what = "a Service" if all(word.startswith("service ") for word in every) else "a workload"
            raise self._ambiguous(token, f"is a namespace and {what}", [f"namespace {name}", *every])
        if default is not None or not places:
            raise self._unknown(token, kind, name)
        found = [key for place in near or sorted(places) for key in places[place][0]]
        services = [one for place in near or sorted(places) for one in places[place][1]]
        return self._only(token, found, services)

    def _only(self, token: Token, found: list[WorkloadKey], services: list[Service]) -> Named:
        """The only one of what was found; a workload and the Service in front of it are one."""
        if len(found) + len(services) == 1:
            return found[0] if found else services[0]
        if len(found) == len(services) == 1 and _are_twins(found[0], services[0], self.cluster):
            return Twins(found[0], services[0])
        raise self._ambiguous(token, _meanings(found, services), _words(found, services))

    def _ambiguous(self, token: Token, what: str, words: list[str]) -> Exception:
        listed = ", ".join(f"`{one}`" for one in words[:_LISTED]) + (", ..." if words[_LISTED:] else "")
        return self._tokens.error("NV408", f"`{token.text}` {what}", token, help_text=f"write one of {listed}")

    def _unknown(self, token: Token, kind: str, wanted: str) -> Exception:
        """Nothing is called ``wanted``, which is looked up in the default namespace if it is a name alone."""
        where = None if "/" in wanted else self.default_namespace
        known = (
            *((w.key.namespace, w.key.name) for w in self.cluster.workloads if kind in ("", w.key.kind)),
            *((s.namespace, s.name) for s in self.cluster.routing.services if kind in ("", SERVICE)),
        )
        spelled = {f"{namespace}/{name}" for namespace, name in known}
        elsewhere = sorted(one for one in spelled if one.partition("/")[2] == wanted) if where is not None else ()
        if "/" not in wanted:
            spelled.update(name for _, name in known)
            spelled.update(self.cluster.namespaces if not kind and where is None else ())
        close = tuple(elsewhere) or nearest(wanted, spelled)
        advice = did_you_mean(close) or "name a workload, a Service, or `pods LABELS`"
        text = f"no manifest holds a {kind or 'workload or Service'} `{wanted}`"
        text += f" in namespace `{where}`" if where is not None else ""
        return self._tokens.error("NV407", text, token, help_text=advice)


def _are_twins(key: WorkloadKey, service: Service, cluster: Cluster) -> bool:
    """Whether ``service`` leads to the pods of ``key``, whose namespace and name it shares."""
    if service.namespace != key.namespace or not service.selector or service.type is ServiceType.EXTERNAL_NAME:
        return False
    labels = next((workload.labels for workload in cluster.workloads if workload.key == key), {})
    return selector_matches(selector_of(service.selector), labels)


def _words(found: Iterable[WorkloadKey], services: Iterable[Service]) -> list[str]:
    return [str(key) for key in found] + [f"service {service}" for service in services]


def _meanings(found: list[WorkloadKey], services: list[Service]) -> str:
    """What a name is that has several meanings: ``fits 2 workloads``."""
    if len(found) == len(services) == 1 and found[0].namespace == services[0].namespace:
        return f"is a {found[0].kind}, and a Service that does not lead to its pods"
    counts = ((len(found), "workload"), (len(services), "Service"))
    return "fits " + " and ".join(f"{count} {noun}{'s' * (count > 1)}" for count, noun in counts if count)


def _places(cluster: Cluster, kind: str, name: str) -> Mapping[str, tuple[list[WorkloadKey], list[Service]]]:
    """By namespace, the workloads and the Services that are called ``name``."""
    places: dict[str, tuple[list[WorkloadKey], list[Service]]] = defaultdict(lambda: ([], []))
    for key in sorted(w.key for w in cluster.workloads if w.key.name == name and kind in ("", w.key.kind)):
        places[key.namespace][0].append(key)
    services = _services(cluster, kind, name)
    for service in services if not places or services != [API_SERVER_SERVICE] else ():
        places[service.namespace][1].append(service)
    return places


def is_name(name: str, cluster: Cluster) -> bool:
    """Whether some workload or Service goes by ``name`` alone."""
    return any(w.key.name == name for w in cluster.workloads) or bool(_services(cluster, "", name))
