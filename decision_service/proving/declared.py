"""What a file claims of itself under `always`: never an outcome where something is so."""

from collections.abc import Iterator

from decision_service.outcome import RANK
from decision_service.policy.shape import Bilingual, Claim, Policy
from decision_service.proving.conditions import All, Condition, Says, Some, Wins
from decision_service.proving.questions import Question, question


def about_declared(policy: Policy) -> Iterator[Question]:
    """The claims of the kind `never`; those on two applications at once are asked elsewhere."""
    for place, claim in enumerate(policy.claims):
        if claim.never:
            yield _never(place, claim)


def _never(place: int, claim: Claim) -> Question:
    outcomes: list[Condition] = [Wins(one) for one in sorted(claim.never, key=RANK.__getitem__)]
    parts: list[Condition] = [Some(tuple(outcomes))]
    if claim.when is not None:
        parts.append(Says(claim.when))
    return question(
        ("claim_broken", str(place + 1)),
        "declared",
        "never",
        All(tuple(parts)),
        (
            claim.label,
            Bilingual(f"断言不成立：{claim.label.zh}", f"the claim does not hold: {claim.label.en}"),
            Bilingual("改规则；断言写错的改断言", "change the rules, or the claim where it says too much"),
        ),
        claim.span,
    )
