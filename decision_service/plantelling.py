"""The plan of an application told: which registers are asked in which wave and why, why others are not, what that costs
in facts about the person, and how long it is expected to take against the matter's budget. No value is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from decision_service.decision import MARK
from decision_service.forms import FormReading
from decision_service.outcome import APPROVALS, RANK, Outcome
from decision_service.planning import Plan, Planner, Use, can_ask, cost_of
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Bilingual, Policy, Rule
from decision_service.rehearsal import Rehearsal, Step
from decision_service.sheet import CREDIT
from decision_service.verdict import RESULT, State, Verdict
from decision_service.wording import label
from verifiers.guard.pace import Usual

_GRANTED = Bilingual("准予的内容", "what is granted")

_IDENTITY = Bilingual(
    "先核对申请人是谁；不符的，除信用外不再问任何登记库",
    "who applies comes first; if that is in doubt nobody but credit is asked",
)
_ALWAYS = Bilingual("逢办必查：每件申请都查一次，与其他查询同时", "checked on every application, once, beside all else")
_FORM = Bilingual("表单没有查询所需的内容，或者它有误", "the form lacks what it is asked with, or has it wrong")
_DOUBT = Bilingual("申请人身份未能核对，不再问", "it is in doubt who applies: nobody else is asked")
_SETTLED = Bilingual("不用问，有关规则已经确定", "its rules are settled without it")
_OUTRANKED = Bilingual(
    "结果已定为{outcome}，它的答复改变不了结果和理由",
    "{outcome} is certain, and nothing that it could say would change that or its reasons",
)
_NOTHING = Bilingual("不会准予，用不着", "nothing will be granted, so it is not needed")


@dataclass(frozen=True, slots=True)
class Telling:
    """One played-through application, to be told."""

    planner: Planner
    catalogue: Catalogue
    reading: FormReading
    rehearsal: Rehearsal

    @property
    def policy(self) -> Policy:
        """The rules that are planned for."""
        return self.planner.policy

    def told(self) -> dict[str, object]:
        """The plan as JSON."""
        policy, asked = self.policy, self.rehearsal.asked
        outcome = self.rehearsal.verdict.outcome
        reply: dict[str, object] = {
            "matter": policy.matter,
            "name": _pair(policy.name),
            "policy": {"version": str(policy.effective_from), "digest": f"sha256:{policy.digest}"},
            "as_of": str(self.rehearsal.sheet.as_of),
            "budget": {"p50_ms": policy.budget.p50, "p95_ms": policy.budget.p95, "deadline_ms": policy.budget.deadline},
            "waves": [self._wave(number, step) for number, step in enumerate(self.rehearsal.steps, 1)],
            "not_asked": [self._not_asked(name) for name in policy.asks if name not in asked],
            "outcome": {"code": outcome.value, **_pair(self.catalogue.outcomes[outcome])},
            "cost": self._cost(asked),
            "cost_of_all": self._cost([name for name in policy.asks if can_ask(policy, name, self.reading)]),
            "expected": _time(self.planner.forecast([_beside(step) for step in self.rehearsal.steps if _beside(step)])),
        }
        if policy.illustrative:
            reply["mark"] = _pair(MARK)
        return reply

    def _cost(self, names: Sequence[str]) -> dict[str, int]:
        costs = [cost_of(self.policy.asks[name].register) for name in names]
        return {"calls": len(costs), "personal_fields": sum(one.fields for one in costs)}

    def _wave(self, number: int, step: Step) -> dict[str, object]:
        plan = step.plan
        return {
            "wave": number,
            "after_ms": round(step.after_ms),
            "known": [self._known(name) for one in self.rehearsal.steps[: number - 1] for name in one.asked],
            "ask": [self._asked(name, plan) for name in step.asked],
            "hold_back": [] if plan is None else list(self._held(step, plan)),
            "expected": _time(self.planner.forecast([_beside(step)])) if _beside(step) else None,
        }

    def _known(self, name: str) -> dict[str, object]:
        found = self.rehearsal.evidence.get(name)
        return {"register": name, "status": "not_answered" if found is None else found.status}

    def _asked(self, name: str, plan: Plan | None) -> dict[str, object]:
        cost = cost_of(self.policy.asks[name].register)
        told: dict[str, object] = {**self._named(name), "personal_fields": cost.fields, "rules": []}
        if plan is None:
            return told | {"why": _pair(_ALWAYS if name == CREDIT else _IDENTITY)}
        uses = plan.uses[name]
        return told | {"rules": [self._use(use) for use in uses], "why": _pair(self._why(uses))}

    def _use(self, use: Use) -> dict[str, object]:
        text = _GRANTED if use.rule == RESULT else self._rule(use.rule).label
        outcomes = sorted(use.outcomes, key=RANK.__getitem__)
        return {"rule": use.rule, **_pair(text), "outcomes": [one.value for one in outcomes]}

    def _why(self, uses: Sequence[Use]) -> Bilingual:
        outcomes = sorted({one for use in uses for one in use.outcomes}, key=RANK.__getitem__)
        if not outcomes:
            return Bilingual("决定准予的内容", "decides what is granted")
        texts = [self.catalogue.outcomes[one] for one in outcomes]
        zh, en = "、".join(one.zh for one in texts), ", ".join(one.en for one in texts)
        return Bilingual(f"还可能导致：{zh}", f"can still lead to: {en}")

    def _held(self, step: Step, plan: Plan) -> Iterator[dict[str, object]]:
        for name in plan.uses:
            if name in step.asked:
                continue
            stronger = [one for one in plan.silencers.get(name, ()) if one in step.asked]
            registers = [label(self.policy.asks[one].register) for one in stronger]
            zh, en = "、".join(one.zh for one in registers), ", ".join(one.en for one in registers)
            why = (
                Bilingual(f"等{zh}答复，也许就不用问了", f"waits for {en}, whose answer may make it needless")
                if registers
                else Bilingual("排在后面一并问", "comes later, together with others")
            )
            yield {**self._named(name), "until": stronger, "why": _pair(why)}

    def _not_asked(self, name: str) -> dict[str, object]:
        return {**self._named(name), "why": _pair(self._why_not(name))}

    def _why_not(self, name: str) -> Bilingual:
        policy, verdict = self.policy, self.rehearsal.verdict
        if not can_ask(policy, name, self.reading):
            return _FORM
        states = {finding.rule: finding.state for finding in verdict.findings}
        if any(rule.gate and states[rule.id] is State.FAILS for rule in policy.rules):
            return _DOUBT
        reading = [rule for rule in policy.rules if name in registers_read(policy, [rule.must])]
        applied = [one for one in reading if one.item is None or one.item in self.rehearsal.sheet.items]
        if applied and all(states[rule.id] in (State.HOLDS, State.FAILS) for rule in applied):
            rules = ", ".join(rule.id for rule in applied)
            return Bilingual(f"{_SETTLED.zh}：{rules}", f"{_SETTLED.en}: {rules}")
        if not applied and verdict.outcome not in APPROVALS:
            return _NOTHING
        return self._outranked(verdict)

    def _outranked(self, verdict: Verdict) -> Bilingual:
        if verdict.outcome is Outcome.APPROVED:
            return _SETTLED
        text = self.catalogue.outcomes[verdict.outcome]
        return Bilingual(_OUTRANKED.zh.format(outcome=text.zh), _OUTRANKED.en.format(outcome=text.en))

    def _rule(self, name: str) -> Rule:
        return next(rule for rule in self.policy.rules if rule.id == name)

    def _named(self, name: str) -> dict[str, object]:
        return {"register": name, **_pair(label(self.policy.asks[name].register))}


def _beside(step: Step) -> tuple[str, ...]:
    """The members of a wave that the next one waits for: credit is asked beside all waves."""
    return tuple(name for name in step.asked if name != CREDIT)


def _time(pace: Usual) -> Mapping[str, int]:
    return {"p50_ms": round(pace.p50_ms), "p95_ms": round(pace.p95_ms)}


def _pair(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
