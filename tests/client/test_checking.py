"""`miaopi contract check`: our service keeps every rule, and one that breaks a rule is found at that rule."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from decision_service.cli.contract import build
from decision_service.client.contract import Probe, Report, check
from decision_service.client.contract.rules import RULES
from decision_service.client.contract.standin import APPLICATION
from tests.client.platforms import Plain
from tests.client.unruly import Change, Passed, Reply, Unruly, unruly
from tests.http.members import Guarded, Members, guarded, usual_members
from tests.http.staging import ROOT


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("contract"), registers, usual_members()) as found:
        yield found


@pytest.fixture(scope="module")
def between(service: Guarded) -> Iterator[Unruly]:
    with unruly(service.stage.url) as found:
        yield found


def checked(service: Guarded, url: str) -> Report:
    keys = service.members.keys
    return check(Probe(url, lambda: keys["platform-a"], lambda: keys["platform-b"], matter="elderly_allowance"))


def verdicts(report: Report) -> dict[str, str]:
    return {one.rule: one.verdict for one in report.rules}


def test_our_service_keeps_every_rule(service: Guarded) -> None:
    report = checked(service, service.stage.url)
    report.require()
    assert verdicts(report) == {rule.name: "kept" for rule in RULES}


def test_what_can_not_be_shown_is_said(service: Guarded) -> None:
    key = service.members.keys["platform-a"]
    assert verdicts(check(Probe(service.stage.url, lambda: key)))["others"] == "not shown"


def test_a_limit_that_is_reached_breaks_no_rule(registers: str, tmp_path: Path) -> None:
    """With all samples in turn the usual limit a person is not reached; with one alone it is, and that is said."""
    usual = Members().caller("platform", more="per_second = 1000\nat_once = 1000\nper_person_a_day = 20")
    with guarded(tmp_path, registers, usual) as service:
        url, key = service.stage.url, service.members.keys["platform"]
        whole = verdicts(check(Probe(url, lambda: key)))
        assert {rule for rule, verdict in whole.items() if verdict != "kept"} == {"others"}
        for _ in range(2):
            alone = check(Probe(url, lambda: key, matter="elderly_allowance"))
        alone.require()
        assert {one.verdict for one in alone.rules} == {"kept", "not shown"}
        assert "a limit is reached" in str(alone)


def told(**more: Any) -> Callable[[Reply], Reply]:
    """The answer with other members."""

    def change(reply: Reply) -> Reply:
        return reply[0], reply[1], json.dumps({**json.loads(reply[2]), **more}).encode()

    return change


def decisions_with(**more: Any) -> Change:
    return lambda sent, reply: told(**more)(reply) if is_decision(sent, reply) else reply


def is_decision(sent: Passed, reply: Reply) -> bool:
    return (sent.method, sent.path, reply[0]) == ("POST", "/v1/decisions", 200)


def instead(status: int, became: int, code: str = "") -> Change:
    """Answers of one status become those of another."""

    def change(_: Passed, reply: Reply) -> Reply:
        if reply[0] != status or (code and code.encode() not in reply[2]):
            return reply
        return (became, reply[1], reply[2])

    return change


def repeated(sent: Passed, reply: Reply) -> Reply:
    """What was sent stands in the problem."""
    return reply if reply[0] < 400 else told(detail=sent.body.decode(errors="replace"))(reply)


NUMBERS = count()


def shifting(_: Passed, reply: Reply) -> Reply:
    """No two answers are the same."""
    return told(elapsed_ms=next(NUMBERS))(reply) if reply[0] == 200 else reply


def without(header: str) -> Change:
    return lambda _, reply: (reply[0], {n: v for n, v in reply[1].items() if n.lower() != header}, reply[2])


def on(path: str, change: Callable[[Reply], Reply]) -> Change:
    return lambda sent, reply: change(reply) if sent.path.endswith(path) else reply


def first_two_swapped(reply: Reply) -> Reply:
    items = json.loads(reply[2]).get("items", [])
    return (reply[0], reply[1], json.dumps({"items": items[1:] + items[:1]}).encode())


BROKEN: dict[str, Change] = {
    "decides": decisions_with(outcome="MAYBE"),
    "replays": shifting,
    "at_once": shifting,
    "key_reused": instead(422, 400, "key_reused"),
    "keys": instead(400, 200, "key_missing"),
    "json": instead(400, 200, "json_refused"),
    "sizes": instead(413, 200),
    "envelope": lambda _, reply: told(errors=[])(reply) if reply[0] == 422 else reply,
    "form": decisions_with(outcome="APPROVED"),
    "unknown": without("allow"),
    "others": lambda _, reply: (200, *reply[1:]) if b"unknown_decision" in reply[2] else reply,
    "credential": instead(401, 200),
    "decided_before": lambda _, reply: told(decision_id="x")(reply) if b"decided_before" in reply[2] else reply,
    "corrects": decisions_with(reasons=[]),
    "looked_up": on("/explanation", told(rules=[])),
    "receipt": on("/receipt", told(at="2026-03-17T00:00:00.000+08:00")),
    "batch": on(":batch", first_two_swapped),
    "precheck": on("/precheck", told(ready=True)),
    "agent": decisions_with(parties={"agent": {"id_no": "210100197803039635"}}),
    "review_key": instead(403, 202),
    "problems": repeated,
}


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_service_that_breaks_a_rule_is_found_at_it(service: Guarded, between: Unruly, rule: str) -> None:
    between.change = BROKEN[rule]
    report = checked(service, between.url)
    assert verdicts(report)[rule] == "broken", str(report)


def command(*arguments: str) -> Any:
    return CliRunner().invoke(build(), [*arguments])


def test_the_command_prints_a_table_and_says_it_by_its_exit_code(
    service: Guarded, between: Unruly, tmp_path: Path
) -> None:
    """0: all kept. 1: a rule is broken. 2: nobody answers, or the key is of no use. The key is printed nowhere."""
    key = service.members.keys["platform-a"]
    (tmp_path / "key").write_text(key + "\n")
    good = command("check", service.stage.url, "--key-file", str(tmp_path / "key"))
    assert good.exit_code == 0, good.stderr
    assert "replays" in good.stderr
    between.change = BROKEN["replays"]
    bad = command("check", between.url, "--key-file", str(tmp_path / "key"), "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["holds"] is False
    wrong = command("check", service.stage.url)
    nobody = command("check", "http://127.0.0.1:9")
    assert (wrong.exit_code, nobody.exit_code) == (2, 2)
    assert all(key not in one.stdout + one.stderr for one in (good, bad, wrong, nobody))


def test_the_stand_in_judges_whoever_was_pointed_at_it(tmp_path: Path) -> None:
    """As a command: it prints what to submit, serves until it is told to stop, and says what came of it."""
    code = "from decision_service.cli import main; main()"
    with (tmp_path / "table").open("w") as table:
        child = subprocess.Popen(
            [sys.executable, "-c", code, "contract", "stand-in", "--json"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=table, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        line = child.stdout.readline()
        url = line.rsplit(" ", 1)[1].strip()
        Plain().submit(url, {"application_id": "lost_answer-1", **APPLICATION})
        Plain(keeps_key=False).submit(url, {"application_id": "half_answer-1", **APPLICATION})
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=120)
    found = {one["rule"]: one["verdict"] for one in json.loads(out)["rules"]}
    assert (found["lost_answer"], found["half_answer"], found["storm"]) == ("kept", "broken", "not shown")
    assert child.returncode == 1
    assert "lost_answer-1" in (tmp_path / "table").read_text()
