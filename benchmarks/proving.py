"""How long proofs take: each shipped matter, made-up policies, wide tables by boxes and by Z3.

    python benchmarks/proving.py [--rounds 3] [--policies 500] [--tables 20]

Matters: medians of whole runs of `prove`, engines made outside the clock. Policies: one run each of policies as
tests/properties writes them (all kinds of rules, tables of every hit policy), times and verdicts. Tables: 100 rows over
8 columns that fill everything without overlap, and the same with a row taken out: gap and overlap by boxes, and the
same question put to Z3. Results go to benchmarks/results/proving.json.
"""

import argparse
import json
import platform
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from decision_service.offline import Engines, engines_of
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.proving.about_tables import about_tables, overlaps
from decision_service.proving.boxes import boxes_of
from decision_service.proving.conditions import Some
from decision_service.proving.prover import Prover
from decision_service.proving.questions import Question
from decision_service.proving.structure import bounded
from decision_service.proving.whole import prove
from decision_service.readings.reference import judge
from decision_service.readings.smt.solving import SECOND, UndecidedError
from tests.properties.parts import HEAD, WORDS
from tests.properties.policies import read_text, written
from verifiers.kinds import Kind

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "proving.json"
COLUMNS, ROWS, MOST = 8, 100, 100
STEPS_FOR_Z3 = 30 * SECOND

Box = list[tuple[int, int]]


def matters(shelf: Shelf, rounds: int) -> dict[str, Mapping[str, object]]:
    """Seconds of each matter."""
    found: dict[str, Mapping[str, object]] = {}
    for versions in shelf.versions.values():
        policy, times, cpu = versions[-1], list[float](), list[float]()
        with engines_of(policy) as engines:
            for _ in range(rounds):
                begun = time.process_time()
                proved = prove(policy, shelf.catalogue, engines)
                cpu.append(time.process_time() - begun)
                times.append(proved.seconds)
        holding = sum(proof.verdict == "holds" for proof in proved.proofs)
        found[policy.matter] = {
            "seconds": round(statistics.median(times), 2), "cpu": round(statistics.median(cpu), 2),
            "claims": len(proved.proofs), "hold": holding,
        }  # fmt: skip
        print(policy.matter, found[policy.matter])
    return found


def policies(shelf: Shelf, count: int) -> dict[str, object]:
    """Seconds and verdicts of made-up policies."""
    times, verdicts, undecided = list[float](), Counter[str](), 0
    for seed in range(count):
        _, policy = written(lambda: shelf.catalogue, random.Random(seed))
        begun = time.process_time()
        proved = prove(policy, shelf.catalogue, reference_of(policy))
        times.append(time.process_time() - begun)
        verdicts.update(proof.verdict for proof in proved.proofs)
        undecided += any(proof.verdict == "undecided" for proof in proved.proofs)
        print(f"\r{seed + 1}/{count} {dict(verdicts)}", end="", flush=True)
    print()
    cuts = statistics.quantiles(times, n=100)
    return {
        "policies": count, "cpu_median": round(statistics.median(times), 2), "cpu_p95": round(cuts[94], 2),
        "cpu_most": round(max(times), 2), "claims": verdicts.total(), **verdicts, "policies_with_undecided": undecided,
    }  # fmt: skip


def reference_of(policy: Policy) -> Engines:
    """The reference on both sides: quick to make, and what the engines are held to."""
    return Engines(partial(judge, policy), partial(judge, policy))


def split(draw: random.Random) -> list[Box]:
    """Everything, cut into ROWS boxes."""
    found: list[Box] = [[(0, MOST)] * COLUMNS]
    while len(found) < ROWS:
        box = found.pop(draw.randrange(len(found)))
        column = draw.randrange(COLUMNS)
        low, high = box[column]
        if high - low < 2:
            found.append(box)
            continue
        cut = draw.randrange(low + 1, high)
        found += [[*box[:column], part, *box[column + 1 :]] for part in ((low, cut), (cut, high))]
    return found


def table_policy(shelf: Shelf, boxes: Sequence[Box]) -> Policy:
    """A policy that grants what the table of these boxes says, over COLUMNS numbers of the form."""
    names = [f"n{place}" for place in range(COLUMNS)]
    fields = "".join(
        f"  {name}:\n    type: whole\n    from: 0\n    to: {MOST - 1}\n{WORDS}    example: 1\n" for name in names
    )
    rows = "".join(
        f"      {' | '.join('-' if cell == (0, MOST) else f'[{cell[0]}..{cell[1]})' for cell in box)} | {number}\n"
        for number, box in enumerate(boxes)
    )
    both = "    zh: 示例\n    en: Example\n"
    table = f"tables:\n  steps:\n{both}    basis: [1]\n    table: |\n      {' | '.join(names)} | => steps whole\n{rows}"
    rule = f"rules:\n  M1:\n{both}    basis: [1]\n    must: not deaths.hit\n    else: REFERRED R13_DEATH_RECORD_HIT\n"
    form = "".join(f", {name}: 1" for name in names)
    case = (
        f"    form: {{applicant_name: 赵示甲一, id_no: 210100193505208826{form}}}\n    expect: {{outcome: APPROVED}}\n"
    )
    return read_text(
        f"{HEAD}credit: {{policy: record_only}}\nform:\n{fields}ask:\n  deaths:\n  credit:\n{table}{rule}"
        f"result:\n  worth: steps\ncases:\n  样例:\n    as_of: 2026-03-16\n{case}",
        shelf.catalogue,
    )


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds of CPU, and what came out."""
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def tables(shelf: Shelf, count: int) -> dict[str, object]:
    """Seconds for gap and overlap of wide tables: by boxes, and by Z3 (over the whole policy's world)."""
    rows: dict[str, list[float]] = {"boxes, full": [], "boxes, a row lacks": [], "Z3, full": [], "Z3, a row lacks": []}
    late = 0
    for seed in range(count):
        boxes = split(random.Random(seed))
        for name, kept in (("full", boxes), ("a row lacks", boxes[1:])):
            policy = table_policy(shelf, kept)
            kinds = [bounded(policy, one) for one in policy.tables["steps"].inputs]
            seconds, whole = timed(partial(by_boxes, policy, kinds))
            if whole != (name == "full"):
                raise SystemExit("boxes are wrong")
            rows[f"boxes, {name}"].append(seconds)
            if seed < count // 4:
                seconds, decided = timed(partial(by_z3, shelf, policy))
                rows[f"Z3, {name}"].append(seconds)
                late += not decided
    told = {name: round(statistics.median(times), 3) for name, times in rows.items() if times}
    return {"tables": count, "rows": ROWS, "columns": COLUMNS, **told, "not decided by Z3 in 30 s": late}


def by_boxes(policy: Policy, kinds: Sequence[Kind]) -> bool:
    """Whether the table has neither gap nor overlap, by boxes."""
    boxes = boxes_of(policy.tables["steps"], kinds)
    return boxes.gap() is None and not list(boxes.overlapping())


def by_z3(shelf: Shelf, policy: Policy) -> bool:
    """The questions of gap and overlap put to Z3; whether it decided both."""
    prover = Prover(policy, shelf.catalogue, reference_of(policy), STEPS_FOR_Z3)
    (gap,) = [one for one in about_tables(policy) if isinstance(one, Question) and one.code == "table_gap"]
    try:
        prover.find(gap.condition)
        prover.find(Some(tuple(overlaps(policy.tables["steps"]))))
    except UndecidedError:
        return False
    return True


def main() -> None:
    """Run all, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--policies", type=int, default=500)
    arguments.add_argument("--tables", type=int, default=20)
    chosen = arguments.parse_args()
    shelf = read_shelf(ROOT / "rules")
    told: dict[str, object] = {
        "machine": platform.processor() or platform.machine(), "python": platform.python_version(),
        "z3": version("z3-solver"), "tables": tables(shelf, chosen.tables), "matters": matters(shelf, chosen.rounds),
        "policies": policies(shelf, chosen.policies),
    }  # fmt: skip
    for name in ("tables", "policies"):
        print(name, told[name])
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
