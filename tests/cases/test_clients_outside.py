"""Whether any address outside is left where blocks are taken out: the first and the last one count as all others do."""

import pytest

from netverify.model.addresses import parse_cidr
from netverify.model.flow import End
from netverify.policy.clients import may_be_client
from netverify.policy.predicate import AddressIn, All, Not


def of(*blocks):
    return AddressIn(End.SOURCE, tuple(map(parse_cidr, blocks)))


EVERY_6 = "::/0"


@pytest.mark.parametrize(
    ("source", "is_left"),
    [
        (of("255.255.255.255/32"), True),
        (of("0.0.0.0/32"), True),
        (of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"), True),
        (All((of("0.0.0.0/0"), Not(of("0.0.0.0/1")))), True),
        (All((of("128.0.0.0/1"), Not(of("128.0.0.0/2", "192.0.0.0/2")))), False),
        (All((of("0.0.0.0/0"), Not(of("0.0.0.0/1", "128.0.0.0/1")))), False),
        (Not(of("0.0.0.0/0", EVERY_6)), False),
        (Not(of("0.0.0.0/0")), True),
        (Not(of(EVERY_6)), True),
    ],
)
def test_an_address_is_left_iff_the_blocks_leave_one(source, is_left):
    assert may_be_client(source) is is_left
