"""A run as JSON, for CI."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from decision_service.load.report import Line, MatterLoad, StageLoad
from decision_service.load.run import Result

VERDICTS = ("right", "late", "doubted", "refused", "again", "shed", "wrong", "failed")


def as_json(result: Result) -> dict[str, object]:
    """All figures and lines of a run, without its requests."""
    orders, plan = result.orders, result.plan
    return {
        "service": "own" if orders.is_own else "outside",
        "day": str(orders.day),
        "rate": plan.rate,
        "seed": plan.seed,
        "senders": plan.senders,
        "latency_times": orders.latency if orders.is_own else None,
        "applications": len(plan.pool.applications),
        "boundaries": result.boundaries,
        "left_out": plan.pool.left_out,
        "requests": len(result.samples),
        "generator_lag_p99_ms": round(result.lag_p99, 1),
        "stages": [_stage(one) for one in result.stages],
        "not_possible": [one.name for one in result.not_possible],
        "unsettled": list(result.unsettled),
        "receipts": {
            "asked": result.receipts.asked,
            "decisions": result.receipts.decisions,
            "lost": len(result.receipts.lost),
            "trusted_key": result.receipts.trusted,
        },
        "lines": _lines(result.lines),
        "passed": result.passed,
    }


def _lines(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [asdict(one) for one in lines]


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in VERDICTS}


def _stage(one: StageLoad) -> dict[str, object]:
    stage = one.stage
    return {
        "name": stage.name,
        "zh": stage.title.zh,
        "en": stage.title.en,
        "seconds": one.seconds,
        "fault": {"register": stage.register, "is": stage.fault} if stage.fault else None,
        "requests": len(one.judged),
        "counts": _counts(one.counts),
        "problems": one.problems,
        "goodput_per_s": round(one.goodput, 2),
        "goodput_share": round(one.share, 4),
        "generator_lag_p99_ms": round(one.lag_p99, 1),
        "lines": _lines(one.lines),
        "met": one.met,
        "matters": [_matter(matter) for matter in one.matters],
    }


def _matter(one: MatterLoad) -> dict[str, object]:
    names = ("p50", "p95", "deadline")
    return {
        "matter": one.matter,
        "requests": one.requests,
        "counts": _counts(one.counts),
        "timed": one.timed,
        "p50_ms": round(one.p50, 1),
        "p95_ms": round(one.p95, 1),
        "p99_ms": round(one.p99, 1),
        "budget_ms": dict(zip(names, one.budget, strict=True)),
        "over_budget": dict(zip(names, one.over, strict=True)),
        "deadline_only": one.deadline_only,
        "missed": list(one.missed),
    }
