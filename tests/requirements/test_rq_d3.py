"""RQ-D3: what is granted has a licence identifier with a right check character, and a sealed record that verifies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.readings.rete.engine import ReteEngine
from decision_service.replay import replay
from tests.cli.running import miaopi
from tests.http.staging import CASES, Stage, application, publication, sandbox_config, staged
from verifiers.sandbox.running import running

GRANTS = {"APPROVED", "APPROVED_ON_COMMITMENT", "PARTIALLY_APPROVED"}
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_character(payload: str) -> str:
    """ISO 7064 MOD 37,36, written anew from the standard's recursion."""
    running = 36
    for sign in payload:
        running = (running + SIGNS.index(sign)) % 36 or 36
        running = running * 2 % 37
    return SIGNS[(37 - running) % 36]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Path, list[dict]]]:
    folder = tmp_path_factory.mktemp("d3")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        found = []
        for case in CASES:
            sent = application(case)
            stage.play(sent["application_id"], case["facts"])
            found.append(stage.decide(sent).json)
        yield stage, folder / "ledger.sqlite3", found


def test_every_grant_has_an_identifier_of_its_own_and_nothing_else_has_one(
    answers: tuple[Stage, Path, list[dict]],
) -> None:
    _, _, found = answers
    granted = [one for one in found if one["outcome"] in GRANTS]
    assert {one["outcome"] for one in granted} == GRANTS
    assert [one for one in found if "licence" in one] == granted
    identifiers = [one["licence"]["identifier"] for one in granted]
    assert len(set(identifiers)) == len(identifiers)
    for identifier in identifiers:
        parts = identifier.removeprefix("1.2.156.3005.2.").split(".")
        assert [len(part) for part in parts] == [21, 18, 32, 3, 1]
        assert parts[-1] == check_character("".join(parts[:-1]))
        for place, sign in enumerate("".join(parts[:-1])):
            other = "".join(parts[:-1])
            other = other[:place] + SIGNS[(SIGNS.index(sign) + 1) % 36] + other[place + 1 :]
            assert check_character(other) != parts[-1], "a mistyped character goes unseen"


def test_deciding_again_from_the_record_gives_the_same_identifier(answers: tuple[Stage, Path, list[dict]]) -> None:
    _, ledger, found = answers
    granted = next(one for one in found if "licence" in one)
    with reading(LedgerFiles.beside(ledger)) as reader:
        recorded = next(reader.decisions(granted["decision_id"]))
    again = replay(recorded, publication(), lambda policy: ReteEngine(policy).judge)
    assert granted["licence"]["identifier"].encode() in again


def test_the_sealed_record_of_a_grant_verifies(answers: tuple[Stage, Path, list[dict]]) -> None:
    _, ledger, _ = answers
    assert miaopi("ledger", "verify", "--ledger", ledger).code == 0
