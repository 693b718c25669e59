"""One solver that is asked again and again, with what it holds to for the time of some questions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import z3

LONG, SHORT = 60, 10
"""How long a question may take on which the comparison hangs, and one that only helps to describe what was found: in
seconds of the solver's steps (readings/smt/solving.py)."""


class Asking:
    """Whether conditions can hold together, and an application for which they do. Raises UndecidedError where the
    solver gives up."""

    def __init__(self, *ground: "z3.BoolRef") -> None:
        from decision_service.readings.smt.solving import new_solver

        self.solver = new_solver()
        self.solver.add(*ground)
        self._long = LONG
        self.asked = 0

    @contextmanager
    def shortly(self) -> Iterator[None]:
        """Gives up sooner, until it ends."""
        self._long = SHORT
        try:
            yield
        finally:
            self._long = LONG

    @contextmanager
    def within(self, *conditions: "z3.BoolRef") -> Iterator[None]:
        """Holds to these conditions as well, until it ends."""
        self.solver.push()
        try:
            self.solver.add(*conditions)
            yield
        finally:
            self.solver.pop()

    def model(self, *conditions: "z3.BoolRef") -> "z3.ModelRef | None":
        """One application, of which the conditions are true; None: proved that there is none."""
        from decision_service.readings.smt.solving import UndecidedError

        self.asked += 1
        with self.within(*conditions):
            if not self._satisfied():
                return None
            model = cast("z3.ModelRef", self.solver.model())
        # Whoever asks for one more until there is none would else ask for ever.
        if not all(self.holds(model, one) for one in conditions):
            raise UndecidedError("a model is not what it was asked for")
        return model

    def never(self, *conditions: "z3.BoolRef") -> bool:
        """Proved: they cannot hold together."""
        return self.model(*conditions) is None

    def enough(self, formulas: "Sequence[z3.BoolRef]", contrary: "z3.BoolRef") -> list[int] | None:
        """The places of formulas that together rule out `contrary`, by far not always the fewest; None where not even
        all of them do."""
        import z3

        marks = [z3.FreshBool("mark") for _ in formulas]
        self.asked += 1
        with self.within(contrary, *(z3.Implies(mark, one) for mark, one in zip(marks, formulas, strict=True))):
            found = self._satisfied(*marks)
            core = {mark.get_id() for mark in self.solver.unsat_core()} if not found else set()
        return None if found else [place for place, mark in enumerate(marks) if mark.get_id() in core]

    def _satisfied(self, *assumptions: "z3.BoolRef") -> bool:
        from decision_service.readings.smt.solving import SECOND, Steps

        return Steps(self._long * SECOND).satisfied(self.solver, *assumptions)

    @staticmethod
    def holds(model: "z3.ModelRef", condition: "z3.BoolRef") -> bool:
        """Whether it is true of the application of the model."""
        import z3

        return bool(z3.is_true(model.eval(condition, model_completion=True)))
