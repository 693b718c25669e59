"""New rules decide from one moment on, in all workers: none mixes versions, and where one can't load them none does."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.ledger.entry import DECISION
from tests.http.staging import Got, application
from tests.workers.crewing import WAIT_SECONDS, Crewed, stopped, underway, until
from tests.workers.platforms import platforms, require_whole, submitting

PATH = "/control/v1/releases"
MATTER = "elderly_allowance"


def next_version(rules: Path, day: str) -> None:
    """Another version of the matter, in force from that day on."""
    text = (rules / MATTER / "2026-01-01.yaml").read_text(encoding="utf-8")
    assert "in_force: 2026-01-01" in text
    path = rules / MATTER / f"{day}.yaml"
    path.write_text(text.replace("in_force: 2026-01-01", f"in_force: {day}", 1), encoding="utf-8")


def release(crew: Crewed) -> Got:
    """Propose what the folder holds, and approve it."""
    proposed = crew.guarded.send("author", "POST", PATH)
    assert proposed.status == 201, proposed.body
    return approve(crew, proposed)


def approve(crew: Crewed, proposed: Got) -> Got:
    path = f"{PATH}/{proposed.json['release']}/approve"
    return crew.guarded.send("chief", "POST", path, {"digests": proposed.json["digests"]})


def digest_of(crew: Crewed) -> str:
    """Of the version that decides now."""
    return str(crew.stage.decide(application("ELD-1")).json["policy"]["digest"])


def digests_in_order(crew: Crewed, start: int) -> list[str]:
    records = crew.up.state.services.ledger.read(start, 1000)
    decisions = [one.entry for one in records if one.entry.kind == DECISION and one.entry.matter == MATTER]
    return [f"sha256:{one.policy_digest}" for one in decisions]


def test_by_the_order_of_the_record_no_worker_decides_by_a_version_that_another_superseded(
    crew: Crewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, old = crew.records(), digest_of(crew)
    next_version(crew.rules, "2026-02-01")
    sent = application("ELD-1")  # decided by the old version, and on its way to the record when the new one decides
    on_its_way = underway(monkeypatch, sent)
    got: dict[str, Got | None] = {}
    with platforms(crew.stage, "reload") as found, submitting(crew.stage, {"reload-held": sent}, got):
        until(lambda: len(found.answers) >= 10)
        assert on_its_way.arrived.wait(WAIT_SECONDS)
        asked = crew.stage.asked(sent["application_id"])
        released = release(crew)
        assert released.status == 200, released.body
        seen = len(found.answers)
        until(lambda: len(found.answers) >= seen + 10)
        on_its_way.go.set()
    require_whole(crew, found)
    new = digest_of(crew)
    order = digests_in_order(crew, start)
    first = order.index(new)
    assert new != old
    assert set(order[:first]) == {old}
    assert set(order[first:]) == {new}
    told = got["reload-held"]
    assert told is not None
    assert (told.json["outcome"], told.json["policy"]["digest"]) == ("APPROVED", new)
    assert crew.stage.asked(sent["application_id"]) == asked, "what was answered is not asked again"


def test_where_one_worker_cannot_load_new_rules_all_go_on_with_those_that_decide(
    crew: Crewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = digest_of(crew)
    next_version(crew.rules, "2026-03-01")
    proposed = crew.guarded.send("author", "POST", PATH)
    lost = crew.pids[0]
    way = next(one for one in crew.up.crew._workers.values() if one.process.pid == lost).attendant.way
    monkeypatch.setattr(crew.up.crew, "_patience", 1_000_000)  # it is ended by us, when it has been asked to load them
    with stopped(lost), ThreadPoolExecutor(1) as pool:
        approving = pool.submit(approve, crew, proposed)
        until(lambda: bool(way._asked))
        os.kill(lost, signal.SIGKILL)
        refused = approving.result()
    crew.lost(lost)
    assert (refused.status, [one["code"] for one in refused.json["errors"]]) == (503, ["workers"])
    assert {digest_of(crew) for _ in range(8)} == {old}
    again = approve(crew, proposed)
    assert again.status == 200, again.body
    (new,) = {digest_of(crew) for _ in range(8)}
    assert new != old
