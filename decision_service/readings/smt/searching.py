"""Looking for an application: the solver asked, its answer made like a worked case, and decided again."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import z3

from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.formulas import Formula, raw
from decision_service.readings.smt.likeness import alike
from decision_service.readings.smt.replaying import decided_again
from decision_service.readings.smt.telling import Model, told

if TYPE_CHECKING:
    from decision_service.readings.smt.world import World


class UndecidedError(Exception):
    """The solver neither found an application nor proved that there is none; says why."""


@dataclass
class Search:
    """One search in a world, at most so many seconds long."""

    world: "World"
    seconds: float

    def __post_init__(self) -> None:
        self._until = monotonic() + self.seconds

    def find(self, conditions: Sequence["z3.BoolRef"], near: Sequence[Applicant]) -> Applicant | None:
        """See World.find."""
        # Texts of `near` get their numbers first: what is said of texts is said of all that are named.
        wishes = [alike(self.world, one) for one in near]
        solver = z3.Solver()
        solver.add(*(raw(rule) for rule in self.world.rules()), *conditions)
        if not self._satisfied(solver, []):
            return None
        best: tuple[int, z3.ModelRef] | None = None
        model = solver.model()
        for wish in wishes:
            changed, found = self._nearest(solver, wish)
            if best is None or changed < best[0]:
                best = (changed, found)
            if changed <= 1:
                break
        return self._applicant(model if best is None else best[1])

    def _applicant(self, model: "z3.ModelRef") -> Applicant:
        read = Model(model, self.world.texts)
        applicant = told(self.world, read)
        decided_again(self.world, applicant, read)
        return applicant

    def _nearest(self, solver: "z3.Solver", wishes: Sequence[Formula]) -> tuple[int, "z3.ModelRef"]:
        """How many of the wishes were given up, and the model. Wishes given up stand in one another's way, as the
        solver's reasons say; each is tried once more at the end."""
        solver.push()
        marks = {f"wish {place}": z3.Bool(f"wish {place}") for place in range(len(wishes))}
        solver.add(*(z3.Implies(mark, raw(wish)) for mark, wish in zip(marks.values(), wishes, strict=True)))
        kept, given_up = dict(marks), []
        while not self._satisfied(solver, list(kept.values())):
            core = [str(one) for one in solver.unsat_core()]
            if not core:
                break
            last = max(core, key=lambda name: int(name.split()[1]))
            del kept[last]
            given_up.append(last)
        model = solver.model()
        for name in given_up:
            tried = [*kept.values(), marks[name]]
            if self._satisfied(solver, tried):
                kept[name] = marks[name]
                model = solver.model()
        solver.pop()
        return len(marks) - len(kept), model

    def _satisfied(self, solver: "z3.Solver", assumptions: Sequence["z3.BoolRef"]) -> bool:
        left = self._until - monotonic()
        if left <= 0:
            raise UndecidedError("the time is over")
        solver.set("timeout", max(1, int(left * 1000)))
        answer = solver.check(*assumptions)
        if answer == z3.unknown:
            raise UndecidedError(str(solver.reason_unknown()))
        return bool(answer == z3.sat)
