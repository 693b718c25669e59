"""Where a credential says that its status is kept. One that can't be looked up refuses the credential."""

import re
from collections.abc import Mapping

from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.verified import StatusReference

_INDEX = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_MOST_INDEX = 2**53 - 1
_MOST_STATUSES = 8


def token_status(claims: Mapping[str, object]) -> tuple[StatusReference, ...]:
    """The lists in the `status` claim (Token Status List, section 6). Raises CredentialRefused (status_unknown)."""
    if "status" not in claims:
        return ()
    match claims["status"]:
        case {"status_list": {"idx": int() as index, "uri": str() as uri}, **others} if not others:
            if not isinstance(index, bool) and 0 <= index <= _MOST_INDEX and uri:
                return (StatusReference("token_status_list", uri, index),)
    raise CredentialRefused("status_unknown")


def bitstring_status(document: Mapping[str, object]) -> tuple[StatusReference, ...]:
    """The lists in `credentialStatus` (Bitstring Status List 1.0). Raises CredentialRefused (status_unknown)."""
    if "credentialStatus" not in document:
        return ()
    found = document["credentialStatus"]
    entries = found if isinstance(found, list) else [found]
    if not 0 < len(entries) <= _MOST_STATUSES:
        raise CredentialRefused("status_unknown")
    return tuple(_entry(entry) for entry in entries)


def _entry(entry: object) -> StatusReference:
    match entry:
        case {
            "type": "BitstringStatusListEntry",
            "statusPurpose": str() as purpose,
            "statusListIndex": str() as index,
            "statusListCredential": str() as uri,
            **others,
        } if uri and _INDEX.fullmatch(index) and others.get("statusSize", 1) == 1:
            return StatusReference("bitstring_status_list", uri, int(index), purpose)
        case _:
            raise CredentialRefused("status_unknown")
