"""RQ-E3: decisions flow back to the exchange, at least once and under an idempotent key, with nothing that it may not
have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.staging import CASES, application, sandbox_config, staged
from tests.outbox.receiving import Receiver, eventually, receiver, subscribers
from verifiers.sandbox.running import running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[dict], Receiver]]:
    """Decisions of all cases, made while the exchange was failing, and the exchange that came back."""
    folder: Path = tmp_path_factory.mktemp("e3")
    with running(sandbox_config()) as registers, receiver(folder) as exchange:
        exchange.answer("503")
        path = subscribers(folder, exchange=(exchange, 'class = "exchange"'))
        with staged(folder, registers, subscribers=path) as stage:
            answers = []
            for case in CASES:
                sent = application(case)
                stage.play(sent["application_id"], case["facts"])
                answers.append(stage.decide(sent).json)
            eventually(lambda: len(exchange.got()) >= 2)
            exchange.answer("204")
            eventually(lambda: len(exchange.events()) >= len(CASES))
            yield answers, exchange


def test_every_decision_reaches_the_exchange_though_it_failed_at_first(
    shared: tuple[list[dict], Receiver],
) -> None:
    answers, exchange = shared
    told = {one["subject"]: one["data"] for one in exchange.events()}
    assert told.keys() == {one["decision_id"] for one in answers}
    for answer in answers:
        event = told[answer["decision_id"]]
        assert event["outcome"] == answer["outcome"]
        assert event["policy"] == answer["policy"]
        assert event.get("licence") == answer.get("licence")
        assert event["record"]["leaf"] == answer["record"]["leaf"]


def test_what_came_more_than_once_has_one_key(shared: tuple[list[dict], Receiver]) -> None:
    answers, exchange = shared
    tries = exchange.got()
    assert len(tries) > len(answers), "the failing exchange was tried again"
    assert len({one.headers["webhook-id"] for one in tries}) == len(answers)


def test_it_is_told_no_personal_fact_unless_entitled(shared: tuple[list[dict], Receiver]) -> None:
    _, exchange = shared
    text = "\n".join(one.body.decode() for one in exchange.got())
    for case in CASES:
        for value in case["form"].values():
            if isinstance(value, str) and len(value) > 6 and value.isascii() and not value.islower():
                assert value not in text
