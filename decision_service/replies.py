"""What the desk replies: the bytes of a recorded answer."""

from dataclasses import dataclass, field

from decision_service.application import Application, ErasedAnswerError, KeyReusedError
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import ErasedError
from decision_service.ledger.receipt import full_answer
from verifiers.frozen import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's bytes. `replayed`: it was recorded by an earlier request with the same key."""

    body: bytes = field(repr=False)
    replayed: bool


def given_again(recorded: Recorded, application: Application) -> Reply:
    """The answer that stands under the key of `application`. Raises KeyReusedError, ErasedAnswerError."""
    try:
        if recorded.entry.kind != DECISION or recorded.entry.fingerprint != application.fingerprint:
            raise KeyReusedError("this key was used before, for something else")
        return Reply(full_answer(recorded), replayed=True)
    except ErasedError:
        raise ErasedAnswerError from None
