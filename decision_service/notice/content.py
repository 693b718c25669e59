"""What stands on a notice: everything from the record and the rules that decided, nothing from anywhere else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from decision_service.decision import MARK, city_of
from decision_service.explaining import explanation
from decision_service.ledger.entry import Recorded
from decision_service.ledger.receipt import full_answer
from decision_service.notice.values import day, given, masked, plain, printed
from decision_service.notice.words import (
    ANSWERS,
    APPLIES,
    AUTOMATIC,
    DECIDED,
    FORM,
    LICENCE_MARK,
    NO_FINDINGS,
    NOT_DECIDED,
    TEST_SEAL,
)
from decision_service.outcome import FAVOURABLE, Outcome
from decision_service.policy.shape import Basis, Bilingual
from decision_service.proof.signature import key_id
from decision_service.publishing import Publication
from decision_service.replay import Again, decide_again
from decision_service.verdict import State
from decision_service.wording import Words

Row = tuple[Bilingual, Bilingual]
"""A heading and what stands beside it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A condition, whether it is met, and what that rests on."""

    label: Bilingual
    state: Bilingual
    sources: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with the law behind it; `heading` where it is of one part."""

    text: Bilingual
    basis: tuple[Bilingual, ...] = ()
    heading: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the decision stands in the record."""

    log: str
    index: int
    leaf: str
    signature: str
    key: str
    seal: Bilingual = TEST_SEAL


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. Personal values are in `parties` and in what was decided."""

    title: Bilingual
    authority: Bilingual
    body_code: str
    number: Bilingual
    matter: Bilingual
    decision_id: str
    parties: tuple[Row, ...] = field(repr=False)
    summary: Bilingual
    reasons: tuple[Told, ...] = field(repr=False)
    facts: tuple[Fact, ...] = field(repr=False)
    no_facts: Bilingual | None
    basis: tuple[Bilingual, ...]
    result: tuple[Row, ...] = field(repr=False)
    obligations: tuple[Row, ...] = field(repr=False)
    commitment: tuple[Bilingual, ...]
    notes: tuple[Told, ...] = field(repr=False)
    next_step: Bilingual | None
    remedies: tuple[Bilingual, ...] = field(repr=False)
    rights: Bilingual | None = field(repr=False)
    how: Bilingual
    rules: Bilingual
    decided_on: Bilingual
    proof: Proof
    mark: Bilingual | None


def notice_of(recorded: Recorded, publication: Publication) -> Notice:
    """The notice of a recorded decision. Raises ReplayError where the rules that decided are not in `publication`."""
    again = decide_again(recorded, publication, None, None)
    answer: dict[str, Any] = orjson.loads(full_answer(recorded))
    outcome = Outcome(answer["outcome"])
    decided, policy, catalogue = again.decided, again.decided.policy, again.decided.catalogue
    facts = tuple(_facts(again, answer))
    remedies = answer["remedies"]
    return Notice(
        title=_title(catalogue.notices[outcome]),
        authority=Words(policy, catalogue).office(city_of(decided)),
        body_code=policy.office,
        number=_number(recorded, answer),
        matter=policy.name,
        decision_id=answer["decision_id"],
        parties=tuple(_parties(again, answer)),
        summary=DECIDED[outcome],
        reasons=tuple(_reasons(again, answer)),
        facts=facts,
        no_facts=None if facts else NO_FINDINGS,
        basis=tuple(_law(one) for one in policy.basis),
        result=tuple(_result(again, answer)),
        obligations=tuple((_both(one), _due(one)) for one in answer["obligations"]),
        commitment=tuple(_commitment(again, outcome)),
        notes=tuple(_told(again, one) for one in (*answer["notes"], *answer["advice"])),
        next_step=_both(answer["next_step"]) if answer["next_step"] and answer["next_step"]["zh"] else None,
        remedies=() if remedies is None else (_both(remedies["reconsideration"]), _both(remedies["lawsuit"])),
        rights=None if outcome is Outcome.REFERRED else _rights(again),
        how=NOT_DECIDED if outcome is Outcome.REFERRED else AUTOMATIC,
        rules=Bilingual(
            f"适用规则：{policy.effective_from}起施行的版本，摘要 sha256:{policy.digest}",
            f"Rules applied: the version in force from {policy.effective_from}, digest sha256:{policy.digest}",
        ),
        decided_on=day(answer["decided_at"]),
        proof=_proof(recorded),
        mark=MARK if policy.illustrative else None,
    )


def _title(notice: Bilingual) -> Bilingual:
    """The name of the document; what it carries besides is told after a comma in the catalogue."""
    return Bilingual(notice.zh, re.split("[,;]", notice.en)[0])


def _number(recorded: Recorded, answer: Mapping[str, Any]) -> Bilingual:
    """The document's number: year of the decision, and its place in the record, which no other document has."""
    year, place = answer["decided_at"][:4], recorded.index + 1
    return Bilingual(f"秒批〔{year}〕{place:06}号", f"Miaopi [{year}] No. {place:06}")


def _proof(recorded: Recorded) -> Proof:
    signature = recorded.signature.hex()
    return Proof(recorded.log, recorded.index, recorded.leaf.hex(), signature, key_id(recorded.public_key))


def _parties(again: Again, answer: Mapping[str, Any]) -> Iterator[Row]:
    form, policy = again.archive.form, again.decided.policy
    yield Bilingual("申请人", "Applicant"), given(form.get("applicant_name"))
    yield Bilingual("证件号码", "Identity number"), masked(form.get("id_no"))
    for one in policy.fields:
        if one.type_name == "credit_code" and form.get(one.name):
            yield one.label, given(form.get(one.name))
    if "parties" in answer:
        agent = answer["parties"]["agent"]
        yield Bilingual("代办人", "Agent"), Bilingual(*[plain(f"{agent['name']} {agent['id_no']}")] * 2)
        yield Bilingual("效力", "Whom it binds"), _both(answer["parties"])
    yield Bilingual("申请编号", "Application"), Bilingual(answer["application_id"], answer["application_id"])


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
        yield Fact(_both(rule), APPLIES if rule["rule"] in routes else _both(rule["state_text"]), tuple(sources))


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
    return Told(_both(reason), basis, heading)


def _law(law: Basis) -> Bilingual:
    if law.edition == "illustrative":
        return (
            law.text if "示例" in law.text.zh else Bilingual(f"{law.text.zh}（示例）", f"{law.text.en} (illustrative)")
        )
    return Bilingual(f"{law.text.zh}（{law.edition}）", f"{law.text.en} ({law.edition})")


def _result(again: Again, answer: Mapping[str, Any]) -> Iterator[Row]:
    policy, catalogue = again.decided.policy, again.decided.catalogue
    for name, value in answer["result"].items():
        if value is not None:
            yield catalogue.results.get(name, Bilingual(name, name)), printed(name, value, policy, catalogue)
    licence = answer.get("licence")
    if licence is not None:
        yield Bilingual("电子证照标识", "Electronic licence identifier"), Bilingual(*[licence["identifier"]] * 2)
        yield Bilingual("标识说明", "About the identifier"), LICENCE_MARK


def _commitment(again: Again, outcome: Outcome) -> Iterator[Bilingual]:
    """What was committed to, and what follows if it was not so (RQ-C4)."""
    commitment = again.decided.policy.commitment
    if outcome is Outcome.APPROVED_ON_COMMITMENT and commitment is not None:
        yield commitment.text
        yield commitment.consequences


def _due(obligation: Mapping[str, Any]) -> Bilingual:
    on = obligation["due_on"]
    return Bilingual("", "") if on is None else day(str(on))


def _rights(again: Again) -> Bilingual:
    key = again.archive.occasion.human_review_key
    text = again.decided.catalogue.remedy_texts["human_review"]
    return Bilingual(text.zh.format(human_review_key=key), text.en.format(human_review_key=key))


def _both(text: Mapping[str, Any]) -> Bilingual:
    return Bilingual(str(text["zh"]), str(text["en"]))
