"""Writes the digest that the base image has now into the Containerfile: a tag can be moved, a digest cannot.

    python3 scripts/pin_image.py [--check]      # --check writes nothing, and fails where the digest is another one

It asks the registry that the image is named after, over HTTPS and without credentials.
"""

import argparse
import hashlib
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

CONTAINERFILE = Path(__file__).resolve().parents[1] / "Containerfile"
IMAGE = re.compile(
    r"^(?P<before>ARG PYTHON_IMAGE=)(?P<tagged>[^@\s]+)(?:@(?P<digest>sha256:[0-9a-f]{64}))?$", re.MULTILINE
)
INDEXES = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"
"""The manifest of all platforms, which a tag names; one of a single platform would pin the image to it."""
SECONDS = 30


def digest_of(registry: str, repository: str, tag: str) -> str:
    """The digest of the image of all platforms; its text has that digest, whatever the registry says."""
    url = f"{registry}/v2/{repository}/manifests/{tag}"
    try:
        text = answer(url, {"Accept": INDEXES})
    except urllib.error.HTTPError as error:
        if error.code != 401:
            raise
        text = answer(url, {"Accept": INDEXES, "Authorization": f"Bearer {token(error.headers['WWW-Authenticate'])}"})
    if "manifests" not in json.loads(text):
        raise ValueError("the registry has no index of platforms for it")
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def token(challenge: str | None) -> str:
    """What the registry lets anybody read with. Source: "Token Authentication Specification" of the distribution."""
    asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge or ""))
    query = urllib.parse.urlencode({key: asked[key] for key in ("service", "scope") if key in asked})
    found = json.loads(answer(f"{asked['realm']}?{query}", {}))
    return str(found.get("token") or found["access_token"])


def answer(url: str, headers: Mapping[str, str]) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SECONDS) as response:
        return bytes(response.read())


def pinned(text: str, ask: Callable[[str, str, str], str]) -> str:
    """``text``, a Containerfile, with the digest that ``ask`` says of the image that it names."""
    named = IMAGE.search(text)
    if named is None:
        raise ValueError("the Containerfile has no line `ARG PYTHON_IMAGE=REGISTRY/REPOSITORY:TAG`")
    name, _, tag = named["tagged"].rpartition(":")
    host, _, repository = name.partition("/")
    host = "registry-1.docker.io" if host == "docker.io" else host
    digest = ask(f"https://{host}", repository, tag)
    return IMAGE.sub(lambda found: f"{found['before']}{found['tagged']}@{digest}", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the digest is another one")
    check = parser.parse_args().check
    text = CONTAINERFILE.read_text()
    try:
        wanted = pinned(text, digest_of)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(
            f"error: the digest of the base image could not be found: {error}\n"
            "  help: run it where the registry can be reached"
        )
    if check and wanted != text:
        sys.exit("error: the base image has another digest now\n  help: run scripts/pin_image.py and review the change")
    CONTAINERFILE.write_text(wanted)
    print(IMAGE.search(wanted)[0])


if __name__ == "__main__":
    main()
