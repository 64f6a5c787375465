"""Rules that stop at the first finding against the same that go on, and the quick test of fields against the slow."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_type_hints

import pytest

from agreement.plain_manifests import LEAVES, MORE, NAMES, OBJECTS
from netverify import kinds
from netverify.documents.document import Document
from netverify.kinds import fields
from netverify.kinds import kind as kind_module
from netverify.kinds.fields import form_of
from netverify.kinds.findings import FoundError
from netverify.kinds.registry import kind_of_object

FACTS = json.loads((Path(__file__).parents[1] / "oracles" / "validation_facts.json").read_text())
RECORDED = [row["object"] for row in FACTS if kind_of_object(row["object"]) is not None]


class Nowhere:
    """Positions of a document that was never text."""

    def at(self, path: tuple[str | int, ...]) -> tuple[int, int]:
        return (len(path) + 1, sum(map(hash, path)) % 1000)

    key_at = at


def places_in(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += [(value, key), *places_in(child)]
    return found


def is_read_alike(value: Any, namespace: str | None = None) -> bool:
    """Whether ``value`` is read in one go; fails unless that is so iff there is nothing to say about it."""
    kind = kind_of_object(value)
    assert kind is not None
    form = form_of(kind.fields)
    fits = form.fits(value)
    assert fits == (not [*form.mistakes(value, ())]), value
    reading = kind.read(Document("all.json", 0, value, Nowhere(), namespace), "elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind_module, "FirstFinding", at_once)
        again = kind.read(Document("all.json", 0, value, Nowhere(), namespace), "elsewhere")
    assert again == reading
    assert repr(again) == repr(reading)
    assert reading.read is not None or reading.findings
    return fits and not reading.findings


def at_once(document: Document) -> Any:
    """Stops before any rule has run, so that all of them are asked for everything that they find."""
    del document
    raise FoundError


def changed(rng: random.Random, value: Any) -> Any:
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, 2)):
        places = [
            place for place in places_in(value) if place[1] not in {"apiVersion", "kind"} or place[0] is not value
        ]
        if not places:
            break
        container, key = rng.choice(places)
        content = rng.choice(LEAVES + MORE)
        match rng.choice(["replace", "replace", "delete", "add", "repeat"]):
            case "replace":
                container[key] = copy.deepcopy(content)
            case "delete":
                del container[key]
            case "add" if isinstance(container, dict):
                container[rng.choice(NAMES)] = copy.deepcopy(content)
            case "add" | "repeat" if isinstance(container, list):
                container.append(copy.deepcopy(container[key]))
            case _:
                container[rng.choice(NAMES)] = copy.deepcopy(container[key])
    return value


@pytest.mark.parametrize("value", OBJECTS, ids=lambda value: f"{value['kind']}-{value['metadata']['name']}")
@pytest.mark.parametrize("namespace", [None, "put-here"])
def test_plain_objects_are_read_in_one_go(value: Any, namespace: str | None) -> None:
    assert is_read_alike(value, namespace)


def test_objects_that_a_server_was_asked_about_are_read_alike() -> None:
    assert {kind.name for value in RECORDED if (kind := kind_of_object(value))} >= {"Pod", "Gateway"}
    at_once = sum(map(is_read_alike, RECORDED))
    assert 0 < at_once < len(RECORDED)


def test_changed_objects_are_read_alike(fresh: Any) -> None:
    originals = [*OBJECTS, *RECORDED]
    for seed in fresh(2000):
        rng = random.Random(seed)
        value = changed(rng, rng.choice(originals))
        try:
            is_read_alike(value)
        except Exception as error:
            error.add_note(f"seed {seed}: {value}")
            raise


@pytest.mark.parametrize("content", LEAVES + MORE, ids=repr)
def test_every_place_of_every_object_may_hold_anything(content: Any) -> None:
    taken = 0
    for original in OBJECTS:
        for number in range(len(places_in(original))):
            value = copy.deepcopy(original)
            container, key = places_in(value)[number]
            if container is value and key in {"apiVersion", "kind"}:
                continue
            container[key] = copy.deepcopy(content)
            taken += is_read_alike(value)
    assert taken > 0


def test_objects_are_read_without_the_library_of_intent_files(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": RECORDED}))
    program = (
        "import sys\n"
        "from netverify.sources.inventory import read_inventory\n"
        f"inventory = read_inventory([{str(path)!r}])\n"
        "assert inventory.cluster.routing.services\n"
        "assert inventory.diagnostics\n"
        "assert 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_fields_are_what_the_standard_library_reads_in_their_declarations():
    modules = [import_module(f"netverify.kinds.{one.name}") for one in iter_modules(kinds.__path__)]
    declared = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    declared = {one for one in declared if issubclass(one, fields.TypedDict)} - {fields.TypedDict}
    assert len(declared) > 100
    for one in declared:
        assert fields._hints(one) == get_type_hints(one, include_extras=True)
