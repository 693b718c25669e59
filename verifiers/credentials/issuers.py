"""The operator's issuer file: whose credentials are taken, with which keys, and what each may stand for.

Nothing that a credential says of itself can add to it. The file is TOML; docs/credentials.md explains every entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from verifiers.credentials.keys import KeyAlgorithm
from verifiers.credentials.keyset import KeySource
from verifiers.credentials.terms import CredentialTerms
from verifiers.credentials.verified import CredentialFormat
from verifiers.registers import Register

ClaimPath = tuple[str, ...]
"""Where a claim is: its name, or the names from the outermost object inwards."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one kind of credential of an issuer stands for: the answer of `register`.

    `facts` says for every field of the register which claim holds it, `asked_with` for every parameter that it may be
    asked with which claim must equal it. `dated` is the claim that says as of when the facts are right; None: as of the
    credential's issue. A credential that was issued longer ago than `max_age` is not taken.
    """

    terms: CredentialTerms
    register: Register
    facts: Mapping[str, ClaimPath]
    asked_with: Mapping[str, ClaimPath]
    dated: ClaimPath | None
    max_age: timedelta


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer whose credentials are taken.

    `status_lists` are the beginnings of addresses at which his status lists may be; with any, each of his credentials
    must name one.
    """

    identifier: str
    keys: KeySource = field(repr=False)
    algorithms: frozenset[KeyAlgorithm]
    status_lists: tuple[str, ...]
    standings: tuple[Standing, ...]

    def standings_for(self, register: str, form: CredentialFormat) -> tuple[Standing, ...]:
        """The kinds of his credentials of this format that may stand for the register."""
        return tuple(one for one in self.standings if one.register.name == register and one.terms.format == form)


@dataclass(frozen=True, slots=True)
class Issuers:
    """All issuers whose credentials are taken, by identifier."""

    by_identifier: Mapping[str, Issuer] = field(default_factory=dict)

    @property
    def algorithms(self) -> frozenset[KeyAlgorithm]:
        """Every algorithm that some issuer may use."""
        return frozenset[KeyAlgorithm]().union(*(one.algorithms for one in self.by_identifier.values()))
