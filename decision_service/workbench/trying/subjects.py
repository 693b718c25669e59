"""What is tried: one version of a matter with its cases, and what decides by it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from decision_service.offline import Engines, engines_of
from decision_service.outcome import APPROVALS
from decision_service.planning import Planner
from decision_service.policy.beside import read_beside
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.policy.shelf import CASES, read_shelf
from decision_service.source import PolicyProblems

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """A version, and all its cases: those of its file, then those beside it. `folder`: the whole rules that it was read
    from."""

    folder: Path
    policy: Policy
    catalogue: Catalogue
    cases: tuple[WorkedCase, ...]

    @property
    def sample(self) -> WorkedCase:
        """The first case that is granted, else the first."""
        approved = {outcome.value for outcome in APPROVALS}
        return next((one for one in self.cases if one.expect.get("outcome") in approved), self.cases[0])


class NoSuchVersionError(ValueError):
    """The rules have no version of that name."""


@lru_cache(24)
def subject_of(folder: Path, name: str) -> Subject:
    """The version in a file (such as elderly_allowance/2026-01-01.yaml), or of a file of cases, whose version is the
    newest. `folder` must not change while it is in use. Raises PolicyProblems, NoSuchVersionError."""
    matter = name.partition("/")[0]
    if not (folder / name).is_file():
        raise NoSuchVersionError(name)
    shelf = read_shelf(folder, only=(folder / matter).resolve())
    versions = shelf.versions.get(matter, ())
    found = [one for one in versions if one.source == name] or (list(versions[-1:]) if name.endswith(CASES) else [])
    if not found:
        raise NoSuchVersionError(name)
    policy = found[0]
    try:
        beside = read_beside(folder, shelf)
    except PolicyProblems:
        beside = ()  # such a file is told of where cases are run; the version itself can be tried
    cases = (*policy.cases, *(one.case for one in beside if one.policy.digest == policy.digest))
    return Subject(folder, policy, shelf.catalogue, cases)


@dataclass(frozen=True, slots=True)
class Deciders:
    """What one version decides by, and what plans its questions."""

    engines: Engines
    planner: Planner


_KEPT: Final = 8


class Trials:
    """Decides on a thread of its own, which alone uses the engines: the pages never wait for it to compile."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="trying")
        self._open: OrderedDict[str, tuple[ExitStack, Deciders]] = OrderedDict()

    async def with_deciders(self, policy: Policy, work: Callable[[Deciders], T]) -> T:
        """What `work` comes to with what decides by `policy`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._deciders(policy)))

    def _deciders(self, policy: Policy) -> Deciders:
        if policy.digest not in self._open:
            stack = ExitStack()
            self._open[policy.digest] = (stack, Deciders(stack.enter_context(engines_of(policy)), Planner(policy)))
        self._open.move_to_end(policy.digest)
        while len(self._open) > _KEPT:
            _, (older, _) = self._open.popitem(last=False)
            older.close()
        return self._open[policy.digest][1]


TRIALS: Final = Trials()
"""Those of this process."""
