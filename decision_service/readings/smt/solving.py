"""Solvers, and how much of their work a question may take: counted in their own steps, so that the same question comes
to the same answer on any machine, however busy it is."""

from dataclasses import dataclass

import z3

from decision_service.readings.smt.collecting import uncollected

SECOND = 10_000_000
"""Some so many steps are taken in a second."""

_TOO_LONG = 1800
"""Seconds after which a machine is given up on that has not taken the steps by then."""


class UndecidedError(Exception):
    """The solver neither found an application nor proved that there is none; says why."""


def new_solver() -> "z3.Solver":
    """A solver that is asked again and again. It is the one that takes no time to prepare, others are ten times slower
    here; and of its two ways with whole numbers the one that is quicker with days."""
    found = z3.SimpleSolver()
    found.set("arith.solver", 2)
    return found


@dataclass(slots=True)
class Steps:
    """The steps that are left for some questions."""

    left: int

    def satisfied(self, solver: "z3.Solver", *assumptions: "z3.BoolRef") -> bool:
        """Whether what the solver holds can all be true, with these. Raises UndecidedError where the steps are over."""
        if self.left <= 0:
            raise UndecidedError("the steps for it are over")
        solver.set("rlimit", min(self.left, 2**32 - 1))
        solver.set("timeout", _TOO_LONG * 1000)
        begun = _taken(solver)
        with uncollected():
            answer = solver.check(*assumptions)
        self.left -= max(1, _taken(solver) - begun)
        if answer == z3.unknown:
            raise UndecidedError(str(solver.reason_unknown()))
        return bool(answer == z3.sat)


def _taken(solver: "z3.Solver") -> int:
    """The steps of all solvers so far; the solver tells many of them as a float, which holds them exactly."""
    return int(solver.statistics().get_key_value("rlimit count"))
