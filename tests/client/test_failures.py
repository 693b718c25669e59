"""Whatever is lost on the way: exactly one decision on record, its bytes the same, every try under the same key."""

import time

import pytest

from decision_service.client import DecidedBeforeError, NoAnswerError, Pace, ProblemError, Submission, new_key
from decision_service.ledger.store import ByApplication
from tests.client.unruly import AFTER, BEFORE, DRIP, GARBAGE, HALF, MANGLED, PAGE, PASS, SILENT, Say, Unruly
from tests.client.ways import QUICK, WAYS, Way, sent
from tests.http.staging import BY_ID, Stage
from tests.lateness import Lateness

BUSY = Say(503, "busy", {"Retry-After": "0"})
IN_WORK = Say(409, "in_work", {"Retry-After": "0"})
IMPATIENT = Pace(deadline=20.0, one_try=1.0, first_pause=0.02, longest_pause=0.1)

SCRIPTS = {
    "lost before the decision": [BEFORE],
    "lost after the decision": [AFTER],
    "half an answer": [HALF],
    "503, then 200": [BUSY],
    "409 in work, then 200": [IN_WORK],
    "500, then 200": [Say(500, "internal")],
    "429, then 200": [Say(429, "too_many", {"Retry-After": "0"})],
    "408, then 200": [Say(408, "too_slow")],
    "a gateway's page": [PAGE],
    "half of the JSON, said to be whole": [MANGLED],
    "a page with status 200": [GARBAGE],
    "silence": [SILENT],
    "drops of an answer": [DRIP],
    "everything": [BEFORE, BUSY, AFTER, IN_WORK, HALF, PAGE, MANGLED],
}


def decisions(stage: Stage, application_id: str) -> list[bytes]:
    return [
        one.entry.decision_id for one in stage.state.services.ledger.find(ByApplication("platform", application_id))
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_one_decision_comes_of_it(stage: Stage, proxy: Unruly, way: Way, script: str) -> None:
    asked = sent()
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    proxy.play(*SCRIPTS[script])
    pace = IMPATIENT if SCRIPTS[script] in ([SILENT], [DRIP]) else QUICK  # elsewhere no try is to be cut off
    decision = way(proxy.url, "decide", asked, pace=pace)
    assert decision.outcome == "APPROVED"
    assert len(proxy.passed) == len(SCRIPTS[script]) + 1
    assert len(set(proxy.keys)) == 1
    assert len({one.body for one in proxy.passed}) == 1
    assert decisions(stage, asked.application_id) == [decision.decision_id]
    assert stage.send("GET", f"/v1/decisions/{decision.decision_id}").body == decision.raw
    assert decision.replayed == (script in REPLAYED)


REPLAYED = {
    "lost after the decision", "half an answer", "half of the JSON, said to be whole", "a page with status 200",
    "silence", "drops of an answer", "everything",
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ever", [AFTER, BUSY, IN_WORK, BEFORE])
def test_a_service_that_never_answers_ends_at_the_deadline_with_the_key(
    stage: Stage, proxy: Unruly, way: Way, ever: str | Say
) -> None:
    """What was not answered can be asked again: under the key that the error names it is the same decision."""
    asked = sent()
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    proxy.play(ever=ever)
    started = time.monotonic()
    with Lateness().measured() as late, pytest.raises(NoAnswerError) as caught:
        way(proxy.url, "decide", asked, pace=Pace(1.6, 0.5, 0.02, 0.1))
    assert time.monotonic() - started < 3.0 + late.seconds
    assert len(proxy.passed) > 1
    assert caught.value.tries - len(proxy.passed) in (0, 1)  # the deadline may end the last one before it is through
    assert set(proxy.keys) == {caught.value.key}
    assert asked.form["id_no"] not in str(caught.value) + repr(caught.value.last)
    proxy.play()
    decision = way(proxy.url, "decide", asked, key=caught.value.key)
    assert decisions(stage, asked.application_id) == [decision.decision_id]
    # Nor was the service asked before, unless one that the deadline cut off was still on its way.
    assert decision.replayed == (ever == AFTER or len(proxy.passed) > 1)


@pytest.mark.parametrize("way", WAYS)
def test_retry_after_is_waited_for(proxy: Unruly, way: Way) -> None:
    asked = sent()
    proxy.play(Say(503, "busy", {"Retry-After": "1"}))
    with Lateness().measured() as late:
        way(proxy.url, "decide", asked)
    first, second = (one.at for one in proxy.passed)
    assert 1.0 <= second - first < 1.5 + late.seconds


@pytest.mark.parametrize("way", WAYS)
def test_a_wait_beyond_the_deadline_is_not_begun(proxy: Unruly, way: Way) -> None:
    proxy.play(ever=Say(503, "busy", {"Retry-After": "3600"}))
    started = time.monotonic()
    with Lateness().measured() as late, pytest.raises(NoAnswerError) as caught:
        way(proxy.url, "decide", sent())
    assert time.monotonic() - started < 1.0 + late.seconds
    assert isinstance(caught.value.last, ProblemError)
    assert caught.value.last.retry_after == 3600


STANDING = [
    Say(400, "key_malformed"), Say(401, "not_authenticated"), Say(403, "not_allowed"), Say(404, "unknown_matter"),
    Say(409, "decided_before"), Say(409, "other_matter"), Say(409), Say(413, "too_large"), Say(422, "envelope"),
    Say(422, "key_reused"), Say(301, "", {"Location": "/elsewhere"}), Say(418),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("say", STANDING, ids=lambda one: f"{one.status} {one.code}")
def test_a_refusal_that_stands_is_not_tried_again(proxy: Unruly, way: Way, say: Say) -> None:
    proxy.play(say)
    with pytest.raises(ProblemError) as caught:
        way(proxy.url, "decide", sent())
    assert (caught.value.status, caught.value.code) == (say.status, say.code)
    assert len(proxy.passed) == 1


@pytest.mark.parametrize("way", WAYS)
def test_an_application_that_was_decided_is_not_decided_again(stage: Stage, proxy: Unruly, way: Way) -> None:
    asked = sent()
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    proxy.play()
    first = way(proxy.url, "decide", asked)
    with pytest.raises(DecidedBeforeError) as caught:
        way(proxy.url, "decide", asked, key=new_key())
    assert caught.value.decision_id == first.decision_id
    assert decisions(stage, asked.application_id) == [first.decision_id]


@pytest.mark.parametrize("way", WAYS)
def test_of_a_batch_only_what_was_busy_is_sent_again(stage: Stage, proxy: Unruly, way: Way) -> None:
    """A lost answer to the whole is asked again whole; each application is decided once, in the order sent."""
    asked = [Submission(application=sent()) for _ in range(3)]
    wrong = Submission(application=sent("ELD-1"), idempotency_key=asked[0].idempotency_key)
    for one in asked:
        stage.play(one.application.application_id, BY_ID["ELD-1"]["facts"])
    proxy.play(BEFORE, AFTER, HALF, PASS)
    told = way(proxy.url, "batch", [*asked, wrong])
    assert [one.application_id for one in told[:3]] == [one.application.application_id for one in asked]
    assert isinstance(told[3], ProblemError)
    assert told[3].code == "key_reused"
    assert len(proxy.passed) == 4
    for one, decision in zip(asked, told[:3], strict=True):
        assert decisions(stage, one.application.application_id) == [decision.decision_id]
        assert stage.send("GET", f"/v1/decisions/{decision.decision_id}").body == decision.raw


@pytest.mark.parametrize("way", WAYS)
def test_a_service_that_is_not_there_is_no_answer(way: Way) -> None:
    with pytest.raises(NoAnswerError) as caught:
        way("http://127.0.0.1:9", "matters", pace=Pace(0.3, 0.2, 0.02, 0.05))
    assert (caught.value.last, caught.value.key) == ("connection", "")


def test_the_pace_of_these_tests_is_quick() -> None:
    assert QUICK.longest_pause < 1
