"""Defects put into the shipped rule files on purpose: how many `prove`, `test` and `diff` each find.

    python benchmarks/seeded_defects.py [--defects 100] [--compared 25] [--seed 1]

Every small slip in every file (decision_service/mutating) is a candidate. Those that break a claim which nobody may
break (a gap, an overlap, a refusal outside the gate, what the file says under `always`) are told by trying random
applications with the reference, which none of the three tools does; so many of them are drawn, and as many from all
slips, whatever they do. Results go to benchmarks/results/seeded_defects.json.
"""

import argparse
import json
import platform
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from itertools import islice
from pathlib import Path

from decision_service.decision import Decided
from decision_service.differing.comparing import NoClaimError, compare
from decision_service.differing.sides import Sides
from decision_service.facts import FactSheet, Unknown
from decision_service.forms import FormReading, read_form
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.language.tree import Expression, FactRef, FormRef
from decision_service.mutating.mutant import Mutant
from decision_service.mutating.mutants import mutants
from decision_service.offline import Engines, decide, evidence_of
from decision_service.policy.beside import read_beside
from decision_service.policy.needs import reads
from decision_service.policy.shape import Claim, Policy
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.proving.asking import claims
from decision_service.proving.conditions import seen
from decision_service.proving.observed import Observed
from decision_service.proving.questions import Question
from decision_service.proving.whole import prove
from decision_service.readings.reference import judge
from decision_service.sheet import fact_sheet
from decision_service.trials import Case, as_case, shared, unexpected, worked
from tests.properties.applications import Maker
from tests.properties.constants import constants_of

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "seeded_defects.json"
TRIED = 120
PAIRED = 40

Defect = tuple[Policy, Mutant]


Tried = tuple[FormReading, FactSheet]


def applications(shelf: Shelf, policy: Policy, draw: random.Random) -> list[Tried]:
    """The worked cases, and random applications, most near the constants of the policy."""
    constants = constants_of(policy)
    made = [(one.form, one.facts, one.as_of) for one in policy.cases]
    for _ in range(TRIED):
        one = Maker(draw, policy, constants, unknown=0.03).application()
        made.append((one.form, one.facts, one.as_of))
    found = []
    for form, facts, as_of in made:
        reading = read_form(policy, form, as_of, shelf.catalogue.prefectures)
        evidence = evidence_of(policy, facts, as_of)
        found.append((reading, fact_sheet(policy, reading, evidence, as_of, shelf.catalogue.calendar)))
    return found


def breaks(shelf: Shelf, policy: Policy, tried: Sequence[Tried]) -> bool:
    """Whether some application shows that a claim which nobody may break is broken."""
    asked = [one.condition for one in claims(policy) if isinstance(one, Question) and one.must == "never"]
    for reading, sheet in tried:
        decided = Decided(policy, shelf.catalogue, reading, sheet, {}, judge(policy, sheet))
        one = Observed(sheet.as_of, {}, {}, decided, scope_of(policy, sheet))
        if any(seen(condition, one) for condition in asked):
            return True
    known = [sheet for reading, sheet in tried if not reading.defects]
    return any(_falls(policy, claim, known) for claim in policy.claims if claim.nondecreasing is not None)


def _falls(policy: Policy, claim: Claim, tried: Sequence[FactSheet]) -> bool:
    """Whether of two applications that differ only in what the name is computed from the one with more has less."""
    name = next(let.value for let in policy.lets if let.name == claim.in_name)
    inputs = list(reads([name], {let.name: let for let in policy.lets}, policy.tables))
    bases = [one for one in tried if _granted(policy, claim, name, one) is not None]
    for base in bases[:PAIRED]:
        moved = [_with(base, other, inputs) for other in tried[:PAIRED]]
        pairs = [found for one in (base, *moved) if (found := _granted(policy, claim, name, one)) is not None]
        if any(low <= high and more > less for low, more in pairs for high, less in pairs):
            return True
    return False


def _granted(policy: Policy, claim: Claim, name: Expression, sheet: FactSheet) -> tuple[Decimal, Decimal] | None:
    """How far the name has grown, and what is granted; None where nothing is."""
    verdict, along = judge(policy, sheet), evaluate(name, scope_of(policy, sheet))
    value = verdict.result.get(str(claim.nondecreasing))
    if not isinstance(along, int | Decimal) or not isinstance(value, int | Decimal):
        return None
    return Decimal(along), Decimal(value)


def _with(base: FactSheet, other: FactSheet, inputs: Sequence[FactRef | FormRef]) -> FactSheet:
    """The application with some inputs of another."""
    form, registers = dict(base.form), dict(base.registers)
    for one in inputs:
        if isinstance(one, FormRef):
            form[one.field_name] = other.form[one.field_name]
        else:
            here, there = registers[one.register], other.registers[one.register]
            if not isinstance(here, Unknown) and not isinstance(there, Unknown):
                registers[one.register] = {**here, one.field_name: there[one.field_name]}
    return replace(base, form=form, registers=registers)


def all_defects(shelf: Shelf) -> Iterator[Defect]:
    """Every slip in every newest version that `miaopi check` lets pass."""
    for versions in shelf.versions.values():
        for one in mutants(versions[-1], shelf.catalogue):
            yield versions[-1], one


def engines_of(policy: Policy) -> Engines:
    """The reference on both sides: quick to make, and what the engines are held to."""
    return Engines(partial(judge, policy), partial(judge, policy))


def found_by_prove(shelf: Shelf, defect: Defect) -> set[str]:
    """The claims that fail of the defective policy, by kind."""
    proved = prove(defect[1].policy, shelf.catalogue, engines_of(defect[1].policy))
    return {proof.problem.code for proof in proved.proofs if proof.faulty}


@cache
def cases() -> Mapping[str, list[Case]]:
    """What `miaopi test` tries of each matter: cases of the files, beside them, and the shared ones."""
    shelf, found = read_shelf(ROOT / "rules"), defaultdict[str, list[Case]](list)
    for policy in shelf.policies():
        found[policy.matter] += worked(policy)
    for one in read_beside(ROOT / "rules", shelf):
        found[one.policy.matter].append(as_case(one.policy, one.case))
    for path in sorted((ROOT / "fixtures" / "cases").glob("*.json")):
        for case in shared(path):
            found[case.matter].append(case)
    return found


def found_by_test(shelf: Shelf, defect: Defect) -> bool:
    """Whether a case comes out otherwise than it expects."""
    policy, mutant = defect
    for case in cases()[policy.matter]:
        decided = decide(mutant.policy, shelf.catalogue, engines_of(mutant.policy), case.form, case.facts, case.as_of)
        if unexpected(decided, case):
            return True
    return False


def found_by_diff(shelf: Shelf, defect: Defect) -> bool | None:
    """Whether some application is decided otherwise; None where nothing is claimed."""
    policy, mutant = defect
    sides = Sides(policy, mutant.policy, shelf.catalogue, ("as shipped", "with the defect"))
    try:
        return not compare(sides, (engines_of(policy), engines_of(mutant.policy))).same
    except NoClaimError:
        return None


def count(shelf: Shelf, drawn: Sequence[Defect], compared: int) -> Mapping[str, object]:
    """How many of the defects each tool finds; `diff`, which takes longest, tries the first `compared` of them."""
    found = Counter[str]()
    kinds, missed = Counter[str](), list[str]()
    for number, defect in enumerate(drawn, 1):
        codes, tested = found_by_prove(shelf, defect), found_by_test(shelf, defect)
        differs = found_by_diff(shelf, defect) if number <= compared else False
        kinds.update(codes)
        found.update(prove=bool(codes), test=tested, diff=differs is True, diff_claims_nothing=differs is None)
        found.update(either=bool(codes) or tested)
        if not codes:
            missed.append(_told(defect))
        if number % 10 == 0:
            print(f"{number}/{len(drawn)} {dict(found)}", flush=True)
    return {
        "defects": len(drawn), **found, "compared": min(compared, len(drawn)),
        "prove_by_claim": dict(kinds.most_common()), "not_found_by_prove": missed,
    }  # fmt: skip


def _told(defect: Defect) -> str:
    span = defect[1].span
    return f"{span.source.name}:{span.line} {defect[1].slip}: {defect[1].telling.old} -> {defect[1].telling.new}"


def main() -> None:
    """Draw the defects, count, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--defects", type=int, default=100)
    arguments.add_argument("--compared", type=int, default=25)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    draw, begun = random.Random(chosen.seed), time.perf_counter()
    shelf = read_shelf(ROOT / "rules")
    candidates = list(all_defects(shelf))
    draw.shuffle(candidates)
    tried = {versions[-1].matter: applications(shelf, versions[-1], draw) for versions in shelf.versions.values()}
    found = (one for one in candidates if breaks(shelf, one[1].policy, tried[one[0].matter]))
    breaking = list(islice(found, chosen.defects))
    took = time.perf_counter() - begun
    print(f"{len(candidates)} slips, {len(breaking)} drawn that break a claim, {took:.0f} s", flush=True)
    rows = {
        "that break a claim": count(shelf, breaking, chosen.compared),
        "of any kind": count(shelf, candidates[: chosen.defects], chosen.compared),
    }
    for name, row in rows.items():
        print(name, json.dumps(row, ensure_ascii=False, indent=1))
    machine = {"machine": platform.processor() or platform.machine(), "python": platform.python_version()}
    told = {"slips": len(candidates), "seed": chosen.seed, **machine, "rows": rows}
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
