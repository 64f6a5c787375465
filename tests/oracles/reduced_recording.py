"""Makes the facts that are shipped out of the recordings that are not: what a real server took, and where it refused.

    PYTHONPATH=tests python -m oracles.reduced_recording

A fact is an object that is as small as it can be, and the fields that the server named. Of an accepted one it is also
what was stored, where that is something else than what was sent. Messages, names of no interest and cases that need
other objects, or a server's flags, are left out.
"""

import base64
import json
from pathlib import Path

from netverify.documents.loader import load
from oracles import (
    test_kubernetes_validation,
    test_kubernetes_validation_of_cluster_policies,
    test_kubernetes_validation_of_services,
    test_kubernetes_validation_of_ways_in,
)
from oracles.validation_recording import ORACLE, case_id, cases_of, is_accepted, unknown_fields

JUDGED = (
    test_kubernetes_validation,
    test_kubernetes_validation_of_services,
    test_kubernetes_validation_of_ways_in,
    test_kubernetes_validation_of_cluster_policies,
)
FACTS = Path(__file__).with_name("validation_facts.json")
YAML_FACTS = Path(__file__).with_name("yaml_facts.json")
CHOSEN = ("<allocated>", "<uid>", "clusterIP")
"""What is in an object as stored that the server chose."""
TABLES = ("ACCEPTED_HERE", "REFUSED_HERE", "FILLED_IN_FROM_OTHERS")


def left_out():
    """The cases on which a reader of one object cannot be held to the server."""
    known = {name for module in JUDGED for table in TABLES for name in getattr(module, table, {})}
    repeated = {name for module in JUDGED for name, _ in getattr(module, "CAUSES_THAT_REPEAT", {})}
    return known | repeated


def smallest(value, fields):
    """``value`` with a plain name, unless its metadata is what the server spoke of."""
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or any(field.startswith(("metadata", "annotations")) for field in fields):
        return value
    kept = {key: item for key, item in metadata.items() if key in {"labels", "annotations", "generateName"}}
    named = {"name": "x"} if isinstance(metadata.get("name"), str) else {}
    return {**value, "metadata": {**named, **kept}}


def fact(case):
    """What ``case`` shows; None where it shows nothing of one object alone."""
    loaded = load("case.yaml", case["yaml"].encode())
    strict = case["strict"]
    if len(loaded.documents) != 1 or loaded.diagnostics or case.get("before") or case.get("verb"):
        return None
    if strict["status"] not in {200, 201, 400, 422}:
        return None
    fields = sorted({cause["field"] for cause in strict.get("causes", ())}) or unknown_fields(case)
    value = loaded.documents[0].value
    if is_accepted(case):
        told = {"accepted": True}
        stored = case["spec_after"]
        if (
            "spec" in value
            and stored not in (None, value["spec"])
            and not any(mark in json.dumps(stored) for mark in CHOSEN)
        ):
            told["stored"] = stored
    else:
        told = {"refused": fields}
    keeps_name = case["group"] in {"namespace", "ingressclass", "endpoints", "adminnetworkpolicy"}
    return {"id": case_id(case), "object": value if keeps_name else smallest(value, fields), **told}


def written(rows):
    """One row a line, so that a difference can be read."""
    return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n"


def yaml_fact(row):
    data = base64.b64decode(row["input_base64"])
    try:
        told = {"text": data.decode()}
    except UnicodeDecodeError:
        told = {"base64": row["input_base64"]}
    answer = row["kubernetes_json"]
    return told | ({"refused": True} if answer.startswith("ERR") else {"value": json.loads(answer)})


def main():
    groups = {group for module in JUDGED for group in module.GROUPS}
    facts = [fact(case) for case in cases_of(groups) if case_id(case) not in left_out()]
    FACTS.write_text(written(one for one in facts if one is not None))
    rows = json.loads(ORACLE.with_name("kubernetes_yaml.json").read_text())
    YAML_FACTS.write_text(written(map(yaml_fact, rows)))


if __name__ == "__main__":
    main()
