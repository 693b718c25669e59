"""Base64url without padding (RFC 7515 section 2), in its one spelling only."""

import base64
import re

from verifiers.credentials.refusal import CredentialRefused

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def from_base64url(text: object) -> bytes:
    """The bytes that `text` spells. Raises CredentialRefused for padding, other characters, and left-over bits that are
    not zero: two spellings of the same bytes would be two different tokens."""
    if not isinstance(text, str) or not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        raise CredentialRefused("malformed")
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(content) != text:
        raise CredentialRefused("malformed")
    return content


def to_base64url(content: bytes) -> str:
    """The spelling of `content`."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
