"""A set of atoms of a column in the words of a cell: `[60..80)`, `210100, 210200`, `not(210100)`, `-`."""

import re
from collections.abc import Iterator

from decision_service.proving.axes import Atom, Axis
from verifiers.kinds import Value

_BARE = re.compile(r"[a-z][a-z0-9_]*|[0-9]+(-[0-9]{2}){0,2}|-?[0-9]+(\.[0-9]+)?", re.ASCII)


def cell_text(axis: Axis, atoms: int) -> str:
    """The cell that accepts exactly these atoms."""
    if atoms == axis.everything:
        return "-"
    chosen = [bool(atoms >> place & 1) for place in range(len(axis.atoms))]
    if axis.ordered:
        return ", ".join(_runs(axis, chosen))
    if any(take and atom.what == "other" for take, atom in zip(chosen, axis.atoms, strict=True)):
        left_out = [_word(atom.sample) for take, atom in zip(chosen, axis.atoms, strict=True) if not take]
        return f"not({', '.join(left_out)})"
    return ", ".join(_word(atom.sample) for take, atom in zip(chosen, axis.atoms, strict=True) if take)


def _runs(axis: Axis, chosen: list[bool]) -> Iterator[str]:
    """Each stretch of neighbouring atoms, as a comparison or an interval."""
    run: list[Atom] = []
    for take, atom in zip(chosen, axis.atoms, strict=True):
        if take:
            run.append(atom)
        elif run:
            yield _run(run)
            run = []
    if run:
        yield _run(run)


def _run(run: list[Atom]) -> str:
    first, last = run[0], run[-1]
    low = first.sample if first.what == "one" else first.low
    high = last.sample if last.what == "one" else last.high
    closed_low, closed_high = first.what == "one", last.what == "one"
    if low is None:
        return "-" if high is None else f"{'<=' if closed_high else '<'} {high}"
    if high is None:
        return f"{'>=' if closed_low else '>'} {low}"
    if low == high:
        return str(low)
    return f"{'[' if closed_low else '('}{low}..{high}{']' if closed_high else ')'}"


def _word(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str() if not _BARE.fullmatch(value):
            return f'"{value}"'
        case _:
            return str(value)
