"""Evidence: what a register said about one question, or why it said nothing that can be used. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from verifiers.frozen import maker, quickly_made
from verifiers.kinds import Value

Status = Literal["ok", "no_record", "timeout", "error", "stale"]
"""ok: usable facts. no_record: the register has none. timeout: late, or cut by the deadline. error: faulty in any way
(refused, wrong type, wrong subject, bad signature, from the future). stale: older than the register's limit."""

Origin = Literal["asked", "shared", "cached", "credential"]
"""How an answer came to this decision. asked: a call of its own. shared: the call that another application made at the
same moment with the same question. cached: kept from an earlier call, where the catalogue allows it. credential: a
credential that the applicant showed stands for the register."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Evidence:
    """What came of asking `register`.

    `facts` holds the typed fields of the answer when `status` is ok (and the values that "no record" states, where the
    catalogue says so); otherwise it is empty. `data_as_of` is the day or instant as the register wrote it. `digest` is
    the SHA-256 (hex) of the signed answer's bytes, `elapsed_ms` the time that the caller waited.
    `fault` says in a word what was wrong with an `error`, for logs and tests; it never holds a value. `credential` says
    in a word why a credential that was shown for this register was refused, so that the register was asked instead.
    `wire` is the answer's signed bytes, for the journal of calls alone. `signed` is false where the way to the register
    has no signatures (a plain gateway, a database), so that bytes and digest are what was received there.
    """

    register: str
    status: Status
    facts: Mapping[str, Value] = field(default_factory=dict)
    data_as_of: str | None = None
    request_id: str | None = None
    digest: str | None = None
    elapsed_ms: int = 0
    fault: str | None = None
    origin: Origin = "asked"
    credential: str | None = None
    wire: bytes | None = field(default=None, repr=False, compare=False)
    signed: bool = True

    def after(self, elapsed_ms: int) -> "Evidence":
        """The same, waited for so long."""
        if self.elapsed_ms == elapsed_ms:
            return self
        made = _copied(self)
        _set_elapsed(made, elapsed_ms)
        return made

    def bound(self, request_id: str, digest: str, wire: bytes) -> "Evidence":
        """The same, from an answer with this number of the register's own, digest and bytes."""
        made = _copied(self)
        _set_request_id(made, request_id)
        _set_digest(made, digest)
        _set_wire(made, wire)
        return made

    def without_wire(self) -> "Evidence":
        """The same without the bytes."""
        if self.wire is None:
            return self
        made = _copied(self)
        _set_wire(made, None)
        return made


_made = maker(Evidence)
_set_elapsed, _set_wire, _set_request_id, _set_digest = (
    getattr(Evidence, name).__set__ for name in ("elapsed_ms", "wire", "request_id", "digest")
)


def _copied(evidence: Evidence) -> Evidence:
    """Its copy, field by field: dataclasses.replace takes ten times as long, and every link has something to add."""
    copied: Evidence = _made(
        evidence.register,
        evidence.status,
        evidence.facts,
        evidence.data_as_of,
        evidence.request_id,
        evidence.digest,
        evidence.elapsed_ms,
        evidence.fault,
        evidence.origin,
        evidence.credential,
        evidence.wire,
        evidence.signed,
    )
    return copied
