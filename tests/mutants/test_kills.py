"""The cases of the normal run find every seeded fault that a case is known to find."""

import pytest

from mutants.faulty import fault, replaced
from mutants.kills import kills, replayed, telling_seeds
from netverify.kinds import remembered
from netverify.sources.inventory import read_inventory

FAULT = (
    "kinds.network_policy",
    "None if namespaces is None else selector_parts(namespaces)",
    "selector_parts(namespaces) if namespaces else None",
)
"""An empty namespaceSelector is taken for an absent one."""


@pytest.mark.parametrize("search", kills())
def test_the_telling_seeds_of_a_check_find_each_of_its_faults_and_none_is_idle(search):
    chosen, faults = telling_seeds(search), kills()[search]
    assert [fault for fault, seeds in faults.items() if not set(seeds) & set(chosen)] == []
    assert len(chosen) == len(set(chosen)) <= len(faults)


def test_a_fault_is_replayed_with_a_case_that_others_need_as_well():
    for search, faults in kills().items():
        chosen = telling_seeds(search)
        assert all(replayed(search, fault)[0] in chosen for fault in faults)


def test_of_a_fault_that_is_new_nothing_is_known():
    assert replayed("no such check", "no such fault") == []
    with pytest.raises(KeyError):
        telling_seeds("no such check")


def test_nothing_that_a_fault_made_is_remembered():
    """What the readers of kinds remember would be of the fault, and of no fault while there is one."""
    containers = "[{name: a, image: a, ports: [{containerPort: 80}]}]"
    manifest = f"{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{containers: {containers}}}}}\n"
    read_inventory((), texts={"a.yaml": manifest.encode()})
    assert any(remembered._TABLES)
    with replaced({}):
        assert not any(remembered._TABLES)


def test_a_rule_that_was_read_with_a_fault_is_read_anew_without_it():
    """The fault is found although the rule was read before, and what it makes of the rule does not outlive it."""
    spec = "{podSelector: {}, ingress: [{from: [{podSelector: null, namespaceSelector: {}}]}]}"
    manifest = f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a}}, spec: {spec}}}\n"

    def policies():
        return read_inventory((), texts={"a.yaml": manifest.encode()}).cluster.network_policies

    right = policies()
    with fault(*FAULT):
        wrong = policies()
    assert wrong != right
    assert policies() == right
