"""One decision in process: the generated engine beside hand-written Python, other engines and the other readings.

    python benchmarks/engines.py [--rounds 15]

Every engine decides the same applications (elderly allowance, all facts known, over half approved) and is held equal
to the hand-written decision on each before anything is timed. Rounds are interleaved (A B C A B C), in CPU time of this
thread, the garbage collector off; medians, quartiles and ratios paired by round are printed and written to
benchmarks/results/engines.json. Ratios are what to trust: a busy machine moves all engines alike.
"""

import argparse
import gc
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from elderly_by_hand import AMOUNTS, decide, decide_whole
from elderly_in_durable import durable_host
from elderly_in_jsonlogic import datalogic, told
from elderly_in_zen import document, zen_engine

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.readings.compiled.compile import compile_policy
from decision_service.readings.reference import judge
from decision_service.readings.rete.engine import ReteEngine
from decision_service.twin import agree, supported
from decision_service.verdict import State, Verdict

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "engines.json"
COUNT = 500
YARDSTICK = "hand-written Python"
GENERATED = "generated engine"
ZEN = "zen-engine, JDM tables, static loader"
JSONLOGIC = "JsonLogic, datalogic"
DURABLE = "durable-rules, Host API"
COMPARED = "Rete road and comparison"
PAIRS = ((GENERATED, YARDSTICK), (ZEN, GENERATED), (DURABLE, GENERATED), (JSONLOGIC, GENERATED), (COMPARED, DURABLE))
"""Whose time is told as a multiple of whose, besides that of each to the yardstick's."""

Engine = tuple[str, Callable[[object], object], Sequence[object], int]
"""Name, what decides one input, the inputs, and how many of them make a round."""


def applications(count: int) -> list[FactSheet]:
    """Seeded applications with known facts: each rule fails now and then, about half are approved."""
    draw = random.Random(20260316)
    return [_application(draw) for _ in range(count)]


def _application(draw: random.Random) -> FactSheet:
    city = draw.choice(list(AMOUNTS))
    today = date(2026, 1, 1) + timedelta(days=draw.randrange(365))
    born = today - timedelta(days=draw.choice((70, 80, 80, 85, 85, 90, 92, 95, 100)) * 365 + draw.randrange(700))
    other = city if draw.random() < 0.93 else draw.choice(list(AMOUNTS))
    benefits = [{"benefit": "heating", "city": city[:4] + "05", "since": today}] * draw.randrange(2)
    if draw.random() < 0.08:
        benefits.append({"benefit": "elderly_allowance", "city": draw.choice((city, "210200")), "since": today})
    lists = [{"list": "TAX", "listed_on": today - timedelta(days=400)}] * (draw.random() < 0.1)
    repaired = [{"list": "TAX", "repaired_on": today - timedelta(days=draw.randrange(800))}] * (draw.random() < 0.1)
    return FactSheet(
        today,
        {
            "id_type": "111", "notice_read": draw.random() < 0.98, "human_review": draw.random() < 0.02, "city": city,
            "id_no": f"{city}{born:%Y%m%d}0017", "applicant_name": "示例", "pay_to": "social_security_card",
        },
        {
            "population": {"match": draw.random() < 0.98, "status_code": "normal", "hukou_code": other[:4] + "05"},
            "deaths": {"hit": draw.random() < 0.02},
            "low_income": {"status_code": draw.choice(("dibao", "dibao", "tekun", "none"))},
            "benefits": {"active": tuple(benefits)},
            "social_security_card": {"bank_function": "active" if draw.random() < 0.96 else "inactive"},
            "credit": {
                "serious_lists": tuple(lists), "judgment_defaulter": draw.random() < 0.05,
                "false_commitments": (), "repaired": tuple(repaired),
            },
        },
    )  # fmt: skip


def brief(verdict: Verdict) -> tuple[str, tuple[str, ...], object]:
    """What zen-engine is asked: outcome, failing rules, amount."""
    failing = tuple(one.rule for one in verdict.findings if one.state is State.FAILS)
    return verdict.outcome, failing, verdict.result.get("monthly_amount")


def engines(policy: Policy, sheets: list[FactSheet]) -> list[Engine]:
    """Every engine that is installed, each shown to decide every sheet as the hand-written one does."""
    compiled = compile_policy(policy)
    late = [replace(one, registers={**one.registers, "deaths": Unknown.of(Why.LATE, "deaths")}) for one in sheets]
    found: list[Engine] = [
        (YARDSTICK, decide, sheets, 500),
        ("hand-written, whole verdict", decide_whole, sheets, 500),
        (GENERATED, compiled.judge, sheets, 500),
        ("generated, a register late", compiled.judge, late, 100),
        ("reference interpreter", lambda sheet: judge(policy, sheet), sheets, 20),
    ]
    for sheet, unsure in zip(sheets, late, strict=True):
        wanted = decide_whole(sheet)
        _same(compiled.judge(sheet), wanted)
        _same(judge(policy, sheet), wanted)
        _same(compiled.judge(unsure), judge(policy, unsure))
    return found + _peers(sheets) + _rete(policy, sheets)


def _same(said: object, wanted: object) -> None:
    if said != wanted:
        raise SystemExit("two engines differ, so there is nothing to time: run the tests of tests/readings first")


def _peers(sheets: list[FactSheet]) -> list[Engine]:
    """Other engines, each shown to find the same outcome, failing rules and amount."""
    found: list[Engine] = []
    for name, opens, writes, count in (
        (ZEN, zen_engine, document, 100),
        (JSONLOGIC, datalogic, told, 200),
        (DURABLE, durable_host, told, 20),
    ):
        try:
            engine = opens()
        except ImportError:
            print(f"{name} is left out: install the dependency group `bench`")
            continue
        documents = [writes(sheet) for sheet in sheets]
        for sheet, one in zip(sheets, documents, strict=True):
            outcome, failing, amount = engine(one)
            _same((outcome, failing, None if amount is None else Decimal(str(amount))), brief(decide_whole(sheet)))
        found.append((name, engine, documents, count))
    return found


def _rete(policy: Policy, sheets: list[FactSheet]) -> list[Engine]:
    engine = ReteEngine(policy)
    for sheet in sheets[:100]:
        _same(engine.judge(sheet), decide_whole(sheet))

    def compared(pair: tuple[FactSheet, Verdict]) -> bool:
        sheet, first = pair
        return agree(first, engine.judge(sheet)) and supported(first, sheet)

    pairs = [(sheet, decide_whole(sheet)) for sheet in sheets]
    return [("Rete road in process", engine.judge, sheets, 20), (COMPARED, compared, pairs, 20)]


def timed(engine: Engine, start: int) -> float:
    """CPU microseconds a decision over one round."""
    _, decides, inputs, count = engine
    chosen = [inputs[(start + place) % len(inputs)] for place in range(count)]
    began = time.thread_time_ns()
    for one in chosen:
        decides(one)
    return (time.thread_time_ns() - began) / count / 1000


def measure(found: list[Engine], rounds: int) -> dict[str, list[float]]:
    """Interleaved rounds; the first of each engine is not counted."""
    for engine in found:
        timed(engine, 0)
    gc.collect()
    gc.disable()
    taken: dict[str, list[float]] = {name: [] for name, *_ in found}
    for turn in range(rounds):
        for engine in found:
            taken[engine[0]].append(timed(engine, turn * 37))
        gc.collect()
    gc.enable()
    return taken


def summary(taken: dict[str, list[float]]) -> list[dict[str, object]]:
    """Medians, quartiles, and the median ratio to the yardstick, paired by round."""
    rows = []
    for name, times in taken.items():
        ratios = [one / other for one, other in zip(times, taken[YARDSTICK], strict=True)]
        low, _, high = statistics.quantiles(times, n=4)
        row = {"engine": name, "us": statistics.median(times), "low": low, "high": high}
        rows.append({**row, "ratio": statistics.median(ratios)})
    return rows


def multiples(taken: dict[str, list[float]]) -> list[dict[str, object]]:
    """One engine's time as a multiple of another's, paired by round: median and quartiles."""
    found: list[dict[str, object]] = []
    for one, other in PAIRS:
        if one in taken and other in taken:
            ratios = [mine / base for mine, base in zip(taken[one], taken[other], strict=True)]
            low, median, high = statistics.quantiles(ratios, n=4)
            found.append({"of": one, "to": other, "ratio": median, "low": low, "high": high})
    return found


def main() -> None:
    """Measures, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    policy = read_shelf(ROOT / "rules").versions["elderly_allowance"][-1]
    sheets = applications(COUNT)
    taken = measure(engines(policy, sheets), rounds)
    rows, ratios = summary(taken), multiples(taken)
    approved = sum(decide(sheet)[0] == "APPROVED" for sheet in sheets)
    machine = {
        "processor": platform.processor() or platform.machine(), "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        **{name: version(name) for name in ("zen-engine", "datalogic-py", "durable-rules")},
        "rounds": rounds, "applications": COUNT, "approved": approved,
    }  # fmt: skip
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(f"{'CPU us a decision':40} {'median':>8} {'quartiles':>18} {'x by hand':>10}")
    for row in rows:
        spread = f"{row['low']:.2f} to {row['high']:.2f}"
        print(f"{row['engine']:40} {row['us']:8.2f} {spread:>18} {row['ratio']:10.2f}")
    for one in ratios:
        print(f"{one['of']} / {one['to']}: {one['ratio']:.2f} ({one['low']:.2f} to {one['high']:.2f})")
    RESULTS.write_text(json.dumps({"machine": machine, "engines": rows, "multiples": ratios}, indent=2) + "\n")


if __name__ == "__main__":
    main()
