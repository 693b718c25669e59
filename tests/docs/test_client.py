"""docs/client.md: its snippets run in their order against a real service that asks for a key."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from decision_service import client
from decision_service.cli.contract import build
from tests.http.conftest import registers
from tests.http.members import Guarded, guarded, usual_members
from tests.http.staging import BY_ID, application

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

__all__ = ["registers"]


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("page"), registers, usual_members()) as found:
        yield found


def public_key_of(service: Guarded) -> str:
    """As the authority publishes it."""
    number = service.decide("platform-b", application("ELD-1"), "for the key").json["decision_id"]
    return service.send("platform-b", "GET", f"/v1/decisions/{number}/receipt").json["public_key"]


def test_the_snippets_run_as_they_stand(
    service: Guarded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the address is another; the second application is approved too, and each print says something."""
    monkeypatch.setenv("MIAOPI_KEY", service.members.keys["platform-a"])
    monkeypatch.setenv("MIAOPI_PUBLIC_KEY", public_key_of(service))
    for number in ("SY20260316000001", "SY20260316000002"):
        service.stage.play(number, BY_ID["ELD-1"]["facts"])
    names: dict[str, object] = {}
    for snippet in SNIPPETS:
        exec(snippet.replace("https://decisions.example.org", service.stage.url), names)  # noqa: S102 - the page itself
    for name in ("client", "patient"):
        names[name].close()  # type: ignore[attr-defined]  # the page's clients
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "APPROVED []"
    assert told[1] == "APPROVED"
    assert "True" in told[3]
    assert len(told) == PAGE.count("print(") - 1  # the one of an answer that did not come


def test_every_exception_is_told() -> None:
    """The table of the page has each error of the client, and no other."""
    table = set(re.findall(r"`(\w+Error)`", PAGE.partition("| raised |")[2].partition("\n\n")[0]))
    there = {name for name in client.__all__ if name.endswith("Error")}
    assert table | {"ReceiptRefusedError"} == there - {"ClientError"}
    assert "`ReceiptRefusedError`" in PAGE


def test_the_commands_of_the_page_are_there() -> None:
    """Every option that it names is one of the command's."""
    for name in ("stand-in", "check"):
        help_ = CliRunner().invoke(build(), [name, "--help"]).output
        lines = [line for line in PAGE.splitlines() if f"miaopi contract {name} " in line]
        assert lines
        for option in re.findall(r"--[a-z-]+", " ".join(lines)):
            assert option in help_, option
