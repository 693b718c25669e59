"""The rule files of this repository as all tests see them: read once in a process."""

from functools import cache
from pathlib import Path

from decision_service.policy.shelf import Shelf, read_shelf

RULES = Path(__file__).parents[1] / "rules"


@cache
def shelf() -> Shelf:
    """What the folder holds."""
    return read_shelf(RULES)
