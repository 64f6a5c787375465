"""CNI plugins by what they do: which keep to the NetworkPolicy API, and which do what a flow needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from netverify.model.behaviours import CNI_PROFILES, Behaviour

KEPT_TO_THE_API: Mapping[Behaviour, bool] = MappingProxyType(
    {
        Behaviour.ENDPORT_SUPPORTED: True,
        Behaviour.NAMED_PORTS_SUPPORTED: True,
        Behaviour.NAMED_PORT_FALLS_OPEN: False,
        Behaviour.NAMED_PORT_VOIDS_POLICY: False,
        Behaviour.EXCEPT_DENIES: False,
    }
)
"""What a plugin does that implements all of the API.

Source: NetworkPolicyPort ("This can either be a numerical or named port", ``endPort``), and IPBlock (``except`` is
about "the CIDR" of its own block). What the API leaves open is not here.
"""


def _enforcing() -> dict[str, Mapping[Behaviour, bool]]:
    enforced = Behaviour.POLICY_ENFORCED
    return {name: profile for name, profile in sorted(CNI_PROFILES.items()) if profile.get(enforced, True)}


def keeping_to_the_api(enforced: Collection[Behaviour] = ()) -> tuple[str, ...]:
    """The plugins that are known to keep to the API, and to enforce the policies that ``enforced`` are about; sorted.

    One that enforces such policies in some versions alone, or only when told, is none of them.
    """
    return tuple(
        name
        for name, profile in _enforcing().items()
        if all(profile.get(behaviour) is value for behaviour, value in KEPT_TO_THE_API.items())
        and all(profile.get(one) is True for one in enforced)
    )


def of_the_plugin(needs: Iterable[tuple[object, bool]]) -> dict[Behaviour, bool]:
    """Those of ``needs`` that are about the plugin, in their order; others are about what policy leaves open."""
    return {one: value for one, value in needs if isinstance(one, Behaviour)}


def departs_from_the_api(needs: Iterable[tuple[object, bool]]) -> bool:
    """Whether what has these ``needs`` happens only with a plugin that does not keep to the API."""
    return any(KEPT_TO_THE_API.get(one, value) is not value for one, value in of_the_plugin(needs).items())


def plugins_by(needs: Mapping[Behaviour, bool]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The plugins that do all that ``needs`` says, those that perhaps do, and those that do not; sorted.

    Plugins that enforce no policy are among them only where that is what ``needs`` is about.
    """
    profiles = dict(sorted(CNI_PROFILES.items())) if Behaviour.POLICY_ENFORCED in needs else _enforcing()
    doing: list[str] = []
    perhaps: list[str] = []
    others: list[str] = []
    for name, profile in profiles.items():
        known = [profile.get(behaviour, value) is value for behaviour, value in needs.items()]
        group = others if not all(known) else doing if all(one in profile for one in needs) else perhaps
        group.append(name)
    return tuple(doing), tuple(perhaps), tuple(others)
