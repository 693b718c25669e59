"""What is shown of a claim that does not hold: the applicant in the analyst's words, the case to keep, more places."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from decision_service.decision import Decided
from decision_service.facts import Fact, Unknown
from decision_service.language.tree import LetRef
from decision_service.offline import offline_answer
from decision_service.policy.shape import Bilingual, Policy
from decision_service.proving.cells import cell_text
from decision_service.proving.conditions import All, Condition, Known, Stands, fails
from decision_service.proving.keeping import Kept, as_yaml, kept
from decision_service.proving.observed import Observed
from decision_service.proving.proofs import Proof
from decision_service.proving.prover import Prover, smallest
from decision_service.proving.questions import Question
from decision_service.source import Problem
from decision_service.verdict import State


@dataclass(frozen=True, slots=True)
class Shown:
    """An applicant: like a worked case but for what `differs`; what it is decided as; the case to keep (YAML)."""

    like: str
    differs: tuple[Bilingual, ...]
    outcome: str
    reasons: tuple[str, ...]
    yaml: str


def show(prover: Prover, one: Observed, name: str) -> Shown:
    """The applicant of a proof in words. `name`: what the case to keep is called."""
    policy = prover.policy
    case = kept(policy, prover.catalogue, one.as_of, one.form, one.facts)
    base = next((found for found in prover.cases if found.name == case.like), None)
    reasons = _reasons(one.decided, one)
    lines = (*_differences(policy, case), *([] if base is None else _computed(policy, base, one)))
    outcome = one.verdict.outcome.value
    return Shown(case.like, lines, outcome, reasons, as_yaml(name, case, (outcome, reasons)))


def _reasons(decided: Decided, one: Observed) -> tuple[str, ...]:
    answer = offline_answer(decided, one.form, one.facts)
    found = answer["reasons"]
    return tuple(sorted({str(reason["code"]) for reason in found})) if isinstance(found, list) else ()


def _differences(policy: Policy, case: Kept) -> Iterator[Bilingual]:
    """Each thing that differs from the worked case, by its label."""
    if case.as_of is not None:
        yield Bilingual(f"决定之日：{case.as_of}", f"day of the decision: {case.as_of}")
    fields = {field.name: field for field in policy.fields}
    for key, value in case.but:
        register, dot, fact = key.partition(".")
        if key in fields:
            field = fields[key]
            chosen = field.values.get(value)
            zh, en = (value, value) if chosen is None else (f"{value} {chosen.zh}", f"{value} ({chosen.en})")
            yield Bilingual(f"{field.label.zh}（{key}）：{zh}", f"{field.label.en} ({key}): {en}")
        else:
            known = policy.asks[register].register
            tail = f".{fact}" if dot else ""
            yield Bilingual(f"{known.zh}（{register}{tail}）：{value}", f"{known.en} ({register}{tail}): {value}")


def _computed(policy: Policy, base: Observed, one: Observed) -> Iterator[Bilingual]:
    """The names under `let` that come out otherwise than in the worked case."""
    for let in policy.lets:
        name = LetRef(let.name, let.value.kind)
        was, now = base.value(name), one.value(name)
        if was != now and _scalar(now) and let.span is not None:
            text = f"{let.name} = {_word(now)}"
            yield Bilingual(text, text)


def _scalar(value: Fact) -> bool:
    return not isinstance(value, tuple | dict)


def _word(value: Fact) -> str:
    match value:
        case Unknown():
            return "未知 unknown"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)


def sharpened(prover: Prover, proof: Proof, asked: Question) -> Proof:
    """The proof of a claim that fails with its problem said more exactly: which rows, which rules, what to add."""
    match asked.code:
        case "table_gap" if proof.witness is not None:
            return _row_to_add(prover, proof, asked)
        case "table_overlap" if proof.witness is not None:
            return _which_rows(prover, proof, asked, proof.witness)
        case "rule_never_alone" if proof.verdict == "fails":
            return _cannot_fail(prover, proof, asked)
        case "conflict" if proof.verdict == "fails":
            return _at_odds(prover, proof, asked)
        case _:
            return proof


def _row_to_add(prover: Prover, proof: Proof, asked: Question) -> Proof:
    name = asked.name.split(":")[1]
    table, boxes = prover.policy.tables[name], prover.boxes_of(name)
    values = [proof.witness.value(one) for one in table.inputs] if proof.witness is not None else []
    known = [value for value in values if not isinstance(value, Unknown)]
    box = boxes.around(known) if len(known) == len(values) else None
    if box is None:
        return proof
    row = " | ".join(cell_text(axis, atoms) for axis, atoms in zip(boxes.axes, box, strict=True))
    way_out = (f"加上缺的一行：{row} | …", f"add the missing row: {row} | …")
    return _said(proof, hint=way_out)


def _which_rows(prover: Prover, proof: Proof, asked: Question, witness: Observed) -> Proof:
    name = asked.name.split(":")[1]
    table = prover.policy.tables[name]
    rows = [row for row in range(len(table.rows)) if witness.fits(name, row)][:2]
    numbers = [str(row + 1) for row in rows]
    wrong = (
        f"表 `{name}` 第{numbers[0]}行和第{numbers[1]}行同时适用",
        f"rows {numbers[0]} and {numbers[1]} of the table `{name}` fit at once",
    )
    problem = dataclasses.replace(proof.problem, zh=wrong[0], en=wrong[1], span=table.rows[rows[1]].span)
    return dataclasses.replace(proof, problem=problem)


def _cannot_fail(prover: Prover, proof: Proof, asked: Question) -> Proof:
    rule = asked.name.split(":")[1]
    if prover.find(Known(), fails(rule)) is not None:
        wrong = (
            f"规则 {rule} 从不单独起作用：它失败时总有别的规则一样强",
            f"rule {rule} never decides alone: whenever it fails, another as strong fails too",
        )
    else:
        wrong = (f"规则 {rule} 从不失败：它什么也没有要求", f"rule {rule} never fails: it demands nothing")
    return dataclasses.replace(proof, problem=dataclasses.replace(proof.problem, zh=wrong[0], en=wrong[1]))


def _at_odds(prover: Prover, proof: Proof, asked: Question) -> Proof:
    parts: tuple[Condition, ...] = asked.condition.parts if isinstance(asked.condition, All) else ()
    core = smallest(prover, [one for one in parts if not isinstance(one, Known)])
    ids = [one.rule for one in core if isinstance(one, Stands) and one.state is State.HOLDS]
    rules = [rule for rule in prover.policy.rules if rule.id in ids]
    if not rules:
        return proof
    listed = "、".join(ids), ", ".join(ids)
    problem = dataclasses.replace(
        proof.problem,
        zh=f"规则 {listed[0]} 互相矛盾：没有人能同时符合",
        en=f"the rules {listed[1]} contradict each other: nobody can meet them all",
        span=rules[0].span,
    )
    more = tuple(
        Problem("conflict", f"规则 {rule.id} 也在其中", f"rule {rule.id} is one of them", rule.span)
        for rule in rules[1:]
    )
    return dataclasses.replace(proof, problem=problem, more=more)


def _said(proof: Proof, hint: tuple[str, str]) -> Proof:
    return dataclasses.replace(proof, problem=dataclasses.replace(proof.problem, hint_zh=hint[0], hint_en=hint[1]))
