"""A grant is looked at again on its day: an officer gets a task where a rule is known to fail now; that is all."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pytest

from decision_service.casework.records import Doing, Kind, record
from decision_service.casework.tasks import NewTask, TaskType, task_entry
from decision_service.cli.reconcile import catalogued
from decision_service.clock import ServiceClock
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.store import About, ByDecision
from decision_service.policy.shape import Bilingual
from decision_service.reconciling import Report, Sources, reconcile
from tests.afterwards.test_again import facts, purposes
from tests.http.staging import DAY, Stage, application, sandbox_config, staged
from tests.requirements.deciding import shelf
from tests.requirements.followed import until
from tests.requirements.reconciling import Files
from verifiers.freshness import CHINA
from verifiers.sandbox.running import running

DUE = date(2026, 4, 16)
"""A month after the day of the cases."""

DEAD = {"deaths": {"hit": True, "date": "2026-04-02", "source": "funeral"}}
CASES: dict[str, tuple[str, dict]] = {
    "nothing has changed": ("ELD-1", {}),
    "died": ("ELD-1", DEAD),
    "died, and the household register is down": ("ELD-1", {**DEAD, "population": {"status": "error"}}),
    "moved away": ("ELD-1", {"population": {"hukou_code": "210302"}}),
    "the register of deaths is silent": ("ELD-1", {"deaths": {"status": "timeout"}}),
    "the register of deaths is out of date": ("ELD-1", {"deaths": {"data_as_of": "2026-03-01"}}),
    "no record of deaths": ("CARD-1", {"deaths": {"status": "no_record"}}),
    "the amount depends on what is not asked": ("ELD-1", {"low_income": {"status_code": "none"}}),
}
TURNED = {
    "died": ["E3"],
    "died, and the household register is down": ["E3"],
    "moved away": ["E1"],
}
BY_PEOPLE: dict[str, Callable[[Entry], Entry]] = {
    "an officer has ended it": lambda about: done(about, "REJECTED"),
    "an officer has granted more": lambda about: done(about, "APPROVED"),
    "an officer doubts it already": lambda about: task_entry(
        NewTask(TaskType.WRONG_APPROVAL, Bilingual("存疑", "doubted")), about, Doing("officer-1", NOW, "doubt")
    ),
}
"""What people did to a grant before the day came; the applicant died in each."""

NOW = datetime(2026, 3, 20, 9, tzinfo=CHINA)
SILENT = ("the register of deaths is silent", "the register of deaths is out of date")


def done(about: Entry, outcome: str) -> Entry:
    """An officer's outcome on the case of a decision."""
    told = {"outcome": outcome, "result": {"pay_from": "2026-04"}, "obligations": []}
    name = f"outcome:{about.decision_id}:1"
    return record(Kind.OFFICER_OUTCOME, name, about, Doing("officer-1", NOW, name), told)


@dataclass
class Month:
    """The service a month later: by case the decision's id and the application's number."""

    folder: Path
    stage: Stage
    granted: dict[str, tuple[str, str]]

    def case(self, name: str) -> list[Recorded]:
        return list(self.stage.state.services.ledger.find(About(self.granted[name][0])))

    def kinds(self, name: str) -> list[str]:
        return [one.entry.kind for one in self.case(name)]


def dated(answers: dict, day: date) -> dict:
    """The same facts, but of that day."""
    return {
        name: {"data_as_of": str(day), **{k: v for k, v in one.items() if k != "data_as_of"}}
        for name, one in answers.items()
    }


def later(case: str, changed: dict) -> dict:
    """What the registers say a month later."""
    fresh = dated(facts(case), DUE)
    return {**fresh, **{name: {**fresh.get(name, {}), **fields} for name, fields in changed.items()}}


def copied(folder: Path, to: Path) -> None:
    """The service's files as after a crash, without the file of what is to be done, which is made anew."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*-afterwards*"))


def report_on(files: Files) -> Report:
    """What `miaopi reconcile` says of the day of the checks."""
    sources, now = Sources(files.ledger, files.journal), ServiceClock(DUE).now()
    return reconcile(sources, DUE, catalogued(shelf(), DUE), now, lambda *_: None)


@contextmanager
def service(folder: Path, day: date) -> Iterator[Stage]:
    config = replace(sandbox_config(), as_of=day)
    with running(config) as registers, staged(folder, registers, as_of=day) as stage:
        yield stage


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder, granted = tmp_path_factory.mktemp("service"), {}
    with service(folder, DAY) as stage:
        for name, (case, _) in CASES.items():
            sent = application(case)
            stage.play(sent["application_id"], facts(case))
            got = stage.decide(sent).json
            assert got["outcome"] == "APPROVED", got
            granted[name] = got["decision_id"], sent["application_id"]
        for name, did in BY_PEOPLE.items():
            sent = application("ELD-1")
            stage.play(sent["application_id"], facts("ELD-1"))
            granted[name] = stage.decide(sent).json["decision_id"], sent["application_id"]
            ledger = stage.state.services.ledger
            ledger.append_blocking(did(ledger.find(ByDecision(granted[name][0]))[0].entry))
    config = replace(sandbox_config(), as_of=DUE)
    with running(config) as registers:
        # Said before the service comes up, which looks at once.
        before = Stage("", registers, None, None)  # type: ignore[arg-type]  # only its sandbox
        for name, (case, changed) in CASES.items():
            before.play(granted[name][1], later(case, changed))
        for name in BY_PEOPLE:
            before.play(granted[name][1], later("ELD-1", DEAD))
        with staged(folder, registers, as_of=DUE) as stage:
            found = Month(folder, stage, granted)
            until(lambda: all(len(found.case(name)) > 1 for name in CASES if name not in SILENT), "every check is made")
            until(lambda: all(len(found.case(name)) > 2 for name in TURNED), "every task is open")
            until(lambda: "task" in found.kinds("an officer has granted more"), "that of an officer's grant is open")
            yield found


@pytest.mark.parametrize("name", [one for one in CASES if one not in SILENT])
def test_a_check_is_on_record_and_a_task_where_a_rule_is_known_to_fail(month: Month, name: str) -> None:
    _, check, *tasks = month.case(name)
    told = json.loads(check.entry.answer)
    assert check.entry.kind == "post_check"
    assert told["due_on"] == str(DUE)
    assert [one["rule"] for one in told["turned"]] == TURNED.get(name, [])
    assert [one.entry.kind for one in tasks] == (["task"] if name in TURNED else [])
    for task in tasks:
        opened = json.loads(task.entry.answer)
        assert opened["type"] == "changed_after_grant"
        label = told["turned"][0]["zh"]
        assert label in opened["reason"]["zh"]


def test_what_is_asked_is_what_may_have_changed(month: Month) -> None:
    number = month.granted["nothing has changed"][1]
    assert purposes(month.folder, number, "deaths") == ["elderly_allowance", "post_check"]
    assert purposes(month.folder, number, "population") == ["elderly_allowance", "post_check"]
    for register in ("low_income", "benefits", "social_security_card", "credit"):
        assert "post_check" not in purposes(month.folder, number, register)


@pytest.mark.parametrize("name", SILENT)
def test_silence_opens_nothing_and_is_asked_again(month: Month, name: str) -> None:
    assert month.kinds(name) == ["decision"]
    assert "post_check" in purposes(month.folder, month.granted[name][1], "deaths")


def test_what_people_did_stands_before_what_the_machine_would(month: Month) -> None:
    assert month.kinds("an officer has ended it") == ["decision", "officer_outcome"]
    assert month.kinds("an officer doubts it already") == ["decision", "task"]
    assert month.kinds("an officer has granted more") == ["decision", "officer_outcome", "post_check", "task"]
    for name in ("an officer has ended it", "an officer doubts it already"):
        assert purposes(month.folder, month.granted[name][1], "deaths") == ["elderly_allowance"]


def test_nothing_of_the_decision_changes(month: Month) -> None:
    for decision_id, _ in month.granted.values():
        got = month.stage.send("GET", f"/v1/decisions/{decision_id}")
        assert got.json["outcome"] == "APPROVED"
        assert "link" not in got.headers


def test_the_day_reconciles(month: Month) -> None:
    """Each call is explained by the grant, each answer on record by its call; and what is missing is found."""
    files = Files(month.folder)

    until(lambda: report_on(files).is_clean, "calls under way have ended")
    explained = report_on(files).explained
    assert explained["checked"] >= 2 * (len(CASES) - len(SILENT)) - 1
    assert explained["post_check"] >= explained["checked"]
    copy = files.copied(month.folder.with_name(f"{month.folder.name}-spoilt"))
    number = month.granted["died"][1]
    with copy.tampering() as journal:
        journal.execute(
            "DELETE FROM sent WHERE application_id = ? AND register = 'deaths' AND purpose LIKE '%:post_check'",
            (number,),
        )
    assert dict(report_on(copy).counts) == {"lost_call": 1}


def test_what_was_silent_is_made_when_it_speaks_and_nothing_twice(month: Month) -> None:
    """The service is started once more, on the next day, and once more a month later."""
    before = {name: month.kinds(name) for name in CASES}
    config = replace(sandbox_config(), as_of=date(2026, 4, 17))
    with running(config) as registers:
        for name in SILENT:
            spoken = dated(facts("ELD-1", **DEAD), date(2026, 4, 17))
            Stage("", registers, None, None).play(month.granted[name][1], spoken)  # type: ignore[arg-type]  # see above
        folder = month.folder.with_name(f"{month.folder.name}-copy")
        copied(month.folder, folder)
        with staged(folder, registers, as_of=date(2026, 4, 17)) as stage:
            again = Month(folder, stage, month.granted)
            until(lambda: all("task" in again.kinds(name) for name in SILENT), "the tasks are open")
            assert {name: again.kinds(name) for name in CASES if name not in SILENT} == {
                name: before[name] for name in CASES if name not in SILENT
            }
