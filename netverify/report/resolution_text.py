"""The lookup of a name as text, in the manner of ``dig +search``."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.dns import DnsPath, DnsVerdict
from netverify.answers.resolution import Resolution
from netverify.query.outcome import Effect
from netverify.report.coverage_text import coverage_text
from netverify.report.document import Account, Block, Facts, Headline
from netverify.report.entries import Entry, remark_entries
from netverify.report.incomplete import incomplete
from netverify.report.terminal import Ink
from netverify.routes.dns_step import Step, Target, ToAddress, ToApiServer, ToOutside, ToService
from netverify.sources.coverage import Inventory

_VERDICTS = {
    DnsVerdict.ALLOWED: "allowed",
    DnsVerdict.DEPENDS: "allowed on conditions",
    DnsVerdict.BLOCKED: "blocked (proved)",
    DnsVerdict.UNKNOWN: "unknown",
    DnsVerdict.NOBODY: "nobody answers",
}


def target_words(target: Target | None) -> str:
    """What a name leads to; empty for nothing."""
    match target:
        case ToService(service, hostname, _, _, port):
            of = f" (endpoint {hostname})" if hostname else ""
            return f"Service {service}{of}" + (f", port {port.port}" if port else "")
        case ToApiServer():
            return "the API server"
        case ToOutside(name):
            return f"{name}, outside the cluster"
        case ToAddress(address, namespace):
            return f"address {address} in namespace {namespace}"
        case None:
            return ""


def document_of_resolution(resolution: Resolution, inventory: Inventory) -> Iterator[Block]:
    """What it leads to, each name that is tried, whether policy lets the queries through, and the account."""
    yield from incomplete(resolution.unknown_because, "whether policy lets the queries through was not decided")
    yield _headline(resolution)
    advice = resolution.absent.advice if resolution.absent is not None else ""
    entries = [*([Entry("help", advice)] if advice else []), _asked(resolution)]
    for number, step in enumerate(resolution.lookup.steps):
        entries += _step_entries(step, first=not number)
    for path in resolution.access.paths if resolution.access else ():
        entries += _path_entries(path)
    entries += remark_entries(resolution)
    yield Facts(tuple(entries))
    yield Account(coverage_text(inventory))


def _headline(resolution: Resolution) -> Headline:
    words = target_words(resolution.lookup.target)
    if resolution.access is not None and resolution.access.is_blocked:
        found = f" that leads to {words}" if words else ""
        return Headline("BLOCKED", f": policy lets no query through for a name{found}", Ink.RED)
    if resolution.lookup.problem:
        return Headline("NO NAME", f": it {resolution.lookup.problem}", Ink.RED)
    if resolution.access is None:
        return Headline("NOT ASKED", ": these pods do not ask the DNS of the cluster", Ink.YELLOW)
    if isinstance(resolution.lookup.target, ToOutside):
        return Headline("FORWARDED", f": {words}; whether it exists is not known here", Ink.YELLOW)
    if words:
        return Headline("RESOLVES", f" to {words}", Ink.GREEN)
    why = f": {resolution.absent.why}" if resolution.absent is not None and resolution.absent.why else ""
    return Headline("NXDOMAIN", f", according to these manifests{why}", Ink.YELLOW)


def _asked(resolution: Resolution) -> Entry:
    resolver = resolution.resolver
    searches = " ".join(resolver.searches) or "(none)"
    fell_back = ", which falls back to Default on the host network" if resolver.fell_back else ""
    text = (
        f"{resolution.source_text}: dnsPolicy {resolver.policy}{fell_back}, search {searches}, ndots {resolver.ndots}"
    )
    return Entry("from", text)


def _step_entries(step: Step, *, first: bool) -> list[Entry]:
    place = f"{step.origin.path}:{step.origin.line}" if step.origin is not None and step.origin.line else ""
    detail = f"  {step.detail}" if step.detail else ""
    entries = [Entry("tries" if first else "", f"{step.name}.  {step.outcome}{detail}", place)]
    entries += [Entry("", f"{record.type}  {record.value}", detail=True) for record in step.records]
    return entries


def _path_entries(path: DnsPath) -> list[Entry]:
    server = path.server
    entries = [Entry(server.protocol.lower(), f"{_VERDICTS[path.verdict]}: to {server.text} on port {server.port}")]
    entries += [Entry("", f"only with {need}", detail=True) for need in path.needs]
    for reason in path.answer.because:
        if reason.policy is not None:
            word = "denied" if reason.effect is Effect.DENY else "allowed"
            place = f"{reason.place.path}:{reason.place.line}" if reason.place and reason.place.line else ""
            entries.append(Entry("", f"{reason.direction} {word} by {reason.policy}", place, detail=True))
    return entries
