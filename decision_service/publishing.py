"""A policy with the readings it decides by, built once and never changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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
    """All versions of all matters that may decide, with what they share. Swapped whole, never changed in part."""

    catalogue: Catalogue
    versions: Mapping[str, tuple[Published, ...]]

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


def publish(shelf: Shelf) -> Publication:
    """Compiles every version on the shelf."""
    versions = {
        matter: tuple(Published(policy, compile_policy(policy).judge) for policy in found)
        for matter, found in shelf.versions.items()
    }
    return Publication(shelf.catalogue, versions)
