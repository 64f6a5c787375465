"""Inputs that are built to exhaust a reader end within seconds and 256 MB, in a process of their own.

Memory is the most that any input took so far: it may not grow from one to the next either.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

SECONDS = 6.0
MEGABYTES = 256

READ = """
import json, re, sys, time
from pathlib import Path
from netverify.documents.loader import load
for path in sorted(Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    start = time.process_time()
    loaded = load("x.yaml", data, is_irrelevant=lambda version, kind: kind == "ConfigMap")
    seconds = time.process_time() - start
    # What getrusage says counts the process that this one was forked from, too.
    megabytes = int(re.search(r"VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())[1]) / 1024
    print(json.dumps([seconds, megabytes, [one.code for one in loaded.diagnostics], len(loaded.documents)]), flush=True)
"""


def laughs(levels, width):
    lines = ["a0: &a0 [" + ", ".join(["lol"] * width) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * width) + "]" for n in range(1, levels)]
    return "\n".join(lines).encode()


def merges(levels):
    lines = ["m0: &m0 {" + ", ".join(f"k{n}: v" for n in range(9)) + "}"]
    lines += [f"m{n}: &m{n} {{<<: [" + ", ".join([f"*m{n - 1}"] * 9) + "]}" for n in range(1, levels)]
    return "\n".join(lines).encode()


INPUTS = {
    "billion laughs": (laughs(9, 9), ["NV108"]),
    "laughs spread over the items of a list": (
        b"x: &x [" + b"1, " * 5000 + b"1]\nitems:\n" + b"- {y: *x}\n" * 5000,
        ["NV108"],
    ),
    "a merge bomb of four levels": (merges(4), ["NV105"]),
    "a merge bomb of six levels": (merges(6), ["NV105"]),
    "20,000 brackets": (b"[" * 20_000, ["NV116"]),
    "25,000 brackets": (b"a: " + b"[" * 25_000, ["NV116"]),
    "25,000 brackets on lines of their own": (b"[\n " * 25_000, ["NV116"]),
    "100,000 braces with keys": (b"{a: " * 100_000, ["NV116"]),
    "100,000 braces in JSON": (b'{"a":' * 100_000, ["NV116"]),
    "100,000 brackets in JSON": (b"[" * 100_000 + b"]" * 100_000, ["NV116"]),
    "50,000 dashes": (b"- " * 50_000, ["NV116"]),
    "50,000 question marks": (b"? " * 50_000, ["NV106"]),
    "50,000 brackets in a document of an irrelevant kind": (
        b"apiVersion: v1\nkind: ConfigMap\ndata: " + b"[" * 50_000,
        ["NV116"],
    ),
    "a sexagesimal number of 600 kB": (b"a: " + b"1:" * 300_000 + b"1", ["NV118"]),
    "a decimal number of 5,000 digits": (b"a: " + b"1" * 5_000, ["NV115"]),
    "a decimal number of 1 MB": (b"a: " + b"1" * 1_000_000, ["NV115"]),
    "a decimal number of 1 MB in JSON": (b'{"a": ' + b"1" * 1_000_000 + b"}", ["NV115"]),
    "a hexadecimal number of 1 MB": (b"a: 0x" + b"f" * 1_000_000, ["NV115"]),
    "a fraction of 1 MB": (b"a: 1." + b"0" * 1_000_000 + b"e9", ["NV115"]),
    "200,000 keys": (b"".join(b"k%07d: v\n" % n for n in range(200_000)), ["NV117"]),
    "200,000 keys in JSON": (
        json.dumps({f"k{n}": 1 for n in range(200_000)}).encode(),
        ["NV117"],
    ),
    "a list of a million numbers": (b"[" + b"1," * 1_000_000 + b"1]", ["NV117"]),
    "200,000 times the same key": (b"k: v\n" * 200_000, ["NV102"]),
    "200,000 anchors": (b"".join(b"- &a%d x\n" % n for n in range(200_000)), ["NV117"]),
    "a million empty documents": (b"---\n" * 1_000_000, []),
    "a million comments": (b"#\n" * 1_000_000, []),
    "2 MB of spaces": (b"a:" + b" " * 2_000_000 + b"b", []),
    "2 MB of blank lines in a scalar": (b"a: |\n  b" + b"\n" * 2_000_000, []),
    "a key of 1 MB": (b"? " + b"k" * 1_000_000 + b"\n: v", ["NV118"]),
    "100,000 escaped slashes": (b'a: "' + b"\\/" * 100_000 + b'"', ["NV121"]),
    "100,000 backslashes and a slash": (b'b: "\\/"\n' + b'a: "' + b"\\\\" * 100_000 + b'/"', ["NV121"]),
}


def confine():
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEGABYTES * 2**20, 2 * MEGABYTES * 2**20))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """How reading each input ended, by its name, one after the other in one process; whichever ends it is the last."""
    folder = tmp_path_factory.mktemp("inputs")
    for number, (data, _) in enumerate(INPUTS.values()):
        (folder / f"{number:03}").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder)],
        capture_output=True,
        timeout=120,
        check=False,
        preexec_fn=confine,
        stdin=subprocess.DEVNULL,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    lost = [f"it ended with {done.returncode}: {done.stderr[-500:]}"] * (len(INPUTS) - len(lines))
    return dict(zip(INPUTS, [*lines, *lost], strict=True))


@pytest.mark.parametrize("name", INPUTS)
def test_an_exhausting_input_ends_soon_and_small(name, ended):
    _, codes = INPUTS[name]
    assert isinstance(ended[name], list), ended[name]
    seconds, megabytes, found, documents = ended[name]
    assert found == codes
    assert documents == 0 or not codes
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
