"""The notice of what an officer decided: made of the officer's own outcome, whatever the machine had found."""

from typing import Any

import orjson

from decision_service.decision import MARK, city_of
from decision_service.ledger.entry import Recorded
from decision_service.notice.content import (
    Notice,
    Told,
    both,
    commitment_of,
    due_of,
    law_of,
    number_of,
    parties_of,
    proof_of,
    result_of,
    rules_of,
    title_of,
)
from decision_service.notice.values import day
from decision_service.notice.words import BY_OFFICER, IN_REASONS, OFFICER_DECIDED
from decision_service.outcome import Outcome
from decision_service.policy.shape import Basis, Bilingual
from decision_service.publishing import Publication
from decision_service.replay import decide_again
from decision_service.wording import Words


def notice_of_outcome(decision: Recorded, outcome: Recorded, publication: Publication) -> Notice:
    """The notice of an officer's outcome of the case of `decision`, which gives the form and the rules.

    Raises ReplayError where the rules that decided are not in `publication`, ErasedError.
    """
    again = decide_again(decision, publication, None, None)
    policy, catalogue = again.decided.policy, again.decided.catalogue
    machine: dict[str, Any] = orjson.loads(decision.entry.answer)
    told: dict[str, Any] = orjson.loads(outcome.entry.answer)
    result, remedies = Outcome(told["outcome"]), told["remedies"]
    earlier = number_of(decision, machine)
    laws = tuple(law_of(Basis(one["number"], both(one), one["edition"])) for one in told["basis"])
    return Notice(
        title=title_of(catalogue.notices[result]),
        authority=Words(policy, catalogue).office(city_of(again.decided)),
        body_code=policy.office,
        number=number_of(outcome, told),
        matter=policy.name,
        decision_id=told["decision_id"],
        parties=tuple(parties_of(again, machine)),
        summary=OFFICER_DECIDED[result],
        reasons=tuple(Told(both(one)) for one in told["reasons"]),
        facts=(),
        no_facts=IN_REASONS,
        basis=laws,
        result=tuple(result_of(again, told)),
        obligations=tuple((both(one), due_of(one)) for one in told["obligations"]),
        commitment=tuple(commitment_of(again, result)),
        notes=(),
        next_step=None,
        remedies=() if remedies is None else (both(remedies["reconsideration"]), both(remedies["lawsuit"])),
        rights=None if remedies is None else both(remedies["human_review"]),
        how=Bilingual(
            f"{BY_OFFICER.zh}本文书取代{earlier.zh}。", f"{BY_OFFICER.en} It takes the place of {earlier.en}."
        ),
        rules=rules_of(policy),
        decided_on=day(told["decided_at"]),
        proof=proof_of(outcome),
        mark=MARK if policy.illustrative else None,
    )
