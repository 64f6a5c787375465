"""The versions of what is installed."""

from __future__ import annotations


def version_of(distribution: str) -> str:
    """The installed version of ``distribution``; ``unknown`` when it runs without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 slow, and most runs name no version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
