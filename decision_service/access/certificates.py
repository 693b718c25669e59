"""The certificate that a client showed to the proxy in front of us, as the proxy tells it (Client-Cert, RFC 9440)."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509

_MOST_CHARACTERS: Final = 16 * 1024
_BYTES: Final = re.compile(r":([A-Za-z0-9+/]+={0,2}):", re.ASCII)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What of a certificate tells who shows it: the SHA-256 of its DER (hex), and its subject as RFC 4514 writes it."""

    thumbprint: str
    subject: str = field(repr=False)


def read_certificate(header: str, now: datetime) -> Certificate | None:
    """The certificate in a Client-Cert header; None where it is none, or not valid at `now`.

    That it leads to an authority that the operator trusts is for the proxy to check, which ends TLS.
    """
    found = _BYTES.fullmatch(header)
    if found is None or len(header) > _MOST_CHARACTERS:
        return None
    try:
        content = base64.b64decode(found[1], validate=True)
        certificate = x509.load_der_x509_certificate(content)
        subject = certificate.subject.rfc4514_string()
        is_valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    except (binascii.Error, ValueError):
        return None
    return Certificate(hashlib.sha256(content).hexdigest(), subject) if is_valid else None
