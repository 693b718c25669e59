"""The service as a platform calls it: `Client` waits, `AsyncClient` is awaited; docs/client.md.

Needs pyreqwest and msgspec, and cryptography once a receipt is checked; of the service itself only
`decision_service.proof`.
"""

from decision_service.client.answers import BundleDecision, Decision, Explanation, Outcome, Precheck, Prefill, Review
from decision_service.client.awaited import AsyncClient
from decision_service.client.blocking import Client
from decision_service.client.errors import (
    AnswerError,
    ClientError,
    DecidedBeforeError,
    EnvelopeError,
    KeyReusedError,
    NoAnswerError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    ProblemError,
    ReceiptRefusedError,
)
from decision_service.client.exchange import Pace
from decision_service.client.requests import (
    Agent,
    Application,
    BundleApplication,
    Credential,
    Mandate,
    Submission,
    new_key,
)

__all__ = [
    "Agent",
    "AnswerError",
    "Application",
    "AsyncClient",
    "BundleApplication",
    "BundleDecision",
    "Client",
    "ClientError",
    "Credential",
    "DecidedBeforeError",
    "Decision",
    "EnvelopeError",
    "Explanation",
    "KeyReusedError",
    "Mandate",
    "NoAnswerError",
    "NotAllowedError",
    "NotAuthenticatedError",
    "NotFoundError",
    "Outcome",
    "Pace",
    "Precheck",
    "Prefill",
    "ProblemError",
    "ReceiptRefusedError",
    "Review",
    "Submission",
    "new_key",
]
