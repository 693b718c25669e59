"""Each kind of failure: a file that has it, what is told at which line, and an applicant who shows it when decided."""

import dataclasses
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from decision_service.decision import Decided
from decision_service.offline import decide, engines_of, offline_answer
from decision_service.policy.shape import WorkedCase
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.proving.telling import CODES
from decision_service.proving.whole import Proved, prove, size
from decision_service.source import render
from tests.properties.deciding import codes
from tests.properties.policies import read_text
from tests.wrong_files.make_wrong import Change, make_folder, read_change

HERE = Path(__file__).parent / "broken"
FOLDERS = sorted(path.parent for path in HERE.glob("*/change.txt"))

NEVER_BY_A_FILE = {
    "approval_on_unknown": "the engines refer whatever rests on an unknown: no file can say otherwise",
    "refused_on_unknown": "the same",
    "refused_without_identity": "a gate that fails ends everything, one that is unknown is referred",
}
"""Claims that no file can break; they watch over the meaning of rules."""


@cache
def broken(folder: Path) -> tuple[Shelf, str, Proved]:
    with TemporaryDirectory() as place:
        rules = make_folder(read_change(folder / "change.txt"), Path(place) / "rules")
        shelf = read_shelf(rules)
        (policy,) = shelf.policies()
        text = (rules / policy.source).read_text(encoding="utf-8")
    settled: list[None] = []
    with engines_of(policy) as engines:
        proved = prove(policy, shelf.catalogue, engines, done=lambda: settled.append(None))
    assert len(settled) == size(policy) == len(proved.proofs), "each claim is told of once"
    return shelf, text, proved


def told(proved: Proved) -> str:
    """Everything that is told, without the applicants, which another solver may choose otherwise."""
    found = []
    for proof in proved.proofs:
        if proof.told:
            head = f"{proof.name} {proof.verdict}{' (advice)' if proof.advice else ''}"
            found.append("\n".join([head, *(render(one) for one in (proof.problem, *proof.more))]))
    return "\n\n".join(found) + "\n"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_analysts_are_told_exactly_this(folder: Path) -> None:
    _, _, proved = broken(folder)
    assert told(proved) == (folder / "expected.txt").read_text(encoding="utf-8")
    faults = [one for one in proved.proofs if one.faulty]
    assert any(folder.name.startswith(one.problem.code) for one in faults)
    assert all(one.problem.span is not None and one.problem.zh and one.problem.en for one in faults)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_applicant_that_is_shown_reads_back_and_is_decided_as_told(folder: Path) -> None:
    shelf, text, proved = broken(folder)
    for proof in proved.proofs:
        for shown, witness in zip(proved.shown.get(proof.name, ()), (proof.witness, proof.other), strict=False):
            assert witness is not None
            policy = read_text(text + shown.yaml, shelf.catalogue)
            case: WorkedCase = policy.cases[-1]
            assert (case.as_of, case.form, case.facts) == (witness.as_of, witness.form, witness.facts)
            with engines_of(policy) as engines:
                decided: Decided = decide(policy, shelf.catalogue, engines, case.form, case.facts, case.as_of)
            answer = offline_answer(decided, case.form, case.facts)
            assert case.expect["outcome"] == answer["outcome"]
            assert set(shown.reasons) == codes(answer)


def test_what_is_not_found_out_is_told_even_where_it_would_only_be_advice() -> None:
    proofs = broken(HERE / "table_gap")[2].proofs
    advice = next(one for one in proofs if one.advice)
    assert not advice.told
    assert dataclasses.replace(advice, verdict="undecided").told


def test_every_kind_of_claim_is_broken_by_some_file() -> None:
    shown = {one.problem.code for folder in FOLDERS for one in broken(folder)[2].proofs if one.verdict == "fails"}
    assert set(CODES) - shown == set(NEVER_BY_A_FILE)


def test_of_the_right_file_everything_holds(tmp_path: Path) -> None:
    shelf = read_shelf(make_folder(Change(), tmp_path / "rules"))
    (policy,) = shelf.policies()
    with engines_of(policy) as engines:
        proved = prove(policy, shelf.catalogue, engines)
    assert told(proved) == "\n"
    assert not proved.encoded.left_out
    assert all(done == there for done, there in (proved.encoded.rules, proved.encoded.rows, proved.encoded.claims))
