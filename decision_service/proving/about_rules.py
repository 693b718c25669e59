"""What is asked of rules: each can hold, can fail and decide alone; together they can be met; none say two things."""

from collections.abc import Iterator
from itertools import combinations

from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Compare
from decision_service.outcome import FAVOURABLE, RANK
from decision_service.policy.shape import Bilingual, Consequence, Policy, Rule
from decision_service.proving.conditions import All, Condition, Known, No, Says, Some, both, fails, holds
from decision_service.proving.questions import Question, question
from decision_service.proving.structure import applied, concerns, demands


def about_rules(policy: Policy) -> Iterator[Question]:
    """The questions about every rule of a policy, and about all of them together."""
    for rule in policy.rules:
        yield _can_hold(rule)
        yield _alone(policy, rule)
        yield _by_itself(policy, rule)
        if len(rule.alternatives) > 1:
            yield from (_alternative(rule, place) for place in range(len(rule.alternatives)))
    for item in (*(one.name for one in policy.items), *([] if policy.items else [None])):
        yield _together(policy, item)
    yield from _told_twice(policy)


def _can_hold(rule: Rule) -> Question:
    return question(
        ("rule_never_holds", rule.id),
        "rules",
        "exist",
        both(Known(), holds(rule.id)),
        (
            Bilingual(f"规则 {rule.id} 能够成立", f"rule {rule.id} can hold"),
            Bilingual(f"规则 {rule.id} 永远不成立：谁也达不到", f"rule {rule.id} never holds: nobody can meet it"),
            Bilingual("改 `must`：现在的条件对任何申请都不成立", "change `must`: as it stands no application meets it"),
        ),
        rule.span,
    )


def _others(policy: Policy, rule: Rule) -> list[Rule]:
    return [one for one in policy.rules if one is not rule and concerns(one, rule.item)]


def _alone(policy: Policy, rule: Rule) -> Question:
    """The rule fails, and whatever else fails is weaker: it is the only one that is told as the reason."""
    ways: list[Condition] = []
    for place, one in enumerate(rule.alternatives):
        rivals = [
            No(fails(other.id, at))
            for other in _others(policy, rule)
            for at, rival in enumerate(other.alternatives)
            if RANK[rival.outcome] <= RANK[one.outcome]
        ]
        ways.append(All((fails(rule.id, place), *rivals)))
    return question(
        ("rule_never_alone", rule.id),
        "rules",
        "exist",
        both(Known(), Some(tuple(ways))),
        (
            Bilingual(f"规则 {rule.id} 能够单独决定", f"rule {rule.id} can be what decides, alone"),
            Bilingual(
                f"规则 {rule.id} 不起作用：它从不失败，或者失败时总有别的规则一样强",
                f"rule {rule.id} never decides: it cannot fail, or whenever it does another as strong fails too",
            ),
            Bilingual(
                "删去这条规则，或者改它的 `must`，使它管到别的规则没有管到的情形",
                "remove the rule, or let its `must` say something that no other rule says",
            ),
        ),
        rule.span,
    )


def _by_itself(policy: Policy, rule: Rule) -> Question:
    """Worth knowing, no fault: some rules fail only along with a weaker one (a paper of a route that is closed)."""
    others = tuple(
        No(fails(other.id, place))
        for other in _others(policy, rule)
        for place, one in enumerate(other.alternatives)
        if one.outcome not in FAVOURABLE
    )
    return question(
        ("rule_never_by_itself", rule.id),
        "rules",
        "exist",
        both(Known(), fails(rule.id), *others),
        (
            Bilingual(f"规则 {rule.id} 能够是唯一失败的一条", f"rule {rule.id} can be the only one that fails"),
            Bilingual(
                f"规则 {rule.id} 失败时总有别的规则也失败",
                f"whenever rule {rule.id} fails, another fails along with it",
            ),
            Bilingual(
                "如果本应如此，不必改；否则改它的 `must`", "where that is meant, leave it; else change its `must`"
            ),
        ),
        rule.span,
        advice=True,
    )


def _alternative(rule: Rule, place: int) -> Question:
    number = place + 1
    return question(
        ("alternative_dead", f"{rule.id}:{number}"),
        "rules",
        "exist",
        both(Known(), fails(rule.id, place)),
        (
            Bilingual(f"规则 {rule.id} 的第{number}种后果会发生", f"consequence {number} of rule {rule.id} can follow"),
            Bilingual(
                f"规则 {rule.id} 的第{number}种后果永远不会发生",
                f"consequence {number} of rule {rule.id} never follows",
            ),
            Bilingual(
                "改 `when`，或者删去这一项：前面的各项已经包括了它",
                "change its `when`, or remove it: those before it take every case",
            ),
        ),
        rule.alternatives[place].span,
    )


def _together(policy: Policy, item: str | None) -> Question:
    """Every rule that stands in the way can be met at once: of the whole, and of one item."""
    rules = tuple(holds(rule.id) for rule in policy.rules if concerns(rule, item) and demands(rule))
    asked = () if item is None else (applied(policy, item),)
    which = ("", "") if item is None else (f"（{item}）", f" of {item}")
    return question(
        ("conflict", item or ""),
        "rules",
        "exist",
        both(Known(), *asked, *rules),
        (
            Bilingual(f"全部条件{which[0]}可以同时符合", f"all conditions{which[1]} can be met at once"),
            Bilingual(
                f"条件{which[0]}互相矛盾：没有人能同时符合",
                f"the conditions{which[1]} contradict each other: nobody can meet them all",
            ),
            Bilingual("改其中一条", "change one of them"),
        ),
        None,
    )


def _told_twice(policy: Policy) -> Iterator[Question]:
    """Two consequences of one outcome that state a value under one name: the answer has room for one."""
    told = [
        (rule, place, one, name)
        for rule in policy.rules
        for place, one in enumerate(rule.alternatives)
        for name, _ in one.told
    ]
    for (rule, place, one, name), (other, at, rival, same) in combinations(told, 2):
        if name == same and rule is not other and one.outcome is rival.outcome and concerns(other, rule.item):
            yield _told_apart(name, (rule, place, one), (other, at, rival))


_Follows = tuple[Rule, int, Consequence]


def _told_apart(name: str, first: _Follows, second: _Follows) -> Question:
    (rule, place, one), (other, at, rival) = first, second
    values = dict(one.told)[name], dict(rival.told)[name]
    return question(
        ("told_apart", f"{name}:{rule.id}:{other.id}"),
        "rules",
        "never",
        both(Known(), fails(rule.id, place), fails(other.id, at), Says(Compare("!=", *values, BOOLEAN))),
        (
            Bilingual(
                f"规则 {rule.id} 和 {other.id} 告知的 {name} 一致",
                f"rules {rule.id} and {other.id} tell the same {name}",
            ),
            Bilingual(
                f"规则 {rule.id} 和 {other.id} 同时失败时，各告知一个不同的 `{name}`",
                f"when rules {rule.id} and {other.id} both fail, each tells another `{name}`",
            ),
            Bilingual("给其中一个换个名称，或者让两处的值一致", "call one of them otherwise, or let both say the same"),
        ),
        rival.span,
    )
