"""What a drill comes to: a table of faults and matters, the totals, and each cell that did not hold."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from decision_service.drill.judging import GRAVE, Tried, Trouble
from decision_service.outcome import FAVOURABLE


@dataclass(frozen=True, slots=True)
class Report:
    """A drill that was played. `strict`: everything is judged; else, where cells share a guard and so disturb each
    other, only what may never be. `missing`: pairs of matter and register that no application needs."""

    tried: Sequence[Tried] = field(repr=False)
    missing: Sequence[tuple[str, str]]
    lines: int
    strict: bool = True

    def troubles(self, one: Tried) -> list[Trouble]:
        """What did not hold in one cell."""
        return [trouble for trouble in one.troubles if self.strict or trouble in GRAVE]

    @property
    def failed(self) -> list[Tried]:
        """The cells that did not hold."""
        return [one for one in self.tried if self.troubles(one)]

    @property
    def passed(self) -> bool:
        """Whether every cell held and none is missing."""
        return not self.failed and not self.missing and bool(self.tried)

    @property
    def counts(self) -> Mapping[Trouble, int]:
        """How many cells had each trouble."""
        return Counter(trouble for one in self.tried for trouble in self.troubles(one))

    @property
    def granted(self) -> int:
        """Cells of a harmful fault that were granted all the same, because the register could not matter."""
        return sum(
            not one.cell.variant.harmless and one.told.outcome in FAVOURABLE and "approved" not in one.troubles
            for one in self.tried
        )

    def table(self) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
        """The matters, and for each fault its names and, by matter, how many cells held of how many."""
        matters = sorted({one.cell.ground.policy.matter for one in self.tried})
        rows = []
        for name, zh in dict.fromkeys((one.cell.fault.name, one.cell.fault.zh) for one in self.tried):
            of_fault = [one for one in self.tried if one.cell.fault.name == name]
            rows.append((name, zh, [self._held(of_fault, matter) for matter in matters]))
        return matters, rows

    def _held(self, tried: Iterable[Tried], matter: str) -> str:
        own = [one for one in tried if one.cell.ground.policy.matter == matter]
        held = sum(not self.troubles(one) for one in own)
        return f"{held}/{len(own)}" if own else "–"

    def as_json(self) -> dict[str, object]:
        """All of it."""
        return {
            "cells": len(self.tried),
            "held": len(self.tried) - len(self.failed),
            "approved_by_fault": self.counts.get("approved", 0),
            "without_answer": self.counts.get("no_answer", 0),
            "granted_without_need": self.granted,
            "tried_again": sum(one.again for one in self.tried),
            "wire_lines": self.lines,
            "troubles": dict(self.counts),
            "missing": [{"matter": matter, "register": register} for matter, register in self.missing],
            "passed": self.passed,
            "tried": [_row(one, self.troubles(one)) for one in self.tried],
        }


def _row(one: Tried, troubles: Sequence[Trouble]) -> dict[str, object]:
    cell = one.cell
    return {
        "fault": cell.fault.name,
        "variant": cell.variant.name,
        "matter": cell.ground.policy.matter,
        "register": cell.register,
        "case": cell.ground.case.name,
        "outcome": one.told.outcome,
        "reasons": one.told.codes("reasons"),
        "notes": one.told.codes("notes"),
        "evidence": one.told.statuses.get(cell.register),
        "seen_on_the_wire": list(dict.fromkeys(str(line["seen"]) for line in one.wire if "seen" in line)),
        "troubles": list(troubles),
    }
