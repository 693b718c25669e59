"""docs/connections.md: its file is read, its kind of connection conforms, its tables name what the source knows."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from tests.shipped import shelf
from tests.verifiers.connections.making import ENVIRONMENT
from verifiers.adapters.session import SessionFaultWord
from verifiers.answers import Fault
from verifiers.conformance.adapters import CHECKS, AdapterCheck, Behaviour, NotPlayableError
from verifiers.conformance.sample import CLOCKS, DATA_AS_OF, FUTURE, OLD, PEOPLE, QUICK, REGISTER, question
from verifiers.connection_file import read_connections
from verifiers.connections.entries import ConnectionsRefusedError
from verifiers.deadline import Deadline
from verifiers.delivery import TransportFault
from verifiers.signing import RefusalWord
from verifiers.verifier import Verifier

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "connections.md").read_text(encoding="utf-8")
REGISTERS_PAGE = (ROOT / "docs" / "registers.md").read_text(encoding="utf-8")
DELIVERED = '[connections.partner]\nadapter = "delivered_files"\nfolder = "{folder}"\n'
OWN = '[registers.conformance]\nconnection = "partner"\naccept_unsigned = true\n'


def passage(name: str) -> str:
    found = re.search(rf"```\w+ {name}\n(.*?)\n```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_file_of_the_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    for name in ("exchange", "province", "insurance"):
        (tmp_path / "secrets" / name).write_text("agreed")
        (tmp_path / "secrets" / name).chmod(0o600)
    file = tmp_path / "connections.toml"
    file.write_text(passage("connections"), encoding="utf-8")
    registers = shelf().catalogue.registers
    router = read_connections(file, registers, CLOCKS, {})
    asyncio.run(router.close())
    assert {router.connection_of(name) for name in registers} == {"exchange", "province", "insurance"}


@pytest.mark.parametrize("kind", ["signed", "gateway", "sql"])
def test_the_keys_of_the_page_are_those_there_are(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "connections.toml"
    drivers = ("postgres", "sqlite") if kind == "sql" else ("",)
    known: set[str] = set()
    for driver in drivers:
        extra = f'driver = "{driver}"\n' if driver else ""
        file.write_text(f'[connections.one]\nadapter = "{kind}"\n{extra}nonsense = 1\npassword_env = "NONE"\n')
        with pytest.raises(ConnectionsRefusedError) as refused:
            read_connections(file, {"conformance": REGISTER}, CLOCKS, ENVIRONMENT)
        (told,) = [one.en for one in refused.value.problems if one.key == "connections.one.nonsense"]
        known |= set(told.partition("these are: ")[2].split(", "))
    row = re.search(rf"^\| `{kind}` \| (.*) \|$", PAGE, re.MULTILINE)
    assert row is not None
    named = set(re.findall(r"`([a-z_]+)`", row[1])) - {"postgres", "sqlite"}
    assert named == known - {"adapter", "secret", "password"}


def test_every_fault_word_is_on_the_page_for_integrators() -> None:
    part = REGISTERS_PAGE[REGISTERS_PAGE.index("## How a fault is named") : REGISTERS_PAGE.index("## A worked example")]
    rows = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    listed = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
    words = {*get_args(Fault), *get_args(TransportFault), *get_args(SessionFaultWord)} - {"late"}
    words |= {f"signature_{word}" for word in get_args(RefusalWord)}
    # Only case files hold an object that is none, or say `error` themselves; only a register refuses for these two.
    assert words - {"not_an_object", "reported", "signature_replay", "signature_busy"} <= listed


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kind of the page, as an installed package with its entry point."""
    folder = tmp_path_factory.mktemp("site-packages")
    (folder / "delivered.py").write_text(passage("delivered"), encoding="utf-8")
    about = folder / "delivered-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: delivered\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[miaopi.connections]\ndelivered_files = delivered:DeliveredFiles\n")
    return folder


@dataclass(frozen=True)
class DeliveredStand:
    folder: Path

    @asynccontextmanager
    async def playing(self, behaviour: Behaviour) -> AsyncIterator[Verifier]:
        if behaviour in ("another_person", "silent"):
            raise NotPlayableError("a local file is read by the person's number, and does not keep one waiting")
        file = self.folder / "conformance.jsonl"
        file.write_text("\n".join(lines(behaviour)), encoding="utf-8")
        if behaviour == "broken":
            file.unlink()
        connections = self.folder / "connections.toml"
        connections.write_text(DELIVERED.format(folder=self.folder) + OWN)
        router = read_connections(connections, {"conformance": REGISTER}, CLOCKS, ENVIRONMENT)
        yield router
        await router.close()
        file.unlink(missing_ok=True)


def lines(behaviour: Behaviour) -> list[str]:
    found = []
    for subject, fields in PEOPLE.items():
        dates = {"undated": None, "old": OLD, "future": FUTURE}
        line = {"id_no": subject, "data_as_of": dates.get(behaviour, DATA_AS_OF), **fields}
        if behaviour == "field_missing":
            del line["months"]
        elif behaviour == "field_wrong":
            line["months"] = "thirteen"
        elif behaviour == "huge":
            line["padding"] = "x" * 70_000
        found += [json.dumps(line)] * (2 if behaviour == "two_records" else 1)
    return ["{", *found] if behaviour == "garbage" else found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_kind_of_the_page_conforms(
    installed: Path, tmp_path: Path, check: AdapterCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(installed))
    if check.name in ("another_person", "silent", "own_deadline", "given_up"):
        with pytest.raises(NotPlayableError):
            asyncio.run(check.run(DeliveredStand(tmp_path)))
    else:
        asyncio.run(check.run(DeliveredStand(tmp_path)))


def test_a_kind_that_is_not_installed_or_raises_is_no_way_in(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "connections.toml"
    file.write_text(DELIVERED.format(folder=tmp_path) + OWN)
    with pytest.raises(ConnectionsRefusedError, match="is no kind of connection; these are: gateway, signed, sql"):
        read_connections(file, {"conformance": REGISTER}, CLOCKS, ENVIRONMENT)
    monkeypatch.syspath_prepend(str(installed))
    router = read_connections(file, {"conformance": REGISTER}, CLOCKS, ENVIRONMENT)
    monkeypatch.setattr(sys.modules["delivered"].DeliveredFile, "ask", lambda *_: 1 / 0)
    evidence = asyncio.run(router.ask(question(next(iter(PEOPLE)), QUICK), Deadline.after(10)))
    assert (evidence.status, evidence.fault, evidence.signed) == ("error", "raised", False)
    asyncio.run(router.close())
