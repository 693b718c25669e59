"""How far a command is, told to the program that started it: a line of JSON at a time on standard error, where people
see a bar."""

from time import monotonic
from typing import Final

import orjson

VARIABLE: Final = "MIAOPI_PROGRESS"
"""Of the environment; LINES asks for the lines."""

LINES: Final = "lines"

TELL_SECONDS: Final = 0.2
"""Between two that are told, but for the last."""


class Pace:
    """Lets a few tellings a second through, and always the last."""

    def __init__(self) -> None:
        self._last = -TELL_SECONDS

    def lets(self, done: float, of: float) -> bool:
        """Whether this one is to be told."""
        now = monotonic()
        if now - self._last < TELL_SECONDS and done < of:
            return False
        self._last = now
        return True


def line(done: float, of: float) -> bytes:
    """So much is done, of so much."""
    return orjson.dumps({"progress": [done, of]}) + b"\n"


def read_line(said: bytes) -> tuple[float, float] | None:
    """What a line tells, None where it is none of these."""
    if not said.startswith(b'{"progress":'):
        return None
    try:
        done, of = orjson.loads(said)["progress"]
        return float(done), float(of)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
