"""What can go wrong, as exceptions. None holds a credential, nor a value of an application.

ClientError
├── ProblemError            the service said no: `code`, `status`, `errors`
│   ├── EnvelopeError       the request is not as it must be: a fault of the program
│   ├── KeyReusedError      the key stands for another application
│   ├── DecidedBeforeError  the application was decided: `decision_id` says by which decision
│   ├── NotAuthenticatedError, NotAllowedError, NotFoundError
├── NoAnswerError           no answer in time; whether it was decided is not known: ask again with its `key`
├── AnswerError             an answer that this client does not understand
└── ReceiptRefusedError     the receipt proves nothing, or another decision
"""

from typing import Any

import msgspec


class ClientError(Exception):
    """Any of the below."""


class Fault(msgspec.Struct, frozen=True):
    """One fault in what was sent: where (JSON pointer) and what, in a word."""

    pointer: str
    code: str


class ProblemError(ClientError):
    """The service refused (RFC 9457). `members` are those of its body; `retry_after` seconds, where it names some."""

    def __init__(self, status: int, code: str, members: dict[str, Any], retry_after: float | None = None) -> None:
        """`code` is "" where the answer was no problem of this service, but of something between."""
        super().__init__(f"{status} {code or 'without a code'}: {members.get('title', '')}".rstrip(": "))
        self.status = status
        self.code = code
        self.members = members
        self.retry_after = retry_after

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that it lists."""
        listed = self.members.get("errors")
        found = listed if isinstance(listed, list) else []
        return tuple(Fault(str(one.get("pointer")), str(one.get("code"))) for one in found if isinstance(one, dict))


class EnvelopeError(ProblemError):
    """The request is not as it must be; `errors` say where."""


class KeyReusedError(ProblemError):
    """The idempotency key was used for another application."""


class DecidedBeforeError(ProblemError):
    """The application was decided, and not sent back for correction. Never submit it again under a new key."""

    @property
    def decision_id(self) -> str:
        """The decision there is."""
        return str(self.members.get("decision_id", ""))


class NotAuthenticatedError(ProblemError):
    """The key or token does not count."""


class NotAllowedError(ProblemError):
    """The caller may not do that."""


class NotFoundError(ProblemError):
    """There is no such thing, or it is another caller's."""


class NoAnswerError(ClientError):
    """No answer came in time. The decision may have been made: ask again under the same `key`, never under another.

    `last`: what the last try met with, a ProblemError or a word (`connection`, `timeout`, `mangled`).
    """

    def __init__(self, key: str, tries: int, last: ProblemError | str) -> None:
        """`key` is "" where the call had none."""
        again = "; it may have been decided: ask again with the same key" if key else ""
        super().__init__(f"no answer after {tries} tries, the last: {last}{again}")
        self.key = key
        self.tries = tries
        self.last = last


class AnswerError(ClientError):
    """An answer that is not as this client knows it: `place` says where, `body` is what came."""

    def __init__(self, place: str, body: bytes) -> None:
        super().__init__(place)
        self.place = place
        self.body = body


class ReceiptRefusedError(ClientError):
    """The receipt proves nothing, or not this answer; the text says why."""


_BY_CODE: dict[str, type[ProblemError]] = {
    "envelope": EnvelopeError,
    "key_reused": KeyReusedError,
    "decided_before": DecidedBeforeError,
    "other_matter": DecidedBeforeError,
}
_BY_STATUS: dict[int, type[ProblemError]] = {
    401: NotAuthenticatedError,
    403: NotAllowedError,
    404: NotFoundError,
}
_TYPE = "urn:miaopi:problem:"


def problem_of(status: int, body: bytes, retry_after: float | None = None) -> ProblemError:
    """The exception for an answer that is not 2xx; whatever its body holds."""
    try:
        members = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        members = {}
    kind = members.get("type")
    code = kind.removeprefix(_TYPE) if isinstance(kind, str) and kind.startswith(_TYPE) else ""
    made = _BY_CODE.get(code) or _BY_STATUS.get(status, ProblemError)
    return made(status, code, members, retry_after)
