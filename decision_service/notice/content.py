"""What stands on a notice, and the parts that a machine's decision and an officer's outcome have alike: everything from
the record and the rules that decided, nothing from anywhere else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from decision_service.ledger.entry import Recorded
from decision_service.notice.values import day, given, masked, plain, printed
from decision_service.notice.words import LICENCE_MARK, TEST_SEAL
from decision_service.outcome import Outcome
from decision_service.policy.shape import Basis, Bilingual, Policy
from decision_service.proof.signature import key_id
from decision_service.replay import Again

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
    """One notice. Personal values are in `parties` and in what was decided. Without `proof`
    nothing was decided: it shows what a notice would say."""

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
    proof: Proof | None
    mark: Bilingual | None


def title_of(notice: Bilingual) -> Bilingual:
    """The name of the document; what it carries besides is told after a comma in the catalogue."""
    return Bilingual(notice.zh, re.split("[,;]", notice.en)[0])


def rules_of(policy: Policy) -> Bilingual:
    """Which version of the rules applied."""
    return Bilingual(
        f"适用规则：{policy.effective_from}起施行的版本，摘要 sha256:{policy.digest}",
        f"Rules applied: the version in force from {policy.effective_from}, digest sha256:{policy.digest}",
    )


def number_of(recorded: Recorded, answer: Mapping[str, Any]) -> Bilingual:
    """The document's number: year of the decision, and its place in the record, which no other document has."""
    year, place = answer["decided_at"][:4], recorded.index + 1
    return Bilingual(f"秒批〔{year}〕{place:06}号", f"Miaopi [{year}] No. {place:06}")


def proof_of(recorded: Recorded) -> Proof:
    """Where the record stands."""
    signature = recorded.signature.hex()
    return Proof(recorded.log, recorded.index, recorded.leaf.hex(), signature, key_id(recorded.public_key))


def parties_of(again: Again, answer: Mapping[str, Any]) -> Iterator[Row]:
    """Whom the notice is for, and who handed the application in."""
    form, policy = again.archive.form, again.decided.policy
    yield Bilingual("申请人", "Applicant"), given(form.get("applicant_name"))
    yield Bilingual("证件号码", "Identity number"), masked(form.get("id_no"))
    for one in policy.fields:
        if one.type_name == "credit_code" and form.get(one.name):
            yield one.label, given(form.get(one.name))
    if "parties" in answer:
        agent = answer["parties"]["agent"]
        yield Bilingual("代办人", "Agent"), Bilingual(*[plain(f"{agent['name']} {agent['id_no']}")] * 2)
        yield Bilingual("效力", "Whom it binds"), both(answer["parties"])
    yield Bilingual("申请编号", "Application"), Bilingual(answer["application_id"], answer["application_id"])


def law_of(law: Basis) -> Bilingual:
    """A law with its edition."""
    if law.edition == "illustrative":
        return (
            law.text if "示例" in law.text.zh else Bilingual(f"{law.text.zh}（示例）", f"{law.text.en} (illustrative)")
        )
    return Bilingual(f"{law.text.zh}（{law.edition}）", f"{law.text.en} ({law.edition})")


def result_of(again: Again, answer: Mapping[str, Any]) -> Iterator[Row]:
    """What was granted or told, and the licence."""
    policy, catalogue = again.decided.policy, again.decided.catalogue
    for name, value in answer["result"].items():
        if value is not None:
            yield catalogue.results.get(name, Bilingual(name, name)), printed(name, value, policy, catalogue)
    licence = answer.get("licence")
    if licence is not None:
        yield Bilingual("电子证照标识", "Electronic licence identifier"), Bilingual(*[licence["identifier"]] * 2)
        yield Bilingual("标识说明", "About the identifier"), LICENCE_MARK


def commitment_of(again: Again, outcome: Outcome) -> Iterator[Bilingual]:
    """What was committed to, and what follows if it was not so (RQ-C4)."""
    commitment = again.decided.policy.commitment
    if outcome is Outcome.APPROVED_ON_COMMITMENT and commitment is not None:
        yield commitment.text
        yield commitment.consequences


def due_of(obligation: Mapping[str, Any]) -> Bilingual:
    """Until when something is owed; empty where there is no such day."""
    on = obligation["due_on"]
    return Bilingual("", "") if on is None else day(str(on))


def both(text: Mapping[str, Any]) -> Bilingual:
    """A text of an answer in both languages; one that has no English stands in Chinese."""
    return Bilingual(str(text["zh"]), str(text["en"] or text["zh"]))
