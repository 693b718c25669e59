"""Worked cases as items of pytest."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

import pytest
from _pytest._code.code import TerminalRepr, TracebackStyle

from decision_service.policy.beside import read_beside
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.policy.shelf import CASES, Shelf
from decision_service.source import PolicyProblems, render
from decision_service.testing.deciding import Decider
from decision_service.testing.ground import NoRulesError, shelf_of
from decision_service.trials import Case, Difference, as_case, attempt

_DECIDER = pytest.StashKey[dict[Path, Decider]]()


class CaseFailedError(AssertionError):
    """A worked case that was decided otherwise than it expects."""

    def __init__(self, differences: tuple[Difference, ...]) -> None:
        super().__init__("\n".join(f"{one.what}\n  - {one.expected}\n  + {one.came}" for one in differences))
        self.differences = differences


class RuleFile(pytest.File):
    """A rule file, or a file of cases beside one: its worked cases."""

    rules: Path

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path, rules: Path) -> "RuleFile":
        """The rule file at `path`, of the folder `rules`."""
        made: RuleFile = cls.from_parent(parent, path=path)
        made.rules = rules.resolve()
        return made

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each case. Raises CollectError with every problem of the rule files."""
        try:
            shelf = shelf_of(self.rules, self.path.parent.name)
            found = tuple(self._cases(shelf))
        except NoRulesError as error:
            raise self.CollectError(str(error)) from None
        except PolicyProblems as problems:
            raise self.CollectError("\n\n".join(render(problem) for problem in problems.problems)) from None
        for policy, one in found:
            yield CaseItem.of(self, policy, shelf, one)

    def _cases(self, shelf: Shelf) -> Iterator[tuple[Policy, WorkedCase]]:
        if self.path.name.endswith(CASES):
            for one in read_beside(self.rules, shelf, only=self.path.resolve()):
                yield one.policy, one.case
            return
        for policy in shelf.versions.get(self.path.parent.name, ()):
            if self.path.stem == str(policy.effective_from):
                yield from ((policy, case) for case in policy.cases)


class CaseItem(pytest.Item):
    """One worked case, decided by both engines and the reference."""

    policy: Policy
    shelf: Shelf
    case: Case
    line: int | None

    @classmethod
    def of(cls, parent: RuleFile, policy: Policy, shelf: Shelf, one: WorkedCase) -> "CaseItem":
        """The item of a case."""
        made: CaseItem = cls.from_parent(parent, name=one.name)
        made.policy, made.shelf, made.case = policy, shelf, as_case(policy, one)
        made.line = None if one.span is None else one.span.line
        return made

    def runtest(self) -> None:
        """Decides it. Raises CaseFailedError where something came out otherwise."""
        folder = self.path.parent.parent.resolve()
        deciders = self.config.stash.setdefault(_DECIDER, {})
        if folder not in deciders:
            deciders[folder] = Decider(folder)
            self.config.add_cleanup(deciders[folder].close)
        trial = attempt(self.policy, self.shelf.catalogue, deciders[folder].engines(self.policy), self.case)
        if trial.differences:
            raise CaseFailedError(trial.differences)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str | TerminalRepr:
        """What was expected and what came, as `miaopi test` shows it."""
        error = excinfo.value
        if not isinstance(error, CaseFailedError):
            return super().repr_failure(excinfo, style)
        lines = [f"✗ {self.case.matter}  {self.case.name}  ({self._place()})"]
        for one in error.differences:
            lines += [f"    {one.what}", f"      - 预期 expected  {one.expected}", f"      + 实得 came      {one.came}"]
        return "\n".join(lines)

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        """Where the case stands."""
        return self.path, None if self.line is None else self.line - 1, f"{self.case.matter}: {self.case.name}"

    def _place(self) -> str:
        return self.path.name if self.line is None else f"{self.path.name}:{self.line}"
