"""Whom the workbench believes of the record: public keys that it was given at its start, not by the service."""

from dataclasses import dataclass

from decision_service.proof.note import VerifierKey


@dataclass(frozen=True, slots=True)
class Trust:
    """`log_keys`: public keys (32 raw bytes) of the log; none given: a receipt is checked under the key that the
    service itself states, and the page says that this proves less. `witnesses` are those whose word counts."""

    log_keys: tuple[bytes, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()
