"""What the kernel says of its own clock: whether something keeps it in step with the world, and how far off it is."""

import ctypes
import ctypes.util
import sys
from dataclasses import dataclass
from functools import cache
from typing import Final

_UNSYNCHRONISED: Final = 0x0040
_NANOSECONDS: Final = 0x2000
"""Bits of `status` (adjtimex(2): STA_UNSYNC, STA_NANO)."""

_CLOCK_ERROR: Final = 5
"""What adjtimex(2) returns (TIME_ERROR) where the clock is not synchronised or its state is not sound."""


@dataclass(frozen=True, slots=True)
class KernelClock:
    """`offset_seconds` is how far off the kernel holds its clock to be: what is left to correct, or the estimated
    error where that is more."""

    is_synchronised: bool
    offset_seconds: float


class _Timex(ctypes.Structure):
    """`struct timex` of Linux, whose `long` is the platform's."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("rest", ctypes.c_long * 32),  # more than any kernel writes beyond what is read here
    )


def kernel_clock() -> KernelClock | None:
    """The kernel's word, or None where it is not to be had: no Linux, or the sandbox forbids the question."""
    found = _library()
    if found is None:
        return None
    told = _Timex()  # modes 0: reads, changes nothing
    state = found.adjtimex(ctypes.byref(told))
    if state < 0:
        return None
    unit = 1e-9 if told.status & _NANOSECONDS else 1e-6
    offset = max(abs(told.offset) * unit, told.esterror * 1e-6)
    return KernelClock(state != _CLOCK_ERROR and not told.status & _UNSYNCHRONISED, offset)


@cache
def _library() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "adjtimex") else None
