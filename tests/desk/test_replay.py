"""A decision made again is the same, and is not once anything that it was made from has changed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from decision_service.ledger.entry import Recorded, canonical
from decision_service.ledger.receipt import full_answer
from decision_service.publishing import Publication
from decision_service.readings import reference
from decision_service.replay import ReplayError, replay
from decision_service.verdict import Verdict
from tests.http.staging import BY_ID, application, publication, sandbox_config, staged
from verifiers.sandbox.running import running


def second(policy: object) -> Callable[[object], Verdict]:
    return lambda sheet: reference.judge(policy, sheet)  # type: ignore[arg-type]  # a policy and a sheet


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recorded, ...]:
    """Approved; rejected; with another document; suspended; form stopped."""
    folder: Path = tmp_path_factory.mktemp("replay")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        for case, form in (("ELD-1", {}), ("ELD-3", {}), ("ELD-1", {"id_type": "414"}), ("ELD-1", {"id_no": "1"})):
            sent = application(case, **form)
            stage.play(sent["application_id"], BY_ID[case]["facts"])
            assert stage.decide(sent).status == 200
        stage.state.services.in_force.suspend("elderly_allowance")
        assert stage.decide(application("ELD-1")).codes == ["R16_SUSPENDED"]
        return stage.state.services.ledger.read(0, 100)


def test_every_kind_of_decision_comes_out_again_byte_for_byte(records: tuple[Recorded, ...]) -> None:
    assert len(records) == 5
    for one in records:
        assert replay(one, publication(), second) == full_answer(one)


def changed(record: Recorded, change: Callable[[dict], object]) -> Recorded:
    archive = orjson.loads(record.entry.archive)
    change(archive)
    return archived(record, canonical(archive))


def archived(record: Recorded, archive: bytes) -> Recorded:
    return replace(record, entry=replace(record.entry, contents=replace(record.entry.contents, archive=archive)))


@pytest.mark.parametrize(
    "change",
    [
        lambda archive: archive["answers"]["deaths"]["facts"].update(hit=True),
        lambda archive: archive["answers"]["population"].update(request_id="another"),
        lambda archive: archive["answers"].pop("benefits"),
        lambda archive: archive["form"].update(city="210200"),
        lambda archive: archive.update(as_of="2026-04-01"),
        lambda archive: archive.update(referred_by="R15_ENGINES_DIFFER"),
        lambda archive: archive["occasion"].update(elapsed_ms=99999),
    ],
)
def test_a_changed_archive_comes_out_otherwise(records: tuple[Recorded, ...], change: Callable[[dict], object]) -> None:
    one = changed(records[0], change)
    assert replay(one, publication(), second) != full_answer(one)


def test_an_engine_that_differs_now_comes_out_otherwise(records: tuple[Recorded, ...]) -> None:
    def other(policy: object) -> Callable[[object], Verdict]:
        return lambda sheet: replace(second(policy)(sheet), notes=("I06_AMOUNT_CAPPED",))

    assert replay(records[0], publication(), other) != full_answer(records[0])


def test_without_the_rules_of_then_it_says_which_are_missing(records: tuple[Recorded, ...]) -> None:
    empty = Publication(publication().catalogue, {})
    with pytest.raises(ReplayError, match=records[0].entry.policy_digest[:12]):
        replay(records[0], empty, second)


def test_an_archive_that_is_none_is_a_finding_not_a_crash(records: tuple[Recorded, ...]) -> None:
    broken = archived(records[0], b'{"format":"other"}')
    with pytest.raises(ReplayError):
        replay(broken, publication(), second)
    with pytest.raises(ReplayError, match="population"):
        replay(
            changed(records[0], lambda found: found["answers"]["population"]["facts"].clear()), publication(), second
        )
