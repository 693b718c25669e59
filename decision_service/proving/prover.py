"""Settles the claims about one policy: by what cases show, by boxes where they do, else by Z3; and decides again."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

from decision_service.offline import Engines
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.proving.about_tables import overlaps
from decision_service.proving.boxes import Boxes, TooManyError, boxes_of, stronger
from decision_service.proving.conditions import All, Condition, Known, Some, Symbolic, seen, symbolic
from decision_service.proving.keeping import differences
from decision_service.proving.observed import Observed, observe
from decision_service.proving.proofs import Method, Proof, Verdict
from decision_service.proving.questions import Question, Settled
from decision_service.proving.structure import bounded
from decision_service.proving.variations import Application, variations

if TYPE_CHECKING:
    from decision_service.readings.smt.world import World

STEPS = 100_000_000
"""How much work the solver may take over one question: some ten seconds (readings/smt/solving.py)."""

FOR_ADVICE = 10
"""What part of it, one in so many, where the answer is only worth knowing."""

NEAREST = 3
"""How many worked cases an application is made to be like, each in turn."""


class NotEncodedError(Exception):
    """Part of the policy is not in the formulas, so nothing is proved of it. The message names the parts."""


class Prover:
    """The claims about one policy are put to it one by one; what it finds on the way serves the next."""

    def __init__(self, policy: Policy, catalogue: Catalogue, engines: Engines, steps: int = STEPS) -> None:
        self.policy = policy
        self.catalogue = catalogue
        self.engines = engines
        self.steps = steps
        self.cases = [
            self.decided((case.as_of, case.form, case.facts), case.name)
            for case in policy.cases
            if case.as_of >= policy.effective_from
        ]
        self.found: list[Observed] = []
        self.boxes: dict[str, Boxes] = {}

    def decided(self, application: Application, name: str = "") -> Observed:
        """The application as both engines and the reference decide it."""
        return observe(self.policy, self.catalogue, self.engines, application, name)

    @cached_property
    def varied(self) -> list[Observed]:
        """The worked cases with one thing changed."""
        return [self.decided(one) for one in variations(self.policy, self.catalogue)]

    @cached_property
    def world(self) -> "World":
        """Every application there could be, as unknowns. Raises NotEncodedError."""
        from decision_service.readings.smt.world import World

        world = World([self.policy], self.catalogue)
        left_out = world.encoded().left_out
        if left_out:
            raise NotEncodedError("; ".join(left_out))
        return world

    def settle(
        self, asked: Sequence[Question | Settled], told: Callable[[Proof], None] = lambda _: None
    ) -> list[Proof]:
        """How claims come out; `told` of each. Those that nobody may break are put to the solver together first: most
        hold."""
        found: dict[str, Proof] = {}
        waiting: list[Question] = []
        for one in asked:
            proof = self._timed(one)
            if proof is not None:
                found[one.name] = proof
                told(proof)
            elif isinstance(one, Question):
                waiting.append(one)
        begun = perf_counter()
        hold = bool(waiting) and self._nobody([self._narrowed(one) for one in waiting])
        share = (perf_counter() - begun) / max(1, len(waiting))
        for one in waiting:
            held = dataclasses.replace(_proof(one, "holds", "z3"), seconds=share) if hold else None
            found[one.name] = held or self._clocked(one, self._searched)
            told(found[one.name])
        return [found[one.name] for one in asked]

    def _timed(self, asked: Question | Settled) -> Proof | None:
        if isinstance(asked, Settled):
            verdict: Verdict = "holds" if asked.holds else "fails"
            return Proof(asked.name, asked.group, asked.claim, verdict, "structure", asked.problem)
        begun = perf_counter()
        proof = self._exist(asked) if asked.must == "exist" else self._never(asked)
        return None if proof is None else dataclasses.replace(proof, seconds=perf_counter() - begun)

    def _clocked(self, asked: Question, work: Callable[[Question], Proof]) -> Proof:
        begun = perf_counter()
        return dataclasses.replace(work(asked), seconds=perf_counter() - begun)

    def _nobody(self, conditions: Sequence[Condition | None]) -> bool:
        """Whether it is proved at once that none of the conditions is so of anybody."""
        from decision_service.readings.smt.solving import UndecidedError

        wanted = tuple(condition for condition in conditions if condition is not None)
        try:
            return self.search([symbolic(Some(wanted), self.world, self.world.terms[0])]) is None
        except UndecidedError:
            return False

    def find(self, *conditions: Condition, small: bool = False, steps: int | None = None) -> Observed | None:
        """An application of which all conditions are so; None where there is proved to be none. `small`: one that
        differs from a worked case in as little as can be found.

        Raises UndecidedError, and UnfaithfulError where it is decided otherwise than the solver said.
        """
        from decision_service.readings.smt.replaying import UnfaithfulError

        formulas = [symbolic(condition, self.world, self.world.terms[0]) for condition in conditions]
        found = self.search(formulas, steps=steps)
        if found is not None and small:
            found = self.search(formulas, self.nearest(found), steps) or found
        if found is not None and not all(seen(condition, found) for condition in conditions):
            raise UnfaithfulError(f"{self.policy.matter}: {conditions}")
        return found

    def nearest(self, one: Observed) -> list[Observed]:
        """The worked cases from which an application differs least."""
        ways = differences(self.policy, self.catalogue, one.as_of, one.form, one.facts)
        sizes = {way.like: way.size for way in ways}
        return sorted(self.cases, key=lambda case: sizes[case.name])[:NEAREST]

    def search(
        self, formulas: Sequence[Symbolic], near: Sequence[Observed] = (), steps: int | None = None
    ) -> Observed | None:
        """The same for formulas of the solver; `near`: what it should be like."""
        from decision_service.readings.smt.applicants import Applicant
        from decision_service.readings.smt.solving import UndecidedError
        from decision_service.readings.smt.telling import UnrealisableError

        like = [Applicant(one.as_of, one.form, one.facts) for one in near]
        try:
            applicant = self.world.find(*formulas, near=like, steps=self.steps if steps is None else steps)
        except UnrealisableError as error:
            raise UndecidedError(str(error)) from error
        if applicant is None:
            return None
        found = self.decided((applicant.as_of, applicant.form, applicant.facts))
        self.found.append(found)
        return found

    def _exist(self, asked: Question) -> Proof:
        witness, method = self._shown(asked.condition)
        if witness is not None:
            return _proof(asked, "holds", method, witness)
        return _proof(asked, "fails", "boxes") if self._hidden(asked) else self._searched(asked)

    def _never(self, asked: Question) -> Proof | None:
        """Settled without the solver; None where that does not do."""
        for one in (*self.cases, *self.found):
            if seen(asked.condition, one):
                return _proof(asked, "fails", "case" if one.name else "z3", one)
        return _proof(asked, "holds", "boxes") if self._narrowed(asked) is None else None

    def _searched(self, asked: Question) -> Proof:
        from decision_service.readings.smt.solving import UndecidedError

        try:
            wanted = self._narrowed(asked) or asked.condition
            steps = self.steps // FOR_ADVICE if asked.advice else None
            witness = self.find(wanted, small=asked.must == "never", steps=steps)
        except UndecidedError:
            return _proof(asked, "undecided", "z3")
        good = (witness is None) == (asked.must == "never")
        return _proof(asked, "holds" if good else "fails", "z3", witness)

    def _shown(self, condition: Condition) -> tuple[Observed | None, Method]:
        pools: tuple[tuple[Method, Iterable[Observed]], ...] = (("case", self.cases), ("z3", self.found))
        for method, pool in pools:
            for one in pool:
                if seen(condition, one):
                    return one, method
        for one in self.varied:
            if seen(condition, one):
                return one, "variation"
        return None, "z3"

    def _hidden(self, asked: Question) -> bool:
        """Whether boxes alone show that a row never counts."""
        if asked.code != "row_dead":
            return False
        _, name, number = asked.name.split(":")
        row, table = int(number) - 1, self.policy.tables[name]
        boxes = self.boxes_of(name)
        try:
            return boxes.empty(row) or boxes.hidden(row, stronger(table, row))
        except TooManyError:
            return False

    def _narrowed(self, asked: Question) -> Condition | None:
        """What is left to ask the solver: nothing where boxes show that there is no gap, or no overlap."""
        if asked.code not in ("table_gap", "table_overlap"):
            return asked.condition
        name = asked.name.split(":")[1]
        boxes = self.boxes_of(name)
        if asked.code == "table_gap":
            try:
                return None if boxes.gap() is None else asked.condition
            except TooManyError:
                return asked.condition
        at_odds = tuple(overlaps(self.policy.tables[name], boxes.overlapping()))
        used = asked.condition.parts[-1] if isinstance(asked.condition, All) else asked.condition
        return All((Known(), Some(at_odds), used)) if at_odds else None

    def boxes_of(self, table: str) -> Boxes:
        """A table as boxes, cut once."""
        if table not in self.boxes:
            found = self.policy.tables[table]
            self.boxes[table] = boxes_of(found, [bounded(self.policy, one) for one in found.inputs])
        return self.boxes[table]


def _proof(asked: Question, verdict: Verdict, method: Method, witness: Observed | None = None) -> Proof:
    return Proof(asked.name, asked.group, asked.claim, verdict, method, asked.problem, asked.advice, witness)


def smallest(prover: Prover, conditions: Sequence[Condition]) -> list[Condition]:
    """Of conditions that cannot be so together, some that cannot either and of which none can be left out."""
    kept = list(conditions)
    for one in conditions:
        rest = [other for other in kept if other is not one]
        if prover.find(Known(), *rest) is None:
            kept = rest
    return kept
