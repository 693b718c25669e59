"""Certificates made when the proxy starts: a root that clients in trials may trust, a good leaf and three bad ones."""

import ipaddress
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Authority:
    """`root` is the PEM that a client trusts; `contexts` the TLS servers by what is wrong with their certificate, as
    the variants of the fault `tls`, and GOOD. Nothing outlives the process: the keys are of this run alone."""

    root: bytes
    contexts: Mapping[str, ssl.SSLContext] = field(repr=False)


def new_authority() -> Authority:
    """A root for this run and the servers under it."""
    key, subject = _key(), _name("Sandbox test root")
    root = _certificate(subject, key, subject, key, authority=True)
    signer = (root.subject, key)
    lapsed = datetime.now(UTC) - timedelta(days=1)
    leaves = {
        GOOD: _leaf(signer),
        "expired": _leaf(signer, until=lapsed),
        "wrong_name": _leaf(signer, host="elsewhere.invalid"),
        "self_signed": _leaf(None),
    }
    return Authority(
        root.public_bytes(Encoding.PEM), {name: _context(*certificate) for name, certificate in leaves.items()}
    )


_Key = ec.EllipticCurvePrivateKey


def _key() -> _Key:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _leaf(
    signer: tuple[x509.Name, _Key] | None, *, host: str = "localhost", until: datetime | None = None
) -> tuple[x509.Certificate, _Key]:
    key, subject = _key(), _name(f"Sandbox {host}")
    issuer, signing = (subject, key) if signer is None else signer
    return _certificate(subject, key, issuer, signing, host=host, until=until), key


def _certificate(
    subject: x509.Name,
    key: _Key,
    issuer: x509.Name,
    signing: _Key,
    *,
    host: str = "",
    until: datetime | None = None,
    authority: bool = False,
) -> x509.Certificate:
    end = until or datetime.now(UTC) + timedelta(days=30)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if host:
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if host == "localhost":
            names.append(x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signing, SHA256())


def _context(certificate: x509.Certificate, key: _Key) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # The standard library reads a chain from files alone; they are gone when this returns.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chain.pem"
        file.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
        context.load_cert_chain(file)
    return context
