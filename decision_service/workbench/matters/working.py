"""What the page of all matters knows, and how it comes to know it: from what is kept, else one thing after another."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.shelf import called
from decision_service.source import PolicyProblems
from decision_service.workbench.drafts import Save
from decision_service.workbench.jobs import JobFailedError
from decision_service.workbench.matters.glances import Glance, Glances
from decision_service.workbench.matters.looking import Look, Wrong, look
from decision_service.workbench.results import Result, Results, digest_of
from decision_service.workbench.store import Store
from decision_service.workbench.visit import Bench

LOOK: Final = "look"

TASKS: Final = ("cases", "coverage", "proofs")
"""What is worked out for each matter, the quick first; the page of one matter shows the same results whole."""

WORKING_OUT: Final = "decision_service.workbench.workingout"


@dataclass(slots=True)
class Matter:
    """A matter as far as it is known: its files' digest, its drafts, a look at it, and by task a few figures of
    what it came to. `working`: what is being worked out; `failed`: tasks that came to no end."""

    name: str
    digest: str
    drafts: tuple[Save, ...] = ()
    look: Look | None = None
    results: dict[str, Any] = field(default_factory=dict)
    working: str = ""
    failed: frozenset[str] = frozenset()


Told = Callable[[Matter], None]

_TURNS: WeakKeyDictionary[Store, asyncio.Lock] = WeakKeyDictionary()
"""One thing is worked out at a time, however many pages wait for it."""


class Overview:
    """All matters of a rules folder, drafts in place, at one moment. `folder` is the whole copy that it was read
    from."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._glances = Glances(bench.store)
        self.folder = bench.rules
        self.matters: dict[str, Matter] = {}

    def read(self) -> bool:
        """Reads what there is and what is known of it; whether anything is another than before. For a thread."""
        drafts = self._bench.drafts
        folder, standing = drafts.whole(), drafts.standing()
        if folder == self.folder:
            return False
        self.folder = folder
        names = sorted(
            {called(one) for place in (folder, self._bench.rules) for one in place.iterdir() if _is_matter(one)}
        )
        known = self._glances.all()
        self.matters = {}
        for name in names:
            digest = digest_of(folder, name)
            saves = tuple(save for file, save in standing.items() if file.startswith(f"{name}/"))
            matter = Matter(name, digest, saves)
            said = {kind: known[name, kind].said for kind in (LOOK, *TASKS) if _fits(known.get((name, kind)), digest)}
            if LOOK in said:
                matter.look = Look.of_json(said.pop(LOOK))
            matter.results = said
            self.matters[name] = matter
        return True

    async def fill(self, told: Told) -> None:
        """Works out what is not known yet; `told` of each matter that is known better."""
        for matter in list(self.matters.values()):
            if matter.look is None:
                matter.look = await self._look(matter)
                told(matter)
        for task in TASKS:
            for matter in list(self.matters.values()):
                is_readable = matter.look is not None and matter.look.versions and not matter.look.problems
                if is_readable and task not in matter.results and task not in matter.failed:
                    await self._work(matter, task, told)

    async def _look(self, matter: Matter) -> Look:
        try:
            found = await self._bench.elsewhere(look, str(self.folder), matter.name)
        except PolicyProblems as problems:  # of the catalogue
            found = Look((), tuple(Wrong("", 0, one.zh, one.en) for one in problems.problems), len(problems.problems))
        await self._keep(matter, LOOK, found.as_json())
        return found

    async def _work(self, matter: Matter, task: str, told: Told) -> None:
        turn = _TURNS.setdefault(self._bench.store, asyncio.Lock())
        async with turn:
            matter.working = task
            told(matter)
            try:
                said = await self._worked_out(matter, task)
                matter.results[task] = _glance(task, said)
                await self._keep(matter, task, matter.results[task])
            except JobFailedError:
                matter.failed |= {task}
            finally:
                matter.working = ""
        told(matter)

    async def _worked_out(self, matter: Matter, task: str) -> Mapping[str, Any]:
        """What the task came to for these very files: as it is kept, else worked out now. Raises JobFailedError."""
        results = Results(self._bench.store)
        known = await asyncio.to_thread(results.of, task, matter.name, matter.digest)
        if known is None:
            given = {"task": task, "folder": str(self.folder), "matter": matter.name}
            said = await self._bench.jobs.work(WORKING_OUT, given)
            if "problems" in said:
                raise JobFailedError("the files have problems")
            known = Result(matter.digest, self._bench.now().isoformat(timespec="seconds"), said)
            await asyncio.to_thread(results.keep, task, matter.name, known)
        found: Mapping[str, Any] = known.said
        return found

    async def _keep(self, matter: Matter, kind: str, said: object) -> None:
        await asyncio.to_thread(self._glances.keep, matter.name, kind, Glance(matter.digest, said))


def _glance(task: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of it, of all versions together."""
    versions = said["versions"]
    match task:
        case "cases":
            cases = [case for one in versions for case in one["cases"]]
            return {"cases": len(cases), "failed": sum(bool(case["differences"]) for case in cases)}
        case "coverage":
            return {"percent": min((one["percent"] for one in versions), default=0.0)}
        case _:
            kinds = [kind for one in versions for kind in one.get("kinds", ())]
            return {
                "holding": sum(kind["holding"] for kind in kinds),
                "claims": sum(kind["total"] for kind in kinds),
                "holds": all(one.get("holds", False) for one in versions),
            }


def _is_matter(path: Path) -> bool:
    return path.is_dir() and path.name != FOLDER and not path.name.startswith(".")


def _fits(known: Glance | None, digest: str) -> bool:
    return known is not None and known.digest == digest
