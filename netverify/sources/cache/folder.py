"""Where the cache is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Where entries are kept: ``NETVERIFY_CACHE_DIR``, else below ``XDG_CACHE_HOME`` or ``~/.cache``; None if nowhere.

    ``NETVERIFY_NO_CACHE`` with any value but the empty one turns it off.
    """
    if environment.get("NETVERIFY_NO_CACHE"):
        return None
    if own := environment.get("NETVERIFY_CACHE_DIR"):
        return Path(own)
    base = environment.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # noqa: PTH117 the specification has relative paths ignored
        home = environment.get("HOME", "")
        if not home:
            return None
        base = f"{home}/.cache"
    return Path(base) / "netverify"
