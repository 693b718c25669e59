"""What the operator's access file lists: callers and members of staff, what each shows, and whose tokens are taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from decision_service.access.actions import Role
from decision_service.access.keys import StoredKey
from decision_service.access.principal import Allowance, Kind
from verifiers.credentials.keys import KeyAlgorithm
from verifiers.credentials.keyset import KeySource

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Member:
    """A caller, or a member of staff. `issuers` may vouch for him by a token whose subject is his name."""

    name: str
    kind: Kind
    roles: frozenset[Role]
    allowance: Allowance
    keys: tuple[StoredKey, ...] = field(default=(), repr=False)
    thumbprints: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    issuers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Whose tokens are taken, for one `kind` of principal. `roles`: what a value of the claim at `claim` makes of its
    subject."""

    identifier: str
    kind: Kind
    source: KeySource
    algorithms: frozenset[KeyAlgorithm]
    typ: str
    claim: tuple[str, ...]
    roles: Mapping[str, Role]
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Listed:
    """The whole file. `proxies`: whose word on a client's certificate is taken. `audience`: our name in tokens."""

    members: Mapping[str, Member]
    issuers: Mapping[str, TokenIssuer]
    proxies: tuple[Network, ...]
    audience: str

    @property
    def has_staff(self) -> bool:
        """Whether anybody could use the control plane."""
        kinds = [*(one.kind for one in self.members.values()), *(one.kind for one in self.issuers.values())]
        return "staff" in kinds
