"""The search for the nearest change, done in a process beside the pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from decision_service.outcome import Outcome
from decision_service.workbench.kept import Kept
from decision_service.workbench.trying.subjects import subject_of


def sought(folder: Path, file: str, kept: Kept, outcome: Outcome) -> Mapping[str, Any]:
    """The nearest changes as `miaopi explain` tells them, each with the application that it leads to (`kept`)."""
    # The solver is for the process that seeks; the pages, which know this function by name, do without it.
    from decision_service.nearest.seeking import nearest
    from decision_service.nearest.telling import as_json
    from decision_service.readings.smt.applicants import Applicant
    from decision_service.readings.smt.solving import UndecidedError
    from decision_service.readings.smt.telling import UnrealisableError

    subject = subject_of(folder, file)
    try:
        found = nearest(subject.policy, subject.catalogue, Applicant(kept.as_of, kept.form, kept.facts), outcome)
    except (UndecidedError, UnrealisableError):
        found = None
    told = as_json(found, subject.policy, subject.catalogue.outcomes)
    ways = () if found is None else found.ways
    return {**told, "kept": [Kept(way.as_of, way.form, way.facts) for way in ways]}
