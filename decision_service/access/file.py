"""Reading the operator's access file (TOML): all that is wrong with it is told at once, by line and place, and what to
write; no value of it is repeated."""

import ipaddress
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Final, cast

from decision_service.access.actions import ROLES, SCOPES, STAFF_ROLES, Role, Scope
from decision_service.access.keys import KEY_ID, StoredKey
from decision_service.access.lines import NAME, NAMES
from decision_service.access.listed import Listed, Member, Network
from decision_service.access.places import line_of, lines_of
from decision_service.access.principal import USUAL, Allowance, Kind, Rate, a_day
from decision_service.access.token_file import read_token_issuer
from verifiers.credentials.file_entries import Entries, Problems
from verifiers.freshness import CHINA

_MOST_BYTES: Final = 1024 * 1024
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class AccessFileError(ValueError):
    """The access file can't be used; the text has a line for each thing that is wrong."""


def read_access(path: Path) -> Listed:
    """Who may call, as the file says. Raises AccessFileError."""
    text = _text(path)
    raw = _table(path, text)
    lines = lines_of(text)
    problems = Problems(path.name, line_of=lambda place: line_of(place, lines))
    top = Entries(raw, "", problems)
    audience = top.text("audience", "-")
    proxies = tuple(_networks(top))
    members = [*_members(top, "caller", problems), *_members(top, "staff", problems)]
    issuers = [one for entries in _tables(top, "issuer") if (one := read_token_issuer(entries, path)) is not None]
    top.done()
    if issuers and audience == "-":
        problems.add("audience", "it is missing; write the name by which tokens must be addressed to this service")
    if not members and not issuers:
        problems.add("caller", "nobody is listed; begin with [[caller]] or [[staff]] (miaopi access keys new)")
    _check_twice(problems, members, [one.identifier for one in issuers])
    known = {one.identifier: one for one in issuers}
    for member in members:
        if any(name not in known or known[name].kind != member.kind for name in member.issuers):
            problems.add(member.kind, "`issuers` names no [[issuer]] of that kind; write its identifier")
    if problems.lines:
        raise AccessFileError("\n".join(problems.lines))
    return Listed({one.name: one for one in members}, known, proxies, audience)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if len(content) > _MOST_BYTES:
            raise AccessFileError(f"{path.name}: it has more than {_MOST_BYTES} bytes; is it the access file?")
        return content.decode()
    except OSError as error:
        raise AccessFileError(f"{path.name}: {error.strerror}; name a file that the service can read") from None
    except UnicodeDecodeError:
        raise AccessFileError(f"{path.name}: is not UTF-8; save it as UTF-8") from None


def _table(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Only the place: the parser's message may quote what stands there.
        line = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
        place = f"{line[1]}:{line[2]}" if line else str(len(text.splitlines()))
        raise AccessFileError(f"{path.name}:{place}: is no TOML; put that place right") from None
    except RecursionError:
        raise AccessFileError(f"{path.name}: nests too deep; is it the access file?") from None


def _tables(entries: Entries, name: str) -> list[Entries]:
    """The tables of a list that may be left out."""
    return [] if entries.raw(name) is None else entries.tables(name, least=1)


def _networks(top: Entries) -> Iterator[Network]:
    for text in top.texts("trusted_proxies", []):
        try:
            yield ipaddress.ip_network(text)
        except ValueError:
            top.problem("trusted_proxies", "an address or a network is expected, such as 127.0.0.1 or 10.0.0.0/24")


def _members(top: Entries, kind: Kind, problems: Problems) -> Iterator[Member]:
    for entries in _tables(top, kind):
        before = len(problems.lines)
        name = entries.text("name")
        if name and not NAME.fullmatch(name):
            entries.problem("name", NAMES)
        roles = _roles(entries, kind)
        thumbprints, subjects = _certificates(entries)
        member = Member(
            name=name,
            kind=kind,
            roles=roles,
            allowance=Allowance(_rate(entries), _per_person(entries)),
            keys=tuple(one for inner in _tables(entries, "key") if (one := _key(inner)) is not None),
            thumbprints=thumbprints,
            subjects=subjects,
            issuers=frozenset(entries.texts("issuers", [])),
        )
        if not (member.keys or thumbprints or subjects or member.issuers) and len(problems.lines) == before:
            entries.problem("key", "nothing that he could show is listed; add a key with `miaopi access keys new`")
        entries.done()
        yield member


def _roles(entries: Entries, kind: Kind) -> frozenset[Role]:
    if kind == "caller":
        return frozenset({"platform"})
    return frozenset(cast("list[Role]", entries.words("roles", [one for one in ROLES if one in STAFF_ROLES])))


def _rate(entries: Entries) -> Rate:
    per_second, at_once = entries.raw("per_second"), entries.raw("at_once")
    if per_second is None and at_once is None:
        return USUAL.requests
    if not _is_number(per_second) or not isinstance(at_once, int) or not _is_number(at_once) or at_once < 1:
        entries.problem(
            "per_second", "write both `per_second`, up to 10000, and `at_once`, a whole number, up to 10000"
        )
        return USUAL.requests
    return Rate(float(cast("float", per_second)), at_once)


def _per_person(entries: Entries) -> Rate:
    found = entries.raw("per_person_a_day")
    if found is None:
        return USUAL.per_person
    if not isinstance(found, int) or not _is_number(found):
        entries.problem("per_person_a_day", "a whole number is expected, from 1 to 10000")
        return USUAL.per_person
    return a_day(found)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 10_000


def _key(entries: Entries) -> StoredKey | None:
    key_id, digest = entries.text("id"), entries.text("sha256")
    scopes = cast("list[Scope]", entries.words("scopes", SCOPES))
    expires = _instant(entries)
    if key_id and not KEY_ID.fullmatch(key_id):
        entries.problem("id", "12 of a-z 0-9 are expected, as `miaopi access keys new` prints them")
    if digest and not _DIGEST.fullmatch(digest):
        entries.problem("sha256", "64 lower-case hex digits are expected, as `miaopi access keys new` prints them")
        digest = ""
    entries.done()
    if not digest or expires is None:
        return None
    return StoredKey(key_id, bytes.fromhex(digest), frozenset(scopes), expires)


def _instant(entries: Entries) -> datetime | None:
    """A day lasts to its end in China."""
    found = entries.raw("expires")
    if isinstance(found, datetime) and found.tzinfo is not None:
        return found
    if isinstance(found, date) and not isinstance(found, datetime):
        return datetime.combine(found, time.max, CHINA)
    entries.problem("expires", "a day such as 2027-03-16 is expected, without quotes")
    return None


def _certificates(entries: Entries) -> tuple[frozenset[str], frozenset[str]]:
    """The thumbprints and the subjects of the certificates by which a member may be known."""
    thumbprints, subjects = set(), set()
    for one in _tables(entries, "certificate"):
        thumbprint, subject = one.text("sha256", "-"), one.text("subject", "-")
        if (thumbprint == "-") == (subject == "-"):
            one.problem("sha256", "write either `sha256`, the certificate's thumbprint, or `subject` (RFC 4514)")
        elif thumbprint == "-":
            subjects.add(subject)
        elif _DIGEST.fullmatch(thumbprint):
            thumbprints.add(thumbprint)
        else:
            one.problem("sha256", "64 lower-case hex digits are expected, without colons")
        one.done()
    return frozenset(thumbprints), frozenset(subjects)


def _check_twice(problems: Problems, members: Iterable[Member], issuers: Iterable[str]) -> None:
    """What must tell one from another stands once."""
    members = list(members)
    each = {
        "name": [one.name.casefold() for one in members],
        "key.id": [key.key_id for one in members for key in one.keys],
        "certificate": [mark for one in members for mark in (*one.thumbprints, *one.subjects)],
        "issuer.identifier": list(issuers),
    }
    for what, values in each.items():
        if any(count > 1 for count in Counter(values).values()):
            problems.add(what, "one stands twice in the file; it must tell one caller from another")
