"""The elderly allowance as JsonLogic, compiled once by datalogic (Rust).

It gets the head start of zen-engine (elderly_in_zen.py), and one more: whether the benefit is paid here or elsewhere,
since a test within a list sees nothing of what is outside the list.
"""

from collections.abc import Callable

from elderly_by_hand import AMOUNTS, LOW_INCOME, RULES
from elderly_in_zen import Answer, answer, document

from decision_service.facts import FactSheet

Logic = dict[str, object]


def _var(name: str) -> Logic:
    return {"var": name}


AGE = _var("age")
CONDITIONS: dict[str, Logic] = {
    "IDENTITY": {"!": [{"and": [_var("population.match"), {"===": [_var("population.status_code"), "normal"]}]}]},
    "ID_TYPE": {"!==": [_var("form.id_type"), "111"]},
    "NOTICE": {"!": [_var("form.notice_read")]},
    "HUMAN": {"!!": [_var("form.human_review")]},
    "E1": {"!==": [_var("population.prefecture"), _var("form.city")]},
    "E2": {"<": [AGE, 80]},
    "E3": {"!!": [_var("deaths.hit")]},
    "E4": {
        "and": [{">=": [AGE, 80]}, {"<": [AGE, 90]}, {"!": [{"in": [_var("low_income.status_code"), [*LOW_INCOME]]}]}]
    },
    "E5": {"!!": [_var("benefits.here")]},
    "E6": {"!!": [_var("benefits.elsewhere")]},
    "E7": {"!==": [_var("social_security_card.bank_function"), "active"]},
    "I01": {"!!": [_var("credit.counts")]},
    "I02": {"and": [{"!!": [_var("credit.repaired")]}, {"!": [_var("credit.counts")]}]},
}


def told(sheet: FactSheet) -> dict[str, object]:
    """The application as JSON, with what is worked out beforehand."""
    whole = document(sheet)
    benefits, city = whole["benefits"], sheet.form["city"]
    paid = [one["prefecture"] == city for one in benefits["active"] if one["benefit"] == "elderly_allowance"]
    whole["benefits"] = {**benefits, "here": any(paid), "elsewhere": not all(paid)}
    whole["credit"] = {**whole["credit"], "any_repaired": bool(whole["credit"]["repaired"])}
    return whole


def _amount() -> Logic:
    steps: list[object] = []
    for city, (low, middle, high) in AMOUNTS.items():
        band = {"if": [{">=": [AGE, 100]}, str(high), {">=": [AGE, 90]}, str(middle), str(low)]}
        steps += [{"===": [_var("form.city"), city]}, band]
    return {"if": [*steps, None]}


def datalogic() -> Callable[[dict[str, object]], Answer]:
    """Decides one document. Raises ImportError where datalogic-py is not installed (dependency group `bench`)."""
    import datalogic_py

    engine = datalogic_py.Engine()
    rule, session = engine.compile([[*CONDITIONS.values()], _amount()]), engine.session()

    def decide(application: dict[str, object]) -> Answer:
        fails, amount = session.evaluate(rule, application)
        return answer([name for name, is_so in zip(RULES, fails, strict=False) if is_so], amount)

    return decide
