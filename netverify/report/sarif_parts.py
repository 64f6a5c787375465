"""Places and messages as SARIF writes them."""

from __future__ import annotations

from netverify.diagnostics import Origin
from netverify.report.remarks_json import Json
from netverify.report.source_uri import is_file, source_uri
from netverify.visible import visible


def plain(text: str) -> str:
    """``text`` as a message without links and placeholders. Source: SARIF 2.1.0, 3.11.5 and 3.11.6."""
    return visible(text).replace("](", "] (").replace("{", "{{").replace("}", "}}")


def message(text: str) -> dict[str, Json]:
    """A message of one sentence, ended by a full stop as the format wants it."""
    return {"text": f"{plain(text)}."}


class Places:
    """Writes places relative to the directory of the run."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def location(self, *origins: Origin | None) -> dict[str, Json]:
        """The first of ``origins`` that is in a file; no place if none is."""
        for origin in origins:
            if origin is not None and is_file(origin):
                return {"physicalLocation": self._physical(origin)}
        return {}

    def _physical(self, origin: Origin) -> Json:
        uri, is_below = source_uri(origin.path, self._directory)
        artifact: dict[str, Json] = {"uri": uri, **({"uriBaseId": "%SRCROOT%"} if is_below else {})}
        region: dict[str, Json] = {"startLine": max(origin.line, 1)}
        if origin.line and origin.column:
            region["startColumn"] = origin.column
        return {"artifactLocation": artifact, "region": region}
