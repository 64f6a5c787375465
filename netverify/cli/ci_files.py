"""Files for systems that run checks, which `netverify init` writes or shows."""

from __future__ import annotations

import os
from pathlib import Path

from netverify.records import dataclass

_GITHUB = """\
name: netverify
on:
  pull_request:
permissions:
  contents: read
jobs:
  netverify:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4 # your rules may want the full commit id here
      - uses: OWNER/netverify@COMMIT # where netverify is published, at a full commit id
        with:
          spec: SPEC
"""
_GITLAB = """\
netverify:
  stage: test
  image:
    name: REGISTRY/netverify@DIGEST # built from the Containerfile of netverify
    entrypoint: ['']
  script:
    - netverify check --spec SPEC -o text -o gitlab=gl-code-quality.json -o junit=netverify.xml
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality.json
      junit: netverify.xml
"""
_PRE_COMMIT = """\
repos:
  - repo: https://HOST/OWNER/netverify # where netverify is published
    rev: COMMIT # a full commit id or a tag
    hooks:
      - id: netverify
        args: [--spec, SPEC]
"""


@dataclass(frozen=True, slots=True)
class CiFile:
    """A file for a system that runs checks: where it goes, what it holds, and what has to be filled in."""

    path: Path
    text: str
    replace: str


def ci_file(system: str | None, folder: Path, spec: Path | None) -> CiFile | None:
    """The file for ``system`` in ``folder``, checking ``spec``; None where there is none."""
    known = {
        "github": (Path(".github", "workflows", "netverify.yml"), _GITHUB, "OWNER and COMMIT"),
        "gitlab": (Path(".gitlab-ci.yml"), _GITLAB, "REGISTRY and DIGEST"),
        "pre-commit": (Path(".pre-commit-config.yaml"), _PRE_COMMIT, "HOST, OWNER and COMMIT"),
    }
    if system not in known:
        return None
    path, text, fill_in = known[system]
    name = os.path.relpath(spec, folder) if spec is not None else "netverify.yaml"
    return CiFile(folder / path, text.replace("SPEC", name), fill_in)
