"""What `miaopi explain` says of other outcomes: the nearest change, and why not."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from decision_service.cli.casefile import CaseFile
from decision_service.decision import Decided
from decision_service.outcome import APPROVALS, Outcome

_LACKING = {
    "zh": "要找最近的改变，请先安装 pip install 'miaopi[workshop]'",
    "en": "the nearest change needs z3: pip install 'miaopi[workshop]'",
}


def nearest_change(decided: Decided, found: CaseFile) -> dict[str, object] | None:
    """The nearest change as JSON; None where all is granted already."""
    if decided.outcome in APPROVALS - {Outcome.PARTIALLY_APPROVED}:
        return None
    if find_spec("z3") is None:
        return {"decided": False, "ways": [], "can_change": [], **_LACKING}
    from decision_service.nearest.seeking import nearest
    from decision_service.nearest.telling import as_json
    from decision_service.readings.smt.applicants import Applicant
    from decision_service.readings.smt.solving import UndecidedError
    from decision_service.readings.smt.telling import UnrealisableError

    one = Applicant(found.as_of, found.form, found.facts)
    policy, catalogue = decided.policy, decided.catalogue
    try:
        seen = nearest(policy, catalogue, one, decided.outcome)
    except (UndecidedError, UnrealisableError):
        seen = None
    return as_json(seen, policy, catalogue.outcomes)


def show_nearest(told: Mapping[str, Any] | None, out: Console) -> None:
    """The nearest change for people."""
    if told is None:
        return
    out.print()
    _line(out, 0, "最近的改变 the nearest change")
    if not told["ways"]:
        _both(out, 2, told)
    for number, way in enumerate(told["ways"], 1):
        text = way["outcome_text"]
        _line(out, 2, f"{number}. → {way['outcome']}  {text['zh']} · {text['en']}")
        for step in way["steps"]:
            _both(out, 5, step)


def show_why_not(told: Mapping[str, Any], out: Console) -> None:
    """What stands in the way of another outcome, for people."""
    out.print()
    _line(out, 0, f"为什么不是 why not {told['outcome']}")
    if told["is_the_outcome"]:
        _both(out, 2, {"zh": "结果就是它", "en": "it is the outcome"})
    for one in told["stands_in_the_way"]:
        _line(out, 2, f"{one['rule'] or '－'}  → {one['outcome']}")
        if "zh" in one:
            _both(out, 6, one)
        for field in one.get("fields", ()) if one["rule"] is None else ():
            _both(out, 6, field)
        for reason in one["reasons"]:
            _line(out, 6, f"理由 reason: {reason['code']}")
            _both(out, 8, reason)
        for source in one["sources"]:
            day = f", {source['data_as_of']}" if source["data_as_of"] else ""
            _line(out, 6, f"来源 source: {source['zh']} {source['register']} ({source['status']}{day})")
    if told["would_follow_from"]:
        _both(out, 2, {"zh": "没有规则带来这个结果；能带来它的规则：", "en": "no rule brings it; these could:"})
    for one in told["would_follow_from"]:
        state = one["state_text"]
        _line(out, 4, f"{one['rule']}  {state['zh']} · {state['en']}")
        _both(out, 8, one)


def _both(out: Console, indent: int, text: Mapping[str, Any]) -> None:
    _line(out, indent, str(text["zh"]))
    _line(out, indent, str(text["en"]))


def _line(out: Console, indent: int, text: str) -> None:
    out.print(Padding(Text(text), (0, 0, 0, indent), expand=False))
