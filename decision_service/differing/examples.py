"""One application decided by both versions: the answers, what they tell otherwise, and the text of a case to keep."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from decision_service.decision import Decided
from decision_service.differing.report import Example, Given, Said, Side, Told
from decision_service.differing.sides import Sides
from decision_service.explaining import explanation
from decision_service.offline import Engines, decide, offline_answer
from decision_service.outcome import Outcome
from decision_service.policy.casetext import case_text
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy, WorkedCase
from decision_service.readings.reference import judge
from decision_service.readings.smt.applicants import Applicant
from decision_service.wording import label

_LISTS: Sequence[tuple[str, Bilingual]] = (
    ("reasons", Bilingual("理由", "reason")),
    ("advice", Bilingual("另告", "told besides")),
    ("notes", Bilingual("说明", "note")),
    ("obligations", Bilingual("义务", "obligation")),
)
_NOTHING = "—"


class EncodingFaultError(AssertionError):
    """An example is decided otherwise than the model said: a fault of the encoding, so nothing else is claimed."""


@dataclass(frozen=True, slots=True)
class Deciders:
    """Both versions with their engines. `renamed` maps the rules of the old version to those that they became."""

    sides: Sides
    engines: tuple[Engines, Engines]
    renamed: Mapping[str, str]

    def example(self, name: str, found: Applicant) -> Example:
        """The application decided by both. Raises EncodingFaultError where engines and reference differ on it."""
        policies = (self.sides.old, self.sides.new)
        decided = [self._decide(*both, found) for both in zip(policies, self.engines, strict=True)]
        answers = [offline_answer(one, found.form, found.facts) for one in decided]
        both = [Side(answer, explanation(one, answer)) for one, answer in zip(decided, answers, strict=True)]
        own = found.under(self.sides.new)
        like = nearest(self.sides.new, own)
        case = WorkedCase(name, own.as_of, own.form, own.facts, _expected(answers[1]))
        return Example(
            str(found.as_of), found.form, found.facts, both[0], both[1],
            tuple(_told(answers[0], answers[1], self.sides.catalogue, self.renamed)),
            tuple(_given(self.sides, found.form, found.facts, like)),
            None if like is None else like.name,
            case_text(case, self.sides.catalogue, like),
        )  # fmt: skip

    def outcomes(self, found: Applicant) -> tuple[Outcome, Outcome]:
        """What both come to."""
        old, new = (
            self._decide(*both, found).outcome
            for both in zip((self.sides.old, self.sides.new), self.engines, strict=True)
        )
        return old, new

    def _decide(self, policy: Policy, engines: Engines, found: Applicant) -> Decided:
        own = found.under(policy)
        decided = decide(policy, self.sides.catalogue, engines, own.form, own.facts, own.as_of)
        if decided.referred_by is not None or judge(policy, decided.sheet) != decided.verdict:
            raise EncodingFaultError(f"the engines differ on an example of {policy.matter} {policy.effective_from}")
        return decided


def nearest(policy: Policy, found: Applicant) -> WorkedCase | None:
    """The worked case from which the application differs in the fewest values."""

    def distance(case: WorkedCase) -> int:
        return sum(1 for _ in _apart(found.form, case.form)) + sum(
            sum(1 for _ in _apart(_answer(found.facts.get(name)), _answer(case.facts.get(name))))
            for name in {**found.facts, **case.facts}
        )

    return min(policy.cases, key=lambda case: (distance(case), case.as_of != found.as_of), default=None)


def _answer(answer: object) -> Mapping[str, object]:
    found = answer if isinstance(answer, Mapping) else {"status": "not asked"}
    return {name: value for name, value in found.items() if name != "data_as_of"}


def _apart(one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[str]:
    return (name for name in {**one, **other} if one.get(name) != other.get(name))


def _expected(answer: Mapping[str, object]) -> dict[str, object]:
    reasons = sorted({cast("str", one["code"]) for one in cast("list[dict[str, object]]", answer["reasons"])})
    values = {name: value for name, value in cast("dict[str, object]", answer["result"]).items() if _scalar(value)}
    return {"outcome": answer["outcome"], **({"reasons": reasons} if reasons else {}), **values}


def _scalar(value: object) -> bool:
    return isinstance(value, str | int) and value is not None


def _told(
    old: Mapping[str, Any], new: Mapping[str, Any], catalogue: Catalogue, renamed: Mapping[str, str]
) -> Iterator[Told]:
    """What the two answers say otherwise."""
    if old["outcome"] != new["outcome"]:
        both = [Said(one["outcome"], Bilingual(**one["outcome_text"])) for one in (old, new)]
        yield Told(Bilingual("结果", "outcome"), *both)
    for name, what in _LISTS:
        first = {_key(one, renamed): one for one in old[name]}
        second = {_key(one, {}): one for one in new[name]}
        for key in {**first, **second}:
            before, after = first.get(key), second.get(key)
            if before is None or after is None or before["zh"] != after["zh"]:
                yield Told(what, _said(before), _said(after))
    for name in {**old["result"], **new["result"]}:
        before, after = old["result"].get(name), new["result"].get(name)
        if before != after:
            text = catalogue.results.get(name, Bilingual(name, name))
            yield Told(text, Said(_plain(before)), Said(_plain(after)))
    yield from _items(old, new)


def _items(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Told]:
    first, second = ({one["item"]: one for one in answer["items"]} for answer in (old, new))
    for item in first.keys() & second.keys():
        texts = [f"{one['outcome']} {_plain(one['amount'])}" for one in (first[item], second[item])]
        if texts[0] != texts[1]:
            yield Told(Bilingual(f"分项 {item}", f"item {item}"), *map(Said, texts))


def _key(one: Mapping[str, Any], renamed: Mapping[str, str]) -> tuple[object, object]:
    rule = one.get("rule", "")
    return (one["code"], renamed.get(rule, rule))


def _said(one: Mapping[str, Any] | None) -> Said:
    if one is None:
        return Said(_NOTHING)
    rule = f" [{one['rule']}]" if "rule" in one else f" {one['due_on']}" if one.get("due_on") else ""
    return Said(f"{one['code']}{rule}", Bilingual(one["zh"], one["en"]))


def _plain(value: object) -> str:
    match value:
        case None:
            return _NOTHING
        case bool():
            return "是 yes" if value else "否 no"
        case list():
            return "、".join(map(_plain, value)) or _NOTHING
        case dict():
            return "；".join(f"{name} {_plain(one)}" for name, one in value.items()) or _NOTHING
        case _:
            return str(value)


def _given(
    sides: Sides, form: Mapping[str, object], facts: Mapping[str, object], like: WorkedCase | None
) -> Iterator[Given]:
    """Form and facts as people read them, those that differ from the nearest worked case marked."""
    usual = ({}, {}) if like is None else (like.form, like.facts)
    fields = {field.name: field for policy in (sides.old, sides.new) for field in policy.fields}
    for name in {**form, **usual[0]}:
        field = fields[name]
        yield _one(name, field.label, form.get(name), usual[0].get(name), _choice(field.values))
    registers = {name: ask.register for policy in (sides.old, sides.new) for name, ask in policy.asks.items()}
    for name in {**facts, **usual[1]}:
        found, known = _answer(facts.get(name)), _answer(usual[1].get(name))
        text = label(registers[name])
        for key in {**found, **known}:
            told = found.get(key) if key in found else None
            if key != "status" or told != known.get(key) or told != "ok":
                of = f"{name}.{key}"
                yield _one(of, Bilingual(f"{text.zh} {key}", f"{text.en}: {key}"), told, known.get(key), _plain)


def _choice(values: Mapping[str, Bilingual]) -> Callable[[object], str]:
    return lambda value: values[value].zh if isinstance(value, str) and value in values else _plain(value)


def _one(name: str, text: Bilingual, value: object, usual: object, say: Callable[[object], str]) -> Given:
    return Given(name, text, say(value), say(usual), value != usual)
