"""Whether a text may hold an identifier: notes of staff are read by others than who may know one."""

import re
from typing import Final

_NUMBER: Final = re.compile(r"[0-9]{17}[0-9Xx]|[0-9A-Z]{18}")


def may_identify(text: str) -> bool:
    """Whether something in `text` has the form of an ID number or a credit code."""
    return _NUMBER.search(text) is not None
