"""The objects that a delivery has come across, by name, and which repositories among them are this checkout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from netverify.sources.delivery.checkout import Checkout, LeavesCheckoutError, origin_url, repository
from netverify.sources.delivery.objects import Found
from netverify.sources.tree import exists

_SOURCES: Final = ("GitRepository", "OCIRepository", "Bucket", "HelmRepository", "HelmChart")
_KEPT: Final = (*_SOURCES, "ConfigMap", "Secret", "HelmRelease")
_BOOTSTRAPPED: Final = "flux-system"


class Catalogue:
    """What was found so far."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self._found: dict[tuple[str, str, str], Found] = {}
        self._home: tuple[str, str] | None = None

    def add(self, found: Iterable[Found]) -> tuple[Found, ...]:
        """Remember objects; gives back those that were known by the same name with another meaning, and stay that."""
        kept = [one for one in found if one.kind in _KEPT]
        known = [self._found.setdefault((one.kind, one.namespace, one.name), one) for one in kept]
        return tuple(one for one, first in zip(kept, known, strict=True) if one.value != first.value)

    def find(self, kind: object, namespace: str, name: object) -> Found | None:
        """The object of that name, if it was found."""
        return self._found.get((str(kind), namespace, str(name)))

    def of_kind(self, kind: str) -> tuple[Found, ...]:
        """All objects of ``kind`` in the order of their names."""
        return tuple(one for key, one in sorted(self._found.items()) if key[0] == kind)

    def choose_home(self, found: Iterable[Found]) -> None:
        """Take as this checkout the repository that Flux is bootstrapped with.

        That is the GitRepository ``flux-system``, else the only one that the Kustomizations among ``found`` name.
        """
        found = tuple(found)
        self.add(one for one in found if one.kind == "GitRepository")
        sources = {self._reference(one, "sourceRef") for one in found if one.kind == "Kustomization"}
        named = {(namespace, name) for kind, namespace, name in sources if kind == "GitRepository"}
        bootstrapped = sorted(one for one in named if one[1] == _BOOTSTRAPPED)
        if bootstrapped or len(named) == 1:
            self._home = (bootstrapped or sorted(named))[0]

    def home_ignores(self) -> bool:
        """Whether the repository that is this checkout leaves files out (``spec.ignore``)."""
        home = self.find("GitRepository", *self._home) if self._home else None
        return home is not None and bool(home.text("ignore").strip())

    def is_here(self, found: Found) -> bool:
        """Whether the source of a Kustomization is this checkout."""
        return self.elsewhere(found) is None

    def elsewhere(self, found: Found, *path: str) -> str | None:
        """Why the source at ``path`` (``sourceRef``) of ``found`` is not this checkout; None where it is.

        Whether a GitRepository is, no file says for certain: one of another address than the first is not, nor is one
        that does not have the path.
        """
        kind, namespace, name = self._reference(found, *(path or ("sourceRef",)))
        if kind != "GitRepository":
            return f"its source is {kind} {namespace}/{name}, which is not this checkout"
        if (namespace, name) == self._home:
            return None
        other, home = self._address(namespace, name), self._address(*self._home) if self._home else ""
        home = home or repository(origin_url(self._checkout))
        if other and home:
            return None if other == home else f"its source is the repository {other}, which is not this checkout"
        if self._home is not None and found.text("path").strip("./") == "" and not path:
            return f"its source is GitRepository {namespace}/{name}, which is not known to be this checkout"
        return None

    def has(self, text: str) -> bool:
        """Whether the checkout has something at ``text``."""
        try:
            return exists(self._checkout.inside(text))
        except LeavesCheckoutError:
            return True

    def _address(self, namespace: str, name: str) -> str:
        found = self.find("GitRepository", namespace, name)
        return repository(found.text("url")) if found else ""

    @staticmethod
    def _reference(found: Found, *path: str) -> tuple[str, str, str]:
        value = found.spec(*path)
        fields: Mapping[str, Any] = value if isinstance(value, dict) else {}
        namespace = fields.get("namespace") or found.namespace
        return str(fields.get("kind")), str(namespace), str(fields.get("name"))
