"""The pool of organisation bodies (the 8 characters of a credit code that name the organisation, GB 32100-2015)."""

from collections.abc import Iterable

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of a credit code: digits and letters without I, O, S, V, Z."""

_PREFIX = "DEMX"
"""No organisation code that is issued begins so."""


class PoolExhaustedError(Exception):
    """Every number has been handed out."""


class NumberPool:
    """Hands out organisation bodies: one an application, never the same to two, for as long as the sandbox runs."""

    def __init__(self, taken: Iterable[str]) -> None:
        """`taken` are the bodies that the sequence must leave out: of organisations, or kept for somebody."""
        self._left_out = set(taken)
        self._held: dict[str, str] = {}
        self._given: set[str] = set()
        self._next = len(_ALPHABET) ** 3

    def hand_out(self, application_id: str, wanted: str | None = None) -> str:
        """The body of this application; `wanted` if it is the first to ask for it. Raises PoolExhaustedError."""
        body = self._held.get(application_id)
        if body is None:
            body = wanted if wanted is not None and wanted not in self._given else self._sequence()
            self._held[application_id] = body
            self._given.add(body)
        return body

    def _sequence(self) -> str:
        while self._next < len(_ALPHABET) ** 4:
            body = _PREFIX + _digits(self._next)
            self._next += 1
            if body not in self._left_out and body not in self._given:
                return body
        raise PoolExhaustedError


def _digits(number: int) -> str:
    text = ""
    for _ in range(4):
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text
