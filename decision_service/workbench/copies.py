"""Copies of rules with some files changed, for whatever reads a rules folder or a rule file: one for the same texts,
kept until many others were wanted since."""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Final

MOST: Final = 20
"""Copies that stay: each open page, and each thing that is worked out, may be at work on one."""

_STALE_SECONDS: Final = 3600.0


def kept_copy(target: Path, fill: Callable[[Path], None], most: int = MOST) -> Path:
    """`target`, whose name stands for what is in it; made by `fill`, which is given an empty folder, unless it is
    there. `most` stay beside each other. Raises what `fill` raises, OSError."""
    with suppress(FileNotFoundError):
        os.utime(target)  # it is in use
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    _tidy(target.parent, most)
    making = Path(tempfile.mkdtemp(prefix=".", dir=target.parent))
    try:
        fill(making)
        making.rename(target)
    except OSError:
        if not target.is_dir():  # else another has made the same one meanwhile
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return target


def _tidy(folder: Path, most: int) -> None:
    """Away with those that were not used for longest, and with what was never finished."""
    ages = {}
    for one in folder.iterdir():
        with suppress(FileNotFoundError):
            ages[one] = one.stat().st_mtime
    whole = sorted((one for one in ages if not one.name.startswith(".")), key=ages.__getitem__)
    half = [one for one in ages if one.name.startswith(".") and ages[one] < time() - _STALE_SECONDS]
    for one in whole[: max(0, len(whole) + 1 - most)]:
        gone = folder / f".{one.name}"  # at once: nobody is to find half of it
        with suppress(OSError):
            one.rename(gone)
        half.append(gone)
    for one in half:
        shutil.rmtree(one, ignore_errors=True)
