"""The doorkeeper put together from the settings: the access file, and who fetches the keys of its issuers."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from decision_service.access.doorkeeper import Doorkeeper
from decision_service.access.file import AccessFileError, read_access
from decision_service.access.listed import Listed
from decision_service.access.tokens import Tokens
from decision_service.clock import ServiceClock
from decision_service.settings import Settings, SettingsRefusedError
from verifiers.credentials.jwks import MOST_BYTES
from verifiers.credentials.sm2 import MissingExtraError
from verifiers.transport import Transport

ANYBODY: Final = "no MIAOPI_ACCESS: whoever reaches this address is served as one anonymous platform; for trials only"
ANYBODY_ZH: Final = "未设 MIAOPI_ACCESS：凡能访问本地址者均按同一匿名平台办理，仅供试用"


def listed_by(settings: Settings) -> Listed | None:
    """Whom the access file lists; None for a trial on loopback without one. Raises SettingsRefusedError."""
    if settings.access is not None:
        try:
            return read_access(settings.access)
        except AccessFileError as error:
            raise SettingsRefusedError(f"MIAOPI_ACCESS: {error}") from None
    if settings.profile == "production":
        raise SettingsRefusedError(
            "MIAOPI_ACCESS: is needed with profile=production; name the file that lists who may call (docs/access.md)"
        )
    if not _is_loopback(settings.host):
        raise SettingsRefusedError(
            "MIAOPI_ACCESS: is needed where others than this machine can reach MIAOPI_HOST; name the file that lists "
            "who may call (docs/access.md), or listen on 127.0.0.1"
        )
    return None


@asynccontextmanager
async def admitting(settings: Settings, clock: ServiceClock) -> AsyncIterator[Doorkeeper]:
    """The doorkeeper, for as long as the block runs. Raises SettingsRefusedError."""
    listed = listed_by(settings)
    if listed is None or not listed.issuers:
        yield Doorkeeper(listed, None, clock.real)
        return
    transport = Transport(max_bytes=MOST_BYTES)
    try:
        tokens = Tokens(listed, transport.get, clock.real, clock.monotonic)
        yield Doorkeeper(listed, tokens, clock.real)
    except MissingExtraError as error:
        raise SettingsRefusedError(f"MIAOPI_ACCESS: {error}") from None
    finally:
        await transport.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
