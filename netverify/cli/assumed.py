"""``--cni`` and ``--assume``: what the user takes as given."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click
from click.shell_completion import CompletionItem

from netverify.cli.parameter import Parameter
from netverify.cli.refusal import Refusal
from netverify.model.behaviours import CNI_PROFILES, MEANING, Behaviour
from netverify.queries.suggestions import did_you_mean, nearest

POD_CIDR, NAMED_PORTS = "pod-cidr", "named-ports"
_KEYS: Mapping[str, tuple[str, ...]] = {
    **{behaviour.value: ("true", "false") for behaviour in Behaviour},
    NAMED_PORTS: ("declared", "free"),
    POD_CIDR: (),
}


@dataclass(frozen=True, slots=True)
class Assumed:
    """The ``cni`` by name, the fixed ``behaviours`` (its own included), where pod addresses lie, and port names."""

    behaviours: Mapping[Behaviour, bool]
    cni: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False


class CniName(Parameter):
    """The name of a profile."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """``value`` in lower case. Raises :class:`Refusal` for a name that has no profile."""
        del param, ctx
        if value.lower() in CNI_PROFILES:
            return value.lower()
        advice = did_you_mean(nearest(value.lower(), CNI_PROFILES))
        known = f"the known ones are {', '.join(f'`{name}`' for name in CNI_PROFILES)}"
        raise Refusal("NV420", f"there is no CNI `{value}`", advice or known)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin like ``incomplete``."""
        del ctx, param
        return [CompletionItem(name) for name in CNI_PROFILES if name.startswith(incomplete.lower())]


class Assumption(Parameter):
    """``KEY=VALUE``; checked as a whole by :func:`assumed`."""

    name = "key=value"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The keys with their values that begin like ``incomplete``."""
        del ctx, param
        return [
            CompletionItem(f"{key}={value}", help=MEANING[Behaviour(key)] if key in list(Behaviour) else None)
            for key, values in _KEYS.items()
            for value in (values or ("",))
            if f"{key}={value}".startswith(incomplete)
        ]


def _checked(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if key not in _KEYS:
        advice = did_you_mean(nearest(key, _KEYS)) or f"the keys are {', '.join(f'`{one}`' for one in sorted(_KEYS))}"
        raise Refusal("NV420", f"nothing called `{key}` can be assumed", advice)
    allowed = _KEYS[key]
    if not equals or (allowed and value not in allowed):
        choices = " or ".join(f"`{key}={one}`" for one in allowed or ("10.0.0.0/8",))
        raise Refusal("NV420", f"`--assume {text}` gives `{key}` no value that it can have", f"write {choices}")
    if key == POD_CIDR:
        try:
            value = str(ipaddress.ip_network(value))
        except ValueError:
            advice = "write a network address with its prefix length: `10.0.0.0/8`, `2001:db8::/32`"
            raise Refusal("NV420", f"`{value}` is no CIDR", advice) from None
    return key, value


def assumed(cni: str | None, assumptions: Sequence[str]) -> Assumed:
    """What ``--cni`` and ``--assume`` fix together; a single assumption goes before a profile.

    Raises :class:`Refusal` for an unknown key, a value that the key cannot have, or two values for one key.
    """
    given: dict[str, str] = {}
    pod_cidrs: list[str] = []
    for text in assumptions:
        key, value = _checked(text)
        if key == POD_CIDR:
            pod_cidrs.append(value)
        elif given.setdefault(key, value) != value:
            raise Refusal("NV420", f"`{key}` is assumed to be `{given[key]}` and `{value}`", "leave one of them out")
    behaviours = dict(CNI_PROFILES[cni]) if cni else {}
    behaviours |= {b: given[b.value] == "true" for b in Behaviour if b.value in given}
    return Assumed(behaviours, cni, tuple(dict.fromkeys(pod_cidrs)), given.get(NAMED_PORTS) == "free")
