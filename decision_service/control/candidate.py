"""What a release would put in force: the rules folder as it stands, read and checked, and how it differs from what
decides now."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from decision_service.policy.shape import Policy
from decision_service.policy.shelf import CASES, Shelf, read_shelf
from decision_service.publishing import Publication

Change = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Version:
    """One version that would come, change or go."""

    change: Change
    matter: str
    day: str
    digest: str
    assessment_id: str
    assessed_on: str
    reviewers: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Its shape in answers and on record."""
        return {
            "change": self.change,
            "matter": self.matter,
            "version": self.day,
            "digest": f"sha256:{self.digest}",
            "effective_from": self.day,
            "assessment": {"id": self.assessment_id, "on": self.assessed_on},
            "reviewers": list(self.reviewers),
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """The rules folder at one moment. `content`: the SHA-256 (hex) of all its rule files, names included."""

    shelf: Shelf
    content: str
    versions: tuple[Version, ...]

    @property
    def whole(self) -> list[dict[str, str]]:
        """Every version that would decide, as it is put on record."""
        return [
            {"matter": one.matter, "version": str(one.effective_from), "digest": f"sha256:{one.digest}"}
            for one in self.shelf.policies()
        ]

    @property
    def digests(self) -> tuple[str, ...]:
        """Of every version that would decide, in order."""
        return tuple(sorted(f"sha256:{policy.digest}" for policy in self.shelf.policies()))


def read_candidate(rules: Path, now: Publication) -> Candidate:
    """A copy of the folder, which nobody edits, against what is in force. Raises PolicyProblems with everything that is
    wrong with it."""
    shelf = read_shelf(rules, before=now.shelf)
    return Candidate(shelf, content_of(rules), _versions(shelf, now))


def content_of(rules: Path) -> str:
    """SHA-256 (hex) of every rule file under `rules` with its name, in order."""
    found = hashlib.sha256()
    files = (one for one in rules.glob("*/*.yaml") if one.is_file() and not one.name.endswith(CASES))
    for path in sorted(files):
        content = path.read_bytes()
        name = os.fsencode(path.relative_to(rules))
        found.update(len(name).to_bytes(8, "big") + name + len(content).to_bytes(8, "big") + content)
    return found.hexdigest()


def _versions(shelf: Shelf, now: Publication) -> tuple[Version, ...]:
    there = {(one.policy.matter, str(one.policy.effective_from)): one.policy for one in now}
    coming = {(policy.matter, str(policy.effective_from)): policy for policy in shelf.policies()}
    found = [
        _version("changed" if place in there else "new", policy)
        for place, policy in coming.items()
        if place not in there or there[place].digest != policy.digest
    ]
    gone: Mapping[tuple[str, str], Policy] = {place: one for place, one in there.items() if place not in coming}
    return (*found, *(_version("gone", policy) for policy in gone.values()))


def _version(change: Change, policy: Policy) -> Version:
    why = policy.suitability
    return Version(
        change,
        policy.matter,
        str(policy.effective_from),
        policy.digest,
        why.assessment_id,
        str(why.assessed_on),
        (why.legal_reviewer, why.technical_reviewer),
    )
