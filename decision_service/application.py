"""An application as it comes to the counter, and why the counter may turn it away without a decision."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from decision_service.ledger.entry import canonical
from decision_service.mandate import Agent
from verifiers.frozen import quickly_made
from verifiers.verifier import Shown

PLATFORM = "platform"
"""The caller where only one platform submits; a caller sees its own applications only."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Application:
    """One application. `key` is the idempotency key, which belongs to `caller`; `form` is JSON, not read yet.

    `credentials` are what the applicant shows in place of registers, by register (docs/credentials.md). They are not
    kept: a decision's record has what they stated, not themselves. `agent` hands it in for the applicant, if anybody.
    """

    caller: str
    key: str = field(repr=False)
    application_id: str = field(repr=False)
    matter: str
    channel: str
    form: Mapping[str, object] = field(repr=False)
    credentials: Mapping[str, Shown] = field(default_factory=dict, repr=False)
    agent: Agent | None = field(default=None, repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of what is applied for: equal for equal JSON, however it was spaced or ordered."""
        content: dict[str, object] = {
            "application_id": self.application_id,
            "matter": self.matter,
            "channel": self.channel,
            "form": self.form,
        }
        if self.credentials:
            content["credentials"] = {name: one.token for name, one in self.credentials.items()}
        if self.agent is not None:
            content["agent"] = self.agent.as_json()
        return hashlib.sha256(canonical(content)).hexdigest()


class TurnedAwayError(Exception):
    """No decision is made on this request, and nothing was recorded of it. Never holds a value of the application."""


class KeyReusedError(TurnedAwayError):
    """The key was used before, for another application."""


class InWorkError(TurnedAwayError):
    """A request with this key, or on this application, is being decided right now."""


class UnknownMatterError(TurnedAwayError):
    """No version of such a matter is in force today."""


class CredentialOutOfPlaceError(TurnedAwayError):
    """A credential is shown for a register that the matter does not ask. `place`: which of them, from 0."""

    def __init__(self, place: int) -> None:
        super().__init__("a credential is shown for a register that this matter does not ask")
        self.place = place


class DecidedBeforeError(TurnedAwayError):
    """The application was decided, and not sent back for correction (RQ-C2)."""

    def __init__(self, decision_id: str) -> None:
        super().__init__("this application was decided before")
        self.decision_id = decision_id


class ErasedAnswerError(TurnedAwayError):
    """The key was used before, and what was answered has been erased since with the facts of the person."""

    def __init__(self) -> None:
        super().__init__("the answer to this key was erased")


class OtherMatterError(DecidedBeforeError):
    """The number of the application belongs to another matter."""


class OverloadedError(TurnedAwayError):
    """There is too much to do for a decision in time, and no register was asked. `again_after`: whole seconds after
    which the application should come again."""

    def __init__(self, again_after: int) -> None:
        super().__init__("too many applications at once")
        self.again_after = again_after


class NoRecordKeptError(TurnedAwayError):
    """The decision could not be recorded, so there is none. `busy`: too many wait, and coming back soon will help."""

    def __init__(self, *, busy: bool = False) -> None:
        super().__init__("the decision could not be recorded")
        self.busy = busy
