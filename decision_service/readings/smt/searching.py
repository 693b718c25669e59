"""Looking for an application: the solver asked, its answer made like a worked case, and decided again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    """The searches in one world: one solver, which keeps what is true of every application between them."""

    world: "World"
    _solver: "z3.Solver | None" = None
    _known: tuple[int, ...] = ()
    _wishes: dict[int, tuple[Applicant, list[Formula]]] = field(default_factory=dict)

    def find(self, conditions: Sequence["z3.BoolRef"], near: Sequence[Applicant], seconds: float) -> Applicant | None:
        """See World.find."""
        # Texts get their numbers first: what is said of texts is said of all that are named.
        for terms in self.world.terms:
            terms.complete()
        wishes = [self._alike(one) for one in near]
        asked = _Question(self._ready(), monotonic() + seconds)
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
            # The one solver that takes no time to prepare: others are ten times slower here.
            self._solver = z3.SimpleSolver()
            self._solver.add(*(raw(rule) for rule in self.world.rules()))
            self._known = known
        return self._solver


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to a solver, to be answered by a moment of the monotonic clock."""

    solver: "z3.Solver"
    until: float

    def nearest(self, wishes: Sequence[Sequence[Formula]]) -> "z3.ModelRef":
        """The model that gives up the fewest of one of these lists of wishes."""
        best: tuple[int, z3.ModelRef] | None = None
        model = self.solver.model()
        for wish in wishes:
            given_up, found = self._granting(wish)
            if best is None or given_up < best[0]:
                best = (given_up, found)
            if given_up <= 1:
                break
        return model if best is None else best[1]

    def _granting(self, wishes: Sequence[Formula]) -> tuple[int, "z3.ModelRef"]:
        """How many of the wishes were given up, and the model. Wishes given up stand in one another's way, as the
        solver's reasons say; each is tried once more at the end."""
        self.solver.push()
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
        self.solver.pop()
        return len(marks) - len(kept), model

    def satisfied(self, assumptions: Sequence["z3.BoolRef"]) -> bool:
        """Whether what the solver holds can all be true, with these. Raises UndecidedError."""
        left = self.until - monotonic()
        if left <= 0:
            raise UndecidedError("the time is over")
        self.solver.set("timeout", max(1, int(left * 1000)))
        answer = self.solver.check(*assumptions)
        if answer == z3.unknown:
            raise UndecidedError(str(self.solver.reason_unknown()))
        return bool(answer == z3.sat)
