"""What a mutation run is about: the rooms in which a slip changes a verdict; and where it keeps its files."""

import hashlib
from pathlib import Path

import netverify

PACKAGE = Path(netverify.__file__).parent
ROOT = PACKAGE.parent
ROOMS = ("gate", "answers", "symbolic", "diff", "routes")
KEPT = ROOT / ".mutation"
"""Where the map and the results are between runs; it belongs to one checkout."""
MAP = KEPT / "touched_lines.jsonl"


def module_of(path):
    """The dotted name below the package of the module at ``path``; None outside of the rooms."""
    try:
        parts = Path(path).relative_to(PACKAGE).with_suffix("").parts
    except ValueError:
        return None
    return ".".join(parts) if parts[0] in ROOMS else None


def path_of(module):
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def digest_of(module):
    """What tells whether the lines of ``module`` are those of a map."""
    return hashlib.sha256(path_of(module).read_bytes()).hexdigest()[:12]
