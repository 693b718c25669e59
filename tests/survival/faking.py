"""The host's clock set wrong for one process: libfaketime, from the package that carries it."""

import os
from importlib.util import find_spec
from pathlib import Path


def library() -> Path:
    """The library to preload. Fails with what to install where it isn't there."""
    found = find_spec("libfaketime")
    places = [] if found is None or found.origin is None else Path(found.origin).parent.rglob("libfaketime*.so.1")
    first = next(iter(places), None)
    assert first is not None, "libfaketime is missing: pip install libfaketime (in the dependency group `test`)"
    return first


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
