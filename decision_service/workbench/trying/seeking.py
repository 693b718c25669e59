"""The search for the nearest change, as a process of its own: `python -m` this module."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from decision_service.nearest.seeking import nearest
from decision_service.nearest.telling import as_json
from decision_service.outcome import Outcome
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.solving import UndecidedError
from decision_service.readings.smt.telling import UnrealisableError
from decision_service.workbench.jobs import worked
from decision_service.workbench.trying.subjects import subject_of


def sought(given: Mapping[str, Any], _: Callable[[int, int], None]) -> dict[str, object]:
    """The nearest changes as `miaopi explain` tells them, each with the application that it leads to (`kept`)."""
    subject = subject_of(Path(given["folder"]), given["file"])
    one = Applicant(date.fromisoformat(given["as_of"]), given["form"], given["facts"])
    try:
        found = nearest(subject.policy, subject.catalogue, one, Outcome(given["outcome"]))
    except (UndecidedError, UnrealisableError):
        found = None
    told = as_json(found, subject.policy, subject.catalogue.outcomes)
    ways = () if found is None else found.ways
    return {**told, "kept": [{"as_of": str(way.as_of), "form": way.form, "facts": way.facts} for way in ways]}


if __name__ == "__main__":
    worked(sought)
