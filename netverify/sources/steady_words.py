"""What programs print, without what differs from run to run: clocks, process ids, addresses, temporary names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PATTERNS: Final[Mapping[re.Pattern[str], str]] = {
    # klog, as kubectl prints it: `W1201 03:16:29.123456   12345 loader.go:12] …`
    re.compile(r"\b([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (?=\S+:\d+\])"): r"\1 ",
    re.compile(
        r"\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|\s?[+-]\d\d:?\d\d)?(?: UTC)?(?: m=[+-]\d+\.\d+)?"
    ): "<time>",
    re.compile(r"(?<![\w:.])\d\d:\d\d:\d\d(?:[.,]\d+)?(?![\w:])"): "<time>",
    re.compile(r"\b(git|helm|kubectl|kustomize|netverify)\[\d+\]"): r"\1[<pid>]",
    re.compile(r"\b(pid|process|goroutine)([ =:]+)\d+\b"): r"\1\2<number>",
    re.compile(r"\b0x[0-9a-f]{6,}\b"): "<address>",
    re.compile(r"\b(helm|kustomize|kubectl)-\d{4,}\b"): r"\1-<number>",
}


def steady(text: str, folder: str) -> str:
    """``text``, which a program printed that ran in the temporary ``folder``, the same in every run."""
    text = text.replace(folder, "<temporary folder>")
    for pattern, instead in _PATTERNS.items():
        text = pattern.sub(instead, text)
    return text
