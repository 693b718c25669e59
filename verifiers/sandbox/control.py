"""The sandbox's control routes, for tests and drills: scenarios and faults in and out, and what has been asked."""

import hmac
from dataclasses import asdict
from urllib.parse import parse_qs

from verifiers.sandbox.config import Send
from verifiers.sandbox.fault_control import FAULTS, FaultControl
from verifiers.sandbox.issuing.desk import CONTROL as CREDENTIALS
from verifiers.sandbox.issuing.desk import FILE as ISSUERS
from verifiers.sandbox.issuing.desk import IssuingDesk
from verifiers.sandbox.questions import QuestionLog
from verifiers.sandbox.replies import Receive, Refused, Scope, body_of, send_bytes, send_json
from verifiers.sandbox.scenarios import ScenarioError, Scenarios

PREFIX = "/control/"
TOKEN = "Miaopi-Control"  # noqa: S105 - the header's name, not a secret
_SCENARIOS = "/control/scenarios/"
_QUESTIONS = "/control/questions"
_MAX_SCENARIO = 256 * 1024


class Control:
    """Serves `/control/…`, given the token; without one configured there is nothing there."""

    def __init__(
        self, token: str | None, scenarios: Scenarios, log: QuestionLog, faults: FaultControl, issuing: IssuingDesk
    ) -> None:
        self._token = token
        self._issuing = issuing
        self._faults = faults
        self._scenarios = scenarios
        self._log = log

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises Refused."""
        self._admit(scope)
        path, method = scope["path"], scope["method"]
        if path == _QUESTIONS and method == "GET":
            await self._questions(scope, send)
        elif path.startswith(_SCENARIOS) and path != _SCENARIOS:
            await self._scenario(method, path.removeprefix(_SCENARIOS), receive, send)
        elif path == FAULTS or path.startswith(f"{FAULTS}/"):
            await self._faults.serve(scope, receive, send)
        elif path in (CREDENTIALS, ISSUERS) or path.startswith(f"{CREDENTIALS}/"):
            await self._issuing.serve_control(scope, receive, send)
        else:
            raise Refused(404, "path", "see fixtures/README.md for the control routes")

    def _admit(self, scope: Scope) -> None:
        if self._token is None:
            raise Refused(404, "path", "this sandbox was started without a control token")
        shown = next((value for name, value in scope["headers"] if name == TOKEN.lower().encode()), b"")
        if not hmac.compare_digest(shown, self._token.encode()):
            raise Refused(403, "token", f"send the control token in {TOKEN}")

    async def _questions(self, scope: Scope, send: Send) -> None:
        wanted = parse_qs(scope["query_string"].decode("ascii", "replace")).get("application_id", [None])[0]
        questions = [asdict(noted) for noted in self._log.of(wanted)]
        await send_json(send, {"questions": questions, "counts": self._log.counts()})

    async def _scenario(self, method: str, application_id: str, receive: Receive, send: Send) -> None:
        if method == "PUT":
            body = await body_of(receive, _MAX_SCENARIO)
            try:
                self._scenarios.put(application_id, body)
            except ScenarioError as error:
                raise Refused(422, "scenario", str(error)) from None
            return await send_bytes(send, b"", status=204)
        if method not in ("GET", "DELETE"):
            raise Refused(405, "method", "a scenario is served with PUT, GET and DELETE")
        raw = self._scenarios.raw(application_id)
        if raw is None:
            raise Refused(404, "scenario", "no scenario is in play for this application")
        if method == "GET":
            return await send_json(send, raw)
        self._scenarios.drop(application_id)
        return await send_bytes(send, b"", status=204)
