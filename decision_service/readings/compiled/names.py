"""Names in generated code: everything of a rule file enters it as a quoted constant or as a name made here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from decision_service.language.tree import Expression, LetRef, children


class CannotCompileError(Exception):
    """A policy that cannot become a function. It says which part and why."""


@dataclass(slots=True)
class Names:
    """The constants and the local names of one generated module."""

    constants: dict[str, object] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    _locals: dict[tuple[str, str], str] = field(default_factory=dict)

    def constant(self, value: object) -> str:
        """Source text for a constant: itself where Python can write it plainly, else a name for it."""
        if value is None or isinstance(value, bool | str):
            return repr(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return repr(value) if value >= 0 else f"({value})"
        key = f"{type(value).__name__} {value!r}"
        if key not in self._known:
            self._known[key] = f"k{len(self._known)}"
            self.constants[self._known[key]] = value
        return self._known[key]

    def local(self, prefix: str, name: str) -> str:
        """A Python name for a field, register, let, variable or table; ASCII, so that no two fall together."""
        key = (prefix, name)
        if key not in self._locals:
            plain = name.isascii() and f"{prefix}_{name}".isidentifier()
            self._locals[key] = f"{prefix}_{name}" if plain else f"{prefix}_{len(self._locals)}__"
        return self._locals[key]

    def header(self) -> list[str]:
        """A comment for each constant that has a name, so that the source can be read alone."""
        return [f"# {name} = {_shown(value)}" for name, value in self.constants.items()]


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(ascii, value)))}}}"
    return str(value) if isinstance(value, Decimal) else ascii(value)


def walk(node: Expression) -> Iterator[Expression]:
    """The node and everything below it, without recursion: chains of a thousand sums are legal."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children(one)


@dataclass(slots=True)
class Lets:
    """The names that a policy defines, and how large each is when it is written out in place."""

    values: dict[str, Expression]
    _sizes: dict[str, int] = field(default_factory=dict)

    def size(self, name: str) -> int:
        """The number of nodes with every let inside written out."""
        if name not in self._sizes:
            self._sizes[name] = sum(
                self.size(one.name) if isinstance(one, LetRef) else 1 for one in walk(self.values[name])
            )
        return self._sizes[name]

    def reached(self, nodes: Iterable[Expression]) -> list[str]:
        """Every let that the nodes read, directly or through others, in the order of the file."""
        found: set[str] = set()
        waiting = list(nodes)
        while waiting:
            for one in walk(waiting.pop()):
                if isinstance(one, LetRef) and one.name not in found:
                    found.add(one.name)
                    waiting.append(self.values[one.name])
        return [name for name in self.values if name in found]
