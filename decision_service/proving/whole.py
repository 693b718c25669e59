"""Everything that is claimed of one policy, proved or broken."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from decision_service.offline import Engines
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.proving.asking import claims
from decision_service.proving.pairs import about_pairs
from decision_service.proving.proofs import Proof
from decision_service.proving.prover import STEPS, Prover
from decision_service.proving.questions import Question
from decision_service.proving.showing import Shown, sharpened, show

if TYPE_CHECKING:
    from decision_service.readings.smt.encoded import Encoded


@dataclass(frozen=True, slots=True)
class Proved:
    """One policy with all its claims settled, what of it was encoded, and how long it took.

    `shown`: the applicants, one or two, by the name of each claim that does not hold.
    """

    policy: Policy
    proofs: tuple[Proof, ...]
    shown: Mapping[str, tuple[Shown, ...]]
    encoded: "Encoded"
    seconds: float

    @property
    def faulty(self) -> bool:
        """Whether some claim does not hold or is not decided."""
        return any(proof.faulty for proof in self.proofs)


_OF_NOBODY = frozenset({"row_dead", "rule_never_by_itself"})
"""Claims that fail by themselves where nobody can be approved."""

_OF_ONE_THAT_NEVER_HOLDS = _OF_NOBODY | {"conflict", "approval_impossible", "rule_never_alone", "outcome_unreachable"}
"""Claims that may fail only because some rule never holds, and is always in the way."""


def _following(proof: Proof, failing: set[str]) -> Proof:
    """A claim that fails may do so only because another does; that one is told, and this one when it is mended."""
    code, _, subject = proof.name.partition(":")
    same = code == "rule_never_by_itself" and f"rule_never_alone:{subject}" in failing
    hopeless = code in _OF_NOBODY and "approval_impossible" in failing
    barred = code in _OF_ONE_THAT_NEVER_HOLDS and any(name.startswith("rule_never_holds:") for name in failing)
    return dataclasses.replace(proof, follows=proof.name in failing and (same or hopeless or barred))


def prove(
    policy: Policy,
    catalogue: Catalogue,
    engines: Engines,
    steps: int = STEPS,
    progress: Callable[[], None] = lambda: None,
) -> Proved:
    """Settles every claim; the solver may take so many steps over each. Raises NotEncodedError, UnfaithfulError and
    EnginesDifferError: after any of them nothing counts as proved."""
    begun = perf_counter()
    prover = Prover(policy, catalogue, engines, steps)
    encoded = prover.world.encoded()
    progress()
    asked = list(claims(policy))
    found = [*prover.settle(asked), *about_pairs(prover)]
    questions = {one.name: one for one in asked if isinstance(one, Question)}
    proofs = [
        sharpened(prover, proof, questions[proof.name])
        if proof.verdict == "fails" and proof.name in questions
        else proof
        for proof in found
    ]
    proofs = [_following(proof, {one.name for one in proofs if one.verdict == "fails"}) for proof in proofs]
    names = [("反例" if one.verdict == "fails" else "见证") + f" {one.name.replace(':', ' ')}" for one in proofs]
    shown = {
        proof.name: tuple(
            show(prover, one, name if place == 0 else f"{name} 2")
            for place, one in enumerate((proof.witness, proof.other))
            if one is not None
        )
        for proof, name in zip(proofs, names, strict=True)
        if proof.verdict == "fails"
    }
    return Proved(policy, tuple(proofs), shown, encoded, perf_counter() - begun)
