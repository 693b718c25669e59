"""A sandbox and a service with every shared case decided once, for the tests of this folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.http.staging import CASES, Stage, application, sandbox_config, staged
from verifiers.sandbox.running import running


@dataclass(frozen=True)
class Decided:
    """A service, its ledger, and the answers to the cases by case id."""

    stage: Stage
    ledger: Path
    answers: dict[str, dict]
    forms: dict[str, dict]

    def page(self, case: str, query: str = "", **headers: str) -> str:
        got = self.stage.send(
            "GET", f"/v1/decisions/{self.answers[case]['decision_id']}/notice{query}", headers=headers
        )
        assert got.status == 200, got.body
        return got.body.decode()


@pytest.fixture(scope="session")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decided]:
    folder = tmp_path_factory.mktemp("notices")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        found = Decided(stage, folder / "ledger.sqlite3", {}, {})
        for case in CASES:
            sent = application(case)
            stage.play(sent["application_id"], case["facts"])
            found.answers[case["id"]] = stage.decide(sent).json
            found.forms[case["id"]] = sent["form"]
        yield found
