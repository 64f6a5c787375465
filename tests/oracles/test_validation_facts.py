"""What a real API server (v1.37) was seen to take and to refuse, one small object each: netverify does the same.

The facts are a reduced form of recordings that are too large to ship; `reduced_recording.py` makes them.
"""

import json

import pytest

from oracles.reduced_recording import FACTS, JUDGED, fact, left_out
from oracles.validation_recording import (
    case_id,
    cases_of,
    errors,
    needs_recording,
    read,
    with_findings_at,
    without_places,
)

ROWS = json.loads(FACTS.read_text())
ACCEPTED = [row for row in ROWS if "accepted" in row]
REFUSED = [row for row in ROWS if "refused" in row]
STORED = [row for row in ACCEPTED if "stored" in row]
WRITTEN_AS = {name: path for module in JUDGED for name, path in getattr(module, "WRITTEN_AS", {}).items()}
WRITTEN_AS |= JUDGED[2].NAMED_ELSEWHERE
AT_NO_FIELD = "<nil>"


def read_object(value):
    return read(json.dumps(value))


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row["id"])
def test_what_the_server_takes_is_taken(row):
    assert errors(read_object(row["object"])) == []


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["id"])
def test_what_the_server_refuses_is_refused_at_the_fields_that_it_names(row):
    inventory = read_object(row["object"])
    assert errors(inventory) != []
    fields = {field.replace("spec.Load", "spec.load") for field in row["refused"]} - {AT_NO_FIELD}
    places = {field: {field, WRITTEN_AS.get(field, field)} for field in fields}
    assert [field for field in places if not any(with_findings_at(inventory, one) for one in places[field])] == []


@pytest.mark.parametrize("row", STORED, ids=lambda row: row["id"])
def test_what_is_taken_means_what_the_server_stored(row):
    sent, stored = (read_object(value).cluster for value in (row["object"], {**row["object"], "spec": row["stored"]}))
    assert without_places(sent) == without_places(stored)


def test_there_are_facts_of_every_kind_that_is_judged():
    groups = {group for module in JUDGED for group in module.GROUPS}
    for rows in (ACCEPTED, REFUSED):
        assert {row["id"].partition("/")[0] for row in rows} == groups
    assert FACTS.stat().st_size < 250_000


@needs_recording
def test_the_facts_are_those_of_the_recording():
    groups = {group for module in JUDGED for group in module.GROUPS}
    made = [fact(case) for case in cases_of(groups) if case_id(case) not in left_out()]
    assert [one for one in made if one is not None] == ROWS
