"""The elderly allowance as a ruleset of durable-rules through its own Python interface (`Host`), as its authors show.

Each application is a session: its facts are asserted, the actions of all rules that fire are run, the session is
deleted. It gets the head start of JsonLogic (elderly_in_jsonlogic.py). One rule fires always, as deleting a session in
which none did may end the process. It decides here only, never in the service.
"""

from collections.abc import Callable
from itertools import count

from elderly_by_hand import AMOUNTS, LOW_INCOME, RULES
from elderly_in_zen import REASONS, Answer, answer

YES, NO = True, False
"""In conditions: the library builds one of each comparison, so it has to stand there."""

PLACES = {rule: place for place, rule in enumerate(RULES)}


def durable_host() -> Callable[[dict[str, object]], Answer]:
    """Decides one document of `elderly_in_jsonlogic.told`."""
    from durable import lang

    fired: list[str] = []
    amount: list[object] = [None]

    def noting(rule: str) -> Callable[[object], None]:
        def act(_: object) -> None:
            fired.append(rule)

        act.__name__ = rule  # it names actions by it
        return act

    with lang.ruleset("elderly"):
        for rule, condition in _conditions(lang.m):
            lang.when_all(condition)(noting(rule))

        @lang.when_all(lang.m.age >= 0)
        def pays(context: object) -> None:
            age, amounts = context.m.age, AMOUNTS[context.m.form.city]
            amount[0] = str(amounts[2 if age >= 100 else 1 if age >= 90 else 0])

    numbers = count()

    def decide(application: dict[str, object]) -> Answer:
        fired.clear()
        session = str(next(numbers))
        lang.assert_fact("elderly", {**application, "sid": session, "id": session})
        lang.delete_state("elderly", session)
        return answer(sorted((rule for rule in fired if rule in REASONS), key=PLACES.__getitem__), amount[0])

    return decide


def _conditions(m: object) -> list[tuple[str, object]]:
    """Each rule that can fail, and when it does; `m` is the library's message."""
    dibao, margin, tekun = (m.low_income.status_code != status for status in LOW_INCOME)
    return [
        ("IDENTITY", (m.population.match == NO) | (m.population.status_code != "normal")),
        ("ID_TYPE", m.form.id_type != "111"),
        ("NOTICE", m.form.notice_read == NO),
        ("HUMAN", m.form.human_review == YES),
        ("E1", m.population.prefecture != m.form.city),
        ("E2", m.age < 80),
        ("E3", m.deaths.hit == YES),
        ("E4", (m.age >= 80) & (m.age < 90) & dibao & margin & tekun),
        ("E5", m.benefits.here == YES),
        ("E6", m.benefits.elsewhere == YES),
        ("E7", m.social_security_card.bank_function != "active"),
        ("I01", m.credit.counts == YES),
        ("I02", (m.credit.any_repaired == YES) & (m.credit.counts == NO)),
    ]
