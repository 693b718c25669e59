"""RQ-D4: the whole file of a decision can be archived and reproduced: from its package alone, byte for byte."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.archival.zipped import unzipped
from tests.cli.running import miaopi
from tests.http.staging import BY_ID, Stage, application, sandbox_config, staged
from verifiers.sandbox.running import running

WANTED = {
    "application.json", "answer.json", "findings.json", "verifications.json", "notice.html", "receipt.json",
    "manifest.json", "seal.json", "README.md",
}  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Path, dict, str]]:
    folder = tmp_path_factory.mktemp("d4")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        sent = application("DIS-4")
        stage.play(sent["application_id"], BY_ID["DIS-4"]["facts"])
        answer = stage.decide(sent).json
        key = stage.send("GET", f"/v1/decisions/{answer['decision_id']}/receipt").json["public_key"]
        yield stage, folder / "ledger.sqlite3", answer, key


def test_the_package_has_the_whole_file_and_gives_the_same_answer_without_ledger_rules_or_service(
    kept: tuple[Stage, Path, dict, str], tmp_path: Path
) -> None:
    stage, ledger, answer, key = kept
    package = tmp_path / "package.zip"
    done = miaopi("archive", answer["decision_id"], "--ledger", ledger, "--out", package)
    assert done.code == 0, done.err
    parts = unzipped(package.read_bytes())
    assert parts.keys() >= WANTED
    digest = answer["policy"]["digest"].replace(":", "-")
    assert f"rules/{digest}/disability_allowances/2026-01-01.yaml" in parts
    got = stage.send("GET", f"/v1/decisions/{answer['decision_id']}")
    assert parts["answer.json"] == got.body
    (alone := tmp_path / "alone").mkdir()
    moved = package.rename(alone / package.name)
    done = miaopi("replay", moved, "--public-key", key, "--json", cwd=alone)
    assert (done.code, json.loads(done.out)["sound"]) == (0, True), done.err


def test_what_registers_answered_is_kept_as_far_as_the_decision_used_it(
    kept: tuple[Stage, Path, dict, str], tmp_path: Path
) -> None:
    _, ledger, answer, _ = kept
    package = tmp_path / "package.zip"
    assert miaopi("archive", answer["decision_id"], "--ledger", ledger, "--out", package).code == 0
    told = json.loads(unzipped(package.read_bytes())["verifications.json"])
    for one in answer["verifications"]:
        seen = told[one["register"]]
        assert seen["data_as_of"] == one["data_as_of"]
        assert one["digest"] in (None, f"sha256:{seen['digest']}")
        assert set(seen["facts"]) <= set(BY_ID["DIS-4"]["facts"][one["register"]])
