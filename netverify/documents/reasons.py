"""The refusals of the YAML and JSON readings, without a place."""

from __future__ import annotations

from netverify.documents.refusal import Mark, Refusal, shown


def explicit_tag(tag: str) -> Refusal:
    """A node has a tag of its own."""
    written = tag.replace("tag:yaml.org,2002:", "!!")
    return Refusal(
        "NV103",
        f"the tag {shown(written)}: readers of YAML disagree about tags",
        help="delete the tag; write the value in quotes if it is a string",
    )


def directive() -> Refusal:
    """The document starts with a directive."""
    return Refusal("NV104", "a YAML directive: Kubernetes refuses or ignores it", help="delete the line")


def merge_key() -> Refusal:
    """A mapping takes over another one."""
    return Refusal(
        "NV105",
        "a merge key `<<`: which of two values wins depends on the reader",
        help="write the fields out",
    )


def container_as_key() -> Refusal:
    """A key is a mapping or a list, as in a template: ``port: {{ .Values.port }}``."""
    return Refusal(
        "NV106",
        "a mapping or list is used as a key",
        help="put text with braces in quotes",
    )


def second_document() -> Refusal:
    """A document follows another one that ``---`` does not end."""
    return Refusal(
        "NV113",
        "content after the end of the document: Kubernetes ignores it",
        help="separate documents with a line `---`",
    )


def too_deep() -> Refusal:
    """The document nests deeper than any manifest does."""
    return Refusal(
        "NV116",
        "mappings and lists are nested too deeply here",
        help="no Kubernetes object needs this; flatten it",
    )


def too_many_nodes(limit: int) -> Refusal:
    """The document, or one entry of its ``items``, has more than ``limit`` keys and values."""
    return Refusal(
        "NV117",
        f"the document has more than {limit:,} keys and values",
        help="split it, or leave it out if it is not a manifest",
    )


def too_long(length: int) -> Refusal:
    """A scalar has more characters than are read."""
    return Refusal(
        "NV118",
        f"a text of {length:,} characters is longer than netverify reads",
        help="no field of a policy or workload needs this",
    )


def escaped_slash() -> Refusal:
    """A double-quoted scalar of YAML holds an escape that only JSON has."""
    return Refusal("NV121", r"the escape `\/`: Kubernetes refuses it in YAML", help="write `/`")


def question_mark(text: str) -> Refusal:
    """A plain scalar between braces holds a question mark."""
    return Refusal(
        "NV121",
        f"the `?` of {shown(text)} between braces or brackets: Kubernetes refuses it",
        help="write the text in quotes",
    )


def repeated_key(text: str, key: str, first: Mark) -> Refusal:
    """The key that ``text`` spells is given a second time, and ``first`` before."""
    became = f" (it becomes {shown(key)})" if text != key else ""
    return Refusal(
        "NV102",
        f"the key {shown(text)} appears twice in the same mapping{became}",
        help="keep one: Kubernetes takes the last one or refuses the object",
        secondary=(first, "first given here"),
    )
