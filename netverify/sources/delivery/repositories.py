"""Which of the repositories that Applications name is the one that the checkout is of."""

from __future__ import annotations

from collections.abc import Iterable

from netverify.sources.delivery.applications import NotRenderedError, sources_of
from netverify.sources.delivery.checkout import Checkout, origin_url, repository
from netverify.sources.delivery.objects import Found


class Repositories:
    """No file says for certain which repository a checkout is of; its configuration may, or there is only one."""

    def __init__(self, checkout: Checkout) -> None:
        self._origin = repository(origin_url(checkout))
        self._home: str | None = None

    def choose_home(self, found: Iterable[Found]) -> None:
        """Take as this checkout the repository that it was cloned from, else the only one that is named with a path.

        What was taken before stays.
        """
        if self._home is not None:
            return
        named = {repository(url) for one in found for url in _addresses(one)}
        if self._origin in named:
            self._home = self._origin
        elif len(named) == 1:
            self._home = named.pop()

    def is_here(self, url: str) -> bool:
        """Whether ``url`` may be this checkout; where nothing tells, what has the path is taken to be it."""
        return self._home is None or repository(url) == self._home


def _addresses(found: Found) -> tuple[str, ...]:
    try:
        sources = sources_of(found)
    except NotRenderedError:
        return ()
    return tuple(one.text("repoURL") for one in sources if one.text("path") and one.text("repoURL"))
