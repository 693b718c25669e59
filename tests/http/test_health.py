"""Health says what is wrong: a writer or a loop that stands still, a clock that is doubted, a disk without room."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from decision_service.http import watching
from decision_service.ledger.entry import Entry
from decision_service.room import MOST_BYTES, Room
from decision_service.vitals import STUCK_SECONDS, Vitals
from tests.http.staging import Stage, application, staged


def named(stage: Stage, path: str) -> tuple[int, list[str]]:
    got = stage.send("GET", path)
    return got.status, [one["code"] for one in got.json.get("errors", [])]


STALLED = re.compile(r"^miaopi_writer_stalled_seconds (\S+)$", re.MULTILINE)


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks often, so that nobody waits for it here."""
    monkeypatch.setattr(watching, "EACH_SECONDS", 0.05)


def test_a_commit_that_hangs_is_told_by_livez_and_metrics(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = (
        threading.enumerate()
    )  # services of other tests, in this process; their numbers are given anew when they end
    heard: list[str] = []
    notify = lambda word: None if threading.current_thread() in others else heard.append(word)  # noqa: E731 - one line of it
    monkeypatch.setattr(watching, "notify", notify)
    with staged(tmp_path, registers) as stage:
        assert named(stage, "/livez") == (200, [])
        monkeypatch.setattr("decision_service.vitals.STUCK_SECONDS", 0.3)
        store = stage.state.services.ledger._store
        append, go = type(store).append, threading.Event()

        def hangs(self: object, entries: Sequence[Entry]) -> object:
            assert go.wait(30)
            return append(self, entries)

        monkeypatch.setattr(type(store), "append", hangs)
        sender = threading.Thread(target=stage.decide, args=(application("ELD-1"),))
        sender.start()
        until(lambda: named(stage, "/livez") == (503, ["writer"]))
        assert stage.send("GET", "/livez").json["type"] == "urn:miaopi:problem:stuck"
        until(lambda: len(heard) > 0)
        time.sleep(0.2)  # a look that was under way
        heard.clear()
        time.sleep(0.5)
        assert heard == [], "the service manager hears nothing meanwhile"
        until(lambda: float(STALLED.search(stage.send("GET", "/metrics").body.decode())[1]) > 0)
        go.set()
        sender.join(30)
        until(lambda: named(stage, "/livez") == (200, []))
        until(lambda: set(heard) == {watching.ALIVE})
        assert stage.records() == 1


def test_a_writer_that_is_gone_is_stuck(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        stage.state.services.ledger.close()
        assert named(stage, "/livez") == (503, ["writer"])
        assert "ledger" in named(stage, "/readyz")[1]


def test_a_look_that_no_longer_comes_is_told(registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when what it looks at hangs for good."""
    monkeypatch.setattr("decision_service.vitals.STUCK_SECONDS", 0.5)
    with staged(tmp_path, registers) as stage:
        go = threading.Event()
        look = Vitals.look
        monkeypatch.setattr(Vitals, "look", lambda self, *seen: (go.wait(30), look(self, *seen)))
        until(lambda: named(stage, "/livez") == (503, ["loop"]))
        go.set()
        until(lambda: named(stage, "/livez") == (200, []))


def test_stuck_is_not_said_of_an_ordinary_pause() -> None:
    assert STUCK_SECONDS == 20


def test_without_room_on_the_disk_nothing_new_is_decided_and_answers_are_still_given(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with staged(tmp_path, registers) as stage:
        sent = application("ELD-1")
        first = stage.decide(sent, "before")
        vitals = stage.state.vitals
        assert first.json["outcome"] == "APPROVED"
        monkeypatch.setattr(vitals, "_room", lambda _: Room(free=99, kept=100))
        until(lambda: named(stage, "/readyz") == (503, ["disk"]))
        got = stage.decide(application("ELD-1"))
        assert (got.status, got.json["type"]) == (503, "urn:miaopi:problem:not_recorded")
        assert stage.decide(sent, "before").body == first.body
        assert stage.records() == 1
        assert "miaopi_disk_low 1.0" in stage.send("GET", "/metrics").body.decode()
        monkeypatch.setattr(vitals, "_room", lambda _: Room(free=100, kept=100))
        until(lambda: named(stage, "/readyz") == (200, []))
        assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"


def test_a_disk_that_does_not_answer_has_no_room(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Path) -> Room:
        raise OSError("gone")

    with staged(tmp_path, registers) as stage:
        monkeypatch.setattr(stage.state.vitals, "_room", gone)
        until(lambda: named(stage, "/readyz") == (503, ["disk"]))


@pytest.mark.parametrize(
    ("total", "free", "enough"),
    [
        (100_000, 5_000, True),
        (100_000, 4_999, False),
        (10**13, MOST_BYTES, True),
        (10**13, MOST_BYTES - 1, False),
    ],
)
def test_a_twentieth_of_the_disk_is_kept_at_most_two_gibibytes(
    total: int, free: int, enough: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from decision_service.room import room_at

    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"total": total, "free": free}))
    assert room_at(tmp_path).is_enough is enough


def test_a_suspended_matter_is_not_unready(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        stage.state.services.in_force.suspend("elderly_allowance")
        assert named(stage, "/readyz") == (200, [])
        assert stage.decide(application("ELD-1")).codes == ["R16_SUSPENDED"]
