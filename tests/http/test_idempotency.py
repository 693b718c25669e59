"""One key, one decision: over and over, at once, and across a restart."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.http.staging import Stage, application, staged


def test_the_same_key_and_application_give_the_same_bytes(stage: Stage) -> None:
    sent = application("ELD-1")
    first, second = stage.decide(sent, "again-1"), stage.decide(sent, "again-1")
    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert len(stage.asked(sent["application_id"])) == len(set(stage.asked(sent["application_id"])))


def test_spaces_and_order_do_not_make_another_application(stage: Stage) -> None:
    sent = application("ELD-1")
    other = dict(reversed(list(sent.items())))
    assert stage.decide(sent, "again-2").body == stage.decide(other, "again-2").body


def test_the_same_key_for_another_application_is_refused(stage: Stage) -> None:
    sent = application("ELD-1")
    assert stage.decide(sent, "again-3").status == 200
    got = stage.decide({**sent, "channel": "pc"}, "again-3")
    assert (got.status, got.json["type"]) == (422, "urn:miaopi:problem:key_reused")


@pytest.mark.parametrize(
    ("bare", "quoted"),
    [("quoted-1", '"quoted-1"'), ('say "yes"', '"say \\"yes\\""'), ("back\\slash", '"back\\\\slash"')],
)
def test_a_key_written_as_the_draft_has_it_is_the_same_as_the_bare_one(stage: Stage, bare: str, quoted: str) -> None:
    sent = application("ELD-1")
    first, second = stage.decide(sent, quoted), stage.decide(sent, bare)
    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
    assert second.headers["idempotent-replayed"] == "true"


def test_of_many_at_once_one_decides_and_all_hear_the_same(stage: Stage) -> None:
    sent = application("ELD-1")
    before = stage.records()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: stage.decide(sent, "again-4"), range(24)))
    assert {one.status for one in got} <= {200, 409}
    assert len({one.body for one in got if one.status == 200}) == 1
    assert all(one.json["type"] == "urn:miaopi:problem:in_work" for one in got if one.status == 409)
    assert stage.records() == before + 1
    assert stage.decide(sent, "again-4").status == 200


def test_one_application_under_many_keys_at_once_is_decided_once(stage: Stage) -> None:
    sent = application("ELD-1")
    before = stage.records()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda number: stage.decide(sent, f"many-{number}"), range(16)))
    assert sorted({one.status for one in got}) == [200, 409]
    assert sum(one.status == 200 for one in got) == 1
    assert stage.records() == before + 1


def test_an_answer_survives_a_restart(registers: str, tmp_path: Path) -> None:
    sent = application("ELD-1")
    with staged(tmp_path, registers) as stage:
        first = stage.decide(sent, "kept")
    with staged(tmp_path, registers) as stage:
        second = stage.decide(sent, "kept")
        assert (second.status, second.body) == (200, first.body)
        assert stage.records() == 1
        assert stage.decide(sent, "another").status == 409
