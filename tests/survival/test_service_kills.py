"""The service killed under load, again and again, on one ledger: what it answered stands, once, byte for byte."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from decision_service.ledger.verify import verify_ledger
from tests.http.staging import DAY, ROOT, RULES, SECRET, Stage
from tests.sizes import size
from tests.survival.loading import Sent, load_on


@contextmanager
def serving(registers: str, ledger: Path) -> Iterator[tuple[Stage, "subprocess.Popen[str]"]]:
    """`miaopi serve` as a process."""
    options = {"port": 0, "rules": RULES, "ledger": ledger, "registers-url": registers, "as-of": DAY}
    arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    settings = {
        "MIAOPI_REGISTERS_SECRET": SECRET,
        "MIAOPI_GATE_CASES": "5",
        "MIAOPI_CERTIFICATES": str(ledger.with_name("gate")),
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MIAOPI_")}
    child = subprocess.Popen(
        [sys.executable, "-m", "decision_service", "serve", *arguments],
        env={**clean, **settings},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    try:
        line = child.stdout.readline()
        assert " listening on http" in line, line
        yield Stage(line.rsplit(" ", 1)[1].strip(), registers, None, None), child  # type: ignore[arg-type]  # another process
    finally:
        child.kill()
        child.wait(30)
        child.stdout.close()


def answers_again(stage: Stage, sent: list[Sent]) -> None:
    """Every application of the round, sent again under its key: what was answered is answered the same."""
    for one in sent:
        again = stage.decide(one.application, one.key)
        assert again.status == 200, again.body
        assert json.loads(again.body)["outcome"] in (one.expected, "REFERRED")
        if one.got is not None and one.got.status == 200:
            assert again.body == one.got.body, f"another answer to {one.key}"
            assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.timeout(7200)
def test_no_answered_decision_is_lost_or_doubled_however_often_the_service_is_killed(
    registers: str, tmp_path: Path
) -> None:
    ledger, before = tmp_path / "ledger.sqlite3", 0
    everything: list[Sent] = []
    last: list[Sent] = []
    for turn in range(size("service_kills", quick=2, full=100)):
        with serving(registers, ledger) as (stage, child):
            answers_again(stage, last)
            with load_on(stage, f"kill-{turn}") as load:
                load.wait_for(15 + turn * 7 % 20)
                child.send_signal(signal.SIGKILL)
                child.wait(30)
            last = load.sent
        everything += last
        report = verify_ledger(ledger)
        assert report.is_sound, report.first
        answered = sum(one.got is not None and one.got.status == 200 for one in everything)
        assert report.records >= answered > before
        before = answered
    with serving(registers, ledger) as (stage, _):
        answers_again(stage, last)
    report = verify_ledger(ledger)
    assert report.is_sound, report.first
    # Those that broke off were sent again until answered, so each application has one record, and none has two.
    assert report.records == len(everything)
