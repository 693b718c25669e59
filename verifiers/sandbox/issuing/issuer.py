"""One issuer of the sandbox: the authority that keeps a register certifies what is in it."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from verifiers.credentials.wire import to_base64url
from verifiers.sandbox.issuing.pen import Pen, bound, selectively

PREFIX = "urn:miaopi:sandbox:"
"""An issuer is called by this and its register's name; so is its kind of credential."""

JWT_TYP = "licence+jwt"
_BITS = 2
_ENTRIES = 65_536
_TTL_SECONDS = 60
_LIST_SECONDS = 3600

Form = Literal["sd-jwt", "jwt"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential to be made, and shown at once: bound to its holder over `nonce` if an SD-JWT. Times in seconds."""

    form: Form
    subject: str = field(repr=False)
    params: Mapping[str, object] = field(repr=False)
    facts: Mapping[str, object] = field(repr=False)
    data_as_of: str
    audience: str
    nonce: str
    valid_seconds: int


class SandboxIssuer:
    """Issues for one register. Its keys, wallets and list of statuses are lost when the sandbox stops."""

    def __init__(self, register: str) -> None:
        self.identifier = f"{PREFIX}{register}"
        self._pens = [Pen()]
        self._revoked: set[str] = set()
        self._wallets: dict[str, Pen] = {}
        self._statuses = bytearray(_ENTRIES * _BITS // 8)
        self._issued = 0

    @property
    def kid(self) -> str:
        """The key that signs now."""
        return self._pens[-1].kid

    def issue(self, wanted: Wanted, status_uri: str, now: int) -> tuple[str, int]:
        """The token as its holder shows it, and its index in the list of statuses."""
        index = self._issued % _ENTRIES
        self._issued += 1
        pen = self._pens[-1]
        claims: dict[str, object] = {
            "iss": self.identifier,
            "iat": now,
            "exp": now + wanted.valid_seconds,
            "vct": self.identifier,
            "sub": wanted.subject,
            "data_as_of": wanted.data_as_of,
            "status": {"status_list": {"idx": index, "uri": status_uri}},
        }
        told = {"asked_with": wanted.params, "facts": wanted.facts}
        if wanted.form == "jwt":
            return pen.jws(JWT_TYP, {**claims, **told, "aud": wanted.audience}, pen.kid), index
        wallet = self._wallets.setdefault(wanted.subject, Pen())
        shown = selectively(pen, "dc+sd-jwt", {**claims, "cnf": {"jwk": wallet.jwk()}}, told)
        return bound(wallet, shown, wanted.audience, wanted.nonce, now), index

    def jwks(self) -> dict[str, object]:
        """The published keys; one that was withdrawn stays in the set, marked as such."""
        marks = {kid: {"revoked": {"reason": "withdrawn"}} for kid in self._revoked}
        return {"keys": [{**one.jwk(), "kid": one.kid, "use": "sig", **marks.get(one.kid, {})} for one in self._pens]}

    def rotate(self) -> str:
        """Sign with a new key from now on; the old ones stay published. Gives its kid."""
        self._pens.append(Pen())
        return self.kid

    def withdraw(self, kid: str) -> bool:
        """Mark a key as withdrawn; says whether there is one. Another signs from now on."""
        if kid not in {one.kid for one in self._pens}:
            return False
        self._revoked.add(kid)
        if kid == self.kid:
            self.rotate()
        return True

    def set_status(self, index: int, value: int) -> bool:
        """Write a status down (0 valid, 1 revoked, 2 suspended); says whether there is such an entry."""
        if not 0 <= index < _ENTRIES:
            return False
        place, offset = divmod(index * _BITS, 8)
        kept = self._statuses[place] & ~(0b11 << offset) & 0xFF
        self._statuses[place] = kept | (value << offset)
        return True

    def status_list(self, uri: str, now: int) -> str:
        """The list of statuses as a signed token, for whoever fetches it from `uri`."""
        packed = to_base64url(zlib.compress(bytes(self._statuses), 9))
        claims: dict[str, object] = {
            "sub": uri,
            "iat": now,
            "exp": now + _LIST_SECONDS,
            "ttl": _TTL_SECONDS,
            "status_list": {"bits": _BITS, "lst": packed},
        }
        return self._pens[-1].jws("statuslist+jwt", claims, self.kid)
