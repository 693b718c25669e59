"""IETF Token Status List (draft-ietf-oauth-status-list): the claims of a Status List Token that was verified."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

from verifiers.credentials.refusal import CredentialRefused, RefusalWord
from verifiers.credentials.status_list import MOST_TTL, StatusList, bounded_ttl, unpack
from verifiers.credentials.terms import LEEWAY_SECONDS
from verifiers.credentials.wire import from_base64url

TYP = "statuslist+jwt"
"""The header's typ, without "application/"."""

_LEEWAY = timedelta(seconds=LEEWAY_SECONDS)


def token_status_list(claims: Mapping[str, object], uri: str, now: datetime) -> StatusList:
    """The list in the claims of a token whose signature and typ were checked, fetched from `uri`.

    Raises CredentialRefused: the token speaks of another list (`sub`), is expired, dated in the future, or so old
    without an expiry that it may be played back; its list is of no known shape, cut short, or a bomb.
    """
    if claims.get("sub") != uri:
        raise CredentialRefused("issuer")
    issued_at, expires_at = _dates(claims, now)
    held = claims.get("status_list")
    if not isinstance(held, Mapping):
        raise CredentialRefused("claims")
    bits, packed = held.get("bits"), held.get("lst")
    if bits not in (1, 2, 4, 8) or isinstance(bits, bool) or not isinstance(bits, int) or not isinstance(packed, str):
        raise CredentialRefused("claims")
    entries = unpack(from_base64url(packed), "zlib")
    return StatusList(uri, bits, "least_first", entries, issued_at, bounded_ttl(claims.get("ttl")), expires_at)


def list_word(value: int) -> RefusalWord | None:
    """What an entry says (section 7.1): None for valid."""
    match value:
        case 0:
            return None
        case 1:
            return "status_revoked"
        case 2:
            return "status_suspended"
        case _:
            return "status_unknown"


def _dates(claims: Mapping[str, object], now: datetime) -> tuple[datetime, datetime]:
    issued_at = _instant(claims.get("iat"))
    if issued_at > now + _LEEWAY:
        raise CredentialRefused("issued_in_future")
    # A token without an expiry could be played back for ever; it gets the longest life that we let any list have.
    expires_at = _instant(claims["exp"]) if "exp" in claims else issued_at + MOST_TTL
    if expires_at <= now:
        raise CredentialRefused("expired")
    return issued_at, expires_at


def _instant(value: object) -> datetime:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise CredentialRefused("claims")
    try:
        return datetime.fromtimestamp(cast("float", value), UTC)
    except (ValueError, OverflowError, OSError):
        raise CredentialRefused("claims") from None
