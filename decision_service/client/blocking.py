"""The client that waits: each call returns its answer."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import ClientClosedError, PyreqwestError, RequestTimeoutError
from pyreqwest.response import SyncResponse

from decision_service.client import answers
from decision_service.client.calls import Calls, Language
from decision_service.client.connecting import Credential, base_url, configured, prepared
from decision_service.client.errors import ClientError, ProblemError
from decision_service.client.exchange import MAX_BYTES, Delivered, Exchange, Lost, Pace, Pause, Send, Steps, T
from decision_service.client.requests import Application, BundleApplication, Form, Submission
from decision_service.client.verifying import verify


class Client:
    """The service, as a platform calls it. Safe to share between threads; close it at the end, or use `with`.

    Each call raises ProblemError where the service refuses, NoAnswerError where no answer came in time, and AnswerError
    where the answer is not understood.
    """

    verify = staticmethod(verify)

    def __init__(
        self,
        url: str,
        credential: Credential | None = None,
        *,
        pace: Pace | None = None,
        root_certificates: bytes | None = None,
    ) -> None:
        """`credential` gives the API key or token, at each try; `root_certificates` is a PEM of further roots."""
        self._url = base_url(url, credential)
        self._credential = credential
        self._calls = Calls(Exchange(pace or Pace()))
        self._client = configured(SyncClientBuilder(), root_certificates).build()

    def __repr__(self) -> str:
        """Where it connects, not as whom."""
        return f"Client({self._url!r})"

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def decide(self, application: Application, *, key: str | None = None) -> answers.Decision:
        """Submit an application. `key` is its idempotency key, a new one if None; the same at every try."""
        return self._held(self._calls.decide(application, key))

    def decision(self, decision_id: str) -> answers.Decision:
        """A decision as it was recorded."""
        return self._held(self._calls.decision(decision_id))

    def bundle(self, code: str, application: BundleApplication, *, key: str | None = None) -> answers.BundleDecision:
        """Submit an application for all matters of a bundle."""
        return self._held(self._calls.bundle(code, application, key))

    def batch(self, submissions: Sequence[Submission]) -> list[answers.Decision | ProblemError]:
        """Submit several, each under its own key; what each came to, in their order. After NoAnswerError call again
        with the very same submissions."""
        return self._held(self._calls.batch(submissions))

    def explanation(self, decision_id: str) -> answers.Explanation:
        """Why a decision came out as it did, rule by rule."""
        return self._held(self._calls.explanation(decision_id))

    def receipt(self, decision_id: str) -> bytes:
        """The receipt of a decision, for `verify` and for the file."""
        return self._held(self._calls.receipt(decision_id))

    def review(self, decision_id: str, human_review_key: str, statement: str = "") -> answers.Review:
        """Ask that an officer looks at a decision again."""
        return self._held(self._calls.review(decision_id, human_review_key, statement))

    def case(self, decision_id: str) -> answers.Case:
        """How a case stands now: decided, waiting for an officer, or decided by one."""
        return self._held(self._calls.case(decision_id))

    def case_receipt(self, decision_id: str) -> bytes:
        """The receipt of what an officer decided."""
        return self._held(self._calls.case_receipt(decision_id))

    def notice(self, decision_id: str, language: Language = "both") -> bytes:
        """The document for the applicant, as HTML that prints on A4."""
        return self._held(self._calls.notice(decision_id, language))

    def rate(self, decision_id: str, rating_key: str, level: int, comment: str = "") -> answers.Rating:
        """Rate a closed case, once, from 1 (very satisfied) to 5. After a lost answer the second try is told
        `rated_before`, and the rating stands in `case`."""
        return self._held(self._calls.rate(decision_id, rating_key, level, comment))

    def complain(self, decision_id: str, complaint_key: str, text: str, *, key: str | None = None) -> answers.Complaint:
        """Complain of a case; the reply will stand in `case`."""
        return self._held(self._calls.complain(decision_id, complaint_key, text, key))

    def matters(self) -> list[answers.MatterInForce]:
        """The matters in force today."""
        return self._held(self._calls.matters())

    def guide(self, matter: str) -> dict[str, Any]:
        """The published guide of a matter, with `form_schema` and a `sample`."""
        return self._held(self._calls.guide(matter))

    def precheck(self, matter: str, form: Form) -> answers.Precheck:
        """What a form meets with before it is submitted; nothing is recorded."""
        return self._held(self._calls.precheck(matter, form))

    def prefill(self, matter: str, application_id: str, form: Form) -> answers.Prefill:
        """What a form can be suggested with; nothing is recorded as a decision."""
        return self._held(self._calls.prefill(matter, application_id, form))

    def _held(self, steps: Steps[T]) -> T:
        came: Delivered | Lost | None = None
        try:
            while True:
                match steps.send(came):
                    case Pause(seconds):
                        time.sleep(seconds)
                        came = None
                    case send:
                        came = self._sent(send)
        except StopIteration as done:
            result: T = done.value
            return result

    def _sent(self, send: Send) -> Delivered | Lost:
        built = self._client.request(send.request.method, self._url + send.request.path)
        request = prepared(built, send.request, send.seconds, self._credential).build_streamed()
        try:
            with request as response:
                return _read(response)
        except RequestTimeoutError:
            return Lost("timeout")
        except ClientClosedError:
            raise ClientError("the client is closed") from None
        except PyreqwestError:
            return Lost("connection")


def _read(response: SyncResponse) -> Delivered | Lost:
    body = bytearray()
    while (chunk := response.body_reader.read_chunk()) is not None:
        body += chunk
        if len(body) > MAX_BYTES:
            return Lost("mangled")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Delivered(response.status, headers, bytes(body))
