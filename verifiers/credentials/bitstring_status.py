"""W3C Bitstring Status List 1.0 (recommendation of May 2025): a status list credential that was verified."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from verifiers.credentials.refusal import CredentialRefused, RefusalWord
from verifiers.credentials.status_list import MOST_TTL, StatusList, bounded_ttl, unpack
from verifiers.credentials.terms import LEEWAY_SECONDS
from verifiers.credentials.wire import from_base64url

TYPE = "BitstringStatusListCredential"

LEAST_ENTRIES = 131_072
"""16 KiB: a shorter list would tell its host too much of whose credential is looked up."""

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")
_LEEWAY = timedelta(seconds=LEEWAY_SECONDS)


def bitstring_status_list(document: Mapping[str, object], uri: str, now: datetime) -> StatusList:
    """The list in a status list credential whose proof was checked, fetched from `uri`.

    The credential must name itself by `uri`: one that doesn't could be another list of the same issuer. Raises
    CredentialRefused: another list, not in its period, without a purpose, of wrong shape, too short, cut, or a bomb.
    """
    if document.get("id") != uri:
        raise CredentialRefused("issuer")
    if TYPE not in _texts(document.get("type")):
        raise CredentialRefused("type")
    subject = document.get("credentialSubject")
    if not isinstance(subject, Mapping) or subject.get("type") != "BitstringStatusList":
        raise CredentialRefused("type")
    issued_at, expires_at = _period(document, now)
    purposes = frozenset(_texts(subject.get("statusPurpose")))
    packed = subject.get("encodedList")
    if not purposes or not isinstance(packed, str):
        raise CredentialRefused("claims")
    entries = unpack(_bytes(packed), "gzip")
    if len(entries) * 8 < LEAST_ENTRIES:
        raise CredentialRefused("malformed")
    ttl = bounded_ttl(_seconds(subject.get("ttl")))
    return StatusList(uri, 1, "most_first", entries, issued_at, ttl, expires_at, purposes)


def purpose_word(value: int, purpose: str) -> RefusalWord | None:
    """What an entry says: None while the bit is not set. Only revocation and suspension are understood."""
    if purpose not in ("revocation", "suspension"):
        return "status_unknown"
    if value == 0:
        return None
    return "status_revoked" if purpose == "revocation" else "status_suspended"


def _period(document: Mapping[str, object], now: datetime) -> tuple[datetime, datetime]:
    issued_at = _instant(document.get("validFrom"))
    if issued_at > now + _LEEWAY:
        raise CredentialRefused("not_yet_valid")
    # As with tokens: without an end it could be played back for ever.
    until = document.get("validUntil")
    expires_at = issued_at + MOST_TTL if until is None else _instant(until)
    if expires_at <= now:
        raise CredentialRefused("expired")
    return issued_at, expires_at


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(one for one in values if isinstance(one, str))


def _seconds(milliseconds: object) -> object:
    """The recommendation counts a ttl in milliseconds."""
    if isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool):
        return milliseconds / 1000
    return milliseconds


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise CredentialRefused("claims")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise CredentialRefused("claims") from None


def _bytes(text: str) -> bytes:
    """Multibase: `u` announces base64url without padding."""
    if not text.startswith("u"):
        raise CredentialRefused("malformed")
    return from_base64url(text[1:])
