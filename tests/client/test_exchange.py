"""The steps of a call, on a clock of their own: any sequence of what may come back, and what must follow."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.client.calls import Calls
from decision_service.client.errors import AnswerError, ClientError, NoAnswerError, ProblemError
from decision_service.client.exchange import Delivered, Exchange, Lost, Pace, Pause, Request, Send, Steps
from decision_service.client.requests import Application, Submission
from tests.sizes import size

JSON = {"content-type": "application/json"}
PROBLEM = {"content-type": "application/problem+json"}
GOOD = Delivered(200, JSON, b'{"ok":true}')
REQUEST = Request("POST", "/v1/decisions", b"{}", "the-key")


def problem(status: int, code: str = "", **headers: str) -> Delivered:
    body = json.dumps({"type": f"urn:miaopi:problem:{code}"}).encode()
    return Delivered(status, {**PROBLEM, **{name.replace("_", "-"): value for name, value in headers.items()}}, body)


@dataclass
class Played:
    """Steps carried out on a clock that only they move."""

    replies: list[tuple[float, Delivered | Lost]]
    draw: Callable[[], float] = lambda: 1.0
    now: float = 0.0
    sent: list[tuple[float, Send]] = field(default_factory=list)
    came: list[Delivered | Lost] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def exchange(self, pace: Pace) -> Exchange:
        return Exchange(pace, lambda: self.now, self.draw)

    def run(self, steps: Steps[object]) -> object:
        """What the steps come to; each reply takes its time, and no more than the step allows."""
        came: Delivered | Lost | None = None
        try:
            while True:
                match steps.send(came):
                    case Pause(seconds):
                        self.pauses.append(seconds)
                        self.now += seconds
                        came = None
                    case Send() as send:
                        self.sent.append((self.now, send))
                        takes, reply = self.replies.pop(0) if self.replies else (0.01, Lost("connection"))
                        came = reply if takes <= send.seconds else Lost("timeout")
                        self.came.append(came)
                        self.now += min(takes, send.seconds)
        except StopIteration as done:
            return done.value


def came_to(played: Played, steps: Steps[object]) -> object:
    """The answer, or the exception that ends the call."""
    try:
        return played.run(steps)
    except ClientError as error:
        return error


passing = st.one_of(
    st.sampled_from(["connection", "timeout", "mangled"]).map(Lost),
    st.sampled_from([408, 429, 500, 502, 503, 504]).map(problem),
    st.integers(0, 40).map(lambda seconds: problem(503, "busy", retry_after=str(seconds))),
    st.just(problem(409, "in_work", retry_after="1")),
    st.just(problem(400, "body_incomplete")),
    st.sampled_from([b"", b"<html>", b'{"ok":tr', b'{"a":{"b":1}', b"[]"]).map(lambda body: Delivered(200, JSON, body)),
    st.just(Delivered(200, {"content-type": "text/html"}, b"{}")),
)
standing = st.sampled_from([400, 401, 403, 404, 409, 413, 415, 422, 301, 418]).map(problem)
takes = st.floats(0.001, 15)
paces = st.builds(Pace, st.floats(0.5, 60), st.floats(0.1, 10), st.floats(0.01, 1), st.floats(0.01, 5))


@given(st.lists(st.tuples(takes, passing), max_size=12), st.tuples(takes, standing | st.just(GOOD)), paces, st.data())
@settings(max_examples=size("client_exchange", quick=300, full=50_000), deadline=None)
def test_the_same_request_goes_out_until_it_is_answered_or_time_is_up(
    failures: list[tuple[float, Delivered | Lost]],
    last: tuple[float, Delivered],
    pace: Pace,
    data: st.DataObject,
) -> None:
    played = Played([*failures, last], lambda: data.draw(st.floats(0, 1, exclude_max=True)))
    match came_to(played, played.exchange(pace).answered(REQUEST)):
        case NoAnswerError() as error:
            assert (error.key, error.tries) == ("the-key", len(played.sent))
            assert pace.deadline - played.now <= 40 + pace.longest_pause  # the wait that was not worth beginning
        case ProblemError() as error:
            assert error.status == last[1].status
            assert not played.replies
        case came:
            assert came == GOOD == last[1]
    assert played.now <= pace.deadline + 0.001
    assert {send.request for _, send in played.sent} == {REQUEST}
    assert all(send.seconds <= pace.one_try for _, send in played.sent)
    for reply, pause in zip(played.came, played.pauses, strict=False):
        asked = float(reply.headers.get("retry-after", 0)) if isinstance(reply, Delivered) else 0.0
        assert asked <= pause <= asked + pace.longest_pause


def test_pauses_are_drawn_from_all_of_a_growing_interval() -> None:
    """Full jitter: from nothing up to a bound that doubles."""
    exchange = Exchange(Pace(first_pause=0.2, longest_pause=1.0), draw=lambda: 1.0)
    assert [exchange.pause(tries, "connection") for tries in (1, 2, 3, 4, 50)] == [0.2, 0.4, 0.8, 1.0, 1.0]
    assert Exchange(Pace(), draw=lambda: 0.0).pause(7, "timeout") == 0.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Wed, 25 Nov 2026 10:00:09 GMT", "date": "Wed, 25 Nov 2026 10:00:00 GMT"}, 9.0),
        ({"retry-after": "Wed, 25 Nov 2026 09:00:00 GMT", "date": "Wed, 25 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "٣"}, 0.0),
        ({}, 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(headers: dict[str, str], seconds: float) -> None:
    played = Played([(0.1, Delivered(503, headers, b"")), (0.1, GOOD)], draw=lambda: 0.0)
    played.run(played.exchange(Pace()).answered(REQUEST))
    assert played.pauses == [seconds]


def decided(number: str) -> dict[str, object]:
    text = {"zh": "z", "en": "e"}
    return {
        "decision_id": f"d-{number}", "application_id": number, "matter": "m", "as_of": "2026-03-16",
        "decided_at": "2026-03-16T00:00:00+08:00", "outcome": "APPROVED", "outcome_text": text, "reasons": [],
        "policy": {"version": "1", "digest": "d", "effective_from": "2026-01-01"},
        "record": {"index": 0, "leaf": "l", "signature": "s"},
    }  # fmt: skip


def submission(number: str) -> Submission:
    return Submission(application=Application(application_id=number, matter="m", channel="pc", form={}))


def items(*told: dict[str, object]) -> Delivered:
    return Delivered(200, JSON, json.dumps({"items": told}).encode())


def done(number: str) -> dict[str, object]:
    return {"status": 200, "replayed": False, "body": decided(number)}


def failed(status: int, code: str) -> dict[str, object]:
    return {"status": status, "replayed": False, "body": {"type": f"urn:miaopi:problem:{code}"}}


def sent_keys(send: Send) -> list[str]:
    assert send.request.body is not None
    return [one["idempotency_key"] for one in json.loads(send.request.body)["items"]]


def test_of_a_batch_only_what_was_busy_is_sent_again_under_its_key() -> None:
    asked = [submission(number) for number in "abcd"]
    played = Played([
        (0.1, items(done("a"), failed(503, "busy"), failed(422, "key_reused"), failed(409, "in_work"))),
        (0.1, items(done("b"), failed(503, "busy"))),
        (0.1, items(done("d"))),
    ])  # fmt: skip
    told = played.run(Calls(played.exchange(Pace())).batch(asked))
    assert isinstance(told, list)
    assert [getattr(one, "application_id", None) or one.code for one in told] == ["a", "b", "key_reused", "d"]
    keys = [one.idempotency_key for one in asked]
    assert [sent_keys(send) for _, send in played.sent] == [keys, [keys[1], keys[3]], [keys[3]]]


def test_what_of_a_batch_stays_busy_is_told_as_such_at_the_deadline() -> None:
    played = Played([(0.1, items(done("a"), failed(503, "busy"))), *[(0.1, items(failed(503, "busy")))] * 50])
    told = played.run(Calls(played.exchange(Pace(deadline=5.0))).batch([submission("a"), submission("b")]))
    assert isinstance(told, list)
    assert told[1].code == "busy"
    assert played.now <= 5.0


def test_more_than_a_hundred_go_in_several_batches() -> None:
    asked = [submission(str(number)) for number in range(250)]
    parts = [asked[:100], asked[100:200], asked[200:]]
    played = Played([(0.1, items(*(done(one.application.application_id) for one in part))) for part in parts])
    told = played.run(Calls(played.exchange(Pace())).batch(asked))
    assert isinstance(told, list)
    assert [one.application_id for one in told] == [str(number) for number in range(250)]
    assert len({key for _, send in played.sent for key in sent_keys(send)}) == 250


@pytest.mark.parametrize("told", [[], [done("a"), done("b")]])
def test_a_batch_with_another_number_of_results_is_not_understood(told: list[dict[str, object]]) -> None:
    played = Played([(0.1, items(*told))])
    with pytest.raises(AnswerError):
        played.run(Calls(played.exchange(Pace())).batch([submission("a")]))


def test_parts_of_a_path_stay_parts() -> None:
    """Whatever a number holds, the request goes to that decision and nowhere else."""
    played = Played([(0.1, GOOD)])
    with pytest.raises(ClientError):
        played.run(Calls(played.exchange(Pace())).decision("../matters?x=1#/é"))
    assert played.sent[0][1].request.path == "/v1/decisions/..%2Fmatters%3Fx%3D1%23%2F%C3%A9"
