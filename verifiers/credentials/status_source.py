"""A status list as its address gives it: who signed it, and what it holds. It is verified before it is unpacked."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from verifiers.credentials.bitstring_status import bitstring_status_list
from verifiers.credentials.data_integrity import UnverifiedDocument, check_proof, signed_digest
from verifiers.credentials.jwt import JwtTerms, UnverifiedJwt, read_jwt, verified_claims
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.keyset import KeySet
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.status_list import StatusList
from verifiers.credentials.suites import Suites
from verifiers.credentials.token_status import TYP, token_status_list
from verifiers.credentials.verified import StatusMechanism, StatusReference
from verifiers.credentials.wire import read_object
from verifiers.deadline import Deadline

MOST_BYTES = 4 * 1024 * 1024
"""What may be read from a list's address; what it unpacks to has a bound of its own."""

_TOKEN_TERMS = JwtTerms(typ=TYP, required=frozenset({"sub", "iat", "status_list"}))
_TOKEN_TYPES = (f"application/{TYP}",)
_CREDENTIAL_TYPES = ("application/vc", "application/ld+json", "application/json")


def media_types(mechanism: StatusMechanism) -> tuple[str, ...]:
    """The media types that a list of this kind comes as."""
    match mechanism:
        case "token_status_list":
            return _TOKEN_TYPES
        case "bitstring_status_list":
            return _CREDENTIAL_TYPES
        case _ as unreachable:
            assert_never(unreachable)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came from the address of a list, and when."""

    reference: StatusReference
    body: bytes = field(repr=False)
    at: datetime


async def read_list(delivered: Delivered, keys: KeySet, suites: Suites, deadline: Deadline) -> tuple[StatusList, str]:
    """The list, if a key of its issuer signed it, and that key's kid. Raises CredentialRefused with the reason.

    It is taken apart, verified and unpacked off the event loop, as it may be large.
    """
    match delivered.reference.mechanism:
        case "token_status_list":
            token = await asyncio.to_thread(_token, delivered.body)
            key = await keys.key(token.kid, deadline)
            return await asyncio.to_thread(_list_in_token, token, key, suites, delivered), key.kid
        case "bitstring_status_list":
            document = await asyncio.to_thread(_document, delivered.body)
            key = await keys.key(document.kid, deadline)
            return await asyncio.to_thread(_list_in_document, document, key, suites, delivered), key.kid
        case _ as unreachable:
            assert_never(unreachable)


def _token(body: bytes) -> UnverifiedJwt:
    try:
        text = body.decode("ascii").strip()
    except UnicodeDecodeError:
        raise CredentialRefused("malformed") from None
    return read_jwt(text, MOST_BYTES)


def _list_in_token(token: UnverifiedJwt, key: VerificationKey, suites: Suites, delivered: Delivered) -> StatusList:
    claims = verified_claims(token, key, _TOKEN_TERMS, suites, delivered.at)
    return token_status_list(claims, delivered.reference.uri, delivered.at)


def _document(body: bytes) -> UnverifiedDocument:
    # Not `read_document`, whose bound is that of a credential that a person shows.
    found = read_object(body)
    proof = found.pop("proof", None)
    if not isinstance(proof, dict):
        raise CredentialRefused("proof")
    return UnverifiedDocument(found, proof)


def _list_in_document(
    document: UnverifiedDocument, key: VerificationKey, suites: Suites, delivered: Delivered
) -> StatusList:
    check_proof(document, signed_digest(document), key, suites)
    if document.issuer != key.issuer:
        raise CredentialRefused("issuer")
    return bitstring_status_list(document.document, delivered.reference.uri, delivered.at)
