"""What the applications of a matter are made from: its policy, its worked cases as they would arrive, its constants."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path

from decision_service.facts import FactSheet
from decision_service.forms import FormReading, read_form
from decision_service.offline import evidence_of
from decision_service.policy.catalogue import FOLDER, Catalogue
from decision_service.policy.formschema import sample_of
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.readings.samples import constants
from decision_service.sheet import fact_sheet
from decision_service.source import PolicyProblems, nearest, render
from verifiers.freshness import CHINA
from verifiers.kinds import Value


class NoRulesError(ValueError):
    """There are no rule files at that place, they have problems, or there is no such matter; says which, zh and en."""


@dataclass(frozen=True, slots=True)
class Application:
    """One application, as JSON: `form`, `facts` by register as case files write them, and the day of the decision.
    `about` says in a line (zh / en) what is particular about it; two that differ in nothing else are equal."""

    form: Mapping[str, object]
    facts: Mapping[str, object]
    as_of: date
    about: str = field(default="", compare=False)


@dataclass(frozen=True)
class Ground:
    """One version of a matter. `bases` are its worked cases without their faults: every form is free of defects, every
    register answers; the published sample comes first, so that examples shrink to it."""

    policy: Policy
    catalogue: Catalogue

    @cached_property
    def constants(self) -> tuple[Value, ...]:
        """Every constant that the policy writes."""
        return tuple(constants(self.policy))

    @cached_property
    def bases(self) -> tuple[Application, ...]:
        """Worked cases to start from."""
        sample = sample_of(self.policy)
        cases = [one for one in (sample, *self.policy.cases) if one is not None]
        found: list[Application] = []
        for case in cases:
            base = self.mended(self._answered(case))
            if base is not None and base not in found:
                found.append(base)
        return tuple(found)

    def _answered(self, case: WorkedCase) -> Application:
        """A worked case whose registers all answer: where one was silent, with what the catalogue assumes."""
        facts: dict[str, object] = {}
        for name, ask in self.policy.asks.items():
            answer = case.facts.get(name)
            status = answer.get("status") if isinstance(answer, Mapping) else None
            states = status == "no_record" and ask.register.no_record is not None
            usual = {"status": "ok", **self.catalogue.examples[name]}
            facts[name] = copy.deepcopy(dict(answer) if isinstance(answer, Mapping) and status == "ok" else usual)
            if states:
                facts[name] = {"status": "no_record"}
        return Application(copy.deepcopy(dict(case.form)), facts, case.as_of, case.name)

    def reading(self, one: Application) -> FormReading:
        """The form as the service reads it."""
        return read_form(self.policy, one.form, one.as_of, self.catalogue.prefectures)

    def sheet(self, one: Application) -> FactSheet:
        """All that is known of the application."""
        evidence = evidence_of(self.policy, one.facts, one.as_of)
        return fact_sheet(self.policy, self.reading(one), evidence, one.as_of, self.catalogue.calendar)

    def mended(self, one: Application) -> Application | None:
        """The application with every answer dated that day, and with the field's example wherever the form has a
        defect; None where that does not mend it."""
        facts = {name: _dated(answer, one.as_of) for name, answer in one.facts.items()}
        form = dict(one.form)
        for _ in self.policy.fields:
            mended = replace(one, form=form, facts=facts)
            defects = self.reading(mended).defects
            if not defects:
                return mended
            for defect in defects:
                if not any(known.name == defect.field for known in self.policy.fields):
                    form = {
                        name: form[name] for name in form if any(name == known.name for known in self.policy.fields)
                    }
                else:
                    form = {**form, defect.field: self.policy.field(defect.field).example}
        return None


def _dated(answer: object, day: date) -> object:
    if not isinstance(answer, Mapping) or answer.get("status") != "ok":
        return answer
    return {**answer, "data_as_of": day.isoformat()}


def ground_of(matter: str, rules: str | Path, day: date | None = None) -> Ground:
    """The version of `matter` in force on `day` (today), else the first to come. Raises NoRulesError."""
    folder = Path(rules).resolve()
    shelf = shelf_of(folder, matter)
    if matter not in shelf.versions:
        matters = [path.name for path in sorted(folder.iterdir()) if path.is_dir() and path.name != FOLDER]
        known = nearest(matter, matters) or ", ".join(matters)
        raise NoRulesError(
            f"{rules}：没有事项 {matter}；是否想写 {known}？ there is no matter {matter}; did you mean {known}?"
        )
    day = datetime.now(CHINA).date() if day is None else day
    return _ground(shelf.in_force(matter, day) or shelf.versions[matter][0], shelf)


@cache
def shelf_of(folder: Path, matter: str) -> Shelf:
    """The checked rule files of one matter, read once in a process. Raises NoRulesError with every problem."""
    try:
        return read_shelf(folder, only=folder / matter)
    except PolicyProblems as problems:
        told = "\n\n".join(render(problem) for problem in problems.problems)
        raise NoRulesError(f"{folder}\n{told}") from None


_GROUNDS: dict[str, Ground] = {}


def _ground(policy: Policy, shelf: Shelf) -> Ground:
    """One ground for each digest: what it works out is kept."""
    return _GROUNDS.setdefault(policy.digest, Ground(policy, shelf.catalogue))
