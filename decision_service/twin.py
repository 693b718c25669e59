"""The two engines side by side. A machine approves or refuses only where both say exactly the same (双人复核)."""

from collections.abc import Callable

from decision_service.facts import FactSheet
from decision_service.outcome import FAVOURABLE, Outcome
from decision_service.verdict import State, Verdict


def agree(first: Verdict, second: Verdict) -> bool:
    """Whether two verdicts are the same in everything: outcome, every finding, items, result and notes."""
    return first == second


def consult(judge: Callable[[FactSheet], Verdict], sheet: FactSheet) -> Verdict | None:
    """The verdict of one engine; None where it raised, which counts as a difference and never as a verdict."""
    try:
        return judge(sheet)
    except Exception:  # noqa: BLE001 - whatever goes wrong in an engine may only ever lead to an officer
        return None


REFERRED = Verdict(Outcome.REFERRED, ())
"""What stands in for a verdict where there is none."""


def supported(verdict: Verdict, sheet: FactSheet) -> bool:
    """INVARIANT: nothing favourable stands on a form with defects or on a rule that is not known to hold or fail.

    Only in a partial approval may a rule be unknown: that of an item which is not approved. Checked on every decision
    besides the engines' agreement (tests/properties/test_unknown.py).
    """
    if verdict.outcome not in FAVOURABLE:
        return True
    unknown = any(one.state is State.UNKNOWN for one in verdict.findings)
    return sheet.form_outcome is None and (verdict.outcome is Outcome.PARTIALLY_APPROVED or not unknown)
