"""The check of a whole sample against the reference goes on where it was, and counts what comes out otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from decision_service.verdict import Verdict
from tests.properties.deciding import policy_of, shelf
from tests.simulating import equality
from tests.simulating.test_simulation import by_reference, made
from tests.sizes import size

ROWS = size("rows_checked", quick=90, full=200_000)


def test_it_goes_on_where_it_was_and_sees_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policies, catalogue = (policy_of("senior_card"),), shelf().catalogue
    path = made("senior_card", tmp_path / "p.parquet", ROWS)
    third = ROWS // 3
    first = next(equality.check(policies, catalogue, path, ROWS, batch=third))
    assert (first.rows, first.different, first.left_out) == (third, 0, 0)
    judged = []

    def spoilt(policy: object, row: object) -> Verdict:
        verdict = by_reference(policy, row)  # type: ignore[arg-type]  # a policy and a row
        judged.append(1)
        return replace(verdict, notes=("I06_AMOUNT_CAPPED",)) if len(judged) == 1 else verdict

    monkeypatch.setattr(equality, "by_reference", spoilt)
    last = list(equality.check(policies, catalogue, path, ROWS, batch=third))[-1]
    assert (last.rows, last.different, len(judged)) == (ROWS, 1, ROWS - third)
    assert list(equality.check(policies, catalogue, path, ROWS)) == []
