"""The words that random clusters are made of, and the edges of addresses and ports."""

import ipaddress
import random
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Words:
    """What the generators draw from."""

    namespaces: tuple
    keys: tuple
    values: tuple
    protocols: tuple
    ports: tuple
    ranges: tuple
    port_names: tuple
    blocks: tuple
    on_host: float


LARGE = Words(
    namespaces=("alpha", "beta", "gamma", "default"),
    keys=("app", "tier", "topology.kubernetes.io/zone"),
    values=("web", "Web", "webx", "db", ""),
    protocols=("TCP", "TCP", "UDP", "SCTP"),
    ports=(1, 53, 79, 80, 81, 8080, 65534, 65535),
    ranges=((1, 65535), (1, 1), (65535, 65535), (80, 80), (79, 81), (80, 81), (53, 8080), (81, 65534), (2, 79)),
    port_names=("http", "web", "dns", "0-a"),
    blocks=(
        "0.0.0.0/0",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "10.0.0.0/8",
        "10.0.0.0/24",
        "10.0.0.128/25",
        "10.0.0.4/30",
        "10.0.0.5/32",
        "10.0.0.6/31",
        "10.0.1.0/24",
        "0.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/3",
        "255.255.255.255/32",
        "::/0",
        "8000::/1",
        "fd00::/8",
        "fd00::/64",
        "fd00::4/126",
        "fd00::5/128",
        "fd00::6/127",
        "fd00:0:0:1::/64",
    ),
    on_host=0.15,
)
"""Rich in edges: for questions about single connections."""

SMALL = Words(
    namespaces=("alpha", "beta"),
    keys=("app",),
    values=("web", "db"),
    protocols=("TCP", "TCP", "UDP", "SCTP"),
    ports=(80, 81),
    ranges=((80, 81), (80, 80), (79, 80)),
    port_names=("http", "web"),
    blocks=(
        *("0.0.0.0/0", "10.0.0.0/24", "10.0.0.4/30", "10.0.0.5/32", "fd00::/64", "::/0") * 2,
        "10.0.0.4/31",
        "fd00::4/127",
        "0.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/3",
    ),
    on_host=0.05,
)
"""Few enough that every connection there could be can be tried."""

HASH, ORDINAL = "pod-template-hash", "apps.kubernetes.io/pod-index"
"""Labels that controllers set on the pods that they make."""


RARE = 0.2
"""How many clusters have the rare words."""


class Dice(random.Random):
    """A seeded source of randomness, with the words that it draws and the addresses that it gave to pods."""

    words = LARGE
    rare_words = (replace(LARGE, keys=("app", HASH, ORDINAL), values=("0", "1", "10")),)
    pod_addresses = frozenset()

    def __init_subclass__(cls):
        """A subclass with words of its own has no other ones."""
        cls.rare_words = vars(cls).get("rare_words", () if "words" in vars(cls) else cls.rare_words)

    def __init__(self, seed):
        super().__init__(seed)
        if self.rare_words and self.random() < RARE:
            self.words = self.choice(self.rare_words)


class SmallDice(Dice):
    """The same for small clusters."""

    words = SMALL
    rare_words = tuple(replace(SMALL, keys=(key,), values=("0", "1")) for key in (HASH, ORDINAL))


def bits_of(cidr):
    """First and last address of a CIDR as numbers, with the family."""
    network = ipaddress.ip_network(cidr)
    return network.version, int(network.network_address), int(network.broadcast_address)


def text_of(family, value):
    """The address that a number spells."""
    return str(ipaddress.IPv4Address(value) if family == 4 else ipaddress.IPv6Address(value))


def hole_in(rng, cidr):
    """A strict part of ``cidr``, most often at one of its edges; None when it has no part."""
    network = ipaddress.ip_network(cidr)
    if network.prefixlen == network.max_prefixlen:
        return None
    length = rng.choice(
        [network.prefixlen + 1, network.max_prefixlen, rng.randint(network.prefixlen + 1, network.max_prefixlen)]
    )
    at = rng.choice(
        [network.network_address, network.broadcast_address, network.network_address + 1, inside(rng, network)]
    )
    free = network.max_prefixlen - length
    return f"{text_of(network.version, int(at) >> free << free)}/{length}"


def is_part(cidr, of):
    """Whether one CIDR is a strict part of another."""
    part, whole = ipaddress.ip_network(cidr), ipaddress.ip_network(of)
    return part.version == whole.version and part != whole and part.subnet_of(whole)


def inside(rng, network):
    return network.network_address + rng.randrange(network.num_addresses)


def edges(family, cidrs):
    """The addresses at the edges of ``cidrs``, one before and one after, as sorted numbers."""
    top = 2 ** (32 if family == 4 else 128) - 1
    found = {0, 1, top}
    for cidr in cidrs:
        version, first, last = bits_of(cidr)
        if version == family:
            found |= {first - 1, first, first + 1, last - 1, last, last + 1}
    return sorted(value for value in found if 0 <= value <= top)


EDGES = {family: edges(family, LARGE.blocks) for family in (4, 6)}
INNER = {
    4: [value for value in EDGES[4] if 0x0A000000 <= value < 0x0B000000],
    6: [value for value in EDGES[6] if value >> 120 == 0xFD],
}


def pod_address(rng, family, taken):
    """An address that a pod may have, that is not in ``taken``; it is added there."""
    for _ in range(100):
        value = rng.choice(INNER[family])
        text = text_of(family, value)
        if text not in taken:
            taken.add(text)
            return text
    raise AssertionError("the cluster has more pods than the vocabulary has addresses")
