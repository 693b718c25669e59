"""The guide's account of how it is decided: registers, rules and what follows from them, names, tables, results."""

import re
from collections.abc import Iterable, Mapping

from decision_service.guide.form import pair
from decision_service.guide.terms import terms
from decision_service.language.tree import Compare, Expression, FactRef, Literal, Not, OneOf, Or, Within
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.needs import deciding, reads, registers_read
from decision_service.policy.shape import Ask, Bilingual, Consequence, Fill, Policy, Rule, Table
from decision_service.readings.prose import Lang, say
from decision_service.wording import Words, label

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DAY = Bilingual("决定书写明的日期", "the day that the decision states")
_VALUE = Bilingual("决定书写明的数值", "the value that the decision states")
_OFFICE = Bilingual("决定书写明的有管辖权的部门", "the competent office that the decision names")


def said(node: Expression, policy: Policy) -> dict[str, str]:
    """An expression in both languages."""
    return {"zh": say(node, policy, "zh"), "en": say(node, policy, "en")}


def registers(policy: Policy) -> list[dict[str, object]]:
    """The registers that may be asked: whose they are, what with and what for, how fresh the answer must be."""
    return [_register(name, ask, policy) for name, ask in policy.asks.items()]


def _register(name: str, ask: Ask, policy: Policy) -> dict[str, object]:
    lets = {let.name: let for let in policy.lets}
    found = [one for one in reads(deciding(policy), lets, policy.tables) if isinstance(one, FactRef)]
    return {
        "name": name,
        "label": pair(label(ask.register)),
        "owner": {"zh": ask.register.owner_zh, "en": ask.register.owner_en},
        "asked_with": {parameter: list(fields) for parameter, fields in ask.parameters.items()},
        "facts_used": sorted({one.field_name for one in found if one.register == name}),
        "for_rules": [rule.id for rule in policy.rules if name in registers_read(policy, _of_rule(rule))],
        "purpose": pair(_purpose(name, policy)),
        "at_most_hours_old": ask.register.max_age_hours,
        "sensitive": ask.register.sensitive,
        **terms(ask, policy),
    }


def _of_rule(rule: Rule) -> list[Expression]:
    whens = [one.when for one in rule.alternatives if one.when is not None]
    return [rule.must, *whens, *(value for one in rule.alternatives for _, value in one.told)]


def _purpose(name: str, policy: Policy) -> Bilingual:
    rules = [rule for rule in policy.rules if name in registers_read(policy, _of_rule(rule))]
    zh, en = [rule.label.zh for rule in rules], [rule.label.en for rule in rules]
    granted = [one.value for one in policy.results] + [one.amount for one in policy.items]
    if name in registers_read(policy, granted):
        zh, en = [*zh, "计算决定的内容"], [*en, "to work out what is granted"]
    if name == "credit":
        zh, en = (
            [*zh, "每件申请都查询信用，作用以信用政策为限"],
            [*en, "checked on every application, within the credit policy"],
        )
    return Bilingual("；".join(zh), "; ".join(en))


def rules(policy: Policy, catalogue: Catalogue) -> list[dict[str, object]]:
    """Every rule: in plain words, to the letter, its law, and what follows where it does not hold."""
    words = Words(policy, catalogue)
    return [
        {
            "id": rule.id,
            **pair(rule.label),
            "exactly": said(rule.must, policy),
            "basis": list(words.basis_of(rule)),
            "every_matter": rule.standing,
            "item": rule.item,
            "otherwise": [_consequence(one, rule, words) for one in rule.alternatives],
            "refusal": None
            if rule.refusal is None
            else {"no_discretion": pair(rule.refusal.no_discretion), "apply_again": pair(rule.refusal.apply_again)},
        }
        for rule in policy.rules
    ]


def _consequence(one: Consequence, rule: Rule, words: Words) -> dict[str, object]:
    kinds = {name: value.kind.name for name, value in one.told}
    filled = words.automatic(rule) | {name: _fill(fill, kinds, words) for name, fill in one.fills.items()}
    return {
        "when": None if one.when is None else said(one.when, words.policy),
        "outcome": one.outcome.value,
        "outcome_text": pair(words.catalogue.outcomes[one.outcome]),
        "code": one.code,
        "reason": pair(words.sentence(one.code, filled)),
        "told": {name: said(value, words.policy) for name, value in one.told},
    }


def _fill(fill: Fill, kinds: Mapping[str, str], words: Words) -> Bilingual:
    """What a placeholder stands for before anybody has applied."""
    if fill.source == "region":
        return _OFFICE
    if fill.source == "told":
        return _DAY if kinds.get(fill.name) in ("date", "month") else _VALUE
    return words.fills({"": fill}, {})[""]


def open_placeholders(texts: Iterable[str]) -> list[str]:
    """Placeholders that were left open; there should be none."""
    return [found for text in texts for found in _PLACEHOLDER.findall(text)]


def definitions(policy: Policy) -> list[dict[str, object]]:
    """The names that rules use, each spelt out once."""
    return [{"name": let.name, **said(let.value, policy)} for let in policy.lets]


def parameters(policy: Policy) -> list[dict[str, object]]:
    """The numbers that a city or a year may set."""
    return [
        {
            "name": one.name,
            "label": pair(one.label),
            "value": said(one.value, policy),
            "basis": [law.text.zh for law in policy.basis if law.number in one.basis],
        }
        for one in policy.parameters
    ]


def tables(policy: Policy, cities: Mapping[str, Bilingual]) -> list[dict[str, object]]:
    """Every decision table, cell by cell."""
    return [_table(one, policy, cities) for one in policy.tables.values()]


def _table(table: Table, policy: Policy, cities: Mapping[str, Bilingual]) -> dict[str, object]:
    def row(lang: Lang) -> list[list[str]]:
        return [
            [_cell(test, policy, cities, lang) for test in one.tests]
            + [say(output, policy, lang) for output in one.outputs]
            for one in table.rows
        ]

    name = table.label or Bilingual(table.name, table.name)
    return {
        "name": table.name,
        "label": pair(name),
        "inputs": [said(one, policy) for one in table.inputs],
        "outputs": [key for key, _ in table.outputs],
        "hit": table.hit,
        "cross": table.cross and len(table.inputs) == 2 and len(table.outputs) == 1,
        "rows": {"zh": row("zh"), "en": row("en")},
        "basis": [law.text.zh for law in policy.basis if law.number in table.basis],
    }


_SIGNS = {"=": "", "!=": "≠ ", "<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ "}


def _cell(test: Expression | None, policy: Policy, cities: Mapping[str, Bilingual], lang: Lang) -> str:
    """One cell, as short as it stands in the file; divisions by their names."""

    def value(node: Expression) -> str:
        if isinstance(node, Literal) and isinstance(node.value, str):
            name = cities.get(node.value)
            return node.value if name is None else (name.zh if lang == "zh" else name.en)
        return say(node, policy, lang)

    comma = "、" if lang == "zh" else ", "
    match test:
        case None:
            return "—"
        case Compare():
            return _SIGNS[test.op] + value(test.right)
        case OneOf():
            return comma.join(value(one) for one in test.options)
        case Not():
            inner = _cell(test.item, policy, cities, lang)
            return f"{inner}以外" if lang == "zh" else f"all but {inner}"
        case Or():
            return comma.join(_cell(one, policy, cities, lang) for one in test.items)
        case Within(low=low, high=high) if low is not None and high is not None:
            left, right = "[" if test.low_closed else "(", "]" if test.high_closed else ")"
            return f"{left}{value(low)}, {value(high)}{right}"
        case _:
            return say(test, policy, lang)


def results(policy: Policy) -> list[dict[str, object]]:
    """What an approval states."""
    return [
        {
            "name": one.name,
            "value": said(one.value, policy),
            "when": None if one.when is None else said(one.when, policy),
        }
        for one in policy.results
    ]


def items(policy: Policy) -> list[dict[str, object]]:
    """The parts that are granted each by itself."""
    return [{"name": one.name, "label": pair(one.label), "amount": said(one.amount, policy)} for one in policy.items]


def obligations(policy: Policy) -> list[dict[str, object]]:
    """What the applicant owes after a decision."""
    return [
        {
            "code": one.code,
            **pair(one.text),
            "with": sorted(outcome.value for outcome in one.outcomes),
            "due": one.due,
            "when": None if one.when is None else said(one.when, policy),
        }
        for one in policy.obligations
    ]
