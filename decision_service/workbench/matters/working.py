"""What the page of all matters knows, and how it comes to know it: from what is kept, else one thing after another."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from decision_service.policy.catalogue import FOLDER
from decision_service.source import PolicyProblems
from decision_service.workbench.drafts import Save
from decision_service.workbench.jobs import Done, JobFailedError
from decision_service.workbench.matters.kept import Kept, Results, digests
from decision_service.workbench.matters.looking import Look, Wrong, look
from decision_service.workbench.store import Store
from decision_service.workbench.visit import Bench

LOOK: Final = "look"

KINDS: Final = ("test", "coverage", "prove")
"""Commands that are run for each matter, the quick ones first."""


@dataclass(slots=True)
class Matter:
    """A matter as far as it is known: its files' digest, its drafts, a look at it, and by command what it came to.
    `working`: what is being worked out; `failed`: commands that came to no end."""

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
        self._results = Results(bench.store)
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
            {one.name for place in (folder, self._bench.rules) for one in place.iterdir() if _is_matter(one)}
        )
        known = self._results.all()
        self.matters = {}
        for name, digest in digests(folder, names).items():
            saves = tuple(save for file, save in standing.items() if file.startswith(f"{name}/"))
            matter = Matter(name, digest, saves)
            said = {kind: known[name, kind].said for kind in (LOOK, *KINDS) if _fits(known.get((name, kind)), digest)}
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
        for kind in KINDS:
            for matter in list(self.matters.values()):
                is_readable = matter.look is not None and matter.look.versions and not matter.look.problems
                if is_readable and kind not in matter.results and kind not in matter.failed:
                    await self._work(matter, kind, told)

    async def _look(self, matter: Matter) -> Look:
        try:
            found = await self._bench.elsewhere(look, str(self.folder), matter.name)
        except PolicyProblems as problems:  # of the catalogue
            found = Look((), tuple(Wrong("", 0, one.zh, one.en) for one in problems.problems), len(problems.problems))
        await self._keep(matter, LOOK, found.as_json())
        return found

    async def _work(self, matter: Matter, kind: str, told: Told) -> None:
        turn = _TURNS.setdefault(self._bench.store, asyncio.Lock())
        async with turn:
            known = self._results.of(matter.name, kind, matter.digest)
            if known is None:
                matter.working = kind
                told(matter)
                try:
                    matter.results[kind] = await self._run(matter, kind)
                    await self._keep(matter, kind, matter.results[kind])
                except JobFailedError:
                    matter.failed |= {kind}
                finally:
                    matter.working = ""
            else:
                matter.results[kind] = known.said
        told(matter)

    async def _run(self, matter: Matter, kind: str) -> Any:
        place = [str(self.folder / matter.name)]
        rules = ["--rules", str(self.folder)] if kind == "prove" else []
        return _summary(kind, await self._bench.jobs.run(kind, *place, *rules))

    async def _keep(self, matter: Matter, kind: str, said: object) -> None:
        at = self._bench.now().isoformat(timespec="seconds")
        await asyncio.to_thread(self._results.keep, matter.name, kind, Kept(matter.digest, said, at))


def _summary(kind: str, done: Done) -> dict[str, Any]:
    """What is shown of what a command said. Raises JobFailedError where it said something else."""
    said = done.said
    try:
        match kind:
            case "test":
                return {"cases": said["cases"], "failed": len(said["failed"])}
            case "coverage":
                return {"percent": said["percent"]}
            case _:
                claims = [one for policy in said["policies"] for one in policy["claims"]]
                holding = sum(one["verdict"] == "holds" for one in claims)
                return {
                    "holding": holding,
                    "claims": len(claims),
                    "holds": all(one["holds"] for one in said["policies"]),
                }
    except (KeyError, TypeError):
        raise JobFailedError(str(said)[:200]) from None


def _is_matter(path: Path) -> bool:
    return path.is_dir() and path.name != FOLDER and not path.name.startswith(".")


def _fits(kept: Kept | None, digest: str) -> bool:
    return kept is not None and kept.digest == digest
