"""The entries of a table of the issuer file, each of the kind it must be; what is not is a problem with its place."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_CLAIM = re.compile(r"[^.\x00-\x20]{1,64}(\.[^.\x00-\x20]{1,64}){0,7}")
_MOST_HOURS = 24 * 366


@dataclass(slots=True)
class Problems:
    """What is wrong with the file called `file`, one line each; `line_of` knows the line of a place, or 0."""

    file: str
    lines: list[str] = field(default_factory=list)
    line_of: Callable[[str], int] = lambda _: 0

    def add(self, place: str, what: str) -> None:
        """Write one down."""
        line = self.line_of(place)
        self.lines.append(f"{self.file}{f':{line}' if line else ''}: {place or 'file'}: {what}")


class Entries:
    """One table of the file. Each entry is taken once; what is left at the end is not known."""

    def __init__(self, table: Mapping[str, object], place: str, problems: Problems) -> None:
        """`place` is how the table is called in a problem, such as issuer[1].credential[2]."""
        self._table = table
        self._place = place
        self._problems = problems
        self._taken: set[str] = set()

    def problem(self, name: str, what: str) -> None:
        """Say what is wrong with the entry `name`."""
        self._problems.add(f"{self._place}.{name}" if self._place else name, what)

    def raw(self, name: str) -> object:
        """The entry as it stands, None where there is none."""
        self._taken.add(name)
        return self._table.get(name)

    def text(self, name: str, usual: str | None = None) -> str:
        """A text of 1 to 2048 characters; `usual` where it is left out."""
        found = self.raw(name)
        if found is None and usual is not None:
            return usual
        if not isinstance(found, str) or not 0 < len(found) <= 2048 or not found.isprintable():
            self.problem(name, "text is expected" if found is not None else "it is missing; write it as text")
            return ""
        return found

    def word(self, name: str, choices: Sequence[str], usual: str | None = None) -> str:
        """One of `choices`."""
        found = self.text(name, usual)
        if found and found not in choices:
            self.problem(name, f"one of {', '.join(choices)} is expected")
            return ""
        return found

    def texts(self, name: str, usual: list[str] | None = None) -> list[str]:
        """A list of texts."""
        found = self.raw(name)
        if found is None and usual is not None:
            return usual
        if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
            self.problem(name, "a list of texts is expected")
            return []
        return found

    def words(self, name: str, choices: Sequence[str]) -> list[str]:
        """A list of some of `choices`, one at least."""
        found = self.texts(name)
        if not found or not set(found) <= set(choices):
            self.problem(name, f"one or more of {', '.join(choices)} are expected, as a list")
            return []
        return found

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        found = self.raw(name)
        if found is not None and not isinstance(found, bool):
            self.problem(name, "true or false is expected")
        return found if isinstance(found, bool) else default

    def hours(self, name: str) -> int:
        """A whole number of hours, up to a year."""
        found = self.raw(name)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 < found <= _MOST_HOURS:
            self.problem(name, f"a whole number of hours from 1 to {_MOST_HOURS} is expected")
            return 1
        return found

    def claim(self, name: str) -> tuple[str, ...]:
        """Where a claim is: names from the outermost object inwards, joined by full stops."""
        return self._claim(name, self.raw(name))

    def claims(self, name: str) -> dict[str, tuple[str, ...]]:
        """A table of names and where the claim of each is."""
        found = self.raw(name)
        if not isinstance(found, dict) or not found:
            self.problem(name, 'a table is expected, such as { id_no = "id_no" }')
            return {}
        return {key: self._claim(f"{name}.{key}", value) for key, value in found.items()}

    def tables(self, name: str, least: int) -> list["Entries"]:
        """The tables of a list of tables, `least` at least."""
        found = self.raw(name)
        here = f"{self._place}.{name}" if self._place else name
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found) or len(found) < least:
            heading = re.sub(r"\[[0-9]+\]", "", here)
            self.problem(name, f"one or more tables are expected; begin each with [[{heading}]]")
            return []
        return [Entries(one, f"{here}[{number}]", self._problems) for number, one in enumerate(found, 1)]

    def done(self) -> None:
        """Say which entries are not known."""
        for name in sorted(self._table.keys() - self._taken):
            shown = name if name.isprintable() and len(name) <= 64 else "an entry"
            self.problem(shown, f"is not known here; these are: {', '.join(sorted(self._taken))}")

    def _claim(self, name: str, found: object) -> tuple[str, ...]:
        if not isinstance(found, str) or not _CLAIM.fullmatch(found):
            self.problem(name, "the name of a claim is expected, or names joined by full stops")
            return ()
        return tuple(found.split("."))
