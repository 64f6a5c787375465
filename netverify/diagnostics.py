"""Findings about inputs, as data: what is wrong, where, and what to do.

A diagnostic never prints itself; renderers live in :mod:`netverify.report`. Messages are lower case,
without a full stop, with user input in backticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import IntEnum
from types import MappingProxyType

from netverify.records import dataclass


class NetverifyError(Exception):
    """The base of everything that netverify raises on purpose, whatever it was given."""


class Severity(IntEnum):
    """How grave a diagnostic is; an ``ERROR`` means that an input is not accounted for."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in an input.

    ``path`` is as the user gave it (``-`` for standard input), ``document`` counts from 0 within the file,
    ``line`` and ``column`` count from 1; 0 means "the whole file".
    """

    path: str
    document: int = 0
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


NOWHERE = Origin("")
"""What stands for the place of something that no input holds."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Lines of one file, from ``first`` up to and without ``last`` (from 0), give way to ``text``: whole lines."""

    first: int
    last: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """What could be done to ``path`` about a finding; ``patch`` is that as a unified diff.

    ``safe``: it changes no verdict, proved about the policies of ``namespace`` as they are; otherwise it is a
    suggestion, and changes those.
    """

    path: str
    edits: tuple[Edit, ...]
    patch: str
    safe: bool
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about one input.

    ``code`` is stable (``NV`` and three digits) and has a page in ``docs/diagnostics``. ``secondary`` are further
    places with a short text each (``first defined here``). ``help`` says what to do, and ``fix`` does it.
    ``subject`` is the object that it is about, where somebody who reads the finding has to know.
    """

    code: str
    severity: Severity
    message: str
    origin: Origin
    help: str = ""
    secondary: tuple[tuple[Origin, str], ...] = field(default=())
    fix: Fix | None = None
    subject: str = ""

    def sort_key(self) -> tuple[Origin, str, str]:
        """Diagnostics are reported in the order of their places, then codes, then messages."""
        return (self.origin, self.code, self.message)


@dataclass(eq=False)
class DiagnosedError(NetverifyError):
    """Something that cannot be used: ``diagnostics`` say why, in the order of places; there is at least one."""

    diagnostics: tuple[Diagnostic, ...]

    def __str__(self) -> str:
        first = self.diagnostics[0]
        return f"{first.origin}: {first.message}"


CODES: Mapping[str, str] = MappingProxyType(
    {
        # Codes of the first hundred are about sources and YAML
        "NV101": "not YAML",
        "NV102": "duplicate key",
        "NV103": "an explicit tag",
        "NV104": "a YAML directive",
        "NV105": "a merge key",
        "NV106": "key that is not a string",
        "NV107": "an alias without an anchor",
        "NV108": "aliases expand to too much",
        "NV109": "a character that is not allowed",
        "NV110": "a carriage return alone",
        "NV111": "not UTF-8",
        "NV112": "text after a document separator",
        "NV113": "content after the end of a document",
        "NV114": "a number with an underscore",
        "NV115": "a number that Kubernetes does not accept",
        "NV116": "nested too deeply",
        "NV117": "too many values",
        "NV118": "a text that is too long",
        "NV119": "an input that is too large",
        "NV121": "a text that Kubernetes does not accept",
        "NV122": "a template that is not rendered",
        "NV123": "too many refused documents",
        "NV131": "no such file or directory",
        "NV132": "not a file or directory",
        "NV133": "a file that cannot be read",
        "NV134": "no manifests found",
        "NV135": "missing standard input",
        "NV141": "kustomization that must be rendered",
        "NV142": "files that no kustomization names",
        "NV143": "a kustomization that kustomize refuses",
        "NV144": "a kustomization given as a manifest",
        "NV145": "a component or overlay that nothing uses",
        "NV146": "a path that leads out of the checkout",
        "NV147": "Flux or Argo CD object that cannot be read",
        "NV148": "variables without a value",
        "NV149": "same Flux or Argo CD object with different content",
        "NV151": "a program that is not installed",
        "NV152": "rendering failed",
        "NV153": "object that is not rendered",
        "NV154": "nothing to follow",
        "NV155": "variables that cannot be replaced",
        "NV156": "no relevant object was read",
        "NV157": "something that must be fetched",
        # Codes of the second hundred are about objects in general, namespaces, pods and workloads
        "NV201": "no such kind in this API version",
        "NV202": "apiVersion or kind is missing",
        "NV203": "an object that is not modelled",
        "NV204": "an object of an unknown kind",
        "NV205": "objects without a namespace",
        "NV206": "the same object again",
        "NV207": "the same object with different content",
        "NV208": "objects counted with their controllers",
        "NV209": "objects that differ from their controller's template",
        "NV210": "pods that have terminated",
        "NV211": "unknown field",
        "NV212": "field of the wrong type",
        "NV213": "further problems that are not listed",
        "NV221": "object without a name",
        "NV222": "invalid name",
        "NV223": "invalid label or annotation key",
        "NV224": "invalid label value",
        "NV225": "invalid selector operator",
        "NV226": "selector without values",
        "NV227": "selector with values that its operator forbids",
        "NV228": "label without a value in a selector",
        "NV229": "namespace name label with another value",
        "NV231": "pod without containers",
        "NV232": "container without a name or an image",
        "NV233": "invalid container name",
        "NV234": "container name used twice",
        "NV235": "container port or host port out of range",
        "NV236": "invalid container port name",
        "NV237": "port name used twice in one container",
        "NV238": "unknown protocol of a container port",
        "NV239": "conflicting host port",
        "NV240": "invalid probe port",
        "NV241": "value that is not among the choices",
        "NV242": "invalid host name or subdomain",
        "NV243": "invalid DNS configuration of a pod",
        "NV244": "invalid IP address",
        "NV245": "port declared twice",
        "NV246": "port name used twice in a pod",
        "NV250": "controller without a selector",
        "NV251": "selector that does not match the template",
        "NV252": "negative number of replicas",
        "NV253": "invalid service name of a StatefulSet",
        "NV254": "CronJob with an invalid schedule",
        "NV255": "selector on a Job",
        "NV260": "inconsistent pod CIDRs of a Node",
        # Codes of the third hundred are about NetworkPolicy
        "NV300": "unknown field in a NetworkPolicy",
        "NV301": "unknown protocol in a NetworkPolicy",
        "NV302": "policy port out of range",
        "NV303": "invalid policy port name",
        "NV304": "endPort without port",
        "NV305": "endPort with a port name",
        "NV306": "endPort less than port",
        "NV307": "endPort out of range",
        "NV308": "peer that names nothing",
        "NV309": "ipBlock together with a selector",
        "NV310": "ipBlock without cidr",
        "NV311": "invalid CIDR",
        "NV312": "CIDR with leading zeros",
        "NV313": "IPv4-mapped IPv6 CIDR",
        "NV314": "CIDR with bits beyond its prefix",
        "NV315": "except that is not inside its cidr",
        "NV316": "CIDR not in canonical form",
        "NV317": "too many policyTypes",
        "NV318": "unknown policy type",
        "NV319": "null rule",
        # and from 320 on about policies for a whole cluster
        "NV320": "required field missing in a ClusterNetworkPolicy",
        "NV321": "too few or too many items or fields",
        "NV322": "number out of range in a ClusterNetworkPolicy",
        "NV323": "unknown tier or action",
        "NV324": "empty port range",
        "NV325": "duplicate network or domain name",
        "NV326": "port name beside peers without port names",
        "NV327": "invalid domain name",
        "NV328": "rule name that is too long",
        "NV329": "selector with undefined meaning",
        "NV330": "label that is dropped from a selector",
        # Codes of the fourth hundred are about questions and flags
        "NV401": "not a question",
        "NV402": "a word that is missing or out of place",
        "NV403": "character that a question cannot contain",
        "NV404": "labels that cannot be read",
        "NV405": "invalid port",
        "NV406": "an unknown namespace",
        "NV407": "an unknown workload or Service",
        "NV408": "a name that fits several things",
        "NV409": "neither an address nor a CIDR",
        "NV410": "DNS name that leads to nothing known",
        "NV411": "a port that a Service does not have",
        "NV420": "invalid flag or argument",
        "NV421": "an output that cannot be written",
        "NV422": "too many unknowns to list",
        "NV423": "git revision that is not available",
        "NV424": "time or memory budget exceeded",
        "NV499": "netverify itself failed",
        # Codes of the fifth hundred are about Services and their endpoints, below 540
        "NV500": "Service without ports",
        "NV501": "service port out of range",
        "NV502": "invalid target port",
        "NV503": "unknown protocol of a service port",
        "NV504": "service port without a name",
        "NV505": "invalid service port name",
        "NV506": "service port name used twice",
        "NV507": "service port declared twice",
        "NV508": "node port used twice",
        "NV509": "nodePort on a ClusterIP Service",
        "NV510": "node port out of range",
        "NV511": "node port outside the usual range",
        "NV512": "invalid application protocol",
        "NV514": "cluster IP that does not fit the type of Service",
        "NV515": "inconsistent cluster IPs or families",
        "NV516": "invalid external name",
        "NV517": "address that is not a host's own address",
        "NV518": "field of another type of Service",
        "NV519": "invalid load balancer class",
        "NV520": "session affinity timeout out of range",
        "NV521": "field without effect in its type of Service",
        "NV530": "EndpointSlice without an address type",
        "NV531": "endpoint without addresses",
        "NV532": "endpoint port out of range",
        "NV533": "EndpointSlice of host names",
        "NV534": "invalid host name of an endpoint",
        "NV535": "endpoint of another address family",
        "NV536": "too many endpoints",
        # Codes from 540 on are about Ingress, the Gateway API and OpenShift Routes
        "NV540": "Ingress without rules and without a default backend",
        "NV541": "invalid host name in an Ingress, Gateway or route",
        "NV542": "invalid path of an Ingress",
        "NV543": "invalid pathType",
        "NV544": "Ingress backend without exactly one Service or resource",
        "NV545": "invalid Service name in an Ingress backend",
        "NV546": "invalid port of an Ingress backend",
        "NV547": "http without paths",
        "NV548": "class annotation that contradicts the class",
        "NV549": "invalid controller of a class",
        "NV550": "invalid scope of the parameters of an IngressClass",
        "NV551": "invalid reference to a resource",
        "NV552": "required field missing in a Gateway API object",
        "NV553": "too few or too many items in a Gateway API object",
        "NV554": "number out of range in a Gateway API object",
        "NV555": "listeners or rules that are not distinct",
        "NV556": "listener whose protocol does not fit its hostname or TLS",
        "NV557": "parents of a route that are not distinct",
        "NV558": "backend Service without a port",
        "NV559": "invalid path or method in a route",
        "NV560": "invalid filter",
        "NV561": "namespace selector of a listener without effect",
        "NV562": "label without a value in a Gateway API selector",
        "NV570": "invalid backend of a Route",
        "NV571": "weight out of range in a Route",
        "NV572": "invalid path of a Route",
        "NV573": "invalid TLS settings of a Route",
        "NV574": "wildcard Route without a host",
        "NV575": "invalid target port of a Route",
        # Codes of the sixth hundred are about what was probably not meant
        "NV601": "Service without endpoints",
        "NV602": "target port name that no pod declares",
        "NV603": "target port that no pod declares",
        "NV604": "policy with the port of a Service instead of the pod",
        "NV605": "way in that leads nowhere",
        "NV606": "way in that policy blocks",
        "NV607": "policy that blocks DNS",
        "NV608": "policy that allows DNS over only UDP or only TCP",
        "NV609": "DNS rule for the wrong port",
        "NV610": "address of a Service in an ipBlock",
        "NV611": "ExternalName Service that policy does not see",
        "NV612": "load balancer open to every address",
        "NV613": "node ports that bypass source ranges",
        "NV614": "two Services with one selector",
        "NV615": "Service with external IPs",
        "NV616": "headless Service with a targetPort",
        "NV617": "StatefulSet with a wrong serviceName",
        "NV618": "backend that leads out of its namespace",
        "NV619": "way in that works on some nodes only",
        "NV620": "policy that selects no existing pod",
        "NV621": "peer that matches no existing pod",
        "NV622": "namespaceSelector that matches no namespace",
        "NV623": "peers that should be one item, or two",
        "NV624": "policyTypes that do not match the rules",
        "NV625": "redundant policy",
        "NV626": "redundant rule",
        "NV627": "rule or peer that never matches",
        "NV628": "policy that can never select a pod",
        "NV629": "rule that cancels a default-deny",
        "NV630": "ipBlock that contains pod addresses",
        "NV631": "two policies that are the same",
        "NV632": "policy for pods on the host network",
        "NV633": "port name that no pod declares",
        "NV634": "empty list that allows everyone",
        "NV635": "endpoints in another namespace",
        "NV636": "policy that blocks mesh traffic",
        "NV637": "ClusterNetworkPolicy that the plugin does not enforce",
        "NV638": "equal priorities that matter",
        "NV639": "Pass in the last tier",
        # Codes of the seventh hundred are about intent files
        "NV701": "intent file that cannot be read",
        "NV702": "unknown field in an intent file",
        "NV703": "invalid value in an intent file",
        "NV704": "name used twice in intent files",
        "NV705": "include that is not below its file",
        "NV706": "assertion without one verb",
        "NV707": "unknown zone, or zone that contains itself",
        "NV708": "exception for an unknown assertion",
        "NV709": "exception for an assertion that cannot have one",
        "NV712": "zone without existing pods",
        "NV713": "approved flow that is not possible",
        "NV714": "Service without a selector where pods are needed",
        "NV717": "baseline that cannot be read",
        "NV718": "annotation that is not a valid exception",
        "NV719": "exception that has expired",
        "NV721": "baseline of an earlier version",
        "NV722": "approval or exception that would cover more than it names",
    },
)
"""Every code with its title. A code never changes its meaning; each has a page ``docs/diagnostics/CODE.md``."""
