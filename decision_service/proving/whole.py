"""Everything that is claimed of one policy, proved or broken."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from decision_service.offline import Engines
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.proving.asking import claims
from decision_service.proving.pairs import about_pairs, pair_names
from decision_service.proving.proofs import Proof
from decision_service.proving.prover import STEPS, Prover
from decision_service.proving.questions import Question
from decision_service.proving.showing import Shown, sharpened, show
from decision_service.readings.smt.collecting import uncollected

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


def size(policy: Policy) -> int:
    """How many claims there are to settle."""
    return len(list(claims(policy))) + len(pair_names(policy))


@uncollected()
def prove(
    policy: Policy,
    catalogue: Catalogue,
    engines: Engines,
    steps: int = STEPS,
    done: Callable[[], None] = lambda: None,
) -> Proved:
    """Settles every claim; the solver may take so many steps over each. `done` is called after each. Raises
    NotEncodedError, UnfaithfulError and EnginesDifferError: after any of them nothing counts as proved."""
    begun = perf_counter()
    prover = Prover(policy, catalogue, engines, steps)
    encoded = prover.world.encoded()
    asked = list(claims(policy))

    def settled(proof: Proof) -> None:
        if proof.verdict != "fails":  # of one that fails it is still to be shown who breaks it
            done()

    found = prover.settle(asked, settled)
    for proof in about_pairs(prover):
        found.append(proof)
        settled(proof)
    questions = {one.name: one for one in asked if isinstance(one, Question)}
    proofs = [
        sharpened(prover, proof, questions[proof.name])
        if proof.verdict == "fails" and proof.name in questions
        else proof
        for proof in found
    ]
    proofs = [_following(proof, {one.name for one in proofs if one.verdict == "fails"}) for proof in proofs]
    shown: dict[str, tuple[Shown, ...]] = {}
    for proof in proofs:
        if proof.verdict == "fails":
            shown[proof.name] = tuple(_shown(prover, proof))
            done()
    return Proved(policy, tuple(proofs), shown, encoded, perf_counter() - begun)


def _shown(prover: Prover, proof: Proof) -> Iterator[Shown]:
    """Who breaks a claim, one or two."""
    name = f"反例 {proof.name.replace(':', ' ')}"
    for place, one in enumerate((proof.witness, proof.other)):
        if one is not None:
            yield show(prover, one, name if place == 0 else f"{name} 2")
