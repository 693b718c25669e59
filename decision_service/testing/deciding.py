"""Decisions for tests: the offline answer by both engines, which are made once for each version of a matter."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from decision_service.offline import Engines, engines_of, offline_answer
from decision_service.offline import decide as decide_offline
from decision_service.policy.shape import Policy
from decision_service.testing.ground import NoRulesError, ground_of, shelf_of
from verifiers.freshness import CHINA


class Decider:
    """Decides applications of the matters in one folder of rule files. A context manager: leaving it ends the engines
    that it made."""

    def __init__(self, rules: Path) -> None:
        self.rules = rules.resolve()
        self._engines: dict[str, Engines] = {}
        self._made = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the engines."""
        self._made.close()

    def __call__(
        self,
        matter: str,
        form: Mapping[str, object],
        facts: Mapping[str, object],
        as_of: date | str | None = None,
    ) -> dict[str, Any]:
        """The answer to one application, as JSON in the shape of the decision API. `facts` are by register, as in case
        files; one that is left out was not asked. `as_of`: a day, or its text; today where left out. Raises
        NoRulesError where there is no such matter, or no version of it on that day."""
        day = _day(as_of)
        shelf = shelf_of(self.rules, matter)
        policy = shelf.in_force(matter, day)
        if policy is None:
            first = ground_of(matter, self.rules, day).policy.effective_from
            raise NoRulesError(f"{matter} 自 {first} 起施行。 {matter} is in force from {first} on, not yet on {day}.")
        decided = decide_offline(policy, shelf.catalogue, self.engines(policy), form, facts, day)
        return offline_answer(decided, form, facts)

    def engines(self, policy: Policy) -> Engines:
        """Both engines of a version."""
        if policy.digest not in self._engines:
            self._engines[policy.digest] = self._made.enter_context(engines_of(policy))
        return self._engines[policy.digest]


def _day(as_of: date | str | None) -> date:
    if as_of is None:
        return datetime.now(CHINA).date()
    return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
