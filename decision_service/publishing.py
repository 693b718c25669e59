"""A policy with the readings it decides by, built once and never changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from decision_service.facts import FactSheet
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf
from decision_service.readings.compiled.compile import compile_policy
from decision_service.verdict import Verdict

Judge = Callable[[FactSheet], Verdict]


@dataclass(frozen=True, slots=True)
class Published:
    """One version in force: the policy and the first engine compiled from it."""

    policy: Policy
    judge: Judge


@dataclass(frozen=True, slots=True)
class Publication:
    """All versions of all matters that may decide, with what they share. Swapped whole, never changed in part. `marks`
    are those of the shelf."""

    catalogue: Catalogue
    versions: Mapping[str, tuple[Published, ...]]
    marks: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def shelf(self) -> Shelf:
        """The versions as they were read."""
        versions = {matter: tuple(one.policy for one in found) for matter, found in self.versions.items()}
        return Shelf(self.catalogue, versions, self.marks)

    def in_force(self, matter: str, day: date) -> Published | None:
        """The version of a matter in force on `day`, None where there is none."""
        started = [one for one in self.versions.get(matter, ()) if one.policy.effective_from <= day]
        return started[-1] if started else None

    def by_digest(self, digest: str) -> Published | None:
        """The version of that digest, for a decision to be made again."""
        return next((one for one in self if one.policy.digest == digest), None)

    def __iter__(self) -> Iterator[Published]:
        for versions in self.versions.values():
            yield from versions


def publish(shelf: Shelf, before: Publication | None = None) -> Publication:
    """Compiles every version on the shelf but those that the shelf took from `before`."""
    compiled = {} if before is None else {one.policy.digest: one for one in before}

    def published(policy: Policy) -> Published:
        known = compiled.get(policy.digest)
        if known is not None and known.policy is policy:
            return known
        return Published(policy, compile_policy(policy).judge)

    versions = {matter: tuple(map(published, found)) for matter, found in shelf.versions.items()}
    return Publication(shelf.catalogue, versions, shelf.marks)
