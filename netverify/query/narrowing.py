"""What to leave in a map: endpoints and ports, each an expression of its own in the words of questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from netverify.model.cluster import Cluster, Workload
from netverify.model.flow import End
from netverify.policy.predicate import ALWAYS, All, AnyOf, IsPod, Predicate
from netverify.query.endpoint_grammar import EndpointPhrase, EndpointReader
from netverify.query.port_grammar import read_port, undeclared_name
from netverify.query.sentence_error import SentenceError
from netverify.query.tokens import TokenKind, Tokens
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to leave in a map, as the user wrote it; everything where nothing is given.

    ``source``, ``destination`` and ``focus`` are an ENDPOINT of the sentence grammar, each of ``ports`` is
    ``PORT[/PROTOCOL]``: a connection to one of them is wanted. ``focus`` may be at either end.
    """

    source: str | None = None
    destination: str | None = None
    focus: str | None = None
    ports: tuple[str, ...] = ()
    pods_only: bool = False

    @property
    def words(self) -> str:
        """What is left, in words: ``from namespace a, port 443``; empty where everything is."""
        parts = [
            f"from {self.source}" if self.source is not None else "",
            f"to {self.destination}" if self.destination is not None else "",
            f"from or to {self.focus}" if self.focus is not None else "",
            f"port {' or '.join(self.ports)}" if self.ports else "",
            "without external addresses" if self.pods_only else "",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def names_endpoints(self) -> bool:
        """Whether only connections of some endpoints are wanted."""
        return (self.source, self.destination, self.focus) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is wanted, read: predicates about the source, the destination and the traffic.

    ``focus`` holds a predicate about either end, of which one must hold.
    """

    source: Predicate = ALWAYS
    destination: Predicate = ALWAYS
    traffic: Predicate = ALWAYS
    focus: tuple[Predicate, Predicate] | None = None

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """All of them: what they tell apart, a map has to tell apart."""
        return (self.source, self.destination, self.traffic, *(self.focus or ()))


def read_narrowing(wanted: Wanted, cluster: Cluster, default_namespace: str | None = None) -> Narrowing:
    """What ``wanted`` means in ``cluster``.

    Raises :class:`netverify.query.sentence_error.SentenceError`; its sentence is the flag with its value.
    """

    def end(flag: str, text: str | None, at: End) -> Predicate:
        return read_flag(flag, text, at, cluster, default_namespace).predicate if text is not None else ALWAYS

    source, destination = end("--from", wanted.source, End.SOURCE), end("--to", wanted.destination, End.DESTINATION)
    focus = (end("--focus", wanted.focus, End.SOURCE), end("--focus", wanted.focus, End.DESTINATION))
    if wanted.pods_only:
        source, destination = All((source, IsPod(End.SOURCE))), All((destination, IsPod(End.DESTINATION)))
    return Narrowing(source, destination, _traffic(wanted.ports), focus if wanted.focus is not None else None)


def read_flag(  # noqa: PLR0913 -- what an endpoint is read with
    flag: str,
    text: str,
    end: End,
    cluster: Cluster,
    default_namespace: str | None,
    *,
    new_namespaces: bool = False,
) -> EndpointPhrase:
    """The ENDPOINT that is the value ``text`` of ``flag``; ``new_namespaces`` as for the reader of endpoints.

    Where a name fits a workload and a Service, the workload is meant: the ends of what flags narrow are pods.
    Raises :class:`netverify.query.sentence_error.SentenceError`; its sentence is the flag with its value.
    """

    def read(among: Cluster) -> tuple[EndpointPhrase, Tokens]:
        tokens = _tokens(
            flag, text, "NV402", "write `namespace NS`, `NS/WORKLOAD`, `pods LABELS`, `internet` or an address"
        )
        return EndpointReader(tokens, among, default_namespace, new_namespaces=new_namespaces).read(end), tokens

    try:
        phrase, tokens = read(cluster)
    except SentenceError as error:
        if error.code != "NV408":
            raise
        phrase, tokens = read(replace(cluster, routing=replace(cluster.routing, services=())))
    token = tokens.next
    if token.is_mark(":"):
        message = f"the endpoint of `{flag}` has no port"
        raise tokens.error("NV405", message, token, help_text="give the port with `--port PORT`")
    _finish(tokens, flag)
    return phrase


def _traffic(ports: Sequence[str]) -> Predicate:
    if not ports:
        return ALWAYS
    parts = tuple(_port(text) for text in ports)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def undeclared_ports(ports: Sequence[str], workloads: Sequence[Workload]) -> Iterator[str]:
    """Which of the ``ports`` that are wanted none of ``workloads`` declares, in words."""
    for text in ports:
        if said := undeclared_name(_port(text), workloads):
            yield f"no pod {said}"


def _port(text: str) -> Predicate:
    flag = "--port"
    tokens = _tokens(
        flag, text, "NV405", "write a number, a range such as `8000-8999`, or the name of a container port"
    )
    traffic = read_port(tokens, "a port")
    _finish(tokens, flag)
    return traffic


def _tokens(flag: str, text: str, code: str, advice: str) -> Tokens:
    """The tokens of ``text``, as the value of ``flag``; ``code`` and ``advice`` are for a value that is empty."""
    tokens = Tokens(f"{flag} {text}", len(flag) + 1)
    if tokens.next.kind is TokenKind.END:
        raise tokens.error(code, f"`{flag}` has no value", tokens.next, help_text=advice)
    return tokens


def _finish(tokens: Tokens, flag: str) -> None:
    token = tokens.next
    if token.kind is not TokenKind.END:
        advice = "repeat the flag for another port" if flag == "--port" else "a flag takes one endpoint"
        raise tokens.error("NV402", f"`{flag}` should end before {token.shown}", token, help_text=advice)
