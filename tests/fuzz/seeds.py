"""What mutations begin with, and the words that they put in."""

from __future__ import annotations

import json
from pathlib import Path

from generators.questions import random_question
from generators.small_cases import small_case
from generators.texts import REFUSED, SOUND
from generators.vocabulary import SmallDice
from generators.written_forms import documents_of

_ROOT = Path(__file__).resolve().parents[2]
_EXAMPLES = _ROOT / "examples"

_FEATURES = (
    "a: &a [1, 2]\nb: *a\nc: {<<: {x: 1}, y: 2}\n",
    "? key\n: value\n? [complex, key]\n: - x\n  - !!str 1\n",
    "a: |+\n  text\n\n\nb: >-\n  folded\n  text\n---\n...\n%YAML 1.1\n---\n'quoted': \"\\u0041\\x41\\/\"\n",
    "a: 0x1F\nb: 1:30\nc: .inf\nd: 1_000\ne: 2001-01-01\nf: yes\ng: ~\nh: 0o17\ni: 1e3\n",
    "\ufeffapiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- null\n- 3\n",
    '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}\n{"kind": 1}\n',
    "{{- if .Values.x }}\nkind: Pod\n{{ end }}\nname: {{ .Name }}\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: cGFzcw==\n",
)
_INTENT = """\
version: 1
namespace: shop
cni: calico
assume: {pod-cidr: [10.0.0.0/8], node-cidr: 192.168.0.0/16, endport-supported: true}
api-server: 10.1.2.3:6443
sources: [{manifests: "deploy/**/*.yaml"}, {helm: chart, values: [v.yaml], set: {a: b}, release: r}, {flux: clusters}]
include: [more/*.yaml]
zones:
  cde: {namespaces: {matchLabels: {pci: "true"}}, pods: {matchExpressions: [{key: tier, operator: In, values: [db]}]}}
  office: {description: where we are, cidrs: [203.0.113.0/24, "2001:db8::/32"]}
  both: {any: [cde, office, "service shop/web"]}
assertions:
- {id: one, title: t, severity: critical, controls: [pci-1.2], deny: {from: zone office, to: [shop/db, zone cde]}}
- {id: two, allow: {from: shop/web, to: "service shop/db", ports: [5432, "80-90/udp", http/any]}}
- id: three
  world: existing
  only: {to: shop/db, flows: [{from: shop/web, ports: [5432], justification: because}]}
- {id: four, separate: [cde, office]}
- {id: five, not-more-permissive: {revision: origin/main}}
- {id: six, equivalent: {directory: ../old}}
- {id: seven, isolated: shop/db}
- {id: eight, default-deny: {namespaces: [shop]}}
- {id: nine, dns-works: any pod}
exceptions:
- {id: x, assertions: [one], flows: [{from: a, to: b, ports: [1]}], reason: r, owner: me, expires: 2999-12-31}
"""
_BASELINE = {
    "schema": "netverify/baseline/v1",
    "fingerprints": 5,
    "violations": [{"assertion": "a", "violation": "x to y", "fingerprint": "0123456789abcdef"}],
}


def _examples(pattern: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(_EXAMPLES.glob(pattern)))


def _clusters() -> tuple[bytes, ...]:
    texts = ("\n---\n".join(map(json.dumps, documents_of(small_case(seed)[0]))) for seed in range(40, 60))
    return tuple(text.encode() for text in texts)


def _sentences() -> tuple[bytes, ...]:
    found = []
    for seed in range(40):
        cluster, question = small_case(seed)
        found += [question["sentence"], random_question(SmallDice(seed), cluster)["sentence"]]
    more = (
        "can pod a/x reach any pod outside namespaces team=a,env in (x,y):80-90/any",
        "who can reach [2001:db8::1]:http/udp",
        "what can 10.0.0.0/8 reach",
        "can internet reach web.shop.svc.cluster.local:443",
        "can deployment a/b reach service a/c:8080/sctp?",
        'can pods "app in (reach, in),!x" in namespace a reach pods app!=web in namespaces x notin (a)',
        "can fe80::1%eth0 reach ::ffff:1.2.3.4/120",
    )
    return tuple(one.encode() for one in dict.fromkeys((*found, *more)))


SELECTORS = tuple(
    one.encode()
    for one in (
        "app=web,tier!=db,env in (prod, dev),!canary",
        '"app.kubernetes.io/name==x, y notin (a,,b), z"',
        "a=,b!=,c in ()",
        "a>1",
        "!a,!b",
        '""',
        "in in (in, reach),outside=reach",
    )
)
SENTENCES = _sentences()
MANIFESTS = (
    SOUND.encode(),
    *(text.encode() for text in (*SOUND.split("---\n"), *REFUSED, *_FEATURES)),
    *_examples("*/*.yaml"),
    *_clusters(),
)
PLAIN = tuple(
    one.encode()
    for one in (
        "a: b\nc:\n  d: e\n  f:\n  - g\n  - h: 1\n    i: []\n    j:\n      k: {}\nl: 'm n'\no: \"p\"\n",
        "# c\n\na: 1\n  # c\nb:\n- c: d\n  e:\n  - f\n- g\n",
        "- a\n- b: c\n  d:\n    e: f\n- x\n- {}\n",
        "a.b/c-d_e: http://x:80/y=z@%+,()<>;*$&|!~^ (b) .c =d +e -f _g /h\nkind:\napiVersion: v1",
        "a:\n  b:\n    c:\n      d:\n        e: 0x1F\n      f: on\n  g: 08\non: 1e3\n",
        f"{'k' * 201}: v\n{'w' * 64}: {'x' * 64}\n{'w' * 65}: {'x' * 65}\nz: {'y' * 300}\n",
    )
)
_AT_LINE_STARTS = (
    "- ",
    "  ",
    "    ",
    "a: ",
    "b:\n",
    "- c: ",
    "items:\n",
    "# c\n",
    "...\n",
    "---\n",
    "\n\n",
    " \n",
    "a:\n- ",
)
_IN_VALUES = (
    ": ",
    ":",
    " ",
    "'",
    '"',
    "\\",
    "{}",
    "[]",
    "{",
    "]",
    "#",
    " #",
    "-",
    "- ",
    "?",
    "1",
    "08",
    "1_0",
    "~",
    "on",
    ".5",
)
_FOREIGN = ("\x00", "\t", "\r\n", "\x7f", "\x80", "\ufeff", "é", "\x0b", "\u2028", "\ud800")
PLAIN_WORDS = tuple(
    word.encode("utf-8", "surrogatepass") for word in (*_AT_LINE_STARTS * 3, *_IN_VALUES * 2, *_FOREIGN, "v" * 300)
)
INTENTS = (_INTENT.encode(), *_examples("*.intent.yaml"))
BASELINES = (
    json.dumps(_BASELINE, indent=2).encode(),
    json.dumps({**_BASELINE, "fingerprints": 1, "violations": []}).encode(),
)
_SIGNS = """: - , { } [ ] ? | > & * ! # % @ ` ' " --- ... << ~ null true yes .inf -.nan 0x7f 0o17 1e999
-1 9999999999999999999 80 65535 65536 http TCP UDP SCTP any 10.0.0.0/8 ::/0 2001:db8::1 fe80::1%e 255.255.255.0
can who what reach in outside namespace namespaces pods any pod service internet notin ( ) = == != < >
metadata: spec: kind: apiVersion: matchLabels: podSelector: {} [] null Infinity NaN"""
_SPACES = ("\n", "\n  ", "\t", " ", "\r\n", "\x00", "\x1b[31m", "\ufeff", "\u2028", "é", "\U0001f600")
_ANCHORS = ("&a ", "*a", "!!binary ", "{{ x }}")
WORDS = tuple(word.encode() for word in (*_SIGNS.split(), *_SPACES, *_ANCHORS))
