"""The versions of what is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def version_of(distribution: str) -> str:
    """The installed version of ``distribution``; ``unknown`` when it runs without being installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
