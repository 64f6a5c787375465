"""What the user takes as given, checked: a CNI plugin, single behaviours, where addresses of pods and nodes lie."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence

from netverify.diagnostics import NetverifyError
from netverify.model.addresses import parse_address
from netverify.model.api_server import ApiServer
from netverify.model.behaviours import CNI_PROFILES, Behaviour, name_of, value_of
from netverify.model.traffic import MAX_PORT, MIN_PORT
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass

POD_CIDR, NODE_CIDR, NAMED_PORTS, UNRENDERED = "pod-cidr", "node-cidr", "named-ports", "unrendered"
RANGES = frozenset({POD_CIDR, NODE_CIDR})
"""Keys that can be given more than once."""
KEYS: Mapping[str, tuple[str, ...]] = {
    **{behaviour.value: ("true", "false") for behaviour in Behaviour},
    NAMED_PORTS: ("declared", "free"),
    POD_CIDR: (),
    UNRENDERED: ("harmless", "unknown"),
    NODE_CIDR: (),
}
"""What can be assumed, with the values that it can have; none: any CIDR."""


@dataclass(eq=False)
class AssumptionError(NetverifyError):
    """Something that cannot be assumed. ``help`` says what to do instead."""

    message: str
    help: str

    def __str__(self) -> str:
        return f"{self.message}; {self.help}"


@dataclass(frozen=True, slots=True)
class Assumed:
    """The ``cni`` by name, the fixed ``behaviours`` (its own included), where pods and nodes are, and port names.

    ``unrendered_is_harmless``: what was not rendered changes no answer. ``cni_from`` is the file that names the
    ``cni``, empty where it is not taken from one.
    """

    behaviours: Mapping[Behaviour, bool]
    cni: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False
    unrendered_is_harmless: bool = False
    node_cidrs: tuple[str, ...] = ()
    cni_from: str = ""


def cni_named(name: str) -> str:
    """The profile that is called ``name``, whatever its case. Raises :class:`AssumptionError` when there is none."""
    if name.lower() in CNI_PROFILES:
        return name.lower()
    advice = did_you_mean(nearest(name.lower(), CNI_PROFILES))
    known = f"the known ones are {', '.join(f'`{one}`' for one in CNI_PROFILES)}"
    raise AssumptionError(f"there is no CNI `{name}`", advice or known)


def api_server_at(text: str) -> ApiServer:
    """The place that ``text``, ``ADDRESS:PORT``, names. Raises :class:`AssumptionError` when it names none."""
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1] if ":" in host else ""
    elif ":" in host:
        host = ""
    try:
        address = parse_address(host)
    except ValueError:
        address = None
    number = int(port) if re.fullmatch(r"[0-9]{1,5}", port) else 0
    if not colon or address is None or not MIN_PORT <= number <= MAX_PORT:
        advice = "write an address and a port: `10.0.0.1:6443`, `[2001:db8::1]:6443`"
        raise AssumptionError(f"`{text}` is not an address and port of an API server", advice)
    return ApiServer(address, number)


def key_of(text: str) -> str:
    """The key of ``KEY=VALUE``, the same for both names of a behaviour."""
    return value_of(text.partition("=")[0])


def _checked(text: str) -> tuple[str, str]:
    _, equals, value = text.partition("=")
    key = key_of(text)
    if key not in KEYS:
        keys = sorted(map(name_of, KEYS))
        advice = did_you_mean(nearest(key, keys)) or f"the keys are {', '.join(f'`{one}`' for one in keys)}"
        raise AssumptionError(f"nothing called `{key}` can be assumed", advice)
    allowed = KEYS[key]
    if not equals or (allowed and value not in allowed):
        choices = " or ".join(f"`{name_of(key)}={one}`" for one in allowed or ("10.0.0.0/8",))
        raise AssumptionError(f"`--assume {text}` gives `{name_of(key)}` no value that it can have", f"write {choices}")
    if key in RANGES:
        try:
            value = str(ipaddress.ip_network(value))
        except ValueError:
            advice = "write a network address with its prefix length: `10.0.0.0/8`, `2001:db8::/32`"
            raise AssumptionError(f"`{value}` is not a CIDR", advice) from None
    return key, value


def assumed(cni: str | None, assumptions: Sequence[str]) -> Assumed:
    """What ``--cni`` and ``--assume`` fix together; a single assumption goes before a profile.

    Raises :class:`AssumptionError` for an unknown key, a value that the key cannot have, or two values for one key.
    """
    given: dict[str, str] = {}
    cidrs: dict[str, list[str]] = {POD_CIDR: [], NODE_CIDR: []}
    for text in assumptions:
        key, value = _checked(text)
        if key in cidrs:
            cidrs[key].append(value)
        elif given.setdefault(key, value) != value:
            raise AssumptionError(
                f"`{name_of(key)}` is assumed to be `{given[key]}` and `{value}`", "leave one of them out"
            )
    behaviours = dict(CNI_PROFILES[cni]) if cni else {}
    behaviours |= {b: given[b.value] == "true" for b in Behaviour if b.value in given}
    return Assumed(
        behaviours,
        cni,
        tuple(dict.fromkeys(cidrs[POD_CIDR])),
        free_named_ports=given.get(NAMED_PORTS) == "free",
        unrendered_is_harmless=given.get(UNRENDERED) == "harmless",
        node_cidrs=tuple(dict.fromkeys(cidrs[NODE_CIDR])),
    )
