"""A release while something is being decided, in one process: as with workers, no record by a superseded version of the
rules stands behind one of the version that superseded it."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.docket import OwnDocket, Rests
from decision_service.ledger.entry import DECISION, Entry, Recorded
from tests.http.releasing import approve, certificates, next_version, propose
from tests.http.staging import IN_PROCESS, application
from tests.http.test_releases import releasing
from tests.workers.crewing import rules_in

__all__ = ["certificates"]

WAIT_SECONDS = 60.0
HELD_TIMES = 40
"""How many times as long as published a decision may take: it waits for a release here."""


class OnItsWay:
    """The first decision on an application, made and not yet on record: it `arrived`, and is taken up at `go`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sent: Mapping[str, object]) -> None:
        self.arrived, self.go = threading.Event(), threading.Event()
        record = OwnDocket.record

        async def late(docket: OwnDocket, entry: Entry, rests: Rests) -> Recorded:
            if entry.application_id == sent["application_id"]:
                self.arrived.set()
                while not self.go.is_set():  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(0.01)
            return await record(docket, entry, rests)

        monkeypatch.setattr(OwnDocket, "record", late)


def test_what_was_decided_before_a_release_and_not_recorded_is_decided_by_the_new_rules(
    registers: str, tmp_path: Path, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, sent = rules_in(tmp_path / "rules", HELD_TIMES), application("ELD-1")
    held = OnItsWay(monkeypatch, sent)
    with releasing(registers, tmp_path, rules, certificates, IN_PROCESS) as service, ThreadPoolExecutor(1) as pool:
        try:
            asked = pool.submit(service.decide, "hall", sent, sent["application_id"])
            assert held.arrived.wait(WAIT_SECONDS)
            next_version(rules, "2026-03-01")
            assert approve(service, propose(service).json).status == 200
            later = application("ELD-1")
            by_new = service.decide("hall", later, later["application_id"]).json
            calls = service.stage.asked(sent["application_id"])
        finally:
            held.go.set()
        told = asked.result().json
        assert (told["outcome"], told["policy"]["version"]) == ("APPROVED", "2026-03-01")
        assert service.stage.asked(sent["application_id"]) == calls, "what was answered is not asked again"
        records = service.stage.state.services.ledger.read(0, 1000)
    order = [one.entry.policy_digest for one in records if one.entry.kind == DECISION]
    assert {f"sha256:{one}" for one in order} == {by_new["policy"]["digest"]}
