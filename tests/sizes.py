"""How large a test runs: quick by default, at the sizes that the promises name under `make prove-it`."""

import os

PROVING = os.environ.get("MIAOPI_PROVE") == "1"


def size(name: str, *, quick: int, full: int) -> int:
    """`full` under MIAOPI_PROVE=1, else `quick`; MIAOPI_SIZE_<NAME> overrides both."""
    override = os.environ.get(f"MIAOPI_SIZE_{name.upper()}")
    if override is not None:
        return int(override)
    return full if PROVING else quick
