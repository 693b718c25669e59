"""What a change comes to over many applications: `miaopi simulate` beside the page, kept, small groups hidden."""

from pathlib import Path
from typing import Any, Final

from decision_service.policy.parts import Bilingual
from decision_service.workbench.changing.difference import NoClaimError, Pair
from decision_service.workbench.changing.figures import shielded_report
from decision_service.workbench.changing.populations import Population, Populations, made
from decision_service.workbench.jobs import Done, Hears, Progress
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.results import Result, Results
from decision_service.workbench.visit import Bench

LEDGER: Final = Population(
    "ledger", "", Bilingual("账本中已记录的决定（只读，只显示人数）", "decisions on record (read only, counts alone)")
)


def brought_of(bench: Bench) -> Populations:
    """The files that people brought."""
    return Populations(bench.store, bench.data / "populations", bench.now)


def population_of(bench: Bench, word: str) -> Population | None:
    """Which one a choice or an address names."""
    kind, _, which = word.partition(":")
    if kind == "ledger":
        return LEDGER if bench.ledger is not None else None
    if kind == "made" and which.isascii() and which.isdigit() and 0 < int(which) <= 1_000_000:
        return made(int(which))
    for one in brought_of(bench).all():
        if kind == "file" and which == one.digest:
            return Population("file", which, Bilingual(f"文件 {one.name}", f"the file {one.name}"))
    return None


IMPACT: Final = "impact"

_MADE: Final = 30
"""Of 100, how much is done once people are made up."""


def kept_impact(bench: Bench, pair: Pair, population: Population) -> dict[str, Any] | None:
    """What it came to when it was last found; None where it was not."""
    found = Results(bench.store).of(IMPACT, pair.matter, _digest(bench, pair, population))
    return None if found is None else dict(found.said)


async def impact(bench: Bench, pair: Pair, population: Population, told: Hears = lambda _: None) -> dict[str, Any]:
    """The report as `miaopi simulate --json` prints it; over the record, as counts that tell of nobody. `told` hears
    how far it is. Raises RefusedError, JobFailedError."""
    found = kept_impact(bench, pair, population)
    if found is not None:
        return found
    digest = _digest(bench, pair, population)
    first = _MADE if population.kind == "made" else 0
    where = await source_of(bench, pair, population, lambda far: told(Progress(far.percent * first, 10_000)))
    done = await bench.jobs.run(
        "simulate", *pair.arguments(bench), *where, "--rules", str(pair.whole),
        told=lambda far: told(Progress(first + far.percent * (100 - first) / 100, 100)),
    )  # fmt: skip
    said = _said(done)
    if population.kind == "ledger":
        said = shielded_report(said)
    at = bench.now().isoformat(timespec="seconds")
    Results(bench.store).keep(IMPACT, pair.matter, Result(digest, at, said))
    return said


def _said(done: Done) -> dict[str, Any]:
    if done.code == 2 or not isinstance(done.said, dict) or "flips" not in done.said:
        raise NoClaimError(done.said)
    return dict(done.said)


def _digest(bench: Bench, pair: Pair, population: Population) -> str:
    which = population.which
    if population.kind == "ledger" and bench.ledger is not None:
        # Written to all the time: equal as long as neither it nor what is not yet folded into it changed.
        beside = [bench.ledger, bench.ledger.with_name(bench.ledger.name + "-wal")]
        which = " ".join(f"{one.stat().st_size} {one.stat().st_mtime_ns}" for one in beside if one.exists())
    return pair.digest(population.kind, which)


async def source_of(bench: Bench, pair: Pair, population: Population, told: Hears) -> tuple[str, str]:
    """Where the people are, as `miaopi simulate` is told it; made up where they are not yet. Raises RefusedError,
    JobFailedError."""
    match population.kind:
        case "ledger":
            return "--ledger", str(bench.ledger)
        case "file":
            for one in brought_of(bench).all():
                if one.digest == population.which:
                    return "--on", str(brought_of(bench).path(one))
            raise RefusedError(Bilingual("这个文件已被删除", "that file was deleted"))
        case "made":
            return "--on", str(await _make(bench, pair, population.which, told))


async def _make(bench: Bench, pair: Pair, rows: str, told: Hears) -> Path:
    """A made-up population; equal ones are made once."""
    path = bench.data / "made" / f"{pair.digest()}-{rows}.parquet"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(path.parent.glob("*.parquet"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)
        arguments = (*pair.arguments(bench), "--make", rows, "--to", str(path), "--rules", str(pair.whole))
        done = await bench.jobs.run("simulate", *arguments, told=told)
        if done.code:
            raise NoClaimError(done.said)
    return path


_KEPT: Final = 10
"""Made-up populations that stay; another one like it can be made at any time."""
