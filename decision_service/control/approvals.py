"""Which versions somebody has approved: read off the ledger. In production no other version decides (P23, RQ-D5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from decision_service.control.records import RELEASE_APPROVED, RELEASE_PROPOSED, said_of
from decision_service.ledger.entry import Recorded
from decision_service.ledger.store import ByKind
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication, Published


@dataclass(frozen=True, slots=True)
class Release:
    """A release on record: what was proposed, and by whom it was approved, if it was."""

    number: str
    said: dict[str, object]
    approved_by: str | None = None
    approved_at: str | None = None

    @property
    def proposed_by(self) -> str:
        """Who proposed it, and therefore may not approve it."""
        return str(self.said["by"])

    @property
    def content(self) -> str:
        """The rule files that it is about, as `candidate.content_of` names them."""
        return str(self.said["content"])

    def as_json(self) -> dict[str, object]:
        """Its shape in answers."""
        state = "proposed" if self.approved_by is None else "approved"
        approved = {"approved_by": self.approved_by, "approved_at": self.approved_at}
        return {**self.said, "state": state, **approved}


def releases(ledger: Ledger) -> dict[str, Release]:
    """All releases on record, by number, oldest first. Raises LedgerError."""
    found = {one.entry.record_id: Release(one.entry.record_id, said_of(one)) for one in _of(ledger, RELEASE_PROPOSED)}
    for one in _of(ledger, RELEASE_APPROVED):
        said = said_of(one)
        proposed = found[str(said["release"])]
        found[proposed.number] = Release(proposed.number, proposed.said, str(said["by"]), str(said["at"]))
    return found


def approved_alone(publication: Publication, ledger: Ledger) -> tuple[Publication, tuple[tuple[str, str], ...]]:
    """What of it the last approval on record puts in force; and what it leaves out, by matter and day.

    A matter decides by all its versions that were approved last or not at all: an approved version that is gone from
    the folder, or was changed there, must not let an older one decide in its place. Raises LedgerError.
    """
    last = _of(ledger, RELEASE_APPROVED)[-1:]
    approved = {one for recorded in last for one in _whole(said_of(recorded))}
    there = {_named(one) for one in publication}
    broken = {matter for matter, *_ in approved - there}
    versions = {
        matter: tuple(one for one in found if _named(one) in approved)
        for matter, found in publication.versions.items()
        if matter not in broken
    }
    left = {matter: found for matter, found in versions.items() if found}
    kept = Publication(publication.catalogue, left, publication.marks)
    left_out = {place[:2] for place in (approved | there) - {_named(one) for one in kept}}
    return kept, tuple(sorted(left_out))


Named = tuple[str, str, str]
"""A version by matter, day and digest."""


def _named(one: Published) -> Named:
    return one.policy.matter, str(one.policy.effective_from), f"sha256:{one.policy.digest}"


def _whole(said: Mapping[str, object]) -> Iterator[Named]:
    for one in cast("list[dict[str, str]]", said["whole"]):
        yield one["matter"], one["version"], one["digest"]


def _of(ledger: Ledger, kind: str) -> tuple[Recorded, ...]:
    return ledger.find(ByKind(kind))
