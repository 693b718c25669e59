"""A rules folder that is read again: whatever was edited since, it comes out as if it were read for the first time."""

import shutil
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from decision_service.control.candidate import read_candidate
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.publishing import Publication, publish
from decision_service.readings.reference import judge
from decision_service.readings.samples import sample_sheets
from decision_service.source import PolicyProblems
from tests.properties.rulefolders import DAYS, EDITS, NAMES, folder_in
from tests.sizes import size

SHEETS = 4


def read(folder: Path, before: Shelf | None) -> Shelf | tuple[object, ...]:
    """What was read, or everything that is wrong."""
    try:
        return read_shelf(folder, before=before)
    except PolicyProblems as problems:
        return problems.problems


def require_same(found: Publication, wanted: Shelf) -> None:
    """The versions that were read from nothing, each decided as the reference decides it."""
    policies = list(wanted.policies())
    assert [one.policy for one in found] == policies
    assert found.catalogue == wanted.catalogue
    assert found.marks == wanted.marks
    for one, policy in zip(found, policies, strict=True):
        for sheet in islice(sample_sheets(policy, wanted.catalogue.calendar, 7), SHEETS):
            assert one.judge(sheet) == judge(policy, sheet)


@pytest.mark.parametrize("seed", range(size("rereadings", quick=5, full=400)))
def test_what_is_read_again_is_as_if_it_were_read_for_the_first_time(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    folder = folder_in(tmp_path / "rules", random)
    in_force = publish(read_shelf(folder))
    for _ in range(6):
        random.choice(EDITS)(folder, random)
        wanted, found = read(folder, None), read(folder, in_force.shelf)
        assert found == wanted
        if isinstance(wanted, Shelf) and isinstance(found, Shelf):
            in_force = publish(found, in_force)
            require_same(in_force, wanted)
        else:  # nothing changes, and whoever is asked to mend it does
            shutil.rmtree(folder)
            folder_in(folder, random)


@pytest.mark.parametrize("name", NAMES[:2])
def test_what_was_not_touched_is_taken_as_it_is(name: str, tmp_path: Path) -> None:
    folder = folder_in(tmp_path / "rules", Random(name))
    in_force = publish(read_shelf(folder))
    touched = folder / name / f"{DAYS[0]}.yaml"
    touched.write_bytes(touched.read_bytes() + "# 备注\n".encode())
    released = publish(read_candidate(folder, in_force).shelf, in_force)
    assert released.catalogue is in_force.catalogue
    before = list(in_force)
    anew = [one.policy for one in released if not any(one is other for other in before)]
    assert [(one.matter, str(one.effective_from)) for one in anew] == [(name, DAYS[0])]
