"""Looking for an application: the solver asked, its answer made like a worked case, and decided again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import z3

from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.formulas import Formula, raw
from decision_service.readings.smt.likeness import alike
from decision_service.readings.smt.replaying import decided_again
from decision_service.readings.smt.solving import Steps, UndecidedError, new_solver
from decision_service.readings.smt.telling import Model, told

if TYPE_CHECKING:
    from decision_service.readings.smt.world import World


@dataclass
class Search:
    """The searches in one world: one solver, which keeps what is true of every application between them."""

    world: "World"
    _solver: "z3.Solver | None" = None
    _known: tuple[int, ...] = ()
    _wishes: dict[int, tuple[Applicant, list[Formula]]] = field(default_factory=dict)

    def find(self, conditions: Sequence["z3.BoolRef"], near: Sequence[Applicant], steps: int) -> Applicant | None:
        """See World.find."""
        # Texts get their numbers first: what is said of texts is said of all that are named.
        for terms in self.world.terms:
            terms.complete()
        wishes = [self._alike(one) for one in near]
        asked = _Question(self._ready(), Steps(steps))
        asked.solver.push()
        try:
            asked.solver.add(*conditions)
            if not asked.satisfied([]):
                return None
            read = Model(asked.nearest(wishes), self.world.texts)
        finally:
            asked.solver.pop()
        applicant = told(self.world, read)
        decided_again(self.world, applicant, read)
        return applicant

    def _alike(self, base: Applicant) -> list[Formula]:
        """The wishes to be like a base; made once for each."""
        if id(base) not in self._wishes:
            self._wishes[id(base)] = (base, alike(self.world, base))
        return self._wishes[id(base)][1]

    def _ready(self) -> "z3.Solver":
        """The solver with all rules of the world; made anew where there are more of them than before."""
        known = self.world.extent
        if self._solver is None or known != self._known:
            self._solver = new_solver()
            self._solver.add(*(raw(rule) for rule in self.world.rules()))
            self._known = known
        return self._solver


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to a solver, and the steps that it may still take."""

    solver: "z3.Solver"
    steps: Steps

    def nearest(self, wishes: Sequence[Sequence[Formula]]) -> "z3.ModelRef":
        """The model that gives up the fewest of one of these lists of wishes, as far as the steps do."""
        best: tuple[int, z3.ModelRef] | None = None
        model = self.solver.model()
        for wish in wishes:
            self.solver.push()
            try:
                given_up, found = self._granting(wish)
            except UndecidedError:  # an application that is like none is better than none
                break
            finally:
                self.solver.pop()
            if best is None or given_up < best[0]:
                best = (given_up, found)
            if given_up <= 1:
                break
        return model if best is None else best[1]

    def _granting(self, wishes: Sequence[Formula]) -> tuple[int, "z3.ModelRef"]:
        """How many of the wishes were given up, and the model. Wishes given up stand in one another's way, as the
        solver's reasons say; each is tried once more at the end."""
        marks = {f"wish {place}": z3.Bool(f"wish {place}") for place in range(len(wishes))}
        self.solver.add(*(z3.Implies(mark, raw(wish)) for mark, wish in zip(marks.values(), wishes, strict=True)))
        kept, given_up = dict(marks), []
        while not self.satisfied(list(kept.values())):
            core = [str(one) for one in self.solver.unsat_core()]
            last = max(core, key=lambda name: int(name.split()[1]))
            del kept[last]
            given_up.append(last)
        model = self.solver.model()
        for name in given_up[:-1]:
            if self.satisfied([*kept.values(), marks[name]]):
                kept[name] = marks[name]
                model = self.solver.model()
        return len(marks) - len(kept), model

    def satisfied(self, assumptions: Sequence["z3.BoolRef"]) -> bool:
        """Whether what the solver holds can all be true, with these. Raises UndecidedError."""
        return self.steps.satisfied(self.solver, *assumptions)
