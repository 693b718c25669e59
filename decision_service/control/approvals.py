"""Which versions somebody has approved: read off the ledger. In production no other version decides (P23, RQ-D5)."""

from dataclasses import dataclass
from typing import cast

from decision_service.control.records import RELEASE_APPROVED, RELEASE_PROPOSED, said_of
from decision_service.ledger.entry import Recorded
from decision_service.ledger.store import ByKind
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication


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

    @property
    def digests(self) -> tuple[str, ...]:
        """The versions that it puts in force."""
        return tuple(cast("list[str]", self.said["digests"]))

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
    """Those of its versions that a release on record has approved; and the others, by matter and day.

    Raises LedgerError.
    """
    approved = {digest for one in releases(ledger).values() if one.approved_by for digest in one.digests}
    versions = {
        matter: tuple(one for one in found if f"sha256:{one.policy.digest}" in approved)
        for matter, found in publication.versions.items()
    }
    left_out = [one.policy for one in publication if f"sha256:{one.policy.digest}" not in approved]
    kept = Publication(publication.catalogue, {matter: found for matter, found in versions.items() if found})
    return kept, tuple((policy.matter, str(policy.effective_from)) for policy in left_out)


def _of(ledger: Ledger, kind: str) -> tuple[Recorded, ...]:
    return ledger.find(ByKind(kind))
