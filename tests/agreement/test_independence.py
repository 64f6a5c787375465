"""The direct interpreter is a judge of its own: it shares nothing with the package that it judges."""

import ast
import sys
from pathlib import Path

import pytest

ORACLES = Path(__file__).resolve().parents[1] / "oracles"
ROUTING = ("routing_interpreter", "service_interpreter", "gateway_interpreter", "ways_in_interpreter")


def modules_imported_by(path):
    """Everything that a file imports, as it names it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def imported_by(path):
    """The first names of everything that a file imports."""
    return {module.split(".")[0] for module in modules_imported_by(path)}


def test_the_direct_interpreter_needs_the_standard_library_alone():
    parts = ("direct_interpreter", "plain_addresses", "unseen_labels")
    imported = {name for part in parts for name in imported_by(ORACLES / f"{part}.py")}
    assert imported <= (sys.stdlib_module_names - {"ipaddress"}) | {"oracles"}


@pytest.mark.parametrize(
    "name",
    [
        "added_labels",
        "address_owners",
        "brute_force",
        "cluster_policy_interpreter",
        "truth_table",
        "what_runs",
        "expectations",
        "every_flow",
        "intent_reading",
        "statements",
        "gate_judge",
        "audit_judge",
        "scope_judge",
        *ROUTING,
    ],
)
def test_no_oracle_knows_the_package_or_the_solver(name):
    assert set(imported_by(ORACLES / f"{name}.py")) <= sys.stdlib_module_names | {"oracles"}


@pytest.mark.parametrize("name", ["every_world", "courses", "apart"])
def test_the_judge_of_all_pairs_stands_on_the_reference_reading_alone(name):
    known = set(modules_imported_by(Path(__file__).with_name(f"{name}.py")))
    rooms = {module.split(".")[1] for module in known if module.startswith("netverify.")}
    assert rooms <= {"model", "policy"}
    assert not known & {"netverify.policy.network_policy", "netverify.policy.tiers"}  # what lowers policies


@pytest.mark.parametrize("name", ROUTING)
def test_the_judge_of_routing_needs_the_standard_library_and_the_judge_of_connections_alone(name):
    known = set(modules_imported_by(ORACLES / f"{name}.py")) - sys.stdlib_module_names
    assert known <= {f"oracles.{other}" for other in ("direct_interpreter", "plain_addresses", *ROUTING)}


@pytest.mark.parametrize("name", ["direct_interpreter", *ROUTING])
def test_each_judge_is_short_enough_to_be_read_at_once(name):
    assert len((ORACLES / f"{name}.py").read_text().splitlines()) < 300
