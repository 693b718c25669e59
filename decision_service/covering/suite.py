"""Everything that is tried on each version of a matter: its own cases, those beside it, and shared ones."""

from dataclasses import dataclass, replace
from pathlib import Path

from decision_service.policy.beside import read_beside
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import CASES, Shelf, read_shelf
from decision_service.trials import Case, CaseFileError, as_case, shared, worked


@dataclass(frozen=True, slots=True)
class Suite:
    """A version and every case that tries it."""

    policy: Policy
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Suites:
    """The suites of a rules folder, or of a part of it. `folder` is the rules folder. `whole`: each version has all its
    cases, so that what they do not show is shown by none."""

    folder: Path
    catalogue: Catalogue
    suites: tuple[Suite, ...]
    whole: bool = True


def read_suites(folder: Path, only: Path | None = None, cases: Path | None = None) -> Suites:
    """The versions under `folder` with their cases; those of `only`, a matter's folder or one file, where it is given;
    with the shared cases (*.json) of the folder `cases`. A file of cases is tried without the others.

    Raises PolicyProblems, and CaseFileError where shared cases can't be read or are of no version read."""
    part = only.parent if only is not None and only.is_file() else only
    shelf = read_shelf(folder, only=part)
    bare = only is not None and only.name.endswith(CASES)
    beside = read_beside(folder, shelf, only if bare else part)
    suites = {
        policy.digest: Suite(policy, () if bare else tuple(worked(policy)))
        for policy in shelf.policies()
        if only in (None, part) or bare or policy.source == f"{policy.matter}/{_name(only)}"
    }
    found = [(one.policy, as_case(one.policy, one.case)) for one in beside]
    found += [] if cases is None else _shared(shelf, cases)
    for policy, case in found:
        if policy.digest in suites:
            suite = suites[policy.digest]
            suites[policy.digest] = replace(suite, cases=(*suite.cases, case))
    kept = tuple(suite for suite in suites.values() if suite.cases or not bare)
    return Suites(folder, shelf.catalogue, kept, not bare)


def _name(path: Path | None) -> str:
    return "" if path is None else path.name


def _shared(shelf: Shelf, cases: Path) -> list[tuple[Policy, Case]]:
    found = []
    for file in sorted(cases.glob("*.json")):
        for case in shared(file):
            policy = shelf.in_force(case.matter, case.as_of)
            if policy is None:
                matter, name = case.matter[:60], case.name[:60]
                raise CaseFileError(
                    f"{file}：{name}：没有当日生效的事项 {matter}", f"{file}: no version of `{matter}` for {name}"
                )
            found.append((policy, case))
    return found
