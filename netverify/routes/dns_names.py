"""Which absolute names a resolver tries for a name, and which names there cannot be.

Source: resolv.conf(5) (``search``, ``ndots``), RFC 1035 section 2.3.4 (sizes), RFC 4343 (case is ignored).
"""

from __future__ import annotations

from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.routes.resolver import ResolvConf

_LABEL = pattern(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_MOST_CHARACTERS = 253
_MOST_IN_A_LABEL = 63


@dataclass(frozen=True, slots=True)
class Candidate:
    """One name that is tried, without the dot at its end, in lower case.

    ``of_node``: it is not one name but those under the search domains of the node, which no manifest tells.
    """

    name: str
    of_node: bool = False


def name_problem(name: str) -> str:
    """Why ``name`` can be no DNS name, in words that follow it; empty when it can."""
    bare = name.removesuffix(".")
    if not bare:
        return "is empty"
    if not bare.isascii():
        return "holds a character that is not ASCII, as all names of the cluster are"
    if len(bare) > _MOST_CHARACTERS:
        return f"has {len(bare)} characters; at most {_MOST_CHARACTERS} are possible"
    return next((problem for label in bare.lower().split(".") if (problem := _label_problem(label))), "")


def _label_problem(label: str) -> str:
    if not label:
        return "has two dots in a row, or one at its beginning"
    if len(label) > _MOST_IN_A_LABEL:
        return f"has a part of {len(label)} characters; at most {_MOST_IN_A_LABEL} are possible"
    return "" if _LABEL.fullmatch(label) else f"has the part `{label}`, which no host name has"


def candidates(name: str, resolver: ResolvConf) -> tuple[Candidate, ...]:
    """The names that are tried for ``name``, in order; ``name`` must have no problem.

    A dot at the end makes it absolute: nothing else is tried. With at least ``ndots`` dots it is tried as it is before
    the search domains, with fewer after them. A name that the search domain makes too long is left out.
    """
    bare = name.removesuffix(".").lower()
    itself = Candidate(bare)
    if name.endswith("."):
        return (itself,)
    suffixes = [Candidate(f"{bare}.{one}") for one in resolver.searches]
    if resolver.uses_node:
        suffixes.insert(resolver.before_node, Candidate(bare, of_node=True))
    kept = [one for one in suffixes if len(one.name) <= _MOST_CHARACTERS]
    ordered = (itself, *kept) if bare.count(".") >= resolver.ndots else (*kept, itself)
    return tuple(dict.fromkeys(ordered))


def labels_in(name: str, zone: str) -> tuple[str, ...] | None:
    """The labels of ``name`` (absolute) before ``zone``, from left to right; None when it is not in the zone."""
    if name == zone:
        return ()
    if not name.endswith(f".{zone}"):
        return None
    return tuple(name.removesuffix(f".{zone}").split("."))
