"""The one place in these tests that knows how the package reads text."""

from netverify.documents.loader import load
from netverify.sources.inventory import build_inventory


def read_inventory(text):
    """The inventory of one source; fails when some of it was refused or left out."""
    loaded = load("manifests.yaml", text.encode())
    inventory = build_inventory(loaded.documents, dropped=loaded.dropped)
    errors = [found for found in loaded.diagnostics if found.severity.name == "ERROR"]
    assert not errors, errors
    assert not inventory.has_errors, inventory.diagnostics
    assert not inventory.cluster.unsupported
    assert not loaded.templated
    return inventory
