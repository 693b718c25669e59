"""What is asked of a credential, by the operator and by the moment it is shown. Nothing in a credential can loosen it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

LEEWAY_SECONDS = 60
"""How far an issuer's or a holder's clock may be from ours."""

LeastHolder = Literal["bound", "matched"]
"""The least that must tie a credential to the applicant; a bearer never suffices."""


class BadTermsError(ValueError):
    """Terms that can't be meant; the text says which and what to configure."""


@dataclass(frozen=True, slots=True)
class CredentialTerms:
    """The terms for one kind of credential of one issuer.

    `typ` is the header's media type (of JWT and SD-JWT) without "application/", `kind` the `vct` claim of these or a
    W3C credential's type besides VerifiableCredential. `audience` is our name if the issuer addresses its credentials to
    us; None if it addresses nobody. `subject_at` is the path to the person's or body's number among the claims, `required`
    are the claims that must stand there too. `contexts` are the JSON-LD contexts that a W3C credential may name: they are
    compared as text and never fetched. Raises BadTermsError.
    """

    issuer: str
    kind: str
    typ: str = "dc+sd-jwt"
    least_holder: LeastHolder = "matched"
    audience: str | None = None
    subject_at: tuple[str, ...] = ("sub",)
    required: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset({"https://www.w3.org/ns/credentials/v2"})

    def __post_init__(self) -> None:
        for name, value in (("issuer", self.issuer), ("kind", self.kind), ("typ", self.typ)):
            if not value:
                raise BadTermsError(f"credential terms: `{name}` is empty; name what is expected of the credential")
        if not self.subject_at or not all(self.subject_at):
            raise BadTermsError(
                "credential terms: `subject_at` is empty; name the claim that holds the subject's number"
            )


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
