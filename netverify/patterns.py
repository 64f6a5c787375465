"""Regular expressions that are compiled at their first use: a short run needs few of those that modules define."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import compile as pattern
else:

    class pattern:  # noqa: N801 -- called as the function that type checkers see
        """As ``re.compile`` of the same arguments."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self.text_and_flags = text, flags

        def __getattr__(self, name: str) -> Any:
            """What the compiled one has, which is kept here, so that it is looked up once."""
            value = getattr(re.compile(*self.text_and_flags), name)
            setattr(self, name, value)
            return value


__all__ = ["pattern"]
