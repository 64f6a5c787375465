"""Ports and protocols, as policies, Services, endpoints and containers have them."""

from __future__ import annotations

from netverify.documents.document import FieldPath
from netverify.kinds.findings import Findings
from netverify.kinds.names import dns_label_problems, label_key_problems, shown
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

PROTOCOLS = frozenset(protocol.value for protocol in Protocol)


def is_port(number: int) -> bool:
    """Whether there is such a port."""
    return MIN_PORT <= number <= MAX_PORT


def refuse_protocol(
    protocol: str,
    path: FieldPath,
    code: str,
    findings: Findings,
    *,
    otherwise: str = "leave it out for TCP; other protocols cannot be named",
) -> None:
    """Refuse the protocol at ``path``; ``otherwise`` is the advice where it is not only in lower case."""
    meant = protocol.upper() if protocol.upper() in PROTOCOLS else ""
    advice = f"did you mean `{meant}`?" if meant else otherwise
    findings.refuse(code, path, f"must be `TCP`, `UDP` or `SCTP`, not {shown(protocol)}", advice=advice)


def check_port_protocol(protocol: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the protocol of a port of a Service or of endpoints at ``path``; the empty text is TCP."""
    if protocol and protocol not in PROTOCOLS:
        refuse_protocol(protocol, path, "NV503", findings)


def check_port_name(name: str, path: FieldPath, names: set[str], findings: Findings, *, needed: bool) -> None:
    """Check the name of such a port, which joins ``names``; it is ``needed`` where there are several ports."""
    if not name:
        if needed:
            findings.refuse("NV504", path, "is missing: where there are several ports, each needs a name")
        return
    for problem in dns_label_problems(name):
        findings.refuse("NV505", path, f"{problem}, not {shown(name)}")
    if name in names:
        findings.refuse("NV506", path, f"is {shown(name)}, as of another port")
    names.add(name)


def check_app_protocol(protocol: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the application protocol of such a port."""
    for problem in label_key_problems(protocol) if protocol is not None else ():
        findings.refuse("NV512", path, f"{problem}, not {shown(protocol or '')}")
