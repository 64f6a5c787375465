"""What a chart on disk would have fetched or read elsewhere, found before helm sees it."""

from __future__ import annotations

import fnmatch
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.sources.reading import read_regular

_SCHEMA: Final = "values.schema.json"
_LISTS: Final = ("Chart.yaml", "requirements.yaml")


def fetched_by_chart(chart: Path) -> Iterator[str]:
    """What helm would fetch for ``chart``, a folder or an archive: charts that are not in it, and parts of schemas."""
    if chart.is_file():
        yield from _in_archive(chart)
        return
    for folder, _, names in os.walk(chart):
        here = Path(folder)
        if "Chart.yaml" in names:
            yield from _dependencies(here)
        for name in names:
            if name == _SCHEMA:
                yield from _in_schema(read_regular(here / name, DEFAULT_LIMITS.file_bytes))
            elif name.endswith((".tgz", ".tar.gz")) and here.name == "charts":
                yield from _in_archive(here / name)


def links_in(chart: Path) -> Iterator[Path]:
    """Every link in the folder of a chart: helm follows them."""
    for folder, folders, names in os.walk(chart):
        yield from (path for name in (*folders, *names) if (path := Path(folder) / name).is_symlink())


def _dependencies(chart: Path) -> Iterator[str]:
    charts = chart / "charts"
    vendored = sorted(os.listdir(charts)) if charts.is_dir() else []  # noqa: PTH208 names suffice
    for name in _LISTS:
        if not (chart / name).is_file():
            continue
        documents = load(name, read_regular(chart / name, DEFAULT_LIMITS.file_bytes)).documents
        value = documents[0].value if documents else None
        listed = value.get("dependencies") if isinstance(value, dict) else None
        for one in listed if isinstance(listed, list) else ():
            wanted = str(one.get("name")) if isinstance(one, dict) else ""
            if not any(there == wanted or fnmatch.fnmatch(there, f"{wanted}-*.tgz") for there in vendored):
                yield f"the chart {shown(wanted)} that it depends on"


def _in_archive(archive: Path) -> Iterator[str]:
    """What the schemas in an archive have fetched, which is read as a stream and never unpacked."""
    left = DEFAULT_LIMITS.total_bytes
    try:
        with tarfile.open(archive, "r|gz") as members:
            for member in members:
                left -= member.size
                if left < 0:
                    yield f"more than can be looked at in {shown(archive.name)}"
                    return
                stream = members.extractfile(member) if member.name.endswith(_SCHEMA) and member.isfile() else None
                if stream is not None:
                    yield from _in_schema(stream.read(DEFAULT_LIMITS.file_bytes))
    except (tarfile.TarError, OSError, EOFError):
        yield f"what {shown(archive.name)} holds, which is not an archive,"


def _in_schema(data: bytes) -> Iterator[str]:
    """What a JSON schema refers to outside of itself."""
    try:
        pending: list[Any] = [json.loads(data)]
    except (ValueError, RecursionError):
        yield f"what its {shown(_SCHEMA)} refers to, which is not JSON,"
        return
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for key, one in value.items():
                is_known = key == "$schema" and isinstance(one, str) and "//json-schema.org/" in one
                if key in ("$ref", "$schema", "$dynamicRef") and isinstance(one, str):
                    if not one.startswith("#") and not is_known:
                        yield f"{shown(one)} of its {shown(_SCHEMA)}"
                else:
                    pending.append(one)
        elif isinstance(value, list):
            pending += value
