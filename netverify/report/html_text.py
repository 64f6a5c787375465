"""Text from inputs in HTML, and what a page says about itself so that nothing else can run or load."""

from __future__ import annotations

import base64
import hashlib
import html
from importlib.resources import files

from netverify.visible import visible


def in_html(text: str) -> str:
    """``text`` as it may stand in an element, or in the value of an attribute between quotes. Guarantees: ASCII."""
    return html.escape(visible(text)).encode("ascii", "xmlcharrefreplace").decode()


def digest(text: str) -> str:
    """What a Content-Security-Policy calls a script or style sheet that stands on the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def page_head(title: str) -> str:
    """A page up to where its body begins. Its style sheet is on it, and its policy lets nothing else apply."""
    style = files(__package__).joinpath("gate_page", "page.css").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src '{digest(style)}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{in_html(title)}</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n"
    )
