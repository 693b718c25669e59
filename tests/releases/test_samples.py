"""What every earlier release wrote is opened, verified and replayed by today's code, byte for byte."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from decision_service.archival.replaying import replay_package
from decision_service.backup.manifest import Manifest
from decision_service.backup.parts import parts_of
from decision_service.backup.restoring import Restored, Source, restore
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.verify import Known, verify_ledger
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.proof.receipt import ReceiptError, verify_receipt
from decision_service.proof.trusted import public_key_of
from decision_service.publishing import Publication, publish
from decision_service.readings.rete.engine import ReteEngine
from decision_service.replay import Judge, replay
from tests.casework.office import PLATFORM, office
from tests.http.staging import IN_PROCESS, application, sandbox_config, settings
from tests.releases.make_sample import ERASED, PLACE, REVIEWED, make
from verifiers.journal.reading import JournalReader
from verifiers.sandbox.running import running

KEPT = sorted(path for path in PLACE.iterdir() if path.is_dir())


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample put back with today's code."""

    folder: Path
    place: Path
    restored: Restored
    publication: Publication

    @property
    def files(self) -> LedgerFiles:
        return LedgerFiles.beside(self.place / "ledger.sqlite3")

    @property
    def sent(self) -> dict[str, dict]:
        return json.loads((self.folder / "sent.json").read_text(encoding="utf-8"))

    def told(self, kind: str) -> dict[str, bytes]:
        """What was handed out, by case."""
        return {path.stem: path.read_bytes() for path in sorted((self.folder / kind).iterdir())}

    def public_key(self) -> bytes:
        return public_key_of((self.folder / "public_key.txt").read_text(encoding="ascii").strip())


def put_back(folder: Path, place: Path) -> Sample:
    """Git keeps no modes: keys are made private again."""
    private = shutil.copytree(folder / "keys", place / "keys")
    for path in private.iterdir():
        path.chmod(0o600)
    where = place / "var"
    done = restore(
        parts_of(settings(where, "http://127.0.0.1:9")),
        Source(folder / "backup", private),
        "",
        datetime.now(UTC),
        lambda _, __: None,
    )
    return Sample(folder, where, done, publish(read_shelf(folder / "rules")))


@pytest.fixture(scope="module", params=[*KEPT, None], ids=lambda path: "today" if path is None else path.name)
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Each kept one, and one that is made now: so that the next release can make its own."""
    place, folder = tmp_path_factory.mktemp("sample"), request.param
    if folder is None:
        folder = place / "made"
        make(folder)
    return put_back(folder, place)


def test_it_is_restored_and_verified_and_all_of_it_can_be_read(sample: Sample) -> None:
    manifest = Manifest.read(sample.folder / "backup")
    assert sample.restored.report.records == manifest.records > len(sample.sent)
    ring = sample.files.existing_ring()
    report = verify_ledger(sample.files.ledger, None, Known(trusted=[sample.public_key()], ring=ring))
    ring.close()
    assert report.is_sound, report.first
    assert (report.read, report.erased) == (manifest.records - report.erased, sample.restored.report.erased)
    assert report.erased >= 1
    assert report.root.hex() == manifest.root


def test_each_decision_is_made_again_byte_for_byte(sample: Sample) -> None:
    answers = {json.loads(body)["decision_id"]: body for body in sample.told("answers").values()}
    seen = set()
    with reading(sample.files) as reader, ExitStack() as engines:
        for one in reader.decisions():
            if one.entry.is_erased:
                continue
            assert replay(one, sample.publication, seconds(engines)) == full_answer(one)
            assert full_answer(one) == answers[one.entry.decision_id]
            seen.add(one.entry.decision_id)
    assert seen == answers.keys() - {json.loads(sample.told("answers")[ERASED])["decision_id"]}


def seconds(stack: ExitStack) -> Callable[[Policy], Judge]:
    def of(policy: Policy) -> Judge:
        engine = ReteEngine(policy)
        stack.callback(engine.close)
        return engine.judge

    return of


def test_each_receipt_proves_its_answer(sample: Sample) -> None:
    for case, receipt in sample.told("receipts").items():
        proven = verify_receipt(receipt, sample.public_key())
        assert proven.statement.decision_id == json.loads(sample.told("answers")[case])["decision_id"]
        spoiled = receipt.replace(proven.statement.decision_id.encode(), b"0" * 36)
        with pytest.raises(ReceiptError):
            verify_receipt(spoiled, sample.public_key())


def test_each_package_is_sound_and_replays(sample: Sample) -> None:
    for content in sample.told("packages").values():
        with ExitStack() as engines:
            assert replay_package(content, [sample.public_key()], seconds(engines)).later > 0


def test_its_calls_are_there(sample: Sample) -> None:
    with JournalReader(sample.place / "ledger-calls.sqlite3") as calls:
        for case, one in sample.sent.items():
            asked = {each["register"] for each in json.loads(sample.told("answers")[case])["verifications"]}
            number = one["application"]["application_id"]
            assert {call.sent.register for call in calls.calls_of(number)} >= asked


@pytest.fixture
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


def test_the_service_goes_on_with_it(sample: Sample, registers: str, tmp_path: Path) -> None:
    """The same keys get the same bytes, the case is known, what was suspended is, and the log grows on."""
    place = shutil.copytree(sample.place, tmp_path / "var")
    with office(
        place, registers, rules=sample.publication, rules_folder=sample.folder / "rules", second=IN_PROCESS
    ) as bureau:
        for case, one in sample.sent.items():
            got = bureau.guarded.decide(PLATFORM, one["application"], one["key"])
            if case == ERASED:
                assert (got.status, got.json["type"]) == (410, "urn:miaopi:problem:erased")
            else:
                assert got.body == sample.told("answers")[case]
        referred = orjson.loads(sample.told("answers")["ELD-5"])
        assert bureau.case(referred)["decision_id"] == referred["decision_id"]
        reviewed = orjson.loads(sample.told("answers")[REVIEWED])
        bureau.until(lambda: bool(bureau.items(reviewed)), "the queue is read off the record again")
        got = bureau.guarded.decide(PLATFORM, {**application("CARD-1"), "application_id": "after-1"}, "after-1")
        assert [reason["code"] for reason in got.json["reasons"]] == ["R16_SUSPENDED"]
        got = bureau.guarded.decide(PLATFORM, {**application("ELD-1"), "application_id": "after-2"}, "after-2")
        assert got.json["outcome"] == "APPROVED"
    report = verify_ledger(place / "ledger.sqlite3")
    assert report.is_sound
    assert report.records >= sample.restored.report.records + 2
