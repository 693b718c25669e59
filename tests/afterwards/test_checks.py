"""A grant is looked at again on its day: an officer gets a task where a rule is known to fail now; that is all."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from decision_service.ledger.entry import Recorded
from decision_service.ledger.store import About
from tests.afterwards.test_again import facts, purposes
from tests.http.staging import DAY, Stage, application, sandbox_config, staged
from tests.requirements.followed import until
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
SILENT = ("the register of deaths is silent", "the register of deaths is out of date")


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
    config = replace(sandbox_config(), as_of=DUE)
    with running(config) as registers:
        # Said before the service comes up, which looks at once.
        before = Stage("", registers, None, None)  # type: ignore[arg-type]  # only its sandbox
        for name, (case, changed) in CASES.items():
            before.play(granted[name][1], later(case, changed))
        with staged(folder, registers, as_of=DUE) as stage:
            found = Month(folder, stage, granted)
            until(lambda: all(len(found.case(name)) > 1 for name in CASES if name not in SILENT), "every check is made")
            until(lambda: all(len(found.case(name)) > 2 for name in TURNED), "every task is open")
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


def test_nothing_of_the_decision_changes(month: Month) -> None:
    for decision_id, _ in month.granted.values():
        got = month.stage.send("GET", f"/v1/decisions/{decision_id}")
        assert got.json["outcome"] == "APPROVED"
        assert "link" not in got.headers


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
