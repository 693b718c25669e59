"""The long work of the page, as a process of its own: `python -m` this module. It holds no meaning: what `miaopi test`,
`coverage`, `prove` find, as plain data in both languages."""

from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from decision_service.covering.goals import NAMES, Measure
from decision_service.covering.measured import Coverage, Seen, measure
from decision_service.covering.overlay import Line, folded, lines
from decision_service.covering.suite import Suite, Suites, read_suites
from decision_service.covering.trying import Tried, try_suites
from decision_service.offline import engines_of
from decision_service.policy.shape import Bilingual
from decision_service.source import PolicyProblems, Span
from decision_service.trials import Case, Trial
from decision_service.workbench.jobs import worked
from decision_service.workbench.kept import Kept

Told = Callable[[int, int], None]
Said = dict[str, Any]


def cases(given: Mapping[str, Any], told: Told) -> Said:
    """Every case of the matter, tried on both engines and the reference."""
    suites, begun = _suites(given), perf_counter()
    found = list(try_suites(suites, engines_of, _counting(told, _cases_of(suites))))
    return {
        "seconds": round(perf_counter() - begun, 2),
        "versions": [_tried(one) for one in found],
    }


def coverage(given: Mapping[str, Any], told: Told) -> Said:
    """What the cases show of each version, laid over its file."""
    suites = _suites(given)
    return {"versions": [_covered(one) for one in measure(suites, _counting(told, _cases_of(suites)))]}


def case_for(given: Mapping[str, Any], _: Told) -> Said:
    """A case for one thing that no case shows: `source` and `number` of the goal name it."""
    from decision_service.covering.generating import EncodingError, generate
    from decision_service.covering.goals import goals

    suites = _suites(given)
    suite = next(one for one in suites.suites if one.policy.source == given["source"])
    goal = goals(suite.policy)[given["number"]]
    try:
        found = generate(Coverage(suite, (Seen(goal, ()),)), suites.catalogue)
    except EncodingError:
        return {"given": "", "is_impossible": False}
    made = next(iter(found.cases), None)
    return {"given": "" if made is None else _given(made.case), "is_impossible": bool(found.impossible)}


def mutation(given: Mapping[str, Any], told: Told) -> Said:
    """Slips that nobody would notice; nothing of a version of which a case fails already."""
    from decision_service.mutating.killing import score
    from decision_service.mutating.mutants import mutants
    from decision_service.mutating.telling_apart import settled

    suites = _suites(given)
    good = {one.policy.digest for one in try_suites(suites, engines_of) if not one.failed}
    found = {
        suite.policy.digest: mutants(suite.policy, suites.catalogue)
        for suite in suites.suites if suite.policy.digest in good
    }  # fmt: skip
    # Each counts twice: once it was tried, and once it is known whether a case could notice it at all.
    done = _counting(told, 2 * sum(map(len, found.values())))
    versions: list[Said] = []
    for suite in suites.suites:
        if suite.policy.digest not in good:
            versions.append({"source": suite.policy.source, "is_red": True})
            continue
        first = score(suite, suites.catalogue, found[suite.policy.digest], done)
        done(first.killed)
        last = settled(first, suite, suites.catalogue, done=done)
        versions.append({
            "source": suite.policy.source, "is_red": False, "counted": last.counted, "killed": last.killed,
            "equal": len(last.equal), "untold": len(last.untold), "percent": round(last.percent, 1),
            "survivors": [_survivor(one) for one in last.survivors],
        })  # fmt: skip
    return {"versions": versions}


def proofs(given: Mapping[str, Any], told: Told) -> Said:
    """What holds of every application, with a certificate where all of it does."""
    from decision_service.proving.certificate import certificate, file_name
    from decision_service.proving.observed import EnginesDifferError
    from decision_service.proving.prover import NotEncodedError
    from decision_service.proving.telling import lines as kinds
    from decision_service.proving.telling import proved_as_json
    from decision_service.proving.whole import prove, size
    from decision_service.readings.smt.replaying import UnfaithfulError

    suites = _suites(given)
    done = _counting(told, sum(size(suite.policy) for suite in suites.suites))
    versions: list[Said] = []
    for suite in suites.suites:
        try:
            with engines_of(suite.policy) as engines:
                one = prove(suite.policy, suites.catalogue, engines, done=done)
        except (NotEncodedError, UnfaithfulError, EnginesDifferError) as error:
            versions.append({"source": suite.policy.source, "nothing": str(error)})
            continue
        versions.append({
            "source": suite.policy.source,
            "kinds": [
                {"group": line.group, **_both(line.label), "holding": line.holding, "total": line.total,
                 "is_faulty": line.faulty} for line in kinds(one)
            ],
            **proved_as_json(one),
            "file": file_name(one), "certificate": None if one.faulty else certificate(one),
        })  # fmt: skip
    return {"versions": versions}


def _suites(given: Mapping[str, Any]) -> Suites:
    folder = Path(given["folder"])
    return read_suites(folder, (folder / given["matter"]).resolve())


def _cases_of(suites: Suites) -> int:
    return sum(len(one.cases) for one in suites.suites)


def _counting(told: Told, of: int) -> Callable[..., None]:
    done = 0

    def counted(more: int = 1) -> None:
        nonlocal done
        done += more
        told(done, of)

    return counted


def _tried(one: Tried) -> Said:
    return {
        "source": one.policy.source,
        "cases": [_trial(trial) for trial in one.trials],
        "bare": [{"rule": rule.id, **_both(rule.label), **_place(rule.span)} for rule in one.bare],
    }


def _trial(one: Trial) -> Said:
    differences = [{"what": each.what, "expected": each.expected, "came": each.came} for each in one.differences]
    new = {**one.case.expect, **{each.what: each.came for each in one.differences if each.what in one.case.expect}}
    return {
        "name": one.case.name, **_place(one.case.span), "outcome": one.case.expect.get("outcome"),
        "differences": differences, "told": next((each.came for each in one.differences if each.what == "alone"), None),
        "new": {name: value for name, value in new.items() if value is not None},
    }  # fmt: skip


def _covered(one: Coverage) -> Said:
    suite: Suite = one.suite
    numbers = {id(seen): number for number, seen in enumerate(one.seen)}
    return {
        "source": suite.policy.source,
        "cases": len(suite.cases),
        "percent": round(one.tally().percent, 1),
        "measures": [
            {**_both(NAMES[name]), "shown": one.tally(name).shown, "all": one.tally(name).all} for name in Measure
        ],
        "lines": [None if line is None else _line(line) for line in folded(lines(one))],
        "missing": [
            {**_both(NAMES[seen.goal.measure], "kind_"), **_both(seen.goal.what), **_place(seen.goal.span),
             "number": numbers[id(seen)]} for seen in one.seen if not seen.by
        ],
    }  # fmt: skip


def _line(line: Line) -> Said:
    return {
        "number": line.number, "state": line.state,
        "stretches": [[one.text, one.state] for one in line.stretches],
        "seen": [{**_both(one.goal.what), "by": list(one.by[:MOST_NAMES]), "all": len(one.by)} for one in line.seen],
    }  # fmt: skip


MOST_NAMES = 3
"""Cases that are named for what they show."""


def _survivor(one: Any) -> Said:
    from decision_service.mutating.killing import said
    from decision_service.mutating.mutant import NAMES as SLIPS

    text = said(one)
    noticed = one.noticed_by
    return {
        **_both(text), **_both(SLIPS[one.mutant.slip], "kind_"), **_place(one.mutant.span),
        "written": _written(one.mutant.span), "old": one.mutant.telling.old, "new": one.mutant.telling.new,
        "given": "" if noticed is None else _given(noticed.case),
    }  # fmt: skip


def _written(span: Span) -> str:
    return span.source.text.split("\n")[span.line - 1].strip()


def _given(case: Case) -> str:
    return Kept(case.as_of, case.form, case.facts).as_given()


def _both(text: Bilingual, before: str = "") -> dict[str, str]:
    return {f"{before}zh": text.zh, f"{before}en": text.en}


def _place(span: Span | None) -> Said:
    return {"file": "", "line": 0} if span is None else {"file": span.source.name, "line": span.line}


TASKS: Mapping[str, Callable[[Mapping[str, Any], Told], Said]] = {
    "cases": cases, "coverage": coverage, "case_for": case_for, "mutation": mutation, "proofs": proofs,
}  # fmt: skip


def done(given: Mapping[str, Any], told: Told) -> Said:
    """The task that is asked for; `problems` where the rule files have some."""
    try:
        return TASKS[given["task"]](given, told)
    except PolicyProblems as problems:
        return {"problems": [{"zh": one.zh, "en": one.en, **_place(one.span)} for one in problems.problems]}


if __name__ == "__main__":
    worked(done)
