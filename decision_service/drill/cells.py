"""What a drill tries: applications that would be approved, and each fault at each register that they need."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import cast

from decision_service.outcome import FAVOURABLE
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf
from decision_service.trials import Case, shared, worked
from verifiers.sandbox.faults.table import FAULTS, Fault, Variant


@dataclass(frozen=True, slots=True)
class Told:
    """What the service answered to one application: its status and the JSON of its body."""

    status: int
    body: Mapping[str, object] = field(repr=False)

    @property
    def outcome(self) -> str:
        """The outcome, or the status where there was no decision."""
        return str(self.body.get("outcome", f"HTTP {self.status}"))

    def codes(self, name: str) -> list[str]:
        """The codes of `reasons` or `notes`."""
        return sorted(str(one["code"]) for one in self.told(name))

    def told(self, name: str) -> list[Mapping[str, object]]:
        """The entries of `reasons`, `notes` or `items`."""
        return cast("list[Mapping[str, object]]", self.body.get(name) or [])

    @property
    def statuses(self) -> dict[str, str]:
        """The registers that were asked, and the status of what came of it."""
        return {str(one["register"]): str(one["status"]) for one in self.told("verifications")}


@dataclass(frozen=True, slots=True)
class Ground:
    """An application that is approved when all is well, and what it was told then."""

    policy: Policy
    case: Case
    well: Told = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one register of one application."""

    fault: Fault
    variant: Variant
    register: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a drill is limited to; an empty set limits nothing. `faults` are names, or `name:variant`."""

    matters: frozenset[str] = frozenset()
    registers: frozenset[str] = frozenset()
    faults: frozenset[str] = frozenset()

    def variants(self) -> Iterator[tuple[Fault, Variant]]:
        """The faults wanted, in the table's order."""
        for fault in FAULTS:
            for variant in fault.variants:
                if not self.faults or {fault.name, f"{fault.name}:{variant.name}"} & self.faults:
                    yield fault, variant

    def unknown(self, shelf: Shelf) -> list[str]:
        """The names that there are none of."""
        faults = {fault.name for fault in FAULTS} | {f"{one.name}:{v.name}" for one in FAULTS for v in one.variants}
        known = ((self.matters, shelf.versions), (self.registers, shelf.catalogue.registers), (self.faults, faults))
        return sorted(name for names, those in known for name in names if name not in those)


def candidates(shelf: Shelf, folder: Path, day: date, wanted: Wanted) -> Iterator[tuple[Policy, Case]]:
    """The cases of the rule files and of a folder that are to be approved on `day`. Raises CaseFileError."""
    shared_cases = [case for path in sorted(folder.glob("*.json")) for case in shared(path)]
    for matter in sorted(shelf.versions):
        policy = shelf.in_force(matter, day)
        if policy is None or (wanted.matters and matter not in wanted.matters):
            continue
        for case in (*(one for one in shared_cases if one.matter == matter), *worked(policy)):
            if case.as_of == day and case.expect.get("outcome") in FAVOURABLE:
                yield policy, case


Submit = Callable[[Case], Told]
"""Submits an application with every register well."""


def grounds(found: Iterable[tuple[Policy, Case]], submit: Submit) -> list[Ground]:
    """The candidates that are approved when all is well; one that is not is asked for once more, because on a busy
    machine a good register may be late."""
    tried = [Ground(policy, case, submit(case)) for policy, case in found]
    again = [one if one.well.outcome in FAVOURABLE else replace(one, well=submit(one.case)) for one in tried]
    return [one for one in again if one.well.outcome in FAVOURABLE]


def cells(standing: Sequence[Ground], wanted: Wanted) -> Iterator[Cell]:
    """Each fault wanted, at each register, for the first application of a matter that was asked about there."""
    for fault, variant in wanted.variants():
        for ground, register in needed(standing, wanted):
            yield Cell(fault, variant, register, ground)


def needed(standing: Sequence[Ground], wanted: Wanted) -> list[tuple[Ground, str]]:
    """For each matter and register, the application that needs the register; best one of whom it has facts."""
    found: dict[tuple[str, str], Ground] = {}
    for status in ("ok", "no_record"):
        for ground in standing:
            for register, told in ground.well.statuses.items():
                if told == status and (not wanted.registers or register in wanted.registers):
                    found.setdefault((ground.policy.matter, register), ground)
    return [(ground, register) for (_, register), ground in sorted(found.items(), key=lambda one: one[0])]


def missing(shelf: Shelf, standing: Sequence[Ground], day: date, wanted: Wanted) -> list[tuple[str, str]]:
    """Registers that a matter lists and no application needs: there the drill shows nothing."""
    shown = {(ground.policy.matter, register) for ground, register in needed(standing, wanted)}
    return [
        (matter, register)
        for matter in sorted(shelf.versions)
        if (policy := shelf.in_force(matter, day)) is not None and (not wanted.matters or matter in wanted.matters)
        for register in policy.asks
        if (not wanted.registers or register in wanted.registers) and (matter, register) not in shown
    ]
