"""What is told of decisions on record tells of no single person."""

from hypothesis import given
from hypothesis import strategies as st

from decision_service.workbench.changing.figures import FEWEST, beside, shielded, shielded_report

COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=6)


@given(COUNTS)
def test_no_small_group_is_shown_or_can_be_had_by_taking_away(counts: list[int]) -> None:
    shown = shielded(counts)
    assert all(one is None or one == 0 or one >= FEWEST for one in shown)
    assert all(one in {None, count} for one, count in zip(shown, counts, strict=True))
    hidden = [count for one, count in zip(shown, counts, strict=True) if one is None]
    if hidden and any(shown):
        assert len(hidden) > 1
        assert sum(hidden) >= FEWEST


@given(COUNTS, st.data())
def test_a_count_that_moves_by_a_few_is_not_shown(old: list[int], data: st.DataObject) -> None:
    new = data.draw(st.lists(st.integers(0, 30), min_size=len(old), max_size=len(old)))
    first, second = beside(*({str(at): one for at, one in enumerate(side)} for side in (old, new)))
    for name in first:
        one, other = first[name], second[name]
        assert one is None or other is None or one == other or abs(one - other) >= FEWEST


def test_of_the_record_counts_alone_are_told_and_none_of_a_few() -> None:
    paid = {"people": [40, 42], "total": ["4000", "4200"], "monthly_by_label": None, "yearly": []}
    said = {
        "matter": "m", "rows": 60, "left_out": 0, "assumed": [], "not_asked": [], "seconds": 1.0,
        "versions": [
            {"outcomes": {"APPROVED": 40, "REFERRED": 20}, "reasons": {"R1": 20}},
            {"outcomes": {"APPROVED": 42, "REFERRED": 18}, "reasons": {"R1": 18, "R2": 2}},
        ],
        "flips": [{"old": "REFERRED", "new": "APPROVED", "count": 2}], "flipped": 2, "changed": 2,
        "flipped_reasons": {"old": {"R1": 2}, "new": {}}, "money": {"amount": paid}, "money_by": {"city": {"x": paid}},
        "by": {"city": {"x": [{"APPROVED": 2}, {"APPROVED": 2}], "y": [{"APPROVED": 58}, {"APPROVED": 58}]}},
        "ledger": {"rows": 60, "applications": 60, "checked": 60, "findings": [{"decision_id": "D-1"}]},
    }  # fmt: skip
    shown = shielded_report(said)
    assert shown["flips"] == [{"old": "REFERRED", "new": "APPROVED", "count": None}]
    assert (shown["flipped"], shown["changed"]) == (None, None)
    assert [one["outcomes"] for one in shown["versions"]] == [{"APPROVED": None, "REFERRED": None}] * 2
    assert shown["by"] == {"city": {}}  # the one group is small, the other would tell it
    assert (shown["money"], shown["money_by"]) == ({}, {})
    assert shown["ledger"] == {"rows": 60, "applications": 60, "checked": 60, "differences": None}
    assert "D-1" not in str(shown)
