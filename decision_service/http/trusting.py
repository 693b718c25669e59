"""The chain's link for credentials: the operator's issuers, what was shown before, and who fetches their keys."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from decision_service.clock import ServiceClock
from decision_service.settings import Settings, SettingsRefusedError
from verifiers.credentials.issuer_file import IssuerFileError, read_issuers
from verifiers.credentials.presentation import CredentialVerifier
from verifiers.credentials.presentations import BookError, PresentationBook
from verifiers.credentials.sm2 import MissingExtraError
from verifiers.credentials.status_source import MOST_BYTES
from verifiers.credentials.suites import signature_suites
from verifiers.credentials.trust import Clocks, Ground, Trust
from verifiers.registers import Register
from verifiers.transport import Transport
from verifiers.verifier import Verifier


@asynccontextmanager
async def trusting(
    settings: Settings, registers: Mapping[str, Register], clock: ServiceClock, beyond: Verifier
) -> AsyncIterator[CredentialVerifier]:
    """`beyond` with the credentials that are shown judged before it. Raises SettingsRefusedError."""
    if settings.issuers is None:
        yield CredentialVerifier(beyond, None)
        return
    if not settings.audience:
        raise SettingsRefusedError(
            "MIAOPI_AUDIENCE: is needed with MIAOPI_ISSUERS; set the name by which wallets know this service, such as "
            "https://spz.example.gov.cn"
        )
    try:
        issuers = read_issuers(settings.issuers, registers, settings.audience)
        suites = signature_suites(issuers.algorithms)
        book = PresentationBook(settings.presentations_path)
    except (IssuerFileError, MissingExtraError, BookError) as error:
        raise SettingsRefusedError(f"MIAOPI_ISSUERS: {error}") from None
    transport = Transport(max_bytes=MOST_BYTES)
    clocks = Clocks(clock.real, clock.now, clock.monotonic)
    trust = Trust(Ground(issuers, settings.audience, suites, book), transport.get, clocks)
    try:
        yield CredentialVerifier(beyond, trust)
    finally:
        trust.close()
        await transport.close()
        book.close()
