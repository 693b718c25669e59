"""Two applications that differ in a few inputs only, as formulas: a world, and its copy with those inputs let go."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from decision_service.proving.conditions import Symbolic
from decision_service.proving.observed import Observed

if TYPE_CHECKING:
    from decision_service.readings.smt.world import World

_ENDS = (" ", ".", "[")


def named(inputs: Iterable[str]) -> Callable[[str], bool]:
    """Whether an unknown of that name belongs to one of the inputs: a form field, a register, a fact of it, `as_of`."""
    listed = tuple(inputs)
    return lambda name: any(name == one or name.startswith(tuple(one + end for end in _ENDS)) for one in listed)


class Twins:
    """A world and its twin: alike in every input but those that `varying` names."""

    def __init__(self, world: "World", varying: Iterable[str]) -> None:
        self.world = world
        self.varies = named(varying)
        self._rules = [rule for rule in world.rules() if not isinstance(rule, bool)]
        self._copies = {one.get_id(): (one, _copy(one)) for rule in self._rules for one in constants(rule)}

    def of_twin(self, formula: Symbolic) -> Symbolic:
        """The same formula, or number, of the twin."""
        import z3

        for one in constants(formula):
            self._copies.setdefault(one.get_id(), (one, _copy(one)))
        return z3.substitute(formula, *self._copies.values())

    def related(self) -> list[Symbolic]:
        """What is true of the twin, and in what it is alike. To be read when all formulas have been copied."""
        inputs = named(self._inputs())
        alike = [
            one == twin
            for one, twin in self._copies.values()
            if inputs(str(one.decl().name())) and not self.varies(str(one.decl().name()))
        ]
        return [*(self.of_twin(rule) for rule in self._rules), *alike]

    def like(self, one: Observed) -> list[Symbolic]:
        """That the world is as an application is, but for the inputs that vary: where its twin is looked for."""
        from decision_service.readings.smt.applicants import Applicant
        from decision_service.readings.smt.likeness import alike

        wishes = alike(self.world, Applicant(one.as_of, one.form, one.facts))
        return [
            wish
            for wish in wishes
            if not isinstance(wish, bool) and not any(self.varies(str(each.decl().name())) for each in constants(wish))
        ]

    def _inputs(self) -> list[str]:
        return ["as_of", *self.world.fields, *self.world.kinds]


def _copy(constant: Symbolic) -> Symbolic:
    import z3

    return z3.Const(f"{constant.decl().name()} of the twin", constant.sort())


def constants(formula: Symbolic) -> Iterator[Symbolic]:
    """The unknowns of a formula, each once."""
    import z3

    waiting, met = [formula], set[int]()
    while waiting:
        node = waiting.pop()
        if node.get_id() in met:
            continue
        met.add(node.get_id())
        if z3.is_const(node) and node.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            yield node
        waiting += node.children()
