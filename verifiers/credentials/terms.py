"""What the operator and the moment ask of a credential. Nothing that stands in one can loosen it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from verifiers.credentials.verified import CredentialFormat

LEEWAY_SECONDS = 60
"""How far an issuer's or a holder's clock may be from ours."""

LeastHolder = Literal["bound", "matched"]
"""The least that must tie a credential to the applicant; a bearer never suffices."""


class BadTermsError(ValueError):
    """Terms that can't be meant; the text says which and what to configure."""


@dataclass(frozen=True, slots=True)
class CredentialTerms:
    """The terms for one kind of credential of one issuer.

    `format` and `kind` tell it from others: `kind` is the `vct` claim (JWT, SD-JWT), or a W3C credential's type besides
    VerifiableCredential; `typ` is the header's media type (JWT, SD-JWT) without "application/". `audience` is our name
    if the issuer addresses its credentials to us, None if it addresses nobody. `subject_at` is the path to the number
    of the person or body among the claims; None, for bound credentials only, if the kind names nobody. `licence_at` is
    the path to the identifier of an electronic licence, if the kind is one. `required` claims must be there (and
    disclosed) too. `contexts` are the JSON-LD contexts that a W3C credential may name; they are compared as text and
    never fetched. Raises BadTermsError.
    """

    format: CredentialFormat
    issuer: str
    kind: str
    typ: str = "dc+sd-jwt"
    least_holder: LeastHolder = "matched"
    audience: str | None = None
    subject_at: tuple[str, ...] | None = ("sub",)
    licence_at: tuple[str, ...] | None = None
    required: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset({"https://www.w3.org/ns/credentials/v2"})

    def __post_init__(self) -> None:
        for name, value in (("issuer", self.issuer), ("kind", self.kind), ("typ", self.typ)):
            if not value:
                raise BadTermsError(f"credential terms: `{name}` is empty; name what is expected of the credential")
        if self.subject_at is None and self.least_holder != "bound":
            raise BadTermsError("credential terms: `subject_at` is needed unless `least_holder` is bound")
        if self.subject_at is not None and not (self.subject_at and all(self.subject_at)):
            raise BadTermsError("credential terms: `subject_at` is empty; name the claim of the subject's number")
        if self.least_holder == "bound" and self.format != "sd-jwt":
            raise BadTermsError("credential terms: only an sd-jwt can be bound to its holder; ask for matched")
        if self.audience is not None and self.format == "eddsa-jcs-2022":
            raise BadTermsError("credential terms: a W3C credential addresses nobody; leave `audience` out")


@dataclass(frozen=True, slots=True)
class Showing:
    """One showing of a credential: when, to whom, by whom, and over which challenge.

    `now` has an offset. `audience` is our name as holders' wallets are told it, `nonce` the challenge that we gave out
    for this showing, None if we gave none. `applicant` is the ID number or credit code that the one who applies has
    logged in with. That a nonce is taken once only is for the one who gives them out to see to.
    """

    now: datetime
    audience: str
    nonce: str | None = field(repr=False)
    applicant: str = field(repr=False)
