"""Files put into the rules folder, each at once and whole, and taken out again to the letter."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from decision_service.policy.parts import Bilingual
from decision_service.workbench.refusing import RefusedError


@dataclass(frozen=True, slots=True)
class Change:
    """What a file of the rules folder (its name within it) holds before and after, as bytes; None where there is no
    such file."""

    name: str
    before: bytes | None
    after: bytes | None


class FolderMovedError(RefusedError):
    """These files are not what they were: somebody else has changed them."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            Bilingual(
                f"规则文件夹里的 {'、'.join(names)} 刚被别人改过；请重新打开页面再看",
                f"somebody has just changed {', '.join(names)} in the rules folder; open the page again",
            )
        )


def held(rules: Path, name: str) -> bytes | None:
    """What a file of the folder holds. Raises OSError."""
    path = rules / name
    return path.read_bytes() if path.is_file() else None


def put_in(rules: Path, changes: Sequence[Change]) -> None:
    """All of them, or none: whatever stops it, what was put in by then is taken out. Raises FolderMovedError where a
    file is not what it was before (nothing is done then), OSError."""
    moved = [one.name for one in changes if held(rules, one.name) != one.before]
    if moved:
        raise FolderMovedError(moved)
    done: list[Change] = []
    try:
        for one in changes:
            done.append(one)  # before it is done: half of it may be
            _write(rules / one.name, one.after)
    except BaseException:
        take_out(rules, done)
        raise


def take_out(rules: Path, changes: Sequence[Change]) -> tuple[str, ...]:
    """The folder as it was before them, whether each of them was put in or not; can be done again. Files that somebody
    else has changed since stay as they are: their names. Raises OSError where a file can't be written; the others are
    as they were then."""
    moved: list[str] = []
    failed: list[OSError] = []
    for one in reversed(changes):
        try:
            _sweep(rules / one.name)
            now = held(rules, one.name)
            if now == one.after and now != one.before:
                _write(rules / one.name, one.before)
            elif now != one.before:
                moved.append(one.name)
        except OSError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return tuple(moved)


def _sweep(path: Path) -> None:
    """Away with what a process left that ended while it wrote the file, and with a folder that it made for it."""
    for stale in path.parent.glob(f".{path.name}.*.new"):
        stale.unlink(missing_ok=True)
    with suppress(OSError):  # it holds something, or is none
        path.parent.rmdir()


def _write(path: Path, content: bytes | None) -> None:
    """The file as a whole, at once: whoever reads it finds the one or the other. A folder left empty goes too."""
    if content is None:
        path.unlink(missing_ok=True)
        _sweep(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with making.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.is_file():
            shutil.copymode(path, making)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)
