"""Workers that die or hang while they decide: nothing answered is lost or there twice, and nothing is forgotten."""

import os
import signal
import threading
from pathlib import Path

import pytest

from decision_service.decision import WORKER_LOST
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.verify import verify_ledger
from tests.http.process import serving
from tests.http.staging import Got
from tests.sizes import size
from tests.workers.crewing import Crewed, held, rules_in, stopped, until
from tests.workers.platforms import Platforms, on_record, platforms, require_whole, submitting


@pytest.mark.timeout(7200)
def test_a_worker_killed_in_the_middle_of_decisions_loses_and_doubles_nothing(crew: Crewed) -> None:
    for turn in range(size("worker_kills", quick=1, full=200)):
        with platforms(crew.stage, f"kill-{turn}") as found:
            until(lambda: len(found.answers) >= 10)
            killed = crew.pids[turn % 2]
            os.kill(killed, signal.SIGKILL)
            crew.lost(killed)
        require_whole(crew, found)


def test_what_a_lost_worker_was_deciding_is_on_record_for_an_officer(
    crew: Crewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is killed, the other hangs until the watchdog ends it."""
    sent = {f"left-{number}": one for number, one in enumerate(held(monkeypatch, 6))}
    got: dict[str, Got | None] = {}

    with submitting(crew.stage, sent, got):
        until(lambda: all(crew.is_deciding(one) for one in sent.values()))
        lost = crew.pids
        with stopped(*lost):  # from here on neither of them finishes anything
            os.kill(lost[0], signal.SIGKILL)
            crew.lost(*lost)
        until(lambda: not any(crew.is_deciding(one) for one in sent.values()))
        monkeypatch.undo()
    for key, one in sent.items():
        assert got[key] is None, "nobody was answered by a worker that was lost"
        told = crew.stage.decide(one, key)
        assert (told.json["outcome"], told.codes) == ("REFERRED", [WORKER_LOST])
        assert told.headers["idempotent-replayed"] == "true"
        assert len(on_record(crew, one)) == 1
        case = crew.stage.send("GET", f"/v1/decisions/{told.json['decision_id']}/case").json
        assert case["status"] == "waiting"
    assert verify_ledger(crew.ledger).is_sound


def test_a_worker_that_hangs_is_replaced(crew: Crewed) -> None:
    with platforms(crew.stage, "hang") as found:
        until(lambda: len(found.answers) >= 10)
        hung = crew.pids[0]
        with stopped(hung):
            crew.lost(hung)
    require_whole(crew, found)
    assert crew.figures()['miaopi_workers_lost_total{why="hung"}'] >= 1


def children(pid: int) -> set[int]:
    """The processes that `pid` has started, and theirs."""
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="ascii").split()):
            found |= {child} | children(child)
    return found


def lives(pid: int) -> bool:
    """Whether that process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.timeout(7200)
def test_when_the_keeper_is_killed_its_workers_end_and_nothing_answered_is_lost(registers: str, tmp_path: Path) -> None:
    rules, ledger = rules_in(tmp_path / "rules", patience=1), tmp_path / "ledger.sqlite3"
    answered: dict[str, bytes] = {}
    for turn in range(size("keeper_kills", quick=1, full=50)):
        with serving(registers, rules, ledger, MIAOPI_WORKERS="2") as (stage, keeper):
            processes = children(keeper.pid)
            assert len(processes) >= 2
            found = Platforms(stage, f"keeper-{turn}")
            thread = threading.Thread(target=found.submit, args=(0,), daemon=True)
            thread.start()
            until(lambda: len(found.answers) >= 10)  # noqa: B023 - waited for here
            keeper.kill()
            keeper.wait(30)
            until(lambda: not any(lives(pid) for pid in processes))  # noqa: B023 - see above
            found.stop.set()
            thread.join(60)
        answered |= found.answers
        with reading(LedgerFiles.beside(ledger)) as reader:
            recorded = {one.entry.key: full_answer(one) for one in reader.decisions()}
        assert {key: recorded.get(key) for key in answered} == answered
        report = verify_ledger(ledger)
        assert report.is_sound, report.first
