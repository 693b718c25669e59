"""How surely the applicant is the one a credential was issued to: bound, matched, or a mere bearer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from verifiers.credentials.claim_paths import text_at
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.terms import CredentialTerms, Showing
from verifiers.credentials.verified import Holder


@dataclass(frozen=True, slots=True)
class Held:
    """Whom a credential is about, if its kind names anybody, and how it is tied to the applicant."""

    subject: str | None = field(repr=False)
    holder: Holder


def held(claims: Mapping[str, object], terms: CredentialTerms, showing: Showing, *, bound: bool) -> Held:
    """How a credential with these verified claims is held; `bound` if its holder's key signed our challenge.

    A credential about anybody else is refused however well it is bound: else people could pool their credentials.
    Raises CredentialRefused (holder) then, when the subject is not told, and when the terms ask for more.
    """
    subject = None if terms.subject_at is None else text_at(claims, terms.subject_at)
    # The last character of an ID number may be written x; nothing else in a number of a person or body has two cases.
    if terms.subject_at is not None and (subject is None or subject.upper() != showing.applicant.upper()):
        raise CredentialRefused("holder")
    holder: Holder = "bound" if bound else "bearer" if subject is None else "matched"
    if not _suffices(holder, terms):
        raise CredentialRefused("holder")
    return Held(subject, holder)


def _suffices(holder: Holder, terms: CredentialTerms) -> bool:
    match holder:
        case "bound":
            return True
        case "matched":
            return terms.least_holder == "matched"
        case "bearer":
            return False
        case _ as unreachable:
            assert_never(unreachable)
