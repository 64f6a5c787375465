"""Text from inputs in HTML, and what a page says about itself so that nothing else can run or load."""

from __future__ import annotations

import base64
import hashlib
import html

from netverify.visible import visible


def in_html(text: str) -> str:
    """``text`` as it may stand in an element, or in the value of an attribute between quotes. Guarantees: ASCII."""
    return html.escape(visible(text)).encode("ascii", "xmlcharrefreplace").decode()


def digest(text: str) -> str:
    """What a Content-Security-Policy calls a script or style sheet that stands on the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
