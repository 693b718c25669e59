"""The rules folder as it is now, for pages that take words from it: what has not changed is not read again."""

from pathlib import Path
from typing import Final

from decision_service.policy.shelf import Shelf, read_shelf

_LAST: Final[dict[Path, Shelf]] = {}
"""As it was read last."""


def shelf_of(rules: Path) -> Shelf:
    """The shelf of `rules`. The first time takes a moment: not for the event loop. Raises PolicyProblems."""
    _LAST[rules] = read_shelf(rules, before=_LAST.get(rules))
    return _LAST[rules]
