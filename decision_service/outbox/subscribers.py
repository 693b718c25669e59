"""The operator's file of subscribers (TOML): who gets which events, where, and under which keys (docs/events.md).

Addresses and secrets come from here and nowhere else. All that is wrong is told at once; no value of it is repeated.
"""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

from pyreqwest.exceptions import PyreqwestError

from decision_service.outbox.views import SHARES, ExchangeView, PlatformView, PolicyOf, Share, SupervisionView, View
from decision_service.outbox.webhooks import WebhookKey, WebhookKeyError, read_keys
from verifiers.credentials.file_entries import Entries, Problems
from verifiers.reach import reach
from verifiers.secretfile import ADVICE, is_open_to_others
from verifiers.transport import strict_client

CLASSES: Final = ("exchange", "supervision", "platform")
_MOST_BYTES: Final = 1024 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


class SubscribersRefusedError(Exception):
    """The file of subscribers can't be used; the text has a line for each thing that is wrong."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One receiver of events. `platform` is whose cases it sees, `share` what the exchange is entitled to besides."""

    name: str
    kind: str
    url: str
    keys: tuple[WebhookKey, ...] = field(repr=False)
    platform: str = ""
    share: frozenset[Share] = frozenset()
    certificates: bytes | None = field(default=None, repr=False)

    def view(self, policy_of: PolicyOf) -> View:
        """What it is told of records."""
        match self.kind:
            case "exchange":
                return ExchangeView(self.share)
            case "platform":
                return PlatformView(self.platform)
            case _:
                return SupervisionView(policy_of)


def read_subscribers(path: Path) -> tuple[Subscriber, ...]:
    """The subscribers in the order of the file. Raises SubscribersRefusedError."""
    problems = Problems(path.name)
    top = Entries(_table(path), "", problems)
    found = tuple(_subscriber(entries, path.parent) for entries in top.tables("subscriber", least=1))
    top.done()
    for name, times in Counter(one.name for one in found).items():
        if times > 1 and name:
            problems.add("subscriber", "two have the same `name`; each has a place in the ledger of its own")
    if problems.lines:
        raise SubscribersRefusedError("\n".join(problems.lines))
    return found


def _table(path: Path) -> dict[str, object]:
    try:
        content = path.read_bytes()
        if len(content) > _MOST_BYTES:
            raise SubscribersRefusedError(f"{path.name}: has more than {_MOST_BYTES} bytes; is it the right file?")
        return tomllib.loads(content.decode())
    except OSError as error:
        raise SubscribersRefusedError(f"{path.name}: {error.strerror}; name a file that can be read") from None
    except tomllib.TOMLDecodeError as error:
        # Only the place: the parser's message may quote what stands there.
        place = str(error).rpartition("(")[2].rstrip(")")
        raise SubscribersRefusedError(f"{path.name}: is no TOML ({place}); put that place right") from None
    except (UnicodeDecodeError, RecursionError):
        raise SubscribersRefusedError(f"{path.name}: is no TOML in UTF-8; is it the right file?") from None


def _subscriber(entries: Entries, folder: Path) -> Subscriber:
    name = entries.text("name")
    if name and not _NAME.fullmatch(name):
        entries.problem("name", "1 to 64 of A-Z a-z 0-9 _ - are expected, the first a letter or digit")
    kind = entries.word("class", CLASSES)
    platform = entries.text("platform", "")
    if (kind == "platform") != bool(platform):
        entries.problem("platform", 'goes with class = "platform", and names the caller whose cases it sees')
    share = entries.texts("share", [])
    if not set(share) <= set(SHARES) or (share and kind != "exchange"):
        entries.problem("share", f'is for class = "exchange" alone: some of {", ".join(SHARES)}')
    found = Subscriber(
        name=name,
        kind=kind,
        url=_address(entries),
        keys=_keys(entries, folder),
        platform=platform,
        share=frozenset(cast("list[Share]", share)),
        certificates=_certificates(entries, folder),
    )
    entries.done()
    return found


def _address(entries: Entries) -> str:
    url, private = entries.text("url"), entries.flag("allow_private", default=False)
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or "#" in url:
        entries.problem("url", "an address is expected such as https://exchange.example.gov.cn/events, without a user")
        return ""
    where = reach(host)
    if where == "never":
        entries.problem("url", "no receiver is there (link-local, cloud metadata, multicast, odd digits)")
    elif where != "public" and not private:
        entries.problem("url", "is a private or loopback address; if that is meant, write allow_private = true")
    if parts.scheme != "https" and where != "loopback":
        entries.problem("url", "must be https: events are signed, not encrypted")
    return url


def _keys(entries: Entries, folder: Path) -> tuple[WebhookKey, ...]:
    content = _content(entries, "keys_file", folder, needed=True)
    if content is None:
        return ()
    if is_open_to_others(folder / entries.text("keys_file")):
        entries.problem("keys_file", ADVICE)
    try:
        return read_keys(content.decode())
    except WebhookKeyError as error:
        entries.problem("keys_file", str(error))
    except UnicodeDecodeError:
        entries.problem("keys_file", "is no text; write one key a line")
    return ()


def _certificates(entries: Entries, folder: Path) -> bytes | None:
    content = _content(entries, "trusted_certificates_file", folder, needed=False)
    try:
        if content is not None:
            strict_client(1.0, 1, content)  # who is to trust them must be able to read them
    except (ValueError, PyreqwestError):
        entries.problem("trusted_certificates_file", "holds no certificate in PEM; export it as PEM")
    return content


def _content(entries: Entries, name: str, folder: Path, *, needed: bool) -> bytes | None:
    text = entries.text(name, None if needed else "")
    if not text:
        return None
    try:
        with (folder / text).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        entries.problem(name, f"can't be read ({error.strerror}); write a path relative to this file's folder")
        return None
    if len(content) > _MOST_BYTES:
        entries.problem(name, f"is larger than {_MOST_BYTES} bytes; is it the right file?")
    return content
