"""The elderly allowance as decision tables of zen-engine, called as its authors advise: a static loader.

It gets a head start: age, prefectures and whether a credit entry counts are worked out for it beforehand and not timed,
as its expressions lack some of them; what the rules tell beside their code (a city, a day) is not asked of it.
"""

import json
from collections.abc import Callable, Sequence

from elderly_by_hand import AMOUNTS, OUTCOMES, RULES

from decision_service.facts import FactSheet
from decision_service.outcome import Outcome
from decision_service.readings.compiled.functions import birth_date, years_between

Answer = tuple[str, tuple[str, ...], object]
"""Outcome, the rules that fail, the amount."""

CONDITIONS = {
    "IDENTITY": 'not (population.match and population.status_code == "normal")',
    "ID_TYPE": 'form.id_type != "111"',
    "NOTICE": "not form.notice_read",
    "HUMAN": "form.human_review",
    "E1": "population.prefecture != form.city",
    "E2": "age < 80",
    "E3": "deaths.hit",
    "E4": 'age >= 80 and age < 90 and low_income.status_code not in ["dibao", "dibao_margin", "tekun"]',
    "E5": 'some(benefits.active, #.benefit == "elderly_allowance" and #.prefecture == form.city)',
    "E6": 'some(benefits.active, #.benefit == "elderly_allowance" and #.prefecture != form.city)',
    "E7": 'social_security_card.bank_function != "active"',
    "I01": "credit.counts",
    "I02": "len(credit.repaired) > 0 and not credit.counts",
}
REASONS = frozenset(RULES)
STRENGTH = {outcome: place for place, outcome in enumerate(Outcome)}


def document(sheet: FactSheet) -> dict[str, object]:
    """The application as JSON, with what is worked out beforehand."""
    born = birth_date(sheet.form["id_no"])
    facts = {name: dict(answer) for name, answer in sheet.registers.items()}
    facts["population"]["prefecture"] = facts["population"]["hukou_code"][:4] + "00"
    facts["benefits"]["active"] = [{**one, "prefecture": one["city"][:4] + "00"} for one in facts["benefits"]["active"]]
    credit = facts["credit"]
    cleared = {(one["list"], one["repaired_on"]) for one in credit["repaired"]}
    open_entries = [
        entry
        for entry in credit["serious_lists"]
        if not any(name == entry["list"] and day >= entry["listed_on"] for name, day in cleared)
    ]
    defaulter = credit["judgment_defaulter"] and not any(name == "JUDGMENT_DEFAULTER" for name, _ in cleared)
    credit["counts"] = bool(open_entries or defaulter or credit["false_commitments"])
    whole = {**facts, "form": dict(sheet.form), "age": years_between(born, sheet.as_of)}
    return dict(json.loads(json.dumps(whole, default=str)))


def _table(
    name: str, hit: str, inputs: list[dict[str, str]], output: str, rules: list[dict[str, str]]
) -> dict[str, object]:
    content = {
        "hitPolicy": hit,
        "inputs": inputs,
        "outputs": [{"id": "out", "name": output, "type": "expression", "field": output}],
        "rules": rules,
        "passThrough": False,
        "outputPath": "hits" if hit == "collect" else None,
        "executionMode": "single",
        "inputField": None,
    }
    return {"id": name, "name": name, "type": "decisionTableNode", "position": {"x": 0, "y": 0}, "content": content}


def _graph() -> dict[str, object]:
    reasons = _table(
        "reasons", "collect", [{"id": "c", "name": "condition", "type": "expression"}], "reason",
        [{"_id": rule, "c": condition, "out": json.dumps(rule)} for rule, condition in CONDITIONS.items()],
    )  # fmt: skip
    lines = [
        {"_id": f"{city}{band}", "city": json.dumps(city), "age": band, "out": str(amount)}
        for city, amounts in AMOUNTS.items()
        for band, amount in zip(("[80..89]", "[90..99]", "[100..150]"), amounts, strict=True)
    ]
    inputs = [
        {"id": "city", "name": "city", "type": "expression", "field": "form.city"},
        {"id": "age", "name": "age", "type": "expression", "field": "age"},
    ]
    amounts = _table("amount", "first", inputs, "amount", lines)
    ends = [
        {"id": kind, "name": kind, "type": f"{kind}Node", "position": {"x": 0, "y": 0}} for kind in ("input", "output")
    ]
    links = [("input", "reasons"), ("reasons", "output"), ("input", "amount"), ("amount", "output")]
    edges = [{"id": f"{one}-{other}", "sourceId": one, "targetId": other, "type": "edge"} for one, other in links]
    return {"nodes": [*ends, reasons, amounts], "edges": edges}


def zen_engine() -> Callable[[dict[str, object]], Answer]:
    """Decides one document. Raises ImportError where zen-engine is not installed (dependency group `bench`)."""
    import zen

    evaluate = zen.ZenEngine({"loader": {"type": "static", "content": {"x": _graph()}}}).evaluate

    def decide(application: dict[str, object]) -> Answer:
        found = evaluate("x", application)["result"]
        hits = found.get("hits") or ()
        return answer([hit["reason"] for hit in hits if hit["reason"] in REASONS], found.get("amount"))

    return decide


def answer(failing: Sequence[str], amount: object) -> Answer:
    """What follows from the rules that fail, in the order of the policy."""
    if not failing:
        return "APPROVED", (), amount
    if failing[0] == "IDENTITY":
        return "REFERRED", ("IDENTITY",), None
    return min([OUTCOMES[rule] for rule in failing], key=STRENGTH.__getitem__), tuple(failing), None
