"""An issuer of tokens for tests, made with another JOSE library than the service verifies with, and its key set."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from decision_service.access.listed import Listed, TokenIssuer
from decision_service.access.principal import USUAL
from verifiers.credentials.jwks import Publisher
from verifiers.credentials.keyset import KeySource
from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Delivery, Failed

ISSUER = "https://sso.example.gov.cn"
AUDIENCE = "https://spz.example.gov.cn"


@dataclass(slots=True)
class Time:
    """A clock that is moved by hand."""

    seconds: float = 1_800_000_000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


@dataclass(slots=True)
class Issuer:
    """Signs tokens and publishes its keys; counts how often they are fetched."""

    keys: dict[str, ECKey | OKPKey] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
    fetched: int = 0
    is_down: bool = False

    def add(self, kid: str, kind: str = "ES256") -> str:
        """A new key, published."""
        made = ECKey.generate_key("P-256") if kind == "ES256" else OKPKey.generate_key("Ed25519")
        self.keys[kid] = made
        self.published.append(kid)
        return kid

    def token(self, kid: str, now: float, header: dict | None = None, **claims: object) -> str:
        """A token that counts, but for what `claims` and `header` change; a claim that is None is left out."""
        key = self.keys[kid]
        algorithm = "ES256" if isinstance(key, ECKey) else "Ed25519"
        said: dict[str, object] = {
            "iss": ISSUER,
            "sub": "wang.li",
            "aud": AUDIENCE,
            "iat": int(now),
            "nbf": int(now),
            "exp": int(now) + 3600,
            "realm_access": {"roles": ["miaopi-analyst", "something-else"]},
            **claims,
        }
        kept = {name: value for name, value in said.items() if value is not None}
        head = {"alg": algorithm, "kid": kid, "typ": "at+jwt", **(header or {})}
        return jwt.encode(head, kept, key, algorithms=[algorithm])

    def jwks(self) -> bytes:
        """The public keys that are published."""
        shown = [{**self.keys[kid].as_dict(private=False), "kid": kid, "use": "sig"} for kid in self.published]
        return json.dumps({"keys": shown}).encode()

    async def fetch(self, url: str, types: tuple[str, ...], deadline: Deadline) -> Delivery:
        """What is at the pinned address."""
        assert url.endswith("/keys.json")
        assert types
        assert deadline
        self.fetched += 1
        return Failed("network") if self.is_down else Answered((), self.jwks())


def listed(*algorithms: str) -> Listed:
    """An access file with that issuer alone."""
    allowed = frozenset(algorithms or ("ES256", "EdDSA"))
    source = KeySource(Publisher(ISSUER, allowed), f"{ISSUER}/keys.json")  # type: ignore[arg-type]  # names of algorithms
    roles = {"miaopi-analyst": "analyst", "miaopi-approver": "approver"}
    path = ("realm_access", "roles")
    issuer = TokenIssuer(ISSUER, "staff", source, allowed, "at+jwt", path, roles, USUAL)  # type: ignore[arg-type]  # names of roles and algorithms
    return Listed({}, {ISSUER: issuer}, (), AUDIENCE)
