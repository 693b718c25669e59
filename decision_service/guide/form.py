"""The guide's account of the form and of the papers: what to fill in, what is asked for, and when."""

from collections.abc import Mapping

from decision_service.language.kinds import WORDS
from decision_service.language.tree import Literal
from decision_service.policy.needs import fields_read, registers_read
from decision_service.policy.shape import Bilingual, Field, Material, Policy, Rule
from decision_service.readings.prose import say
from verifiers.kinds import Kind

_TYPES: Mapping[str, Bilingual] = {
    "citizen_id": Bilingual("18位公民身份号码", "an 18-character citizen ID"),
    "credit_code": Bilingual("18位统一社会信用代码", "an 18-character unified social credit code"),
    "disability_certificate": Bilingual("20位残疾人证号", "a 20-character disability certificate number"),
    "prefecture": Bilingual("选择一个市", "one of the cities"),
    "division": Bilingual("县（市、区）的六位代码", "the six-digit code of a county or district"),
    "date": Bilingual("日期，如2026-03-16", "a day such as 2026-03-16"),
    "boolean": Bilingual("是或否", "yes or no"),
    "confirmation": Bilingual("勾选确认", "a box to tick"),
    "upload": Bilingual("上传的文件", "an uploaded file"),
    "choice": Bilingual("选一项", "one of the values"),
    "choices": Bilingual("选一项或者多项，不重复", "one or several of the values, none twice"),
    "money": Bilingual("金额（元），至多两位小数", "an amount in yuan with at most two decimals"),
}


def pair(text: Bilingual) -> dict[str, str]:
    """A text in the guide's JSON."""
    return {"zh": text.zh, "en": text.en}


def fields(policy: Policy, cities: Mapping[str, Bilingual]) -> list[dict[str, object]]:
    """Every field of the form."""
    return [_field(one, policy, cities) for one in policy.fields]


def _field(field: Field, policy: Policy, cities: Mapping[str, Bilingual]) -> dict[str, object]:
    values = cities if field.type_name == "prefecture" else field.values
    return {
        "name": field.name,
        "label": pair(field.label),
        "help": pair(field.help),
        "example": field.example,
        "type": {"name": field.type_name, **pair(_type(field))},
        "required": _required(field, policy),
        "values": {code: pair(label) for code, label in values.items()},
        "common": field.common,
        "prefill": _prefill(field, policy),
    }


def _prefill(field: Field, policy: Policy) -> dict[str, object] | None:
    """What the field can be suggested with once it is known who applies; the applicant may write something else."""
    if field.prefill is None:
        return None
    named = registers_read(policy, [field.prefill])
    registers = [name for name in policy.asks if name in named]
    zh = "、".join(policy.asks[name].register.zh for name in registers)
    en = " and ".join(policy.asks[name].register.en for name in registers)
    return {
        "registers": registers,
        "zh": f"可以按{zh}的登记提示，由您核对，可以改",
        "en": f"can be suggested from {en}; you check it and may change it",
        "exactly": {"zh": say(field.prefill, policy, "zh"), "en": say(field.prefill, policy, "en")},
    }


def _type(field: Field) -> Bilingual:
    kind = field.kind
    match field.type_name:
        case "text":
            zh, en = f"文字，至多{kind.maximum}字", f"text of at most {kind.maximum} characters"
            return Bilingual(zh, en) if kind.pattern is None else _patterned(kind.pattern)
        case "whole" | "decimal":
            return _bounded(kind)
        case "records":
            parts = [_part(field, name, part) for name, part in (kind.item.fields if kind.item is not None else ())]
            zh, en = "、".join(one.zh for one in parts), ", ".join(one.en for one in parts)
            return Bilingual(f"一项或者多项，每项有：{zh}", f"one or several entries, each with {en}")
        case _:
            return _TYPES[field.type_name]


def _patterned(pattern: str) -> Bilingual:
    return Bilingual(f"文字，格式为 {pattern}", f"text of the form {pattern}")


def _part(field: Field, name: str, kind: Kind) -> Bilingual:
    """A part of an entry: what people call it and what programs do, then what it holds."""
    path = f"{field.name}[].{name}"
    holds = Bilingual(*WORDS[kind.name])
    if kind.values:
        values = [_coded(field.called.get(f"{path}={one}"), one) for one in kind.values]
        holds = Bilingual("、".join(one.zh for one in values), ", ".join(one.en for one in values))
    part = _coded(field.called.get(path), name)
    return Bilingual(f"{part.zh}（{holds.zh}）", f"{part.en} ({holds.en})")


def _coded(label: tuple[str, str] | None, code: str) -> Bilingual:
    return Bilingual(code, code) if label is None else Bilingual(f"{label[0]} {code}", f"{label[1]}, {code}")


def _bounded(kind: Kind) -> Bilingual:
    zh, en = WORDS[kind.name]
    if kind.minimum is not None:
        zh, en = f"{zh}，不小于{kind.minimum}", f"{en}, at least {kind.minimum}"
    if kind.maximum is not None:
        zh, en = f"{zh}，不大于{kind.maximum}", f"{en}, at most {kind.maximum}"
    return Bilingual(zh, en)


def _required(field: Field, policy: Policy) -> dict[str, str]:
    """Whether a field must be filled in: `is` is yes, no, when (by the form itself) or rule (a rule asks for it)."""
    if field.confirmation or field.upload:
        return {"is": "rule", **pair(_by_rules(field, policy))}
    if not isinstance(field.required, Literal):
        zh, en = say(field.required, policy, "zh"), say(field.required, policy, "en")
        return {"is": "when", "zh": f"{zh}时必填", "en": f"required when {en}"}
    if field.required.value is True and field.default is None:
        return {"is": "yes", "zh": "必填", "en": "required"}
    return {"is": "no", "zh": "选填", "en": "optional"}


def _by_rules(field: Field, policy: Policy) -> Bilingual:
    if field.confirmation:
        rules = [rule.id for rule in policy.rules if field.name in fields_read(policy, [rule.must])]
        zh, en = "、".join(rules), ", ".join(rules)
        return Bilingual(f"规则{zh}要求时须勾选", f"to be ticked where rule {en} demands it")
    rules = [rule.id for rule in _demanding(field.name, policy)]
    zh, en = "、".join(rules), ", ".join(rules)
    if not rules:
        return Bilingual("只在登记库没有记录时才需要", "needed only where the register has no record")
    return Bilingual(f"只在规则{zh}要求时上传", f"to be uploaded only where rule {en} asks for it")


def _demanding(upload: str, policy: Policy) -> list[Rule]:
    """The rules that ask for a paper, or that let it follow, where they do not hold."""

    def names(rule: Rule) -> set[str]:
        return {fill.name for one in rule.alternatives for fill in one.fills.values() if fill.source == "field"}

    return [rule for rule in policy.rules if upload in names(rule)]


def materials(policy: Policy) -> list[dict[str, object]]:
    """Every paper that the matter knows, and when, if at all, it may be asked for (RQ-C1, C3)."""
    return [
        {
            "name": pair(one.label),
            "replaced_by": list(one.replaced_by),
            "upload": one.fallback,
            "minor": one.minor,
            "may_follow_in_working_days": one.tolerable_days,
            "when": pair(_when(one, policy)),
        }
        for one in policy.materials
    ]


def _when(material: Material, policy: Policy) -> Bilingual:
    if material.fallback is None:
        return _never(material, policy)
    label = policy.field(material.fallback).label
    asked = [one for one in material.replaced_by if one in policy.asks and policy.asks[one].fallback is not None]
    rules = _demanding(material.fallback, policy)
    cases_zh = [f"{policy.asks[one].register.zh}没有记录" for one in asked]
    cases_en = [f"{policy.asks[one].register.en} has no record" for one in asked]
    cases_zh += [f"规则{rule.id}（{rule.label.zh}）不成立" for rule in rules]
    cases_en += [f"rule {rule.id} ({rule.label.en}) does not hold" for rule in rules]
    zh = f"只有{'，或者'.join(cases_zh)}时，才请您提供“{label.zh}”；不会因核验较慢或者登记库不可用而要求提交"
    en = f"“{label.en}” is asked for only if {', or if '.join(cases_en)}; never because a register is slow or away"
    if material.tolerable_days is not None:
        days = material.tolerable_days
        zh += f"；次要材料，可以在受理后{days}个工作日内补交"
        en += f"; a minor material that may follow within {days} working days of acceptance"
    return Bilingual(zh, en)


def _never(material: Material, policy: Policy) -> Bilingual:
    names = [policy.asks[one].register for one in material.replaced_by if one in policy.asks]
    if names:
        zh, en = "、".join(one.zh for one in names), ", ".join(one.en for one in names)
        return Bilingual(f"免于提交，由系统向{zh}核验", f"never asked for: the system asks {en}")
    return Bilingual("免于提交，以表单填报代替", "never asked for: what you fill in stands for it")
