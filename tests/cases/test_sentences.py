"""What each sentence of the grammar means, and what is said about sentences that mean nothing."""

from __future__ import annotations

import ipaddress

import pytest

from netverify.model.addresses import EVERY_IPV4, AddressRange, parse_address, parse_cidr
from netverify.model.cluster import Cluster, Namespace, Workload, WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import LabelSelector, Operator, Requirement
from netverify.model.traffic import EVERY_PORT, PortSet, Protocol
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    All,
    AnyOf,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    NamespaceMatches,
    Not,
    PodMatches,
    PortIn,
    Predicate,
)
from netverify.query.internet import internet_ranges
from netverify.query.question import Form
from netverify.query.sentence import SentenceError, canonical_sentence, parse_sentence
from netverify.query.tokens import MAX_LENGTH
from netverify.query.whereabouts import is_outside

SRC, DST = End.SOURCE, End.DESTINATION
PG = WorkloadKey("b", "pg", "StatefulSet")
WEB = WorkloadKey("b", "web", "Deployment")
CLIENT = WorkloadKey("a", "client", "Deployment")


def workload(namespace: str, name: str, kind: str, *addresses: str) -> Workload:
    return Workload(WorkloadKey(namespace, name, kind), {}, addresses=tuple(parse_address(a) for a in addresses))


CLUSTER = Cluster(
    {name: Namespace(name, {}, declared=True) for name in ("a", "b", "c", "reach", "shop")},
    (
        workload("a", "client", "Deployment"),
        workload("b", "pg", "StatefulSet", "10.0.0.5", "2001:db8::5"),
        workload("b", "web", "Deployment"),
        workload("c", "cron", "CronJob"),
        workload("c", "job", "Job"),
        workload("c", "web", "DaemonSet"),
        workload("c", "web", "Deployment"),
        workload("shop", "internet", "Deployment"),
        workload("shop", "rc", "ReplicationController"),
        workload("shop", "rs", "ReplicaSet"),
        workload("shop", "tool", "Pod"),
    ),
)


def source(phrase: str) -> Predicate:
    return parse_sentence(f"what can {phrase} reach", CLUSTER).source


def traffic(port: str) -> Predicate:
    return parse_sentence(f"who can reach b/pg{port}", CLUSTER).traffic


def refusal(sentence: str) -> SentenceError:
    with pytest.raises(SentenceError) as caught:
        parse_sentence(sentence, CLUSTER)
    return caught.value


def selector(*requirements: Requirement) -> LabelSelector:
    return LabelSelector(requirements)


def test_can_asks_about_both_ends() -> None:
    question = parse_sentence("can namespace a reach b/pg:5432", CLUSTER)
    assert question.form is Form.CAN
    assert question.text == "can namespace a reach b/pg:5432"
    assert question.source == All((IsPod(SRC), InNamespace(SRC, "a")))
    assert question.destination == IsWorkload(DST, PG)
    assert question.traffic == PortIn(Protocol.TCP, PortSet(((5432, 5432),)))
    assert (question.source_text, question.destination_text) == ("namespace a", "b/pg[StatefulSet]")


def test_who_leaves_the_source_open() -> None:
    question = parse_sentence("who can reach b/pg", CLUSTER)
    assert (question.form, question.source, question.destination) == (Form.WHO, ALWAYS, IsWorkload(DST, PG))


def test_what_leaves_the_destination_open_and_takes_a_port() -> None:
    question = parse_sentence("what can b/pg reach:53/udp", CLUSTER)
    assert (question.form, question.source, question.destination) == (Form.WHAT, IsWorkload(SRC, PG), ALWAYS)
    assert question.traffic == PortIn(Protocol.UDP, PortSet(((53, 53),)))


def test_words_are_case_insensitive_and_names_are_not() -> None:
    shouted = parse_sentence("CAN NAMESPACE a REACH STATEFULSET b/pg:5432/TCP", CLUSTER)
    assert shouted.destination == IsWorkload(DST, PG)
    assert refusal("can namespace A reach b/pg").code == "NV406"


def test_a_question_mark_may_end_a_sentence() -> None:
    assert parse_sentence("can a/client reach b/pg?", CLUSTER).destination == IsWorkload(DST, PG)
    assert parse_sentence("can a/client reach pods app= ?", CLUSTER).destination_text == 'pods "app="'


def test_any_pod_is_every_pod_in_or_outside_of_namespaces() -> None:
    team = selector(Requirement("team", Operator.IN, ("x",)))
    assert source("any pod") == IsPod(SRC)
    assert source("any pod in namespace a") == All((IsPod(SRC), InNamespace(SRC, "a")))
    assert source("any pod in namespaces team=x") == All((IsPod(SRC), NamespaceMatches(SRC, team)))
    assert source("any pod outside namespace a") == All((IsPod(SRC), Not(InNamespace(SRC, "a"))))
    assert source("any pod outside namespaces team=x") == All((IsPod(SRC), Not(NamespaceMatches(SRC, team))))


def test_pods_are_named_by_labels() -> None:
    app = selector(Requirement("app", Operator.IN, ("web",)))
    assert source("pods app=web") == All((IsPod(SRC), PodMatches(SRC, app)))
    assert source("pods app=web in namespace a") == All((IsPod(SRC), PodMatches(SRC, app), InNamespace(SRC, "a")))
    assert source("pods app=web in namespaces app=web") == All(
        (IsPod(SRC), PodMatches(SRC, app), NamespaceMatches(SRC, app)),
    )


@pytest.mark.parametrize(
    ("text", "requirements"),
    [
        ("app=web", [("app", Operator.IN, ("web",))]),
        ("app==web", [("app", Operator.IN, ("web",))]),
        ("app = web", [("app", Operator.IN, ("web",))]),
        ("app!=web", [("app", Operator.NOT_IN, ("web",))]),
        ("app", [("app", Operator.EXISTS, ())]),
        ("!app", [("app", Operator.DOES_NOT_EXIST, ())]),
        ("! app", [("app", Operator.DOES_NOT_EXIST, ())]),
        ("app in (b, a,b)", [("app", Operator.IN, ("a", "b"))]),
        ("app in (a,)", [("app", Operator.IN, ("", "a"))]),
        ("app notin (a)", [("app", Operator.NOT_IN, ("a",))]),
        ("app NOTIN (a)", [("app", Operator.NOT_IN, ("a",))]),
        ("app=", [("app", Operator.IN, ("",))]),
        ("app=,tier", [("app", Operator.IN, ("",)), ("tier", Operator.EXISTS, ())]),
        ("app=reach", [("app", Operator.IN, ("reach",))]),
        ("app=in", [("app", Operator.IN, ("in",))]),
        ("app.kubernetes.io/name=web", [("app.kubernetes.io/name", Operator.IN, ("web",))]),
        ('"in in (in),reach"', [("in", Operator.IN, ("in",)), ("reach", Operator.EXISTS, ())]),
        ("'app= reach'", [("app", Operator.IN, ("reach",))]),
        ('""', []),
        ("y,x,y", [("x", Operator.EXISTS, ()), ("y", Operator.EXISTS, ())]),
    ],
)
def test_labels_are_read_as_kubectl_reads_them(text: str, requirements: list[tuple]) -> None:
    wanted = selector(*(Requirement(*parts) for parts in requirements))
    assert source(f"pods {text}") == All((IsPod(SRC), PodMatches(SRC, wanted)))
    everywhere = All((IsPod(SRC), PodMatches(SRC, wanted), NamespaceMatches(SRC, wanted)))
    assert source(f"pods {text} in namespaces {text}") == everywhere


@pytest.mark.parametrize(
    ("phrase", "key"),
    [
        ("b/pg", PG),
        ("pg", PG),
        ("statefulset b/pg", PG),
        ("sts b/pg", PG),
        ("statefulset pg", PG),
        ("b/pg[StatefulSet]", PG),
        ("pg[StatefulSet]", PG),
        ("pg[sts]", PG),
        ("b/pg[sts]", PG),
        ("deploy c/web", WorkloadKey("c", "web", "Deployment")),
        ("deployments c/web", WorkloadKey("c", "web", "Deployment")),
        ("ds web", WorkloadKey("c", "web", "DaemonSet")),
        ("daemonset c/web", WorkloadKey("c", "web", "DaemonSet")),
        ("rc shop/rc", WorkloadKey("shop", "rc", "ReplicationController")),
        ("rc", WorkloadKey("shop", "rc", "ReplicationController")),
        ("rs rs", WorkloadKey("shop", "rs", "ReplicaSet")),
        ("job", WorkloadKey("c", "job", "Job")),
        ("job c/job", WorkloadKey("c", "job", "Job")),
        ("cj c/cron", WorkloadKey("c", "cron", "CronJob")),
        ("pod shop/tool", WorkloadKey("shop", "tool", "Pod")),
        ("po shop/tool", WorkloadKey("shop", "tool", "Pod")),
        ("tool", WorkloadKey("shop", "tool", "Pod")),
        ('"internet"', WorkloadKey("shop", "internet", "Deployment")),
        ("shop/internet", WorkloadKey("shop", "internet", "Deployment")),
    ],
)
def test_workloads_are_named_with_or_without_namespace_and_kind(phrase: str, key: WorkloadKey) -> None:
    assert source(phrase) == IsWorkload(SRC, key)


def test_a_name_alone_is_one_of_the_namespace_that_is_given() -> None:
    chosen = parse_sentence("who can reach web", CLUSTER, default_namespace="b")
    assert chosen.destination == IsWorkload(DST, WEB)
    with pytest.raises(
        SentenceError, match="no manifest holds a workload or Service `client` in namespace `b`"
    ) as caught:
        parse_sentence("who can reach client", CLUSTER, default_namespace="b")
    assert caught.value.help == "did you mean `a/client`?"
    with pytest.raises(SentenceError, match="fits 2 workloads"):
        parse_sentence("who can reach web", CLUSTER, default_namespace="c")


def test_workloads_are_found_in_whatever_order_they_come() -> None:
    turned = Cluster(CLUSTER.namespaces, tuple(reversed(CLUSTER.workloads)))
    for known in CLUSTER.workloads:
        found = parse_sentence(f"who can reach {known.key}", turned).destination
        assert found == IsWorkload(DST, known.key)


def test_addresses_are_outside_the_cluster_or_those_of_existing_pods() -> None:
    outside = parse_cidr("192.0.2.0/24")
    assert source("192.0.2.7/24") == All((is_outside(SRC), AddressIn(SRC, (outside,))))
    inside = parse_cidr("10.0.0.0/8")
    assert source("10.0.0.0/8") == AnyOf(
        (
            All((is_outside(SRC), AddressIn(SRC, (inside,)))),
            All((IsWorkload(SRC, PG), AddressIn(SRC, (inside,)))),
        ),
    )
    single = parse_cidr("10.0.0.6/32")
    assert source("10.0.0.6") == All((is_outside(SRC), AddressIn(SRC, (single,))))


def test_ipv6_needs_brackets_only_before_a_port() -> None:
    block = AddressRange(6, int(ipaddress.ip_address("2001:db8:1::1")), int(ipaddress.ip_address("2001:db8:1::1")))
    wanted = All((is_outside(DST), AddressIn(DST, (block,))))
    bare = parse_sentence("can a/client reach 2001:db8:1::1", CLUSTER)
    bracketed = parse_sentence("can a/client reach [2001:DB8:1::1]:443", CLUSTER)
    assert (bare.destination, bracketed.destination) == (wanted, wanted)
    assert bracketed.traffic == PortIn(Protocol.TCP, PortSet(((443, 443),)))
    assert bare.destination_text == "[2001:db8:1::1]"
    swallowed = parse_sentence("can a/client reach 2001:db8:1::1:443", CLUSTER)
    assert swallowed.destination_text == "[2001:db8:1::1:443]"
    assert source("::/0") != source("0.0.0.0/0")


def test_the_internet_is_what_is_globally_reachable() -> None:
    assert source("internet") == All((is_outside(SRC), AddressIn(SRC, internet_ranges())))
    ranges = internet_ranges()
    assert list(ranges) == sorted(ranges)
    on_it = ["1.1.1.1", "8.8.8.8", "192.0.0.9", "223.255.255.255", "2606:4700::1", "64:ff9b::808:808", "2001:4860::1"]
    on_it += ["192.88.99.1", "2002::1", "2001::1"]
    off_it = ["0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.0.0.8"]
    off_it += ["192.168.0.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fc00::1"]
    off_it += ["fe80::1", "ff02::1", "2001:db8::1", "2001:2::1", "3fff::1", "4000::1", "::ffff:1.1.1.1", "5f00::1"]
    for text, expected in [*((t, True) for t in on_it), *((t, False) for t in off_it)]:
        assert any(parse_address(text) in block for block in ranges) is expected, text


def test_the_internet_agrees_with_the_standard_library_wherever_the_registries_are_definite() -> None:
    """``ipaddress`` calls 6to4, Teredo and ORCHID private; a proof counts them as reachable."""
    undecided = [ipaddress.ip_network(text) for text in ("2002::/16", "2001::/23", "192.0.0.0/24", "64:ff9b:1::/48")]
    newer = [ipaddress.ip_network(text) for text in ("3fff::/20", "5f00::/16")]
    ranges = internet_ranges()
    edges = {bound for block in ranges for bound in (block.first - 1, block.first, block.last, block.last + 1)}
    for value in edges:
        for kind, bits in ((ipaddress.IPv4Address, 32), (ipaddress.IPv6Address, 128)):
            if not 0 <= value < 2**bits:
                continue
            address = kind(value)
            if any(address in network for network in [*undecided, *newer] if network.version == address.version):
                continue
            unicast = address.version == 4 or (address in ipaddress.ip_network("2000::/3"))
            unicast = unicast or address in ipaddress.ip_network("64:ff9b::/96")
            expected = address.is_global and not address.is_multicast and unicast
            assert any(parse_address(str(address)) in block for block in ranges) is expected, address
    assert EVERY_IPV4 not in ranges


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("", AnyOf(tuple(PortIn(protocol, EVERY_PORT) for protocol in Protocol))),
        (":5432", PortIn(Protocol.TCP, PortSet(((5432, 5432),)))),
        (":05432", PortIn(Protocol.TCP, PortSet(((5432, 5432),)))),
        (" : 5432", PortIn(Protocol.TCP, PortSet(((5432, 5432),)))),
        (":1-65535/sctp", PortIn(Protocol.SCTP, EVERY_PORT)),
        (":53/any", AnyOf(tuple(PortIn(protocol, PortSet(((53, 53),))) for protocol in Protocol))),
        (":postgres", NamedPort(Protocol.TCP, "postgres")),
        (":8080-a/UDP", NamedPort(Protocol.UDP, "8080-a")),
        (":dns/any", AnyOf(tuple(NamedPort(protocol, "dns") for protocol in Protocol))),
    ],
)
def test_ports_are_numbers_ranges_or_names_with_a_protocol(port: str, expected: Predicate) -> None:
    assert traffic(port) == expected


@pytest.mark.parametrize(
    ("sentence", "code", "pointed_at", "message", "help_text"),
    [
        ("", "NV401", "", "the sentence is empty", "ask `can SOURCE reach TARGET`"),
        ("   ", "NV401", "", "the sentence is empty", "ask `can SOURCE reach TARGET`"),
        ("is b/pg safe", "NV402", "safe", "expected `reachable`, found `safe`", "ask `is TARGET reachable"),
        ("show b/pg", "NV401", "show", "a question cannot begin with `show`", "ask `can"),
        ("who rechaes b/pg", "NV401", "rechaes", "expected `can` after `who`, found `rechaes`", "`reaches`?"),
        ("can reach b/pg", "NV402", "reach", "the source is missing: found `reach`", "name `namespace NS`"),
        ("can b/pg reach", "NV402", "", "the destination is missing: found the end of the sentence", "name"),
        ("can b/pg", "NV402", "", "expected one of `reach`, `connect to`", "ask `can"),
        ("can b/pg talk b/web", "NV402", "talk", "`access`, found `talk`", "did you mean `talk to`?"),
        ("can b/pg reach b/web now", "NV402", "now", "the sentence should end before `now`", ""),
        (
            "can b/pg reach b/web:1 on 80",
            "NV402",
            "on",
            "the sentence should end before `on`",
            "`TARGET:PORT/PROTOCOL`",
        ),
        ("can b/pg reach b/web ? no", "NV402", "no", "the sentence should end before `no`", ""),
        ("what can b/pg reach b/web", "NV402", "b/web", "the sentence should end before `b/web`", ""),
        ("can namespace reach b/pg", "NV402", "reach", "expected the name of a namespace, found `reach`", ""),
        ("can any reach b/pg", "NV402", "reach", "expected `pod` after `any`, found `reach`", "write `any pod`"),
        (
            "can any pod in zzz reach b/pg",
            "NV402",
            "zzz",
            "expected `namespace NAME` or `namespaces LABELS` after `in`",
            "",
        ),
        ("can a/b/c reach b/pg", "NV402", "a/b/c", "expected `NAMESPACE/NAME`, found `a/b/c`", ""),
        ("can b/ reach b/pg", "NV402", "b/", "expected `NAMESPACE/NAME`, found `b/`", ""),
        ("can b/pg[Podd] reach b/pg", "NV402", "Podd", "`Podd` is not a kind of workload", "the kinds are `CronJob`"),
        ("can b/pg[sts reach b/pg", "NV402", "reach", "expected `]`, found `reach`", ""),
        ("can b/pg reach b/pg\x00", "NV403", "\x00", "cannot hold the character U+0000", "remove it"),
        ("can b/pg reach b/\x1b[31m", "NV403", "\x1b", "cannot hold the character U+001B", "remove it"),
        ("can b/p\u0433 reach b/pg", "NV403", "\u0433", "cannot hold the character U+0433", "another alphabet"),
        ("can \u201cb/pg\u201d reach b/pg", "NV403", "\u201c", "cannot hold the character U+201C", "straight quotes"),
        ('can b/pg reach "b/pg', "NV403", '"b/pg', 'the quote " is not closed', "close it"),
        (
            "can pods with reach b/pg",
            "NV404",
            "reach",
            "expected a label, found `reach`",
            "write labels as kubectl does",
        ),
        ("can pods app=web, reach b/pg", "NV404", "reach", "expected a label, found `reach`", "kubectl"),
        ("can pods -app reach b/pg", "NV404", "-app", "`-app` cannot be a label key", "at most 63"),
        ("can pods A.b/c reach b/pg", "NV404", "A.b/c", "`A.b/c` cannot be a label key", "DNS name"),
        ("can pods app=-web reach b/pg", "NV404", "-web", "`-web` cannot be a label value", "letter or digit"),
        ("can pods app==!web reach b/pg", "NV404", "!", "expected a label value, found `!`", "kubectl"),
        ("can pods app in (a b) reach b/pg", "NV404", "b", "expected `,` or `)` in the list of values, found `b`", ""),
        ("can pods app in (a reach b/pg", "NV404", "reach", "expected `,` or `)` in the list of values", "kubectl"),
        ("can pods app in () reach b/pg", "NV404", "(", "the list of values is empty", "at least one"),
        ("can pods app notin a reach b/pg", "NV404", "notin", "`notin` needs a list of values", "`KEY notin (a, b)`"),
        ("can pods app>3 reach b/pg", "NV404", ">", "`>` is not a label test here", "cannot compare numbers"),
        ('can pods "a b" reach b/pg', "NV404", "b", "expected `,`, found `b`", "kubectl"),
        ("can b/web:80 reach b/pg", "NV405", ":", "the source of a question has no port", "end of the sentence"),
        ("can b/web:http reach b/pg", "NV405", ":", "the source of a question has no port", "end of the sentence"),
        ("can b/web reach b/pg:", "NV405", "", "expected a port after `:`, found the end", "a port is a number"),
        ("can b/web reach b/pg:0", "NV405", "0", "there is no port `0`", "from 1 to 65535"),
        ("can b/web reach b/pg:65536", "NV405", "65536", "there is no port `65536`", "from 1 to 65535"),
        ("can b/web reach b/pg:0-9", "NV405", "0-9", "there is no port `0`", "from 1 to 65535"),
        ("can b/web reach b/pg:90-80", "NV405", "90-80", "the range `90-80` ends before it begins", "`80-90`"),
        ("can b/web reach b/pg:80-", "NV405", "80-", "`80-` is not a port", "a port is a number"),
        ("can b/web reach b/pg:HTTP", "NV405", "HTTP", "`HTTP` is not a port", "did you mean `http`?"),
        ("can b/web reach b/pg:a--b", "NV405", "a--b", "`a--b` is not a port", "a port is a number"),
        ("can b/web reach b/pg:abcdefghijklmnop", "NV405", "abcdefghijklmnop", "is not a port", "a port is a number"),
        ("can b/web reach b/pg:80/tpc", "NV405", "80/tpc", "unknown protocol `tpc`", "did you mean `tcp`?"),
        ("can b/web reach b/pg:80/icmp", "NV405", "80/icmp", "unknown protocol `icmp`", "`tcp`, `udp`, `sctp`, `any`"),
        ("can b/web reach b/pg:80/", "NV405", "80/", "unknown protocol ``", "`tcp`, `udp`, `sctp`, `any`"),
        ("can namespace shopp reach b/pg", "NV406", "shopp", "mentions a namespace `shopp`", "did you mean `shop`?"),
        ("can namespace zzz reach b/pg", "NV406", "zzz", "mentions a namespace `zzz`", "declare or mention `a`, `b`"),
        ("can deploy/web reach b/pg", "NV408", "deploy/web", "`deploy/web` fits 2 workloads", "`b/web[Deployment]`"),
        (
            "can b/webb reach b/pg",
            "NV407",
            "b/webb",
            "no manifest holds a workload or Service `b/webb`",
            "did you mean `b/web`",
        ),
        (
            "can zzz reach b/pg",
            "NV407",
            "zzz",
            "no manifest holds a workload or Service `zzz`",
            "name a workload, a Service",
        ),
        ("can b/pg-0 reach b/pg", "NV407", "b/pg-0", "no manifest holds a bare Pod `b/pg-0`", "`b/pg[StatefulSet]`"),
        ("can pod b/pg reach b/pg", "NV407", "b/pg", "`b/pg` is not of kind Pod", "did you mean `b/pg[StatefulSet]`?"),
        ("can web reach b/pg", "NV408", "web", "`web` fits 3 workloads", "`b/web[Deployment]`, `c/web[DaemonSet]`"),
        ("can c/web reach b/pg", "NV408", "c/web", "`c/web` fits 2 workloads", "`c/web[Deployment]`"),
        (
            "can 10.0.0.300 reach b/pg",
            "NV409",
            "10.0.0.300",
            "is neither an address nor a CIDR",
            "an address looks like",
        ),
        ("can 10.0.0/8 reach b/pg", "NV409", "10.0.0/8", "is neither an address nor a CIDR", "an address looks like"),
        ("can 010.0.0.1 reach b/pg", "NV409", "010.0.0.1", "is neither an address nor a CIDR", "an address looks like"),
        (
            "can b/web reach 2001:db8::1:zz",
            "NV409",
            "2001:db8::1:zz",
            "is neither an address",
            "brackets: `[2001:db8::1]:443`",
        ),
        ("can b/web reach fe80::1%eth0", "NV409", "fe80::1%eth0", "is neither an address nor a CIDR", ""),
        ("can b/web reach ::ffff:1.2.3.4", "NV409", "::ffff:1.2.3.4", "an IPv4 address written as IPv6", "as IPv4"),
        ("can b/web reach [", "NV409", "", "expected an address between `[` and `]`", ""),
        (
            "can service b/pg reach b/pg",
            "NV407",
            "b/pg",
            "`b/pg` is not of kind Service",
            "did you mean `b/pg[StatefulSet]`?",
        ),
        ("can svc/x reach b/pg", "NV407", "svc/x", "no manifest holds a Service `x`", ""),
        ("can pg.b.svc reach b/pg", "NV410", "pg.b.svc", "is a DNS name, which is looked up", "name the Service"),
    ],
)
def test_a_mistake_is_named_and_pointed_at(
    sentence: str, code: str, pointed_at: str, message: str, help_text: str
) -> None:
    error = refusal(sentence)
    assert (error.code, error.sentence[error.start : error.end]) == (code, pointed_at)
    assert message in error.message
    assert help_text in error.help
    assert error.sentence == sentence


def test_a_very_long_sentence_is_refused_at_once() -> None:
    error = refusal("can " + "x" * 10_000 + " reach b/pg")
    assert (error.code, error.start) == ("NV403", MAX_LENGTH)
    assert "10015 characters" in error.message


def test_a_cluster_without_namespaces_says_so() -> None:
    with pytest.raises(SentenceError) as caught:
        parse_sentence("can namespace a reach namespace b", Cluster({}))
    assert caught.value.help == "the manifests mention no namespace"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("CAN ns a REACH sts b/pg:5432?", "can namespace a reach b/pg[StatefulSet]:5432/tcp"),
        ("who can reach pods b==1,a in namespaces !x", "who can reach pods a,b=1 in namespaces !x"),
        ("what can 10.1.2.3/8 reach : 53 / udp", None),
        ("what can 10.1.2.3/8 reach:53/UDP", "what can 10.0.0.0/8 reach:53/udp"),
        ("what can 10.1.2.3/32 reach", "what can 10.1.2.3 reach"),
        ('can namespace "reach" reach internet:1-2/any', 'can namespace "reach" reach internet:1-2/any'),
        ("can any pod reach pods x in (b, a),y= :dns", 'can any pod reach pods "x in (a, b),y=":dns/tcp'),
    ],
)
def test_every_question_has_one_canonical_sentence(written: str, canonical: str | None) -> None:
    if canonical is None:
        assert refusal(written).code == "NV402"
    else:
        assert canonical_sentence(parse_sentence(written, CLUSTER)) == canonical
