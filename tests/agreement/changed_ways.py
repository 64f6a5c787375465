"""Two routed clusters put to the package and to the judge: do the same ways lead in, to the same endpoints?"""

from agreement.routed_ways import end_of, is_supposed, told_of
from agreement.test_agreement_gate_routes import open_ways
from agreement.test_agreement_services import with_all_ready
from generators.changed_routes import changed_clusters, changed_routes
from generators.routed_clusters import text_of
from netverify.answers.context import make_context
from netverify.answers.routed import Router
from netverify.answers.settings import Settings
from netverify.diff.compare import compare
from netverify.diff.outcome import Certainty
from netverify.diff.way_changes import WayChanges
from netverify.sources.inventory import read_inventory
from oracles import ways_in_interpreter as judge
from oracles.service_interpreter import behind_port, find, ports_of, protocol_of


def disagreement(seed):
    """What the package says of a random change against what the judge says; None where both say the same."""
    old, new, change = changed_routes(seed)
    inventories = [read_inventory((), texts={"m.yaml": text_of(objects).encode()}) for objects in (old, new)]
    if any(one.has_errors for one in inventories):
        return None  # a change that the API server refuses
    routers = [Router(make_context(one, Settings())) for one in inventories]
    if any(
        not way.problem and is_supposed(objects, way)
        for objects, router in zip((old, new), routers, strict=True)
        for way in router.ways.all
    ):
        return None  # what no manifest tells, the judge does not tell either
    found = WayChanges(*routers, None)
    says = {str(found.new_access), str(found.lost_access)} != {"no"}
    wanted = judged(old) != judged(new)
    return None if says is wanted else (change, says, judged(old) ^ judged(new))


def let_in_anew(seed):
    """``(edits, connections, sides)`` of a random change of ways in and policies that is wrongly judged; else None.

    Connections from outside that a policy lets in on some plugin, on one side alone, are access that was won or lost.
    """
    *sides, edits = changed_clusters(seed)
    inventories = [read_inventory((), texts={"m.yaml": text_of(objects).encode()}) for objects in sides]
    if any(one.has_errors for one in inventories):
        return None
    found = compare(*(make_context(one, Settings()) for one in inventories))
    old, new = (set(open_ways(objects)) for objects in sides)
    for access, connections in ((found.new_access, new - old), (found.lost_access, old - new)):
        if access is Certainty.NO and connections:
            return edits, sorted(map(str, connections)), sides
    return None


def judged(objects):
    """Every way in of the judge that leads to somebody: where a client knocks, who answers, and the endpoints."""
    ready = with_all_ready(objects)
    ways = set()
    for way in judge.ways_in(ready):
        target = end_of(ready, way)
        for end in ends_of(ready, way, target) if target is not None else ():
            ways.add((*told_of(way, end), way.by, controller_of(objects, way), frozenset(way.clients)))
    # Of an Ingress the package tells of the way with TLS alone; of a Route it says what becomes of plain HTTP.
    secure = {(*way[:5], way[8]) for way in ways if way[0] == "Ingress" and way[7]}
    return {way for way in ways if way[7] or (*way[:5], way[8]) not in secure}


def ends_of(objects, way, target):
    """The pods and addresses behind ``target``, and the pods that could be created, by their selector."""
    if target[0] != "service":
        return [target]
    service = find(objects, "Service", *target[1:3])
    meant = [one for one in ports_of(service) if (one["port"], protocol_of(one)) == (target[3], way.protocol)]
    ends = [end for port in meant for end in behind_port(objects, service, port)]
    if selector := service["spec"].get("selector"):
        wanted = [(one.get("targetPort") or one["port"], protocol_of(one)) for one in meant] or [target[3]]
        ends.append((target[1], tuple(sorted(selector.items())), tuple(wanted)))
    return ends or [("whoever it is", *target)]


def controller_of(objects, way):
    if way.kind != "Ingress":
        return None
    classes = [one for one in objects if one["kind"] == "IngressClass" and one["metadata"]["name"] == way.by]
    return classes[0]["spec"]["controller"] if classes else None
