"""Reading an [[issuer]] of the access file: whose tokens are taken, where his keys are, which role a claim gives."""

from pathlib import Path
from typing import cast, get_args

from decision_service.access.actions import ROLES, Role
from decision_service.access.listed import TokenIssuer
from decision_service.access.principal import USUAL, Kind
from verifiers.credentials.file_entries import Entries
from verifiers.credentials.jwks import PublishedKeys, Publisher, read_jwks
from verifiers.credentials.keys import KeyAlgorithm
from verifiers.credentials.keyset import KeySource
from verifiers.credentials.pinned import PinError, pinned_url
from verifiers.credentials.refusal import CredentialRefused


def read_token_issuer(entries: Entries, beside: Path) -> TokenIssuer | None:
    """The issuer; None where it can't be used, and was complained of. Files are named relative to `beside`."""
    identifier = entries.text("identifier")
    kind = cast("Kind", entries.word("kind", ("caller", "staff")))
    algorithms = frozenset(cast("list[KeyAlgorithm]", entries.words("algorithms", get_args(KeyAlgorithm))))
    typ = entries.word("typ", ("at+jwt", "jwt"), "at+jwt")
    claim = entries.claim("claim")
    roles = _roles(entries, kind)
    source = _source(entries, beside, Publisher(identifier, algorithms))
    entries.done()
    if source is None or not all((identifier, kind, algorithms, claim, roles)):
        return None
    return TokenIssuer(identifier, kind, source, algorithms, typ, claim, roles, USUAL)


def _roles(entries: Entries, kind: str) -> dict[str, Role]:
    found = entries.raw("roles")
    allowed = [one for one in ROLES if (one == "platform") == (kind == "caller")]
    if not isinstance(found, dict) or not found or any(one not in allowed for one in found.values()):
        entries.problem("roles", f"a table is expected from values of the claim to one of {', '.join(allowed)}")
        return {}
    return cast("dict[str, Role]", found)


def _source(entries: Entries, beside: Path, publisher: Publisher) -> KeySource | None:
    url, file = entries.text("jwks_url", "-"), entries.text("jwks_file", "-")
    withdrawn = frozenset(entries.texts("withdrawn", []))
    if (url == "-") == (file == "-"):
        entries.problem("jwks_url", "write either `jwks_url` or `jwks_file`, where the issuer's public keys are")
        return None
    if url != "-":
        try:
            return KeySource(publisher, pinned_url(url), None, withdrawn)
        except PinError as error:
            entries.problem("jwks_url", str(error))
            return None
    keys = _keys(entries, beside.parent / file, publisher)
    return None if keys is None else KeySource(publisher, None, keys, withdrawn)


def _keys(entries: Entries, path: Path, publisher: Publisher) -> PublishedKeys | None:
    try:
        found = read_jwks(path.read_bytes(), publisher)
    except (OSError, CredentialRefused):
        found = None
    if found is None or not found.keys:
        entries.problem(
            "jwks_file", "a file with a JWK set is expected, in it a public key of `algorithms` with a `kid`"
        )
        return None
    return found
