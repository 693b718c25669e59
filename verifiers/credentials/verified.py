"""What a credential of any format says once it has been checked. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

CredentialFormat = Literal["jwt", "sd-jwt", "eddsa-jcs-2022"]

Holder = Literal["bound", "matched", "bearer"]
"""How surely the one who shows a credential is the one it was issued to. bound: he signed our nonce and our name with
the key that the issuer put into it. matched: the issuer names the subject, and it is the applicant, who has logged in.
bearer: neither; whoever has a copy could show it."""

StatusMechanism = Literal["token_status_list", "bitstring_status_list"]


@dataclass(frozen=True, slots=True)
class StatusReference:
    """Where the issuer says whether a credential still stands: bit (or bits) `index` of the list at `uri`.

    `purpose` is the W3C list's statusPurpose (revocation, suspension, …); the IETF list has none, since its entries
    hold the kind of status themselves.
    """

    mechanism: StatusMechanism
    uri: str
    index: int
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential whose issuer, signature, times and holder were checked; its status lists were not asked yet.

    `credential_id` names it in the record and tells a second use of it: the SHA-256 (hex) of what the issuer signed,
    which neither another choice of disclosures nor a re-spelt signature changes. `subject` is whom the issuer says it
    is about, if it says so. `claims` are what it says of the subject, without the names that JWT or the W3C model keep
    for themselves. `statuses` are all the lists that must be asked; empty if the issuer names none.
    """

    format: CredentialFormat
    issuer: str
    kid: str
    credential_id: str
    holder: Holder
    issued_at: datetime
    expires_at: datetime
    subject: str | None = field(repr=False)
    claims: Mapping[str, object] = field(repr=False)
    statuses: tuple[StatusReference, ...] = ()
