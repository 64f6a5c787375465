"""One measurement in a process of its own; prints it as JSON. ``run.py`` starts these.

Times are of the processor, in seconds, so that what else runs on the machine matters little. The cyclic garbage
collector is off, as it is on netverify's command line.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assertions import intent, violated
from cluster_plan import plan
from questions import questions

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 1


def clocked(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def files_in(folder: str) -> list[tuple[str, bytes]]:
    return [(str(path), path.read_bytes()) for path in sorted(Path(folder).glob("*.yaml"))]


def netverify_parse(folder: str) -> dict[str, Any]:
    """The loader on every file; documents of irrelevant kinds are dropped early, as they always are."""
    from netverify.documents.loader import load
    from netverify.sources.classification import is_irrelevant

    load("warm-up", b"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", is_irrelevant=is_irrelevant)
    files = files_in(folder)
    loaded: list[Any] = []
    seconds = clocked(lambda: loaded.extend(load(path, data, is_irrelevant=is_irrelevant) for path, data in files))
    refused = [diagnostic for one in loaded for diagnostic in one.diagnostics]
    return {"seconds": seconds, "refused": len(refused)}


def netverify_parse_everything(folder: str) -> dict[str, Any]:
    """The loader without the early drop: every document is built, as CSafeLoader does."""
    from netverify.documents.loader import load

    load("warm-up", b"a: 1\n")
    files = files_in(folder)
    return {"seconds": clocked(lambda: [load(path, data) for path, data in files])}


def pyyaml_parse(folder: str) -> dict[str, Any]:
    """PyYAML's CSafeLoader on the same bytes."""
    import yaml

    files = files_in(folder)
    return {"seconds": clocked(lambda: [list(yaml.load_all(data, Loader=yaml.CSafeLoader)) for _, data in files])}


def rust_parse(folder: str) -> dict[str, Any]:
    """yaml-rs on the same bytes: plain values, without their places. ``rust_parser.py`` installs it."""
    import yaml_rs

    files = files_in(folder)
    return {"seconds": clocked(lambda: [yaml_rs.loads(data.decode(), parse_datetime=False) for _, data in files])}


def everything(folder: str, workloads: int, policies: int) -> dict[str, Any]:
    """Parsing alone, then reading, lowering and one question; lazy imports are done before, by a tiny cluster.

    Parsing is measured here again, so that what is compared was measured side by side.
    """
    from netverify.sources.inventory import read_inventory
    from netverify.verify import Verifier

    (_, sentence), *_ = questions(plan(workloads, policies, SEED), 1, SEED)
    warm_up()
    parse = netverify_parse(folder)["seconds"]
    started = time.process_time()
    inventory = read_inventory((folder,))
    read = time.process_time()
    verifier = Verifier(inventory)
    lowered = time.process_time()
    verifier.ask(sentence)
    answered = time.process_time()
    return {"parse": parse, "read": read - started, "lower": lowered - read, "ask": answered - lowered}


def reading(folder: str) -> dict[str, Any]:
    """Parsing alone, then everything from paths to the rule table; as :func:`everything` otherwise."""
    from netverify.policy.tiers import lower
    from netverify.sources.inventory import read_inventory

    warm_up()
    parse = netverify_parse(folder)["seconds"]
    started = time.process_time()
    inventory = read_inventory((folder,))
    read = time.process_time()
    lower(inventory.cluster)
    return {"parse": parse, "read": read - started, "lower": time.process_time() - read}


def kinds(folder: str) -> dict[str, Any]:
    """Parsing a document, and making its fact of an object of each kind, which is parsed already: seconds each."""
    from netverify.documents.loader import load
    from netverify.kinds.registry import kind_of_object

    documents = [document for path, data in files_in(folder) for document in load(path, data).documents]
    found: dict[str, list[tuple[Any, Any]]] = {}
    for document in documents:
        if (kind := kind_of_object(document.value)) is not None:
            found.setdefault(kind.name, []).append((kind, document))

    def read_each(objects: list[tuple[Any, Any]]) -> float:
        return clocked(lambda: [kind.read(document, "default") for kind, document in objects]) / len(objects)

    parse = netverify_parse_everything(folder)["seconds"] / len(documents)
    return {"parse": parse, **{name: min(read_each(some) for _ in range(7)) for name, some in found.items()}}


def routing(folder: str) -> dict[str, Any]:
    """Parsing alone, then from facts to the endpoints of every port of every Service, and to every way in."""
    from netverify.routes.backends import backends
    from netverify.routes.index import RoutingIndex
    from netverify.routes.options import RoutingOptions
    from netverify.routes.ways_in import ways_in
    from netverify.sources.inventory import read_inventory

    warm_up()
    parse = netverify_parse(folder)["seconds"]
    cluster = read_inventory((folder,)).cluster
    started = time.process_time()
    index = RoutingIndex(cluster)
    ends = sum(len(backends(index, one, port)) for one in cluster.routing.services for port in one.ports)
    ways = ways_in(index, RoutingOptions())
    took = time.process_time() - started
    return {"parse": parse, "route": took, "services": len(cluster.routing.services), "ends": ends, "ways": len(ways)}


def many_questions(folder: str, workloads: int, policies: int, count: int) -> dict[str, Any]:
    """``count`` questions about a loaded cluster: milliseconds of each kind, and the verdicts."""
    from netverify.sources.inventory import read_inventory
    from netverify.verify import Verifier

    verifier = Verifier(read_inventory((folder,)))
    warm_up()
    times: dict[str, list[float]] = {}
    verdicts: Counter[str] = Counter()
    for kind, sentence in questions(plan(workloads, policies, SEED), count, SEED):
        started = time.process_time()
        answer = verifier.ask(sentence)
        times.setdefault(kind, []).append((time.process_time() - started) * 1000)
        verdicts[str(answer.verdict)] += 1
    return {"milliseconds": times, "verdicts": dict(verdicts)}


def gate(folder: str, workloads: int, policies: int, count: int) -> dict[str, Any]:
    """Parsing alone, then ``count`` assertions about the loaded cluster: reading them, and judging each.

    The plugin is known, as it is to whoever runs a gate.
    """
    from datetime import date
    from tempfile import TemporaryDirectory

    from netverify.gate.checking import Terms
    from netverify.gate.intent.reading import read_spec
    from netverify.query.assumed import assumed
    from netverify.sources.inventory import read_inventory
    from netverify.verify import Settings, Verifier

    warm_up()
    parse = netverify_parse(folder)["seconds"]
    inventory = read_inventory((folder,))
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "netverify.yaml"
        path.write_text(intent(plan(workloads, policies, SEED), count, SEED))
        started = time.process_time()
        settings = Settings(behaviours=assumed("cilium", ()).behaviours, cni="cilium")
        report = Verifier(inventory, settings).check(read_spec((str(path),)), Terms(date(2026, 1, 1)))
        took = time.process_time() - started
    slowest = sorted(report.results, key=lambda one: one.milliseconds)[-10:]
    return {
        "parse": parse,
        "gate": took,
        "verdicts": dict(Counter(str(one.verdict) for one in report.results)),
        "slowest": [(one.assertion.id, one.milliseconds, len(one.violations)) for one in slowest],
    }


def violations(folder: str, workloads: int, policies: int, count: int) -> dict[str, Any]:
    """A map of the loaded cluster, then ``count`` assertions about it that are violated in many ways."""
    from datetime import date
    from tempfile import TemporaryDirectory

    from netverify.gate.checking import Terms
    from netverify.gate.intent.reading import read_spec
    from netverify.sources.inventory import read_inventory
    from netverify.verify import Verifier

    warm_up()
    inventory = read_inventory((folder,))
    mapped = clocked(lambda: list(Verifier(inventory).map().connectivity.bundles()))
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "netverify.yaml"
        path.write_text(violated(plan(workloads, policies, SEED), count, SEED))
        started = time.process_time()
        report = Verifier(inventory).check(read_spec((str(path),)), Terms(date(2026, 1, 1)))
        took = time.process_time() - started
    return {"map": mapped, "gate": took, "violations": sum(len(one.violations) for one in report.results)}


def warm_up() -> None:
    """Import what is imported lazily, and start the solver."""
    from netverify.sources.inventory import read_inventory
    from netverify.verify import Verifier

    example = Path(__file__).resolve().parents[1] / "examples" / "backdoor"
    Verifier(read_inventory((str(example),))).ask("can namespace a reach b/pg:5432")


def main() -> None:
    name, folder, *numbers = sys.argv[1:]
    measurements = {
        made.__name__: made
        for made in (
            netverify_parse,
            netverify_parse_everything,
            pyyaml_parse,
            rust_parse,
            everything,
            reading,
            kinds,
            routing,
            many_questions,
            gate,
            violations,
        )
    }
    gc.disable()
    print(json.dumps(measurements[name](folder, *map(int, numbers))))


if __name__ == "__main__":
    main()
