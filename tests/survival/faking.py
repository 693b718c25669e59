"""The host's clock set wrong for one process, by libfaketime."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def library() -> Path:
    """The library to preload. Fails with what to install where none fits this machine."""
    fitting = next(filter(_fits, _places()), None)
    assert fitting is not None, "libfaketime is missing: pip install libfaketime, or apt-get install faketime"
    return fitting


def _places() -> Iterator[Path]:
    found = find_spec("libfaketime")
    if found is not None and found.origin is not None:
        yield from Path(found.origin).parent.rglob("libfaketime.so.1")
    yield from Path("/usr/lib").glob("*/faketime/libfaketime.so.1")


def _fits(path: Path) -> bool:
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env={"LD_PRELOAD": str(path), "FAKETIME": "2020-02-29 12:00:00", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.startswith("15829")


class WrongClock:
    """A wall clock that is off by what `set` says last; the monotonic clock goes on as it is."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "faketime"
        self.set("+0")

    def set(self, offset: str) -> None:
        """From now on, such as `-90d` or `+2`."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{offset}\n", encoding="ascii")
        draft.rename(self._file)

    def environment(self) -> dict[str, str]:
        """What puts a process under this clock."""
        before = os.environ.get("LD_PRELOAD", "")
        return {
            "LD_PRELOAD": f"{library()} {before}".strip(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
