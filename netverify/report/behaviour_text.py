"""What a witness needs of the CNI, and which plugins are known to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from netverify.late import late
from netverify.model.behaviours import MEANING, MEANING_OF_NOT, Behaviour, name_of
from netverify.model.plugins import of_the_plugin, plugins_by
from netverify.pairs.outcome import NAMESPACE_LABELS, POD_ADDRESS, POD_LABELS, SAME_NODE, SERVICE_ACCOUNT
from netverify.policy.predicate import Choice, Unspecified
from netverify.query.wording import setting_words

if TYPE_CHECKING:
    import textwrap
else:
    (textwrap,) = late("", "textwrap")

_WIDTH = 100
_NAMED = 3
"""So many plugins are named in a headline."""


_UNTOLD: Mapping[str, str] = MappingProxyType(
    {
        POD_ADDRESS: "a pod or node address that is not in the manifests",
        SAME_NODE: "whether both pods run on the same node",
        POD_LABELS: "a label whose value a controller chooses",
        SERVICE_ACCOUNT: "a service account that the manifests do not give, or give in two ways",
        NAMESPACE_LABELS: "labels of a namespace that has no Namespace object in the manifests",
    },
)


def dependency_text(name: str) -> str:
    """What it means that something depends on ``name``: a behaviour, or something that the manifests leave open."""
    return _UNTOLD.get(name) or (MEANING[Behaviour(name)] if name in list(Behaviour) else name)


def _meaning(behaviour: Choice, *, value: bool) -> str:
    """What it means that ``behaviour`` is ``value``."""
    if isinstance(behaviour, Behaviour):
        return (MEANING if value else MEANING_OF_NOT)[behaviour]
    return behaviour.meaning if value else f"it is not so that {behaviour.meaning}"


def condition_text(behaviour: Choice, *, value: bool) -> str:
    """What it means, with how ``--assume`` says so where that can fix it: what policy leaves open it cannot."""
    meaning = _meaning(behaviour, value=value)
    return f"{meaning} ({setting_words(behaviour, value=value)})" if isinstance(behaviour, Behaviour) else meaning


def settings_together(assumptions: Sequence[str]) -> list[str]:
    """``assumptions`` with those of the form ``behaviour=true`` first, several on a line."""
    names = {name_of(behaviour) for behaviour in Behaviour}
    settings = [text for text in assumptions if text.partition("=")[0] in names]
    rest = [text for text in assumptions if text not in settings]
    words = ", ".join(settings)
    joined = textwrap.wrap(words, _WIDTH, break_long_words=False, break_on_hyphens=False) if words else []
    return [*joined, *rest]


def dependence_text(needs: Iterable[tuple[Choice, bool]], cni: str | None) -> str:
    """What something found depends on, for a headline; empty where there are no ``needs``.

    That is the plugin, or where the user says that it is ``cni``, a behaviour that is not known of it.
    ``needs`` are those of one flow: on further plugins another one may do, so that nothing is said of these.
    """
    chosen = of_the_plugin(needs)
    if not chosen:
        return ""
    if cni is not None:
        flags = " or ".join(f"`--assume {setting_words(one, value=not value)}`" for one, value in chosen.items())
        which = "a behaviour" if len(chosen) == 1 else "behaviours"
        return f"that depends on {which} that {cni} leaves open: {flags} rules it out"
    doing, _, _ = plugins_by(chosen)
    known = f": it is so with {', '.join(doing)}" if 0 < len(doing) <= _NAMED else ""
    return f"that depends on the CNI plugin{known}"


def plugins_text(needs: Mapping[Behaviour, bool]) -> str:
    """``antrea, calico; perhaps weave; not cilium``: the plugins that do all that ``needs`` says, may do, do not."""
    groups = zip(("", "perhaps ", "not "), plugins_by(needs), strict=True)
    return "; ".join(f"{lead}{', '.join(names)}" for lead, names in groups if names)


def left_open_text(choice: Unspecified) -> str:
    """Who leaves ``choice`` open, as no plugin decides it."""
    return f"left open by {choice.source or 'the manifests'}"
