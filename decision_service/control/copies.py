"""Copies of the rules folder that nobody edits: what is approved is read, judged and reread by the second engine from
one, so that what lies in the folder meanwhile, half written or wrong, is nobody's rules until two people release it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from decision_service.policy.shelf import CASES
from decision_service.source import PolicyProblems, Problem

_MOST_BYTES: Final = 1024 * 1024
"""More than any rule file may have."""


class RulesCopies:
    """The copy that is in force, at an address that stays, and those that may follow it. Gone with `close`."""

    def __init__(self, rules: Path) -> None:
        """Copies what is in the folder now. Raises PolicyProblems where it can't be read, OSError where the machine has
        no room for a copy."""
        self._rules = rules
        self._folder = Path(tempfile.mkdtemp(prefix="miaopi-rules-"))
        self._taken = 0
        self._in_force: Path | None = None
        self.put(self.take())

    @property
    def path(self) -> Path:
        """The rules in force: a link that is turned in one step."""
        return self._folder / "current"

    def take(self) -> Path:
        """A copy of the rules folder as it is now. Raises PolicyProblems where it moves meanwhile."""
        self._taken += 1
        copy = self._folder / str(self._taken)
        copy.mkdir()
        try:
            for path in sorted(self._rules.glob("*/*.yaml")):
                if path.name.endswith(CASES):
                    continue  # examples show rules; they are none
                place = copy / path.relative_to(self._rules)
                place.parent.mkdir(exist_ok=True)
                _copy(path, place)
        except FileNotFoundError:
            self.tidy()
            text = ("规则文件夹正在变动，请稍后再试", "the rules folder is being changed; try again when it is still")
            raise PolicyProblems([Problem("rules_moving", *text, None)]) from None
        return copy

    @contextmanager
    def trying(self, copy: Path) -> Iterator[None]:
        """`copy` in force for the block; and afterwards, unless the block raises. The one before stays until `tidy`."""
        before = self._in_force
        self.put(copy)
        try:
            yield
        except BaseException:
            if before is not None:
                self.put(before)
            raise

    def put(self, copy: Path) -> None:
        """Turn the link."""
        link = self._folder / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(copy.name)
        link.replace(self.path)
        self._in_force = copy

    def tidy(self) -> None:
        """Away with every copy but that in force."""
        for copy in self._folder.iterdir():
            if copy.is_dir() and not copy.is_symlink() and copy != self._in_force:
                shutil.rmtree(copy, ignore_errors=True)

    def close(self) -> None:
        """Away with all of them."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _copy(path: Path, place: Path) -> None:
    """As much of a file as it takes to refuse one that is too large. What is no file is none in the copy either."""
    if not path.is_file():
        place.mkdir()
        return
    with path.open("rb") as source:
        place.write_bytes(source.read(_MOST_BYTES))
