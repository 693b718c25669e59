"""What is asked of refusals: each inside the gate of the domain (2.3), as far as the tree reaches.

In the tree's reach: nobody is refused who asked for an officer, whose identity is in doubt, or on anything unknown; no
refusal rests on a missing record, on two registers, or on a stigmatising one, not even through the `when` of what
follows. Outside it: remedies and reasons of the notice, which the answer adds to every refusal.
"""

from collections.abc import Iterator

from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Expression, FactRef, FormRef
from decision_service.outcome import Outcome
from decision_service.policy.checks import STIGMA
from decision_service.policy.needs import fields_read, registers_read
from decision_service.policy.shape import Bilingual, Policy, Rule
from decision_service.proving.conditions import (
    All,
    Condition,
    ItemWins,
    No,
    Says,
    Some,
    Unclear,
    Wins,
    both,
    fails,
    holds,
)
from decision_service.proving.questions import Question, Settled, question
from decision_service.source import Problem

_OFFICER = Bilingual(
    "改为 REFERRED R11_PROPOSED_REFUSAL，由工作人员复核", "make it REFERRED R11_PROPOSED_REFUSAL: an officer decides"
)


def about_refusals(policy: Policy) -> Iterator[Question | Settled]:
    """The questions about everything that a machine may refuse."""
    refusing = [rule for rule in policy.rules if _refusals(rule)]
    if not refusing:
        return
    yield _officer_asked(policy)
    if any(rule.gate for rule in policy.rules):
        yield _identity(policy)
    for rule in refusing:
        yield _hard_fact(policy, rule)
        yield _on_unknown(policy, rule)


def _refusals(rule: Rule) -> list[int]:
    return [place for place, one in enumerate(rule.alternatives) if one.outcome is Outcome.REJECTED]


def _refused(policy: Policy) -> Condition:
    """Something is refused by machine: the whole, or a part."""
    return Some((Wins(Outcome.REJECTED), *(ItemWins(item.name, Outcome.REJECTED) for item in policy.items)))


def _officer_asked(policy: Policy) -> Question:
    asked = Says(FormRef("human_review", BOOLEAN))
    return question(
        ("refused_despite_review", ""),
        "refusals",
        "never",
        both(_refused(policy), asked),
        (
            Bilingual("要求人工的，机器不拒绝", "who asks for an officer is never refused by the machine"),
            Bilingual(
                "申请人要求人工，仍被机器拒绝", "an applicant who asked for an officer is refused by the machine"
            ),
            Bilingual(
                "改这条规则，使要求人工的一律转人工", "change the rule, so that whoever asks for an officer gets one"
            ),
        ),
        next((rule.span for rule in policy.rules if "human_review" in fields_read(policy, [rule.must])), None),
    )


def _identity(policy: Policy) -> Question:
    gates = tuple(holds(rule.id) for rule in policy.rules if rule.gate)
    return question(
        ("refused_without_identity", ""),
        "refusals",
        "never",
        both(_refused(policy), No(All(gates))),
        (
            Bilingual("身份没有核实的，机器不拒绝", "nobody is refused whose identity is not confirmed"),
            Bilingual("身份没有核实，仍被机器拒绝", "an applicant whose identity is not confirmed is refused"),
            Bilingual("改这条规则，使身份不符的一律转人工", "change the rule, so that an officer looks at every doubt"),
        ),
        next((rule.span for rule in policy.rules if rule.gate), None),
    )


def _rests_on(rule: Rule) -> list[Expression]:
    """What decides that the refusal follows: the condition, and the `when` of it and of those before it."""
    last = max(_refusals(rule))
    return [rule.must, *(one.when for one in rule.alternatives[: last + 1] if one.when is not None)]


def _hard_fact(policy: Policy, rule: Rule) -> Settled:
    registers = registers_read(policy, _rests_on(rule))
    absent = sorted(name for name in registers if policy.asks[name].register.no_record is not None)
    faults = [
        Bilingual(f"不能据 `{name}` 拒绝", f"nobody is refused on `{name}`") for name in sorted(registers & STIGMA)
    ]
    faults += [Bilingual(f"`{name}` 没有记录也算答复", f"`{name}` answers with `no record` too") for name in absent]
    if len(registers) > 1:
        joined = ", ".join(sorted(registers))
        faults.append(Bilingual(f"由几个登记库拼接（{joined}）", f"it joins several registers ({joined})"))
    zh, en = "；".join(one.zh for one in faults), "; ".join(one.en for one in faults)
    return Settled(
        f"refusal_gate:{rule.id}",
        "refusals",
        not faults and rule.refusal is not None,
        Bilingual(f"规则 {rule.id} 据以拒绝的是一项硬事实", f"rule {rule.id} refuses on one hard fact"),
        Problem(
            "refusal_gate",
            f"规则 {rule.id} 的拒绝不合六项条件：{zh}",
            f"the refusal of rule {rule.id} is outside the gate: {en}",
            rule.span,
            _OFFICER.zh,
            _OFFICER.en,
        ),
    )


def _on_unknown(policy: Policy, rule: Rule) -> Question:
    """The rule refuses while something that it rests on is not known."""
    rests = [node for node in _rests_on(rule) if _reads_facts(policy, node)]
    unknown = Some(tuple(Unclear(node) for node in rests))
    follows = Some(tuple(fails(rule.id, place) for place in _refusals(rule)))
    return question(
        ("refused_on_unknown", rule.id),
        "refusals",
        "never",
        both(follows, _refused(policy), unknown),
        (
            Bilingual(f"规则 {rule.id} 不凭未知的事拒绝", f"rule {rule.id} never refuses on what is not known"),
            Bilingual(f"规则 {rule.id} 凭未知的事拒绝", f"rule {rule.id} refuses on something that is not known"),
            _OFFICER,
        ),
        rule.span,
    )


def _reads_facts(policy: Policy, node: Expression) -> bool:
    from decision_service.policy.needs import reads

    lets = {let.name: let for let in policy.lets}
    return any(isinstance(one, FactRef | FormRef) for one in reads([node], lets, policy.tables))
