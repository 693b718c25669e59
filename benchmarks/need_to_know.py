"""Need to know: calls and facts about the person that a decision asks, with the planner and without.

    python benchmarks/need_to_know.py [--samples 400]

Every shared case, every worked case and generated samples of each matter are played through on their answers, five
ways: all registers that the matter lists at once; identity first and then all that is useful (waves that hold nothing
back); as planned on the catalogue's latencies; as planned on registers four times as quick; as planned with time for
every wave. They come to the same outcome and reasons on each (an error otherwise; with faulty answers, whoever asks
more meets more faults). Times are forecasts of the waves that were asked, by the latencies of the row. Planning is
timed in CPU beside the plain naming of what is not asked. Written to benchmarks/results/need_to_know.json.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.forms import FormReading, read_form
from decision_service.offline import evidence_of
from decision_service.planning import Left, Plan, Planner, can_ask, cost_of
from decision_service.policy.shape import Budget, Policy
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.readings.compiled.compile import compile_policy
from decision_service.readings.samples import sample_sheets
from decision_service.rehearsal import Choice, Rehearsal, all_useful, as_planned, rehearse
from decision_service.sheet import CREDIT, fact_sheet
from decision_service.verdict import State, Verdict
from decision_service.wording import as_json
from verifiers.evidence import Evidence, Status
from verifiers.guard.pace import Usual, planned

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "need_to_know.json"
SEED = 20260316
AMPLE = Budget(10**7, 10**7, 10**7)
STATUSES: dict[Why, Status] = {Why.LATE: "timeout", Why.STALE: "stale", Why.NO_RECORD: "no_record"}
WAYS = ("all listed", "waves", "planned", "planned, quick", "planned, ample")


@dataclass(frozen=True)
class Given:
    """One application with every answer that it would get."""

    policy: Policy
    form: FormReading
    answers: Mapping[str, Evidence]
    sheet: Callable[[Mapping[str, Evidence]], FactSheet]


def cases(policy: Policy, shelf: Shelf) -> Iterator[Given]:
    """The worked cases of a matter and the shared ones."""
    shared = json.loads((ROOT / "fixtures" / "cases" / f"{policy.matter}.json").read_bytes())
    day = policy.cases[0].as_of
    found = [(one.form, one.facts, one.as_of) for one in policy.cases]
    for form, facts, as_of in found + [(one["form"], one["facts"], day) for one in shared]:
        reading = read_form(policy, form, as_of, shelf.catalogue.prefectures)
        sheet = partial(fact_sheet, policy, reading, as_of=as_of, calendar=shelf.catalogue.calendar)
        yield Given(policy, reading, evidence_of(policy, facts, as_of), sheet)


def samples(policy: Policy, shelf: Shelf, count: int) -> Iterator[Given]:
    """Generated applications near every boundary; a register that has no usable answer fails."""
    for whole in islice(sample_sheets(policy, shelf.catalogue.calendar, SEED), count):
        base = replace(whole, form_outcome=None)
        given = {name: value for name, value in base.form.items() if not isinstance(value, Unknown)}
        asked = {name: as_json(value) for name, value in given.items() if value is not None}
        form = FormReading(base.form, (), False, False, asked, base.items)
        answers = {name: _answer(name, one) for name, one in base.registers.items()}
        yield Given(policy, form, answers, partial(_known, base))


def _answer(name: str, found: Mapping[str, object] | Unknown) -> Evidence:
    if not isinstance(found, Unknown):
        return Evidence(name, "ok", found)
    return Evidence(name, STATUSES.get(next(iter(found.causes)).why, "error"))


def _known(base: FactSheet, evidence: Mapping[str, Evidence]) -> FactSheet:
    registers = {
        name: found if name in evidence else Unknown.of(Why.NOT_ASKED, name) for name, found in base.registers.items()
    }
    return replace(base, registers=registers)


def a_quarter(policy: Policy, name: str) -> Usual:
    """A register four times as quick as the catalogue expects."""
    usual = planned(policy.asks[name].register)
    return Usual(usual.p50_ms / 4, usual.p95_ms / 4)


def planners(policy: Policy) -> dict[str, tuple[Planner, Choice]]:
    """The ways to ask in waves."""
    return {
        "waves": (Planner(policy), all_useful),
        "planned": (Planner(policy), as_planned),
        "planned, quick": (Planner(policy, partial(a_quarter, policy)), as_planned),
        "planned, ample": (Planner(replace(policy, budget=AMPLE)), as_planned),
    }


def row(policy: Policy, given: list[Given], judge: Callable[[FactSheet], Verdict]) -> dict[str, object]:
    """What one matter asks on these applications, by way."""
    counted: dict[str, list[tuple[int, int, float, float]]] = {way: [] for way in WAYS}
    ways = planners(policy)
    for one in given:
        everything = tuple(name for name in policy.asks if can_ask(policy, name, one.form))
        counted["all listed"].append(_counted(policy, everything, [everything], ways["waves"][0]))
        outcomes = set()
        for way, (planner, choose) in ways.items():
            played = rehearse(planner, one.form, one.answers, one.sheet, judge, choose)
            outcomes.add(_decisive(played))
            waves = [step.asked for step in played.steps]
            counted[way].append(_counted(policy, played.asked, waves, planner))
        if len(outcomes) != 1 and not _faulty(one):
            raise SystemExit(f"{policy.matter}: the ways come to different ends: {outcomes}")
    return {"matter": policy.matter, "applications": len(given), **{way: _mean(counted[way]) for way in WAYS}}


def _decisive(played: Rehearsal) -> tuple[str, tuple[str, ...]]:
    verdict = played.verdict
    return verdict.outcome.value, tuple(one.rule for one in verdict.findings if one.outcome is verdict.outcome)


def _faulty(one: Given) -> bool:
    """Whoever asks more meets more faults: only with usable answers must the outcomes be equal."""
    return any(found.status != "ok" for found in one.answers.values())


def _counted(
    policy: Policy, asked: tuple[str, ...], waves: list[tuple[str, ...]], planner: Planner
) -> tuple[int, int, float, float]:
    pace = planner.forecast([wave for wave in ([n for n in names if n != CREDIT] for names in waves) if wave])
    return len(asked), sum(cost_of(policy.asks[name].register).fields for name in asked), pace.p50_ms, pace.p95_ms


def _mean(found: list[tuple[int, int, float, float]]) -> dict[str, float]:
    names = ("calls", "personal_fields", "p50_ms", "p95_ms")
    return {name: statistics.fmean(one[place] for one in found) for place, name in enumerate(names)}


def named(policy: Policy, form: FormReading, verdict: Verdict, asked: frozenset[str]) -> list[str]:
    """The yardstick of planning: everything that the verdict names as not asked."""
    names = {
        cause.source
        for finding in verdict.findings
        if finding.state is State.UNKNOWN
        for cause in finding.causes
        if cause.why is Why.NOT_ASKED
    }
    return [name for name in policy.asks if name in names and name not in asked and can_ask(policy, name, form)]


def cpu(given: list[Given], judge: Callable[[FactSheet], Verdict], policy: Policy) -> tuple[float, float]:
    """CPU microseconds a look at what to ask next: plain naming, and planning; median of interleaved rounds."""
    planner, left = Planner(policy), Left(400, 1200, 2000)
    states = []
    for one in given:
        known = {name: one.answers[name] for name in (*planner.first(one.form), CREDIT) if name in one.answers}
        sheet = one.sheet(known)
        states.append((one.form, sheet, judge(sheet), frozenset(known)))

    def plain() -> None:
        for form, _, verdict, asked in states:
            named(policy, form, verdict, asked)

    def plan() -> None:
        for form, sheet, verdict, asked in states:
            _: Plan = planner.plan(planner.useful(form, sheet, verdict, asked), left)

    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(9):
        for work, times in zip((plain, plan), taken, strict=True):
            started = time.thread_time()
            work()
            times.append((time.thread_time() - started) / len(states) * 1e6)
    return statistics.median(taken[0]), statistics.median(taken[1])


def total(rows: list[dict[str, object]]) -> dict[str, object]:
    """All matters alike, however many applications each has."""
    ways = {way: {name: statistics.fmean(one[way][name] for one in rows) for name in rows[0][way]} for way in WAYS}  # type: ignore[index]  # made in row()
    return {"matter": "all", "applications": sum(int(str(one["applications"])) for one in rows), **ways}


def shown(title: str, rows: list[dict[str, object]]) -> None:
    """A table for people: calls / personal fields, and their share of all listed; then p50/p95."""
    print(f"\n{title}\n| matter | n |" + "".join(f" {way} |" for way in WAYS))
    print("| --- | --- |" + " --- |" * len(WAYS))
    for one in rows:
        everything = one["all listed"]["personal_fields"]  # type: ignore[index]  # made in row()
        cells = []
        for way in WAYS:
            found = one[way]
            share = found["personal_fields"] / everything if everything else 1.0  # type: ignore[index]  # see above
            cells.append(
                f"{found['calls']:.2f} / {found['personal_fields']:.1f} ({share:.2f} x), "  # type: ignore[index]  # see above
                f"{found['p50_ms']:.0f}/{found['p95_ms']:.0f} ms"  # type: ignore[index]  # see above
            )
        print(f"| {one['matter']} | {one['applications']} | " + " | ".join(cells) + " |")


def main() -> None:
    """Counts, prints, writes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=400)
    chosen = parser.parse_args()
    shelf = read_shelf(ROOT / "rules")
    by_case, by_sample, times = [], [], {}
    for policy in shelf.policies():
        judge = compile_policy(policy).judge
        generated = list(samples(policy, shelf, chosen.samples))
        by_case.append(row(policy, list(cases(policy, shelf)), judge))
        by_sample.append(row(policy, generated, judge))
        times[policy.matter] = dict(zip(("naming_us", "planning_us"), cpu(generated, judge, policy), strict=True))
    by_case.append(total(by_case))
    by_sample.append(total(by_sample))
    shown("shared and worked cases", by_case)
    shown("generated samples", by_sample)
    print("\nCPU us a look at what to ask next (plain naming, planning):")
    for matter, found in times.items():
        print(f"  {matter}: {found['naming_us']:.0f}, {found['planning_us']:.0f}")
    machine = {"processor": platform.processor() or platform.machine(), "python": platform.python_version()}
    result = {"machine": machine, "samples": chosen.samples, "cases": by_case, "generated": by_sample, "cpu": times}
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
