"""What is asked of outcomes: each can come about, somebody can be approved, nothing favourable rests on an unknown."""

from collections.abc import Iterator

from decision_service.outcome import APPROVALS, FAVOURABLE, Outcome, ranked
from decision_service.policy.shape import Bilingual, Policy
from decision_service.proving.conditions import All, Condition, ItemWins, Known, Says, Some, Unclear, Wins, both, unsure
from decision_service.proving.questions import Question, question
from decision_service.proving.structure import applied
from decision_service.source import Span


def about_outcomes(policy: Policy) -> Iterator[Question]:
    """Every outcome that some rule can lead to, and an approval, can be the decision."""
    yield question(
        ("approval_impossible", ""),
        "outcomes",
        "exist",
        both(Known(), Some(tuple(Wins(one) for one in ranked(APPROVALS)))),
        (
            Bilingual("能够获准", "an approval is possible"),
            Bilingual("没有人能获准", "nobody can be approved"),
            Bilingual(
                "看哪些条件互相矛盾，哪张表缺一行", "see which conditions contradict each other, which table has a gap"
            ),
        ),
        next((rule.span for rule in policy.rules if not rule.standing), None),
    )
    for outcome, (rule, span) in _led_to(policy).items():
        yield question(
            ("outcome_unreachable", outcome.value),
            "outcomes",
            "exist",
            both(Known(), Wins(outcome)),
            (
                Bilingual(f"结果 {outcome.value} 会出现", f"the outcome {outcome.value} can come about"),
                Bilingual(
                    f"规则 {rule} 可致 {outcome.value}，却从来轮不到这个结果",
                    f"rule {rule} can lead to {outcome.value}, yet no application ever comes to it",
                ),
                Bilingual(
                    "总有更强的结果：改这条规则的条件或者结果",
                    "a stronger one always wins: change the rule or what follows from it",
                ),
            ),
            span,
        )


def _led_to(policy: Policy) -> dict[Outcome, tuple[str, Span | None]]:
    found: dict[Outcome, tuple[str, Span | None]] = {}
    for rule in policy.rules:
        for one in rule.alternatives:
            found.setdefault(one.outcome, (rule.id, one.span))
    return found


def about_support(policy: Policy) -> Iterator[Question]:
    """Nothing favourable while a rule, or something that is granted, is unknown; registers fail in every way."""
    whole = [unsure(rule.id) for rule in policy.rules if rule.item is None]
    parts = [All((applied(policy, rule.item), unsure(rule.id))) for rule in policy.rules if rule.item is not None]
    values = [
        Unclear(one.value) if one.when is None else Some((Unclear(one.when), All((Says(one.when), Unclear(one.value)))))
        for one in policy.results
    ]
    complete: list[Condition] = [Wins(one) for one in ranked(FAVOURABLE) if one is not Outcome.PARTIALLY_APPROVED]
    granting: list[Condition] = [Wins(one) for one in ranked(APPROVALS)]
    ways: list[Condition] = [
        All((Some(tuple(complete)), Some((*whole, *parts)))),
        All((Wins(Outcome.PARTIALLY_APPROVED), Some(tuple(whole)))),
        *(
            All((ItemWins(rule.item, one), unsure(rule.id)))
            for rule in policy.rules
            if rule.item is not None
            for one in ranked(APPROVALS)
        ),
        All((Some(tuple(granting)), Some(tuple(values)))),
    ]
    yield question(
        ("approval_on_unknown", ""),
        "support",
        "never",
        Some(tuple(ways)),
        (
            Bilingual("批准、容缺受理都不依靠未知的事", "nothing favourable rests on what is not known"),
            Bilingual(
                "有登记库没有答复，却批准了", "an approval follows though something that it rests on is not known"
            ),
            Bilingual("这是引擎的缺陷，请报告", "this is a fault of the engine: report it"),
        ),
        None,
    )
