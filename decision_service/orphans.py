"""Processes that end with the process that started them, however that ended."""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
"""<linux/prctl.h>: the signal that this process gets when its parent dies."""


def dies_with_parent() -> bool:
    """Linux: have this process killed when its parent ends, even while it hangs; False where the parent has ended
    already. Elsewhere the end of what the parent sends must do."""
    if not sys.platform.startswith("linux"):
        return True
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent
