"""What to do, in words; and the application after it was done."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from decision_service.nearest.found import Step
from decision_service.nearest.levers import DAY, Lever
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy
from decision_service.readings.smt.applicants import Applicant


def changed(policy: Policy, one: Applicant, levers: Sequence[Lever], found: Applicant) -> Applicant:
    """The application `one` with what was moved as it is in `found`. Where the day is another, answers are as old then
    as they were (what was too old stays so); fields that the form does not have are left out."""
    known = {field.name for field in policy.fields}
    form = {name: value for name, value in one.form.items() if name in known}
    facts = {name: dict(answer) if isinstance(answer, Mapping) else answer for name, answer in one.facts.items()}
    as_of = one.as_of
    for lever in levers:
        if lever.sort == "day":
            as_of = found.as_of
        elif lever.sort == "form":
            form = {name: value for name, value in form.items() if name != lever.name}
            if found.form.get(lever.name) is not None:
                form[lever.name] = found.form[lever.name]
        else:
            register, _, fact = lever.name.partition(".")
            answer: Any = facts[register]
            told: Any = found.facts[register]
            answer[fact] = told[fact]
    for answer in facts.values():
        if isinstance(answer, dict) and "data_as_of" in answer:
            answer["data_as_of"] = _later(answer["data_as_of"], as_of - one.as_of)
    return Applicant(as_of, form, facts)


def _later(written: object, wait: timedelta) -> object:
    """A day, or an instant, so much later; as it stands where it is neither."""
    try:
        return f"{date.fromisoformat(str(written)[:10]) + wait}{str(written)[10:]}"
    except (ValueError, OverflowError):
        return written


def step_of(policy: Policy, catalogue: Catalogue, lever: Lever, new: Applicant) -> Step:
    """A lever that was moved, as a step."""
    if lever.name == DAY:
        return Step("day", DAY, new.as_of.isoformat(), _wait(lever, new.as_of))
    if lever.sort == "form":
        value = new.form.get(lever.name)
        told = _fill_in(policy, catalogue, lever, value)
        return Step("form", lever.name, value, _assuming(policy, lever.name, new, told))
    register, _, fact = lever.name.partition(".")
    answer: Any = new.facts[register]
    value = answer[fact]
    how = Bilingual("", "") if lever.change is None else lever.change.how
    place = _place(catalogue, value)
    return Step(
        "fact", lever.name, value, Bilingual(how.zh.replace("{value}", place.zh), how.en.replace("{value}", place.en))
    )


def _assuming(policy: Policy, field: str, new: Applicant, told: Bilingual) -> Bilingual:
    """The step, and which registers are asked with that field: what they will answer then is not known yet."""
    asked = [
        ask.register
        for name, ask in policy.asks.items()
        if name in new.facts and any(field in fields for fields in ask.parameters.values())
    ]
    if not asked:
        return told
    zh, en = "、".join(one.zh for one in asked), " and ".join(one.en for one in asked)
    return Bilingual(
        f"{told.zh}（届时会重新查询{zh}，这里假定答复相同）",
        f"{told.en} (asking {en} anew; this assumes the same answer)",
    )


def _wait(lever: Lever, day: date) -> Bilingual:
    days = (day - lever.now).days if isinstance(lever.now, date) else 0
    return Bilingual(
        f"等到{day}再申请（{days}日后，其他情况不变）",
        f"wait and apply on {day} ({days} {'day' if days == 1 else 'days'} from then, if all else stays as it is)",
    )


def _fill_in(policy: Policy, catalogue: Catalogue, lever: Lever, value: object) -> Bilingual:
    """What to do about a field of the form. A value is named only where it is one of those to choose from."""
    field = policy.field(lever.name)
    zh, en = field.label.zh, field.label.en
    match value:
        case None:
            return Bilingual(f"不填“{zh}”", f"leave “{en}” blank")
        case bool() if field.confirmation:
            return Bilingual(
                f"{'勾选' if value else '不勾选'}：{zh}", f"{'tick' if value else 'do not tick'} the box: {en}"
            )
        case bool():
            return Bilingual(f"“{zh}”改为{'是' if value else '否'}", f"answer “{en}” with {'yes' if value else 'no'}")
        case str() if field.upload:
            return Bilingual(f"上传“{zh}”", f"hand in: {en}")
        case str() if value in field.values:
            label = field.values[value]
            return Bilingual(f"“{zh}”改选“{label.zh}”", f"choose “{label.en}” for “{en}”")
        case str() if field.kind.name == "region":
            place = _place(catalogue, value)
            return Bilingual(f"“{zh}”改为{place.zh}", f"choose {place.en} for “{en}”")
        case int():
            return Bilingual(f"“{zh}”改为{value}", f"change “{en}” to {value}")
        case _:
            return Bilingual(f"填写“{zh}”", f"fill in “{en}”")


def _place(catalogue: Catalogue, value: object) -> Bilingual:
    """The city of a division, by its name."""
    text = str(value)
    return catalogue.prefectures.get(f"{text[:4]}00") or Bilingual(text, text)
