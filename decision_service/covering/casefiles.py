"""A file of generated cases, which says of itself that a person has yet to confirm what it expects."""

from collections.abc import Iterator, Sequence

from decision_service.covering.generating import Generated, Generation
from decision_service.covering.goals import Goal
from decision_service.policy.casetext import case_text
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import WorkedCase
from decision_service.trials import Case

HEAD = """\
# 本文件由 miaopi coverage --generate 写成。expect 写的是规则现在怎样决定，不是法律要怎样决定：
# 逐例对照法律依据；不对的，改规则，不要改案例；核对过的，删去那一例的“待核对”一行。
# Written by `miaopi coverage --generate`. What is expected is what the rules DO; only a person can say that it is what
# the law WANTS. Check each case against the law: where it is wrong, change the rule, not the case; where it is right,
# delete its line "to be confirmed".
"""

CONFIRM = "待核对 to be confirmed"
"""The remark on every case that nobody has looked at yet."""


def case_file(found: Generation, catalogue: Catalogue) -> str:
    """The text of the file; `version` only binds the cases that lean on no other."""
    text = HEAD + "".join(f"#\n# {line}\n" for line in _without(found))
    if not found.cases:
        return text
    return f"{text}version: {found.policy.effective_from}\ncases:\n" + "\n".join(
        entry(one, catalogue) for one in found.cases
    )


def entry(one: Generated, catalogue: Catalogue) -> str:
    """One case, with what it shows."""
    shown = dict.fromkeys(f"表明 shows: {goal.what.zh} {goal.what.en}" for goal in one.goals)
    return written(one.case, one.like, catalogue, [CONFIRM, *shown])


def written(case: Case, like: Case, catalogue: Catalogue, remarks: Sequence[str] = ()) -> str:
    """The entry under `cases` of a case that is like another, with remarks under its name."""
    name, *rest = case_text(_worked(case), catalogue, _worked(like)).splitlines()
    return "\n".join([name, *(f"    # {remark}" for remark in remarks), *rest]) + "\n"


def _worked(case: Case) -> WorkedCase:
    return WorkedCase(case.name, case.as_of, case.form, case.facts, case.expect, case.alone)


def _without(found: Generation) -> Iterator[str]:
    for goal in found.impossible:
        yield f"到不了（已证明） cannot be reached (proved): {place(goal)} {goal.what.zh} {goal.what.en}"
    for goal in found.undecided:
        yield f"没有得出结论 left undecided: {place(goal)} {goal.what.zh} {goal.what.en}"


def place(goal: Goal) -> str:
    """Where a goal is, as file:line:column."""
    return f"{goal.span.source.name}:{goal.span.line}:{goal.span.column}"
