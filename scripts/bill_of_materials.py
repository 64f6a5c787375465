"""Prints what netverify is made of, as CycloneDX JSON: every package that requirements.lock names, and who needs it.

It reads the lock and pyproject.toml alone, so that the same checkout gives the same bytes.

    python3 scripts/bill_of_materials.py >dist/netverify.cdx.json
"""

import json
import re
import sys
import tomllib
import uuid
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parents[1]
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")
ITSELF = "netverify"
Locked: TypeAlias = dict[str, tuple[str, str, set[str]]]
"""By name of a package its version, its marker, and the names of those that need it."""


def locked(text: str) -> Locked:
    """What ``text``, a lock, pins."""
    found: Locked = {}
    name = None
    for line in text.splitlines():
        if pinned := PINNED.match(line):
            name = pinned["name"]
            found[name] = (pinned["version"], pinned["marker"] or "", set())
        elif name and (via := re.match(r"^    #(?: via)?\s+(?:via )?([A-Za-z0-9._-]+)", line)) and via[1] != "via":
            found[name][2].add(via[1])
    return found


def at_run_time(packages: Locked) -> set[str]:
    """The names of ``packages`` that netverify needs to run; the others build it."""
    needed = {ITSELF}
    while more := {name for name, (_, _, by) in packages.items() if by & needed} - needed:
        needed |= more
    return needed


def url_of(name: str, version: str) -> str:
    """The package URL. Source: the purl specification, type `pypi`."""
    return f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"


def bill(project: dict[str, str], packages: Locked) -> dict[str, object]:
    """The document. A package that only builds netverify has the scope `excluded`."""
    needed = at_run_time(packages)
    root = url_of(ITSELF, project["version"])
    references = {ITSELF: root, **{name: url_of(name, version) for name, (version, _, _) in packages.items()}}
    components = [
        {
            "type": "library",
            "bom-ref": references[name],
            "name": name,
            "version": version,
            "scope": "required" if name in needed else "excluded",
            "purl": references[name],
            **({"properties": [{"name": "python:marker", "value": marker}]} if marker else {}),
        }
        for name, (version, marker, _) in sorted(packages.items())
    ]
    needs = {name: sorted(references[one] for one in packages if name in packages[one][2]) for name in references}
    content = {
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": ITSELF,
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"license": {"id": project["license"]}}],
                "purl": root,
            }
        },
        "components": components,
        "dependencies": [{"ref": references[name], "dependsOn": needs[name]} for name in sorted(references)],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", **head, **content}


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = locked((ROOT / "requirements.lock").read_text())
    json.dump(bill(project, packages), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
