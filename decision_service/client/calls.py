"""The calls of a platform, each as steps: where it goes, what it sends, what its answer is read as."""

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from decision_service.client import answers
from decision_service.client.errors import AnswerError, ProblemError, problem_of
from decision_service.client.exchange import Exchange, Pause, Request, Steps, may_pass
from decision_service.client.requests import Application, BundleApplication, Form, Submission, checked_key

MOST_IN_A_BATCH = 100

Language = Literal["zh", "en", "both"]

encode = msgspec.json.Encoder().encode


class Calls:
    """What can be asked of the service."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def decide(self, application: Application, key: str | None) -> Steps[answers.Decision]:
        """A decision."""
        request = Request("POST", "/v1/decisions", encode(application), checked_key(key))
        return self._decided(request)

    def decision(self, decision_id: str) -> Steps[answers.Decision]:
        """A decision on record."""
        return self._decided(Request("GET", f"/v1/decisions/{_part(decision_id)}"))

    def bundle(self, code: str, application: BundleApplication, key: str | None) -> Steps[answers.BundleDecision]:
        """The decisions of a bundle."""
        path = f"/v1/bundles/{_part(code)}/decisions"
        came = yield from self._exchange.answered(Request("POST", path, encode(application), checked_key(key)))
        read = answers.read(came.body, _Bundle)
        parts = {
            matter: answers.read_decision(bytes(body), replayed=_replayed(came.headers))
            for matter, body in read.parts.items()
        }
        return answers.BundleDecision(
            bundle=read.bundle,
            application_id=read.application_id,
            outcome=read.outcome,
            outcome_text=read.outcome_text,
            parts=parts,
        )

    def batch(self, submissions: Sequence[Submission]) -> Steps[list[answers.Decision | ProblemError]]:
        """The decisions of several, in their order; those that were busy are sent again, the others are not."""
        results: dict[int, answers.Decision | ProblemError] = {}
        ends_at, tries = self._exchange.ends_at(), 0
        waiting = list(range(len(submissions)))
        while waiting:
            for place in range(0, len(waiting), MOST_IN_A_BATCH):
                some = waiting[place : place + MOST_IN_A_BATCH]
                told = yield from self._some([submissions[number] for number in some], ends_at)
                results |= dict(zip(some, told, strict=True))
            tries += 1
            again = [(number, one) for number, one in results.items() if isinstance(one, ProblemError)]
            waiting = [number for number, one in again if may_pass(one)]
            pause = self._exchange.pause(tries, None)
            if self._exchange.monotonic() + pause >= ends_at:
                break
            if waiting:
                yield Pause(pause)
        return [results[number] for number in range(len(submissions))]

    def _some(self, submissions: Sequence[Submission], ends_at: float) -> Steps[list[answers.Decision | ProblemError]]:
        sent = [{"idempotency_key": one.idempotency_key, "application": one.application} for one in submissions]
        request = Request("POST", "/v1/decisions:batch", encode({"items": sent}))
        came = yield from self._exchange.answered(request, ends_at)
        items = answers.read(came.body, _Batch).items
        if len(items) != len(submissions):
            raise AnswerError("not as many results as applications", came.body)
        return [
            answers.read_decision(bytes(one.body), replayed=one.replayed)
            if one.status == 200
            else problem_of(one.status, bytes(one.body))
            for one in items
        ]

    def explanation(self, decision_id: str) -> Steps[answers.Explanation]:
        """Why a decision came out as it did."""
        return self._read(Request("GET", f"/v1/decisions/{_part(decision_id)}/explanation"), answers.Explanation)

    def receipt(self, decision_id: str) -> Steps[bytes]:
        """The receipt, as its bytes."""
        return self._bytes(Request("GET", f"/v1/decisions/{_part(decision_id)}/receipt"))

    def review(self, decision_id: str, human_review_key: str, statement: str) -> Steps[answers.Review]:
        """A request that an officer looks again; asked twice it is still one."""
        sent = encode({"human_review_key": human_review_key, "statement": statement})
        return self._read(Request("POST", f"/v1/decisions/{_part(decision_id)}/review", sent), answers.Review)

    def case(self, decision_id: str) -> Steps[answers.Case]:
        """How a case stands now."""
        return self._read(Request("GET", f"/v1/decisions/{_part(decision_id)}/case"), answers.Case)

    def case_receipt(self, decision_id: str) -> Steps[bytes]:
        """The receipt of the officer's outcome."""
        return self._bytes(Request("GET", f"/v1/decisions/{_part(decision_id)}/case/receipt"))

    def notice(self, decision_id: str, language: Language) -> Steps[bytes]:
        """The document for the applicant, HTML."""
        return self._bytes(
            Request("GET", f"/v1/decisions/{_part(decision_id)}/notice?lang={_part(language)}", accept="text/html")
        )

    def rate(self, decision_id: str, rating_key: str, level: int, comment: str) -> Steps[answers.Rating]:
        """A rating."""
        sent = encode({"rating_key": rating_key, "level": level, "comment": comment})
        return self._read(Request("POST", f"/v1/decisions/{_part(decision_id)}/rating", sent), answers.Rating)

    def complain(self, decision_id: str, complaint_key: str, text: str, key: str | None) -> Steps[answers.Complaint]:
        """A complaint."""
        sent = encode({"complaint_key": complaint_key, "text": text})
        path = f"/v1/decisions/{_part(decision_id)}/complaints"
        return self._read(Request("POST", path, sent, checked_key(key)), answers.Complaint)

    def matters(self) -> Steps[list[answers.MatterInForce]]:
        """The matters in force."""
        found = yield from self._read(Request("GET", "/v1/matters"), _Matters)
        return found.matters

    def guide(self, matter: str) -> Steps[dict[str, Any]]:
        """The published guide of a matter, whole."""
        return self._read(Request("GET", f"/v1/matters/{_part(matter)}"), dict[str, Any])

    def precheck(self, matter: str, form: Form) -> Steps[answers.Precheck]:
        """What a form meets with; nothing is asked or recorded."""
        request = Request("POST", f"/v1/matters/{_part(matter)}/precheck", encode({"form": form}))
        return self._read(request, answers.Precheck)

    def prefill(self, matter: str, application_id: str, form: Form) -> Steps[answers.Prefill]:
        """What a form can be suggested with; of `form` only the applicant's name, id_type and id_no are looked at."""
        sent = encode({"application_id": application_id, "form": form})
        return self._read(Request("POST", f"/v1/matters/{_part(matter)}/prefill", sent), answers.Prefill)

    def _decided(self, request: Request) -> Steps[answers.Decision]:
        came = yield from self._exchange.answered(request)
        return answers.read_decision(came.body, replayed=_replayed(came.headers))

    def _bytes(self, request: Request) -> Steps[bytes]:
        came = yield from self._exchange.answered(request)
        return came.body

    def _read(self, request: Request, kind: type[answers.Answer]) -> Steps[answers.Answer]:
        came = yield from self._exchange.answered(request)
        return answers.read(came.body, kind)


class _Matters(msgspec.Struct, frozen=True):
    matters: list[answers.MatterInForce]


class _BatchItem(msgspec.Struct, frozen=True):
    status: int
    body: msgspec.Raw
    replayed: bool = False


class _Batch(msgspec.Struct, frozen=True):
    items: list[_BatchItem]


class _Bundle(msgspec.Struct, frozen=True):
    """As BundleDecision, with the bytes of each part as they came."""

    bundle: str
    application_id: str
    outcome: answers.Outcome
    outcome_text: answers.Text
    parts: dict[str, msgspec.Raw]


def _part(text: str) -> str:
    """A part of a path; whatever it holds, it stays one."""
    return quote(text, safe="")


def _replayed(headers: dict[str, str]) -> bool:
    return headers.get("idempotent-replayed", "").strip().lower() == "true"
