"""RQ-D6: every decision of a day matches the calls that it rests on, and each gap that is made on purpose is found."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.ledger.opening import LedgerFiles, reading, writing
from tests.cli.running import miaopi
from tests.http.staging import DAY, sandbox_config, staged
from tests.requirements.reconciling import Files, live_a_day, reconciled
from verifiers.sandbox.running import running


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, dict[str, str]]:
    """The files of a normal day, and the decisions on the shared cases."""
    folder = tmp_path_factory.mktemp("day")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        answers = live_a_day(stage, folder)
    return Files(folder), {case: got.json["decision_id"] for case, got in answers.items()}


@pytest.fixture
def copy(day: tuple[Files, dict[str, str]], tmp_path: Path) -> Files:
    return day[0].copied(tmp_path / "copy")


def call_of(files: Files, day: tuple[Files, dict[str, str]], register: str, case: str = "ELD-1") -> str:
    """The call to a register for a case."""
    with files.tampering(files.ledger) as ledger:
        query = "SELECT application_id FROM record WHERE decision_id = ?"
        (number,) = ledger.execute(query, (day[1][case],)).fetchone()
    with files.tampering() as journal:
        query = "SELECT call_id FROM sent WHERE application_id = ? AND register = ?"
        (call,) = journal.execute(query, (number, register)).fetchone()
    return call


def test_a_normal_day_has_no_unexplained_difference(day: tuple[Files, dict[str, str]]) -> None:
    report = reconciled(day[0])
    assert report.is_clean, report.differences
    assert report.decisions > 40
    assert report.calls > 150
    # Credit was down for one case, and its 24 hours are not over.
    assert report.due <= 1
    assert {"asked", "kept", "unanswered"} <= report.explained.keys()
    matched = sum(report.explained[rule] for rule in ("asked", "kept", "shared", "cached") if rule in report.explained)
    assert matched + report.explained["unanswered"] >= report.answers - report.due


COPY = (
    "INSERT INTO sent SELECT 'zz', {register}, matter, application_id, {purpose}, params, subject, reached, caller, "
    "instance, asked_at + {later}, kept_as FROM sent WHERE call_id = :call"
)
"""One more call like another one."""


def copied(*, register: str = "register", purpose: str = "purpose", later: int = 0) -> str:
    return COPY.format(register=register, purpose=purpose, later=later)


GAPS: dict[str, tuple[str, dict[str, int]]] = {
    "a lost call": ("DELETE FROM sent WHERE call_id = :call", {"lost_call": 1, "not_in_journal": 1}),
    "a digest": ("UPDATE ended SET digest = 'ff' WHERE call_id = :call", {"digest_differs": 1}),
    "a raw answer": ("UPDATE answer SET body = x'00' WHERE call_id = :call", {"answer_altered": 1}),
    "a status": ("UPDATE ended SET status = 'stale' WHERE call_id = :call", {"status_differs": 1}),
    "parameters": ("""UPDATE sent SET params = '["id_no","phone"]' WHERE call_id = :call""", {"params_differ": 1}),
    "an answer from the future": (
        "UPDATE ended SET ended_at = ended_at + 60000 WHERE call_id = :call",
        {"time_differs": 1},
    ),
    "no purpose": ("UPDATE sent SET purpose = ' ' WHERE call_id = :call", {"no_purpose": 1}),
    "a second credit call": (copied(later=1), {"asked_again": 1}),
    "a call when all was decided": (copied(later=600_000), {"call_after_decision": 1}),
    "a register that the matter does not list": (copied(register="'vehicles'"), {"not_listed": 1}),
}


@pytest.mark.parametrize("gap", GAPS)
def test_each_gap_in_the_journal_is_found_and_named(day: tuple[Files, dict[str, str]], copy: Files, gap: str) -> None:
    statement, expected = GAPS[gap]
    call = call_of(copy, day, "credit")
    with copy.tampering() as journal:
        assert journal.execute(statement, {"call": call}).rowcount == 1
    report = reconciled(copy)
    assert dict(report.counts) == expected
    assert {one.application_id for one in report.differences} == {_application(copy, day)}


def _application(files: Files, day: tuple[Files, dict[str, str]]) -> str:
    with files.tampering(files.ledger) as ledger:
        query = "SELECT application_id FROM record WHERE decision_id = ?"
        (number,) = ledger.execute(query, (day[1]["ELD-1"],)).fetchone()
    return number


def test_without_the_exchanges_log_a_lost_call_is_found_too(day: tuple[Files, dict[str, str]], copy: Files) -> None:
    with copy.tampering() as journal:
        journal.execute("DELETE FROM sent WHERE call_id = ?", (call_of(copy, day, "deaths"),))
    report = reconciled(copy, log=False)
    assert dict(report.counts) == {"lost_call": 1}
    assert report.differences[0].register == "deaths"


def test_a_doubled_decision_is_found(day: tuple[Files, dict[str, str]], copy: Files) -> None:
    copy.decide_again(day[1]["ELD-1"])
    report = reconciled(copy)
    assert dict(report.counts) == {"doubled_decision": 1}
    assert report.differences[0].decision_id == "another"


def test_another_applications_answer_is_found(day: tuple[Files, dict[str, str]], copy: Files) -> None:
    """A decision on an application for which nothing was ever asked, made from another one's answers."""
    copy.decide_again(day[1]["ELD-1"], application_id="out of thin air")
    report = reconciled(copy)
    assert set(report.counts) == {"anothers_answer"}
    assert {one.application_id for one in report.differences} == {"out of thin air"}


def test_one_number_for_two_applications_is_found(day: tuple[Files, dict[str, str]], copy: Files) -> None:
    one, other = call_of(copy, day, "credit"), call_of(copy, day, "credit", "ELD-2")
    with copy.tampering() as journal:
        (number,) = journal.execute("SELECT request_id FROM ended WHERE call_id = ?", (one,)).fetchone()
        journal.execute("UPDATE ended SET request_id = ? WHERE call_id = ?", (number, other))
    counts = reconciled(copy, log=False).counts
    assert counts["request_id_reused"] == 2
    assert counts["lost_call"] == 1, "the answer that the decision names came of no call any more"


def test_a_check_that_was_put_off_is_due_for_a_day_and_then_missing(
    day: tuple[Files, dict[str, str]], copy: Files
) -> None:
    """Credit was late for ELD-1; the answer that came is made one that never came."""
    with copy.tampering() as journal:
        call = call_of(copy, day, "credit")
        journal.execute("UPDATE ended SET status = 'timeout', request_id = NULL WHERE call_id = ?", (call,))
        journal.execute("DELETE FROM answer WHERE call_id = ?", (call,))
    _forget_credit(copy, day[1]["ELD-1"])
    before = reconciled(day[0], log=False).due
    report = reconciled(copy, log=False)
    assert report.is_clean
    assert report.due == before + 1
    late = reconciled(copy, log=False, later=timedelta(hours=25))
    assert late.counts["deferred_missing"] == before + 1
    _check_later(copy, call, 2, "first")
    assert reconciled(copy, log=False, later=timedelta(hours=25)).counts.get("deferred_missing", 0) == before
    _check_later(copy, call, 3, "second")
    assert reconciled(copy, log=False, later=timedelta(hours=25)).counts["asked_again"] == 1


def _forget_credit(files: Files, decision_id: str) -> None:
    """The decision was made without credit: written anew in a ledger of its own, as the service would have."""
    beside = LedgerFiles.beside(files.ledger)
    with reading(beside) as reader:
        entries = [one.entry for one in reader.decisions()]
    for path in files.folder.glob("ledger.sqlite3*"):
        path.unlink()
    with writing(beside, "miaopi", print) as record:
        for entry in entries:
            record.ledger.append_blocking(_without_credit(entry) if entry.decision_id == decision_id else entry)


def _without_credit(entry: object) -> object:
    archive = json.loads(entry.archive)
    late = {"status": "timeout", "facts": {}, "data_as_of": None, "request_id": None, "digest": None}
    archive["answers"]["credit"] |= late
    return replace(entry, contents=replace(entry.contents, archive=json.dumps(archive).encode()))


def _check_later(files: Files, call: str, hours: int, number: str = "zz") -> None:
    """The check is made after all: a call like `call`, answered so many hours later."""
    later = hours * 3_600_000
    ended = f"INSERT INTO ended VALUES ('zz', (SELECT asked_at FROM sent WHERE call_id = :call) + {later}, "  # noqa: S608 - a number of this test
    with files.tampering() as journal:
        journal.execute(copied(purpose="'x:deferred'", later=later), {"call": call})
        journal.execute(ended + "'ok', NULL, 'zz', NULL, 'aa', 1)", {"call": call})
        journal.execute("UPDATE sent SET call_id = ? WHERE call_id = 'zz'", (number,))
        journal.execute("UPDATE ended SET call_id = ? WHERE call_id = 'zz'", (number,))


EXCHANGE: dict[str, tuple[Callable[[list[dict]], list[dict]], dict[str, int]]] = {
    "a call that it never had": (lambda lines: lines[1:], {"not_at_exchange": 1}),
    "a call of its own": (
        lambda lines: [*lines, {**lines[0], "request_id": "never heard of"}],
        {"not_in_journal": 1},
    ),
    "an unanswered call of its own": (
        lambda lines: [*lines, {**lines[0], "request_id": None, "status": "timeout"}],
        {"not_in_journal": 1},
    ),
    "another status": (lambda lines: [{**lines[0], "status": "no_record"}, *lines[1:]], {"status_differs": 1}),
}


@pytest.mark.parametrize("gap", EXCHANGE)
def test_each_gap_between_journal_and_exchange_is_found(copy: Files, gap: str) -> None:
    change, expected = EXCHANGE[gap]
    lines = copy.lines()
    assert lines[0]["status"] == "ok"
    copy.write_lines(change(lines))
    assert dict(reconciled(copy).counts) == expected


def reconcile_command(files: Files, *options: str) -> Result:
    """As people run it, in this process."""
    return CliRunner().invoke(build(), ["reconcile", "--day", str(DAY), "--ledger", str(files.ledger), *options])


def test_the_command_leaves_with_what_it_found(day: tuple[Files, dict[str, str]], copy: Files) -> None:
    with copy.tampering() as journal:
        journal.execute("DELETE FROM sent WHERE call_id = ?", (call_of(copy, day, "deaths"),))
    done = miaopi("reconcile", "--day", DAY, "--ledger", copy.ledger, "--json")
    assert done.code == 1
    kinds = {one["kind"] for one in json.loads(done.out)["differences"]}
    assert "lost_call" in kinds
    shown = reconcile_command(copy)
    assert shown.exit_code == 1
    assert "决定所用的答复没有调用记录" in shown.stderr
    assert "210100" not in shown.stderr + done.out.decode(), "no number of a person"


@pytest.mark.parametrize(
    "options", [["--day", "16.3.2026"], ["--journal", "none.sqlite3"], ["--register-log", "none.jsonl"]]
)
def test_misuse_is_told_from_findings(copy: Files, options: list[str]) -> None:
    assert reconcile_command(copy, *options).exit_code == 2


def test_a_line_that_is_no_question_is_named(copy: Files) -> None:
    copy.log.write_text('{"register": "credit"}\n')
    done = reconcile_command(copy, "--register-log", str(copy.log))
    assert done.exit_code == 2
    assert "line 1" in done.stderr
