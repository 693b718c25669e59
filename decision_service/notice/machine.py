"""The notice of what the machine decided."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from decision_service.archive import Archive
from decision_service.decision import MARK, Decided, Occasion, answer, city_of
from decision_service.explaining import explanation
from decision_service.ledger.entry import Recorded
from decision_service.ledger.receipt import full_answer
from decision_service.notice.content import (
    Fact,
    Notice,
    Proof,
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
from decision_service.notice.words import (
    ANSWERS,
    APPLIES,
    AUTOMATIC,
    DECIDED,
    FORM,
    NO_FINDINGS,
    NO_NUMBER,
    NOT_DECIDED,
    TRIAL,
)
from decision_service.outcome import FAVOURABLE, Outcome
from decision_service.policy.shape import Bilingual
from decision_service.publishing import Publication
from decision_service.replay import Again, decide_again
from decision_service.verdict import State
from decision_service.wording import Words


def notice_of(recorded: Recorded, publication: Publication) -> Notice:
    """The notice of a recorded decision. Raises ReplayError where the rules that decided are not in `publication`."""
    answer: dict[str, Any] = orjson.loads(full_answer(recorded))
    again = decide_again(recorded, publication, None, None)
    return _notice(again, answer, number_of(recorded, answer), proof_of(recorded))


def notice_of_trial(decided: Decided, form: Mapping[str, object], occasion: Occasion) -> Notice:
    """What the notice would say if this were decided; it says of itself that nothing was."""
    archive = Archive(
        form, decided.sheet.as_of, decided.policy.digest, occasion, decided.referred_by, {}, decided.agent
    )
    said: dict[str, Any] = orjson.loads(orjson.dumps(answer(decided, occasion)))
    made = _notice(Again(archive, decided), said, NO_NUMBER, None)
    mark = TRIAL if made.mark is None else Bilingual(f"{TRIAL.zh}{made.mark.zh}", f"{TRIAL.en} {made.mark.en}")
    return replace(made, mark=mark)


def _notice(again: Again, answer: Mapping[str, Any], number: Bilingual, proof: Proof | None) -> Notice:
    outcome = Outcome(answer["outcome"])
    decided, policy, catalogue = again.decided, again.decided.policy, again.decided.catalogue
    facts = tuple(_facts(again, answer))
    remedies = answer["remedies"]
    return Notice(
        title=title_of(catalogue.notices[outcome]),
        authority=Words(policy, catalogue).office(city_of(decided)),
        body_code=policy.office,
        number=number,
        matter=policy.name,
        decision_id=answer["decision_id"],
        parties=tuple(parties_of(again, answer)),
        summary=DECIDED[outcome],
        reasons=tuple(_reasons(again, answer)),
        facts=facts,
        no_facts=None if facts else NO_FINDINGS,
        basis=tuple(law_of(one) for one in policy.basis),
        result=tuple(result_of(again, answer)),
        obligations=tuple((both(one), due_of(one)) for one in answer["obligations"]),
        commitment=tuple(commitment_of(again, outcome)),
        notes=tuple(_told(again, one) for one in (*answer["notes"], *answer["advice"])),
        next_step=both(answer["next_step"]) if answer["next_step"] and answer["next_step"]["zh"] else None,
        remedies=() if remedies is None else (both(remedies["reconsideration"]), both(remedies["lawsuit"])),
        rights=None if outcome is Outcome.REFERRED else _rights(again),
        how=NOT_DECIDED if outcome is Outcome.REFERRED else AUTOMATIC,
        rules=rules_of(policy),
        decided_on=day(answer["decided_at"]),
        proof=proof,
        mark=MARK if policy.illustrative else None,
    )


def _facts(again: Again, answer: Mapping[str, Any]) -> Iterator[Fact]:
    rules: Any = explanation(again.decided, answer)["rules"]
    # A rule that leads to a favour when it does not hold is a route that was taken, no condition that was missed.
    routes = {one.rule for one in again.decided.verdict.findings if one.outcome in FAVOURABLE}
    for rule in rules:
        if rule["state"] == State.SILENT.value:
            continue
        # Where the rule is settled, a register that was not asked was not needed for it, and is no source of it.
        known = rule["state"] != State.UNKNOWN.value
        sources = [_source(one) for one in rule["sources"] if not known or one["status"] != "not_asked"]
        if rule["fields"]:
            zh = "、".join(one["zh"] for one in rule["fields"])
            en = ", ".join(one["en"] for one in rule["fields"])
            sources.append(Bilingual(f"{FORM.zh}：{zh}", f"{FORM.en}: {en}"))
        yield Fact(both(rule), APPLIES if rule["rule"] in routes else both(rule["state_text"]), tuple(sources))


def _source(source: Mapping[str, Any]) -> Bilingual:
    status, on = ANSWERS[source["status"]], source["data_as_of"]
    if on is None:
        return Bilingual(f"{source['zh']}：{status.zh}", f"{source['en']}: {status.en}")
    date = day(str(on))
    return Bilingual(
        f"{source['zh']}：{status.zh}，数据日期{date.zh}", f"{source['en']}: {status.en}, data of {date.en}"
    )


def _reasons(again: Again, answer: Mapping[str, Any]) -> Iterator[Told]:
    if not answer["items"]:
        yield from (_told(again, one) for one in answer["reasons"])
        return
    labels = {one.name: one.label for one in again.decided.policy.items}
    for item in answer["items"]:
        outcome = again.decided.catalogue.outcomes[Outcome(item["outcome"])]
        label = labels[item["item"]]
        heading = Bilingual(f"{label.zh}：{outcome.zh}", f"{label.en}: {outcome.en}")
        for one in item["reasons"] or [{"zh": "", "en": "", "basis": ()}]:
            yield _told(again, one, heading)
    shown = {one["zh"] for item in answer["items"] for one in item["reasons"]}
    yield from (_told(again, one) for one in answer["reasons"] if one["zh"] not in shown)


def _told(again: Again, reason: Mapping[str, Any], heading: Bilingual | None = None) -> Told:
    """A reason with its law, which the answer writes in both languages at once."""
    laws = {f"{one.text.zh} ({one.text.en})": one.text for one in again.decided.policy.basis}
    basis = tuple(laws.get(law, Bilingual(law, law)) for law in reason["basis"])
    return Told(both(reason), basis, heading)


def _rights(again: Again) -> Bilingual:
    key = again.archive.occasion.human_review_key
    text = again.decided.catalogue.remedy_texts["human_review"]
    return Bilingual(text.zh.format(human_review_key=key), text.en.format(human_review_key=key))
