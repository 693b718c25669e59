"""The coverage of a version: every goal, with the cases that show it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from decision_service.covering.goals import Goal, Measure, goals
from decision_service.covering.observing import observe, shows
from decision_service.covering.sarif import Found
from decision_service.covering.suite import Suite, Suites
from decision_service.policy.shape import Bilingual, Policy


@dataclass(frozen=True, slots=True)
class Seen:
    """A goal, and the names of the cases that show it."""

    goal: Goal
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of how many goals are shown."""

    shown: int
    all: int

    @property
    def percent(self) -> float:
        """0 to 100; 100 where there is nothing to show."""
        return 100 * self.shown / self.all if self.all else 100.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the cases of one version show."""

    suite: Suite
    seen: tuple[Seen, ...]

    @property
    def policy(self) -> Policy:
        """The version that was measured."""
        return self.suite.policy

    @property
    def missing(self) -> tuple[Goal, ...]:
        """The goals that no case shows, in the order of the file."""
        return tuple(one.goal for one in self.seen if not one.by)

    def tally(self, measure: Measure | None = None) -> Tally:
        """Of one measure, or of all together."""
        return tally([one for one in self.seen if measure in (None, one.goal.measure)])


def tally(seen: Sequence[Seen]) -> Tally:
    """How many of these goals are shown."""
    return Tally(sum(bool(one.by) for one in seen), len(seen))


def measure(suites: Suites, done: Callable[[], None] = lambda: None) -> Iterator[Coverage]:
    """The coverage of each suite; `done` is called after each case."""
    for suite in suites.suites:
        wanted = goals(suite.policy)
        by: list[list[str]] = [[] for _ in wanted]
        for case in suite.cases:
            seen = observe(suite.policy, suites.catalogue, case)
            for place, goal in enumerate(wanted):
                if shows(seen, goal):
                    by[place].append(case.name)
            done()
        yield Coverage(suite, tuple(Seen(goal, tuple(names)) for goal, names in zip(wanted, by, strict=True)))


def uncovered(coverage: Coverage) -> Iterator[Found]:
    """What no case shows, as findings at their places."""
    for goal in coverage.missing:
        text = Bilingual(f"没有案例表明：{goal.what.zh}", f"no case shows: {goal.what.en}")
        yield Found(
            "not_covered", goal.span, f"{goal.measure} {goal.place.kind} {goal.place.name} {goal.what.en}", text
        )
