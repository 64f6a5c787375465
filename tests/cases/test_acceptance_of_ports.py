"""Ports of containers that an API server takes, and those that it refuses, beyond what was recorded of one.

Source: `pkg/apis/core/validation/validation.go` (`validateContainerPorts`, `accumulateUniqueHostPorts`): "must be
between 1 and 65535, inclusive"; names and host ports are compared after `protocol` was filled in as TCP.
"""

import pytest

from netverify.diagnostics import Severity
from netverify.documents.loader import load
from netverify.sources.inventory import build_inventory


def found(*ports, **spec):
    """The codes of the findings about a Pod with ``ports``, by whether they are errors."""
    more = "".join(f", {key}: {value}" for key, value in spec.items())
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n"
        f"spec: {{containers: [{{name: c, image: i, ports: [{', '.join(ports)}]}}]{more}}}\n"
    )
    inventory = build_inventory(load("pod.yaml", text.encode()).documents)
    errors = [(one.code, one.message) for one in inventory.diagnostics if one.severity is Severity.ERROR]
    warnings = [one.code for one in inventory.diagnostics if one.severity is Severity.WARNING]
    return errors, warnings


def refused(*ports, **spec):
    errors, _ = found(*ports, **spec)
    return [(code, message.split("`")[3]) for code, message in errors]


AT = "spec.containers[0].ports[{}].{}"


@pytest.mark.parametrize("number", [1, 2, 65534, 65535])
def test_a_number_of_a_port_is_taken_up_to_the_ends_of_the_range(number):
    assert refused(f"{{containerPort: {number}}}") == []
    assert refused(f"{{containerPort: 80, hostPort: {number}}}") == []


@pytest.mark.parametrize("number", [-1, 65536, 70000])
def test_a_number_beyond_the_range_is_refused_at_its_field(number):
    assert refused(f"{{containerPort: {number}}}") == [("NV235", AT.format(0, "containerPort"))]
    assert refused(f"{{containerPort: 80, hostPort: {number}}}") == [("NV235", AT.format(0, "hostPort"))]


@pytest.mark.parametrize("protocol", ["", ", protocol: ''"])
def test_a_port_without_a_protocol_is_one_of_tcp(protocol):
    named = "{{name: http, containerPort: {}{}}}"
    assert refused(named.format(80, protocol), named.format(81, ", protocol: TCP")) == [("NV237", AT.format(1, "name"))]
    assert refused(named.format(80, protocol), named.format(81, ", protocol: UDP")) == []
    on_host = "{{containerPort: {}, hostPort: 8080{}}}"
    assert refused(on_host.format(80, protocol), on_host.format(81, ", protocol: TCP")) == [
        ("NV239", AT.format(1, "hostPort"))
    ]
    assert refused(on_host.format(80, protocol), on_host.format(81, ", protocol: UDP")) == []


def test_an_empty_host_address_is_that_of_a_port_without_one():
    on_host = "{{containerPort: {}, hostPort: 8080{}}}"
    assert refused(on_host.format(80, ""), on_host.format(81, ", hostIP: ''")) == [("NV239", AT.format(1, "hostPort"))]
    assert refused(on_host.format(80, ", hostIP: 10.0.0.1"), on_host.format(81, ", hostIP: 10.0.0.2")) == []
    assert refused(on_host.format(80, ", hostIP: 10.0.0.1"), on_host.format(81, "")) == []


def test_on_the_host_network_a_port_is_a_port_of_the_node():
    """*If HostNetwork is specified, this must match ContainerPort*; it is filled in where it is not given."""
    same = ("{containerPort: 80}", "{containerPort: 80}")
    assert refused(*same, hostNetwork="true") == [("NV239", AT.format(1, "hostPort"))]
    assert refused(*same) == []


def test_the_same_port_of_another_protocol_or_host_address_is_no_repetition():
    assert "NV245" in found("{containerPort: 80}", "{containerPort: 80}")[1]
    assert "NV245" in found("{containerPort: 80}", "{containerPort: 80, protocol: TCP}")[1]
    assert "NV245" not in found("{containerPort: 80}", "{containerPort: 80, protocol: UDP}")[1]
    first, second = (f"{{containerPort: 80, hostPort: 8080, hostIP: 10.0.0.{number}}}" for number in (1, 2))
    assert "NV245" not in found(first, second)[1]
