"""Names, label keys and values as the API server has them. Source: apimachinery ``pkg/util/validation/validation.go``.

Each function gives the problems with a text, each a phrase that follows the field's name; none when it is valid.
"""

from __future__ import annotations

import re
from functools import lru_cache

from netverify.patterns import pattern

_LABEL = pattern(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = pattern(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_NAME_PART = pattern(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_PORT_NAME = pattern(r"[-a-z0-9]+")
_LETTER = pattern(r"[a-z]")
_SHOWN = 64

Problems = tuple[str, ...]

_LABEL_FORM = "must consist of lower case letters, digits and `-`, and start and end with a letter or digit"
_SUBDOMAIN_FORM = (
    "must consist of lower case letters, digits, `-` and `.`, and each part must start and end with a letter or digit"
)
_NAME_FORM = "must consist of letters, digits, `-`, `_` and `.`, and start and end with a letter or digit"


def is_dns_label(text: str) -> bool:
    """Whether ``text`` is an RFC 1123 label."""
    return len(text) <= 63 and _fits(_LABEL, text)


def is_dns_subdomain(text: str) -> bool:
    """Whether ``text`` is an RFC 1123 subdomain."""
    return len(text) <= 253 and _fits(_SUBDOMAIN, text)


def is_label_value(text: str) -> bool:
    """Whether ``text`` is a label value; the empty text is one."""
    return not text or (len(text) <= 63 and _fits(_NAME_PART, text))


@lru_cache(maxsize=16384)
def dns_label_problems(text: str) -> Problems:
    """What is wrong with ``text`` as an RFC 1123 label."""
    if is_dns_label(text):
        return ()
    problems = [_too_long(63)] if len(text) > 63 else []
    if not _fits(_LABEL, text):
        problems.append("must not contain dots" if _fits(_SUBDOMAIN, text) else _LABEL_FORM)
    return tuple(problems)


@lru_cache(maxsize=16384)
def dns_subdomain_problems(text: str) -> Problems:
    """What is wrong with ``text`` as an RFC 1123 subdomain; a part of it may be longer than 63 characters."""
    if is_dns_subdomain(text):
        return ()
    problems = [_too_long(253)] if len(text) > 253 else []
    if not _fits(_SUBDOMAIN, text):
        problems.append(_SUBDOMAIN_FORM)
    return tuple(problems)


@lru_cache(maxsize=16384)
def label_key_problems(text: str) -> Problems:
    """What is wrong with ``text`` as a qualified name: ``[prefix/]name``."""
    prefix, slash, name = text.rpartition("/")
    problems = []
    if slash and "/" in prefix:
        return ("must be a name, with at most one `/` after a prefix",)
    if slash and not prefix:
        problems.append("has an empty prefix before `/`")
    elif slash:
        problems += [f"has a prefix that {problem}" for problem in dns_subdomain_problems(prefix)]
    if not name:
        problems.append("must not have an empty name")
    elif len(name) > 63:
        problems.append("has a name of more than 63 characters")
    if name and not _fits(_NAME_PART, name):
        problems.append(f"has a name that {_NAME_FORM}")
    return tuple(problems)


@lru_cache(maxsize=16384)
def label_value_problems(text: str) -> Problems:
    """What is wrong with ``text`` as a label value; the empty text is one."""
    if is_label_value(text):
        return ()
    problems = [_too_long(63)] if len(text) > 63 else []
    if not _fits(_NAME_PART, text):
        problems.append(f"must be empty, or {_NAME_FORM}")
    return tuple(problems)


@lru_cache(maxsize=4096)
def port_name_problems(text: str) -> Problems:
    """What is wrong with ``text`` as the name of a port, an IANA service name."""
    problems = [_too_long(15)] if len(text) > 15 else []
    if not _fits(_PORT_NAME, text):
        problems.append("must consist of lower case letters, digits and `-`")
    if not _LETTER.search(text):
        problems.append("must contain at least one lower case letter")
    if "--" in text:
        problems.append("must not contain `--`")
    if text.startswith("-") or text.endswith("-"):
        problems.append("must not begin or end with `-`")
    return tuple(problems)


def shown(text: str, longest: int = _SHOWN) -> str:
    """``text`` in backticks, cut after ``longest`` characters."""
    return f"`{text[:longest]}...`" if len(text) > longest else f"`{text}`"


def _fits(form: re.Pattern[str], text: str) -> bool:
    return form.fullmatch(text) is not None


def _too_long(limit: int) -> str:
    return f"must be no more than {limit} characters"
