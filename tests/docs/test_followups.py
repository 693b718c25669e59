"""docs/auditors.md, what is still to be done: its commands have those options, its metrics are those of the source."""

import io
import re
import shlex
from pathlib import Path

from typer.main import get_command

from decision_service.cli.app import build
from decision_service.telemetry import Telemetry

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "auditors.md").read_text(encoding="utf-8")
PART = TEXT[TEXT.index("## What is still to be done") : TEXT.index("## Does it all match")]


def test_each_command_is_there_with_its_options() -> None:
    group = get_command(build()).commands["followups"]  # type: ignore[attr-defined]  # a group of commands
    block = re.search(r"^```text\n(.*?)^```$", PART, re.MULTILINE | re.DOTALL)
    assert block
    lines = block[1].splitlines()
    assert {shlex.split(line)[2] for line in lines} == set(group.commands)
    for line in lines:
        _, name, command, *rest = shlex.split(line)
        assert name == "followups"
        known = {option for parameter in group.commands[command].params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known


def test_the_metrics_are_those_of_the_source() -> None:
    telemetry = Telemetry(io.StringIO())
    telemetry.followed_up("credit_check_made", "D1", "elderly_allowance", "ok")
    shown = re.findall(
        r"^(miaopi_(?:credit_checks|data_tickets)\w*)[ {]", telemetry.exposition().decode(), re.MULTILINE
    )
    told = set(re.findall(r"`(miaopi_\w+)`", PART))
    assert told == {name for name in shown if not name.endswith("_created")}
