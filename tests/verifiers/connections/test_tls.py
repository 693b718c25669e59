"""TLS: a register's certificate is checked against the roots that the operator names, for asking and for checking."""

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.verifiers.conformance.stands import Answering
from tests.verifiers.connections.making import SECRET, connection, entries, verifier
from tests.verifiers.crooked_register import Asked, crooked_register
from verifiers.adapters.signed import SignedConnection
from verifiers.conformance.line import Line, Sent
from verifiers.conformance.sample import FIRST, question
from verifiers.connections.entries import Problem
from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Failed
from verifiers.signing import SigningKey
from verifiers.transport import Transport


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, and a certificate of 127.0.0.1 that it signed."""
    folder = tmp_path_factory.mktemp("tls")
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root for these tests")])
    root = _certificate(root_name, root_name, root_key, root_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "register")])
    leaf = _certificate(name, root_name, key, root_key).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
    )
    pem = serialization.Encoding.PEM
    (folder / "root.pem").write_bytes(root.sign(root_key, hashes.SHA256()).public_bytes(pem))
    (folder / "leaf.pem").write_bytes(leaf.sign(root_key, hashes.SHA256()).public_bytes(pem))
    clear = serialization.NoEncryption()
    (folder / "leaf.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, clear))
    return folder


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_counts_only_under_a_trusted_root(folder: Path, trusted: bool) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")
    roots = 'trusted_certificates = "root.pem"\n' if trusted else ""

    async def run() -> None:
        behind = Answering("knows", SigningKey("miaopi", SECRET.encode()))
        async with crooked_register(behind, tls) as register:
            one = connection(
                SignedConnection.read,
                f'base_url = "{register.url}"\nallow_private = true\napp = "miaopi"\nsecret_env = "A_SECRET"\n{roots}',
                folder,
            )
            evidence = await verifier(one).ask(question(FIRST), Deadline.after(30))
            expected = ("ok", None) if trusted else ("error", "network")
            assert (evidence.status, evidence.fault) == expected
            line = Line(register.url, (folder / "root.pem").read_bytes() if trusted else None)
            reply = await line.send(
                Sent("/v1/registers/conformance", {}, b'{"subject": "x", "purpose": "", "nonce": ""}')
            )
            assert reply.status == (200 if trusted else 0)
            await line.close()
            await one.close()

    asyncio.run(run())


@pytest.mark.parametrize("ended", [True, False])
def test_an_answer_without_length_ends_where_the_register_says_so_and_not_where_the_line_is_cut(
    folder: Path, ended: bool
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")

    async def behave(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}")
        await writer.drain()
        if ended:
            writer.close()
        else:
            # The socket alone, under TLS: as anybody on the way can.
            writer.get_extra_info("socket").shutdown(socket.SHUT_WR)

    async def run() -> None:
        transport = Transport(trusted_certificates=(folder / "root.pem").read_bytes())
        async with crooked_register(behave, tls) as register:
            found = await transport.post(register.url, {}, b"", Deadline.after(30))
            assert found == (Answered((("content-type", "application/json"),), b"{}") if ended else Failed("network"))
        await transport.close()

    asyncio.run(run())


def test_a_bundle_that_is_cut_short_or_as_large_as_a_trust_store_is_read_for_what_it_is(folder: Path) -> None:
    root = (folder / "root.pem").read_bytes()
    told: list[Problem] = []
    (folder / "cut.pem").write_bytes(root + root[:120])
    entries('trusted_certificates = "cut.pem"', folder, told).certificates()
    assert [one.key for one in told] == ["connections.one.trusted_certificates"]
    (folder / "many.pem").write_bytes(root * (300 * 1024 // len(root)))
    assert entries('trusted_certificates = "many.pem"', folder, told).certificates() == root * (300 * 1024 // len(root))
    assert len(told) == 1
