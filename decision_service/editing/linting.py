"""`miaopi lint`: all advice on a rule file that has passed `check`, and the file with what is mechanical put right."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from decision_service.editing import figureadvice, idleadvice, ruleadvice, wordadvice
from decision_service.editing.advice import Advice, Found, Written, both
from decision_service.editing.comments import placed_comments
from decision_service.editing.edits import applied
from decision_service.editing.formatting import FormattingError, formatted
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.policy.reader import read_policy
from decision_service.policy.shape import Policy
from decision_service.source import PolicyProblems, Problem, Source, Span

_EXCUSE: Final = re.compile(r"(?<!\w)(L[0-9]{3})[:：]\s*\S.{3,}")


def _nothing(_: Written) -> Iterator[Found]:
    return iter(())


IDLE_EXCUSE: Final = Advice(
    "L603",
    both("多余的理由", "a reason that nothing needs"),
    both("写着理由却没有问题，以后真有了也看不见", "a reason for nothing would hide a finding that comes later"),
    _nothing,
)

ALL: Final[tuple[Advice, ...]] = (
    *wordadvice.ADVICE,
    *idleadvice.ADVICE,
    *ruleadvice.ADVICE,
    *figureadvice.ADVICE,
    IDLE_EXCUSE,
)

_ROUNDS: Final = 8
"""Fixes may lead to others: what only an unused name used is unused next."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one kind of advice found."""

    advice: Advice
    found: Found

    @property
    def problem(self) -> Problem:
        """As it is shown, like any problem of a file."""
        one = self.found
        return Problem(self.advice.code, one.text.zh, one.text.en, one.span, one.hint.zh, one.hint.en)


def written(source: Source, catalogue: Catalogue, others: Sequence[Policy] = ()) -> Written:
    """The file, checked. Raises PolicyProblems with everything that is wrong with it."""
    node, problems = read_nodes(source)
    complaints = Complaints(list(problems))
    policy = (
        read_policy(node, catalogue, complaints, source.name) if isinstance(node, MapNode) and not problems else None
    )
    if policy is None or not isinstance(node, MapNode) or complaints.problems:
        raise PolicyProblems(complaints.problems)
    return Written(source, node, policy, catalogue, others)


def advise(file: Written) -> tuple[Finding, ...]:
    """Everything that advice has to say, in the order of the file, but for what a comment gives a reason for."""
    findings = [Finding(advice, found) for advice in ALL for found in advice.find(file)]
    excuses = excuses_of(file)
    kept = [one for one in findings if (one.found.span.line, one.advice.code) not in excuses]
    needed = {(one.found.span.line, one.advice.code) for one in findings}
    kept += [Finding(IDLE_EXCUSE, _idle(span)) for place, span in excuses.items() if place not in needed]
    return tuple(sorted(kept, key=lambda one: (one.found.span.start, one.advice.code)))


def excuses_of(file: Written) -> dict[tuple[int, str], Span]:
    """The findings that comments such as `# L204: the bank needs it` give a reason for, by line and code: a comment
    speaks for its own line, one that stands alone for the next."""
    found: dict[tuple[int, str], Span] = {}
    lines = file.source.text.split("\n")
    for at, comment in placed_comments(file.source.text, file.node):
        for match in _EXCUSE.finditer(comment):
            span = Span(file.source, at + match.start(1), at + match.end(1))
            line = span.line
            while line < len(lines) and lines[line - 1].lstrip().startswith("#"):
                line += 1
            found[line, match[1]] = span
    return found


def _idle(span: Span) -> Found:
    return Found(
        both(f"这里没有 {span.text} 的问题", f"nothing here is {span.text}"),
        span,
        both("删去这句理由", "leave the reason out"),
    )


def put_right(file: Written) -> Written:
    """The file with every fix that a machine can make, checked again. What would make it wrong is left out."""
    for _ in range(_ROUNDS):
        edits = [edit for one in advise(file) for edit in one.found.edits if one.advice.code != figureadvice.LAYOUT]
        if not edits:
            break
        try:
            file = written(Source(file.source.name, applied(file.source, edits)), file.catalogue, file.others)
        except PolicyProblems:
            break
    try:
        return written(Source(file.source.name, formatted(file.source)), file.catalogue, file.others)
    except FormattingError:
        return file
