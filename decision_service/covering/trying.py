"""Suites tried on both engines and the reference: which cases fail, and which rules no case shows to decide alone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from decision_service.covering.sarif import Found, whole_file
from decision_service.covering.suite import Suite, Suites
from decision_service.offline import Engines
from decision_service.policy.shape import Bilingual, Policy, Rule
from decision_service.trials import Trial, attempt, uncovered

OpenEngines = Callable[[Policy], AbstractContextManager[Engines]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A suite after it was tried: every trial, and the rules that no case of it shows to decide alone."""

    suite: Suite
    trials: tuple[Trial, ...]
    bare: tuple[Rule, ...]

    @property
    def policy(self) -> Policy:
        """The version that was tried."""
        return self.suite.policy

    @property
    def failed(self) -> tuple[Trial, ...]:
        """The trials in which something came out otherwise than expected."""
        return tuple(trial for trial in self.trials if trial.differences)

    @property
    def good(self) -> bool:
        """Whether nothing is to be found fault with."""
        return not self.failed and not self.bare


def try_suites(suites: Suites, engines_of: OpenEngines, done: Callable[[], None] = lambda: None) -> Iterator[Tried]:
    """Tries every case of every suite; `done` is called after each case."""
    for suite in suites.suites:
        trials = []
        with engines_of(suite.policy) as engines:
            for case in suite.cases:
                trials.append(attempt(suite.policy, suites.catalogue, engines, case))
                done()
        without = uncovered(suite.policy, suite.cases) if suites.whole else ()
        bare = tuple(rule for rule in suite.policy.rules if rule.id in without)
        yield Tried(suite, tuple(trials), bare)


def failures(tried: Tried) -> Iterator[Found]:
    """What went wrong with a suite, as findings at their places."""
    for trial in tried.failed:
        zh = "；".join(f"{one.what}：预期 {one.expected}，实得 {one.came}" for one in trial.differences)
        en = "; ".join(f"{one.what}: expected {one.expected}, came {one.came}" for one in trial.differences)
        text = Bilingual(f"案例“{trial.case.name}”：{zh}", f"case `{trial.case.name}`: {en}")
        yield Found("case_fails", trial.case.span or whole_file(tried.policy.source), trial.case.name, text)
    for rule in tried.bare:
        zh = f"没有案例表明规则 {rule.id} 单独起作用；加一个案例并写 alone: {rule.id}"
        en = f"no case shows rule {rule.id} deciding alone; add one with `alone: {rule.id}`"
        span = rule.span or whole_file(tried.policy.source)
        yield Found("rule_without_a_case", span, rule.id, Bilingual(zh, en))
