"""What a report may say of a control, judged from plain dictionaries: the framework, the intent, and verdicts.

Written from `docs/audit.md`; it imports nothing of the package. A framework and an intent are what YAML holds.
"""

from __future__ import annotations

GOOD = ("proved", "excepted")
BAD = ("refuted", "baselined")
DENIAL = ("deny", "separate")


def state_of(control, framework, intent, verdicts, members, whole):
    """The state of one control.

    ``verdicts`` has for each assertion its verdict and those on its parts, ``members`` for each zone the pods in it.
    """
    name = f"{framework['framework']}:{control['id']}"
    mine = [one for one in intent["assertions"] if name in one.get("controls", ())]
    if control["evidence"] == "none" or not mine:
        return "not assessed"
    if any(verdicts[one["id"]][0] in BAD for one in mine):
        return "violated"
    holds = whole and all(holding(one, control, verdicts, members) for one in mine)
    asked = [verb_of(framework["assertions"][each]) for each in control.get("assertions", ())]
    for want in asked:
        said = any(enough(verb_of(one), want) for one in mine)
        holds = holds and said and all(zone in members for zone in zones_of(want))
    if not holds:
        return "not shown"
    excepted = ", with exceptions" if any(verdicts[one["id"]][0] == "excepted" for one in mine) else ""
    return {"proves": "shown", "supports": "supported"}[control["evidence"]] + excepted


def holding(one, control, verdicts, members):
    """Whether one assertion is proved in all its parts, of zones that hold somebody, and approves what it may."""
    verdict, parts = verdicts[one["id"]]
    verb, value = verb_of(one)
    zones = [zone for zone in zones_of((verb, value)) if zone in members]
    if verdict not in GOOD or parts or any(not members[zone] for zone in zones):
        return False
    if verb in DENIAL and len({pod for zone in set(zones) for pod in members[zone]}) < sum(
        len(set(members[zone])) for zone in set(zones)
    ):
        return False
    flows = value["flows"] if verb == "only" else []
    for flow in flows:
        ends = listed(flow.get("from", flow.get("to", [])))
        if (not ends or "any pod" in ends) and not listed(flow.get("ports", [])):
            return False
        if control.get("justified") and not flow.get("justification", "").strip():
            return False
    return True


def verb_of(one):
    """The verb of an assertion with its value."""
    known = {"id", "title", "controls", "world", "severity"}
    return next((key, value) for key, value in one.items() if key not in known)


def listed(value):
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def zones_of(said):
    """The ends that a statement is about, without those that it approves."""
    _, value = said
    if isinstance(value, dict):
        return [end for side in ("from", "to") for end in listed(value.get(side, []))]
    return listed(value)


def enough(said, want):
    """Whether ``said`` states at least what ``want`` asks for."""
    (verb, mine), (asked_verb, asked) = said, want
    if verb != asked_verb:
        return False
    if verb == "separate":
        return set(asked) <= set(mine)
    if verb == "default-deny":
        every = ["ingress", "egress"]
        if mine.get("namespaces"):
            return False
        return set(listed(asked.get("directions", every))) <= set(listed(mine.get("directions", every)))
    if not isinstance(mine, dict):
        return set(listed(mine)) == set(listed(asked))
    if any(set(listed(mine.get(side, []))) != set(listed(asked.get(side, []))) for side in ("from", "to")):
        return False
    if verb == "only":
        return bool(asked.get("within")) or not mine.get("within")
    ports = set(listed(mine.get("ports", [])))
    return not ports or ("ports" in asked and set(listed(asked["ports"])) <= ports)
