"""Deciding again from the record: the same form, answers, day and rules must give the same answer, byte for byte."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from decision_service.archive import Archive, ArchiveError, evidence_of, read_archive, reading_of
from decision_service.decision import ENGINES_DIFFER, Decided, answer
from decision_service.facts import FactSheet
from decision_service.ledger.entry import Recorded, canonical
from decision_service.ledger.errors import ErasedError
from decision_service.ledger.receipt import with_record
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.publishing import Publication, Published
from decision_service.sheet import fact_sheet
from decision_service.twin import agree, supported
from decision_service.verdict import Verdict

Judge = Callable[[FactSheet], Verdict]


class ReplayError(Exception):
    """A decision can't be made again; the text says why and what is missing, never a value."""


@dataclass(frozen=True, slots=True)
class Again:
    """A decision made again, and what it was made from."""

    archive: Archive
    decided: Decided


def replay(recorded: Recorded, publication: Publication, second_of: Callable[[Policy], Judge]) -> bytes:
    """The answer's bytes as they come out now, under the rules that decided then: equal to the stored ones, or the
    record, the rules or an engine is not what it was.

    An officer's referral that no rule gave (R15, R16, R18) is taken as it was recorded: an outage does not repeat
    itself. Raises ReplayError where the record can't be read or the rules of its digest are not in `publication`.
    """
    published = _published(recorded, publication)
    again = decide_again(recorded, publication, published.judge, second_of(published.policy))
    return with_record(canonical(answer(again.decided, again.archive.occasion)), recorded)


def decide_again(recorded: Recorded, publication: Publication, first: Judge | None, second: Judge | None) -> Again:
    """The decision of a record, made again. Without `second` only the first engine is asked, for an explanation.

    Raises ReplayError.
    """
    published = _published(recorded, publication)
    archive, decided = _prepared(recorded, published.policy, publication.catalogue)
    if archive.referred_by is not None:
        return Again(archive, decided)
    verdict = (first or published.judge)(decided.sheet)
    sure = second is None or (agree(verdict, second(decided.sheet)) and supported(verdict, decided.sheet))
    return Again(archive, replace(decided, verdict=verdict, referred_by=None if sure else ENGINES_DIFFER))


def _published(recorded: Recorded, publication: Publication) -> Published:
    digest = recorded.entry.policy_digest
    published = publication.by_digest(digest)
    if published is None:
        raise ReplayError(
            f"record {recorded.index}: no rule file here has the digest sha256:{digest[:12]}…; "
            "use the rules folder as it was published then"
        )
    return published


def _prepared(recorded: Recorded, policy: Policy, catalogue: Catalogue) -> tuple[Archive, Decided]:
    try:
        archive = read_archive(recorded.entry.archive)
        evidence = evidence_of(archive, policy)
    except (ArchiveError, ErasedError) as error:
        raise ReplayError(f"record {recorded.index}: {error}") from None
    if archive.policy_digest != recorded.entry.policy_digest:
        raise ReplayError(f"record {recorded.index}: the archive names another version of the rules than the record")
    reading = reading_of(archive, policy, catalogue.prefectures)
    sheet = fact_sheet(policy, reading, evidence, archive.as_of, catalogue.calendar)
    nothing = Verdict(Outcome.REFERRED, ())
    return archive, Decided(policy, catalogue, reading, sheet, evidence, nothing, archive.referred_by, archive.agent)
