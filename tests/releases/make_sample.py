"""Makes the sample of a release, once, when it is released: `python -m tests.releases.make_sample 0.2.0`.

A small record of what a record can hold, as this version writes it: the tests of every later version open, verify and
replay it. Its people are fictitious; its keys open and sign nothing else.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from decision_service.backup.parts import parts_of
from decision_service.backup.taking import back_up
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import publish
from tests.casework.office import APPROVER, OFFICER, PLATFORM, Office, office
from tests.cli.running import miaopi
from tests.http.staging import BY_ID, IN_PROCESS, RULES, Got, application, sandbox_config, settings
from verifiers.sandbox.running import running

PLACE = Path(__file__).parents[2] / "fixtures" / "releases"
MATTERS = ("elderly_allowance", "senior_card", "hygiene_permit")
CASES = ("ELD-1", "ELD-3", "ELD-5", "CARD-1", "HYG-1", "HYG-5", "HYG-6")
"""Approved, refused, referred; approved and erased; on commitment, tolerant, sent back."""

REVIEWED, REFERRED, ERASED = "ELD-3", "ELD-5", "CARD-1"

README = """# The sample of {version}

A record as version {version} wrote it on {day}, with its rules, its keys and what was handed out. Every later
version must open, verify and replay it (`tests/releases`). Made by `python -m tests.releases.make_sample {version}`,
never changed since. The people are fictitious. The keys are published on purpose: they open and sign nothing else.

- `backup/`, `keys/`: a backup, by `miaopi backup`
- `rules/`: the rules that decided
- `sent.json`: the applications with their keys, by case
- `answers/`, `receipts/`, `packages/`: what came back, the receipts, the archive package of a decision
- `public_key.txt`: the key of the log, for whoever checks them
"""


def main() -> None:
    """Make the sample of the version that is named."""
    (version,) = sys.argv[1:]
    folder = PLACE / version
    if folder.exists():
        raise SystemExit(f"{folder} is there already: the sample of a release is never made again")
    make(folder)
    text = README.format(version=version, day=datetime.now(UTC).date())
    (folder / "README.md").write_text(text, encoding="utf-8")


def make(folder: Path) -> None:
    """Make a sample in the new `folder`."""
    folder.mkdir(parents=True)
    rules = folder / "rules"
    for name in ("catalogue", *MATTERS):
        shutil.copytree(RULES / name, rules / name)
    with TemporaryDirectory() as name, _bureau(Path(name), rules) as bureau:
        answers = _decide(folder, bureau)
        _go_on(bureau, answers)
        _hand_out(folder, bureau, answers)
        _erase(bureau, BY_ID[ERASED]["form"])
        parts = parts_of(settings(bureau.folder, bureau.guarded.stage.sandbox))
        back_up(parts, folder / "backup", folder / "keys", datetime.now(UTC), lambda _, __: None)


@contextmanager
def _bureau(place: Path, rules: Path) -> Iterator[Office]:
    publication = publish(read_shelf(rules))
    with (
        running(sandbox_config()) as registers,
        office(place, registers, rules=publication, rules_folder=rules, second=IN_PROCESS) as found,
    ):
        yield found


def _decide(folder: Path, bureau: Office) -> dict[str, dict]:
    sent, answers = {}, {}
    for case in CASES:
        one, key = application(case), f"sample-{case}"
        bureau.guarded.stage.play(one["application_id"], BY_ID[case]["facts"])
        got = bureau.guarded.decide(PLATFORM, one, key)
        assert got.json["outcome"] == BY_ID[case]["expect"]["outcome"], got.body
        sent[case], answers[case] = {"key": key, "application": one}, got.json
    (folder / "sent.json").write_text(json.dumps(sent, ensure_ascii=False, indent=1), encoding="utf-8")
    return answers


def _go_on(bureau: Office, answers: Mapping[str, dict]) -> None:
    """What can follow: a review, an officer's outcome, a rating, a complaint, a suspension."""
    reviewed, referred = answers[REVIEWED], answers[REFERRED]
    key = reviewed["remedies"]["human_review_key"]
    _post(bureau, reviewed, "review", {"human_review_key": key, "statement": "请复核"})
    bureau.until(lambda: bool(bureau.items(referred)), "the referral is in the queue")
    outcome = bureau.outcome(OFFICER, bureau.claim(referred), "APPROVED")
    assert outcome.status == 200, outcome.body
    rating = {"rating_key": outcome.json["feedback"]["rating_key"], "level": 1, "comment": "很好"}
    _post(bureau, referred, "rating", rating)
    complaint = {"complaint_key": reviewed["feedback"]["complaint_key"], "text": "等了很久"}
    _post(bureau, reviewed, "complaints", complaint)
    reason = {"matter": "senior_card", "reason": "sample"}
    got = bureau.guarded.send("operator", "POST", "/control/v1/suspensions", reason)
    assert got.status == 201, got.body


def _post(bureau: Office, decision: Mapping[str, object], what: str, body: Mapping[str, object]) -> Got:
    path = f"/v1/decisions/{decision['decision_id']}/{what}"
    got = bureau.guarded.send(PLATFORM, "POST", path, body, {"Idempotency-Key": f"sample-{what}"})
    assert got.status in (200, 202), got.body
    return got


def _hand_out(folder: Path, bureau: Office, answers: Mapping[str, dict]) -> None:
    for place in ("answers", "receipts", "packages"):
        (folder / place).mkdir()
    for case, one in answers.items():
        for place, path in (("answers", ""), ("receipts", "/receipt")):
            got = bureau.guarded.send(PLATFORM, "GET", f"/v1/decisions/{one['decision_id']}{path}")
            assert got.status == 200, got.body
            (folder / place / f"{case}.json").write_bytes(got.body)
    key = json.loads((folder / "receipts" / f"{REVIEWED}.json").read_bytes())["public_key"]
    (folder / "public_key.txt").write_text(f"{key}\n", encoding="ascii")
    number, out = answers[REFERRED]["decision_id"], folder / "packages" / f"{REFERRED}.zip"
    ledger = bureau.folder / "ledger.sqlite3"
    done = miaopi("archive", number, "--out", out, "--ledger", ledger, "--rules", folder / "rules")
    assert done.code == 0, done.err


def _erase(bureau: Office, form: Mapping[str, str]) -> None:
    """One person's facts are gone: the record stands."""
    person = {"id_type": form["id_type"], "id_no": form["id_no"]}
    asked = {"person": person, "ground": "ordered", "note": "sample"}
    got = bureau.guarded.send(OFFICER, "POST", "/control/v1/erasures", asked)
    assert got.status == 202, got.body
    done = bureau.guarded.send(APPROVER, "POST", f"/control/v1/erasures/{got.json['erasure']}/approve")
    assert done.status == 200, done.body


if __name__ == "__main__":
    main()
