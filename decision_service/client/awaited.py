"""The client that is awaited: as `Client`, for asyncio."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import ClientClosedError, PyreqwestError, RequestTimeoutError
from pyreqwest.response import Response

from decision_service.client import answers
from decision_service.client.calls import Calls, Language
from decision_service.client.connecting import Credential, base_url, configured, prepared
from decision_service.client.errors import ClientError, ProblemError
from decision_service.client.exchange import MAX_BYTES, Delivered, Exchange, Lost, Pace, Pause, Send, Steps, T
from decision_service.client.requests import Application, BundleApplication, Form, Submission
from decision_service.client.verifying import verify


class AsyncClient:
    """The service, as a platform calls it. For one event loop; close it at the end, or use `async with`.

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
        self._client = configured(ClientBuilder(), root_certificates).build()

    def __repr__(self) -> str:
        """Where it connects, not as whom."""
        return f"AsyncClient({self._url!r})"

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()

    async def decide(self, application: Application, *, key: str | None = None) -> answers.Decision:
        """Submit an application. `key` is its idempotency key, a new one if None; the same at every try."""
        return await self._held(self._calls.decide(application, key))

    async def decision(self, decision_id: str) -> answers.Decision:
        """A decision as it was recorded."""
        return await self._held(self._calls.decision(decision_id))

    async def bundle(
        self, code: str, application: BundleApplication, *, key: str | None = None
    ) -> answers.BundleDecision:
        """Submit an application for all matters of a bundle."""
        return await self._held(self._calls.bundle(code, application, key))

    async def batch(self, submissions: Sequence[Submission]) -> list[answers.Decision | ProblemError]:
        """Submit several, each under its own key; what each came to, in their order. After NoAnswerError call again
        with the very same submissions."""
        return await self._held(self._calls.batch(submissions))

    async def explanation(self, decision_id: str) -> answers.Explanation:
        """Why a decision came out as it did, rule by rule."""
        return await self._held(self._calls.explanation(decision_id))

    async def receipt(self, decision_id: str) -> bytes:
        """The receipt of a decision, for `verify` and for the file."""
        return await self._held(self._calls.receipt(decision_id))

    async def review(self, decision_id: str, human_review_key: str, statement: str = "") -> answers.Review:
        """Ask that an officer looks at a decision again."""
        return await self._held(self._calls.review(decision_id, human_review_key, statement))

    async def case(self, decision_id: str) -> answers.Case:
        """How a case stands now: decided, waiting for an officer, or decided by one."""
        return await self._held(self._calls.case(decision_id))

    async def case_receipt(self, decision_id: str) -> bytes:
        """The receipt of what an officer decided."""
        return await self._held(self._calls.case_receipt(decision_id))

    async def notice(self, decision_id: str, language: Language = "both") -> bytes:
        """The document for the applicant, as HTML that prints on A4."""
        return await self._held(self._calls.notice(decision_id, language))

    async def rate(self, decision_id: str, rating_key: str, level: int, comment: str = "") -> answers.Rating:
        """Rate a closed case, once, from 1 (very satisfied) to 5. After a lost answer the second try is told
        `rated_before`, and the rating stands in `case`."""
        return await self._held(self._calls.rate(decision_id, rating_key, level, comment))

    async def complain(
        self, decision_id: str, complaint_key: str, text: str, *, key: str | None = None
    ) -> answers.Complaint:
        """Complain of a case; the reply will stand in `case`."""
        return await self._held(self._calls.complain(decision_id, complaint_key, text, key))

    async def matters(self) -> list[answers.MatterInForce]:
        """The matters in force today."""
        return await self._held(self._calls.matters())

    async def guide(self, matter: str) -> dict[str, Any]:
        """The published guide of a matter, with `form_schema` and a `sample`."""
        return await self._held(self._calls.guide(matter))

    async def precheck(self, matter: str, form: Form) -> answers.Precheck:
        """What a form meets with before it is submitted; nothing is recorded."""
        return await self._held(self._calls.precheck(matter, form))

    async def prefill(self, matter: str, application_id: str, form: Form) -> answers.Prefill:
        """What a form can be suggested with; nothing is recorded as a decision."""
        return await self._held(self._calls.prefill(matter, application_id, form))

    async def _held(self, steps: Steps[T]) -> T:
        from asyncio import sleep  # whoever waits does not pay for loading it

        came: Delivered | Lost | None = None
        try:
            while True:
                match steps.send(came):
                    case Pause(seconds):
                        await sleep(seconds)
                        came = None
                    case send:
                        came = await self._sent(send)
        except StopIteration as done:
            result: T = done.value
            return result

    async def _sent(self, send: Send) -> Delivered | Lost:
        from asyncio import timeout

        built = self._client.request(send.request.method, self._url + send.request.path)
        request = prepared(built, send.request, send.seconds, self._credential).build_streamed()
        try:
            # Twice on purpose: the client's own limit frees the socket, this one holds whatever the client does.
            async with timeout(send.seconds), request as response:
                return await _read(response)
        except (TimeoutError, RequestTimeoutError):
            return Lost("timeout")
        except ClientClosedError:
            raise ClientError("the client is closed") from None
        except PyreqwestError:
            return Lost("connection")


async def _read(response: Response) -> Delivered | Lost:
    body = bytearray()
    while (chunk := await response.body_reader.read_chunk()) is not None:
        body += chunk
        if len(body) > MAX_BYTES:
            return Lost("mangled")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Delivered(response.status, headers, bytes(body))
