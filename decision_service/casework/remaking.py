"""A decision made again from its record, as an auditor is shown it: what each engine says now, and whether the answer
comes out byte for byte."""

from collections.abc import Iterator, Mapping

import orjson

from decision_service.ledger.entry import Recorded
from decision_service.ledger.receipt import full_answer
from decision_service.policy.shape import Policy
from decision_service.publishing import Publication
from decision_service.replay import Again, replay
from decision_service.twin import agree
from decision_service.verdict import Verdict
from decision_service.wording import as_json


def remade(recorded: Recorded, publication: Publication, again: Again, second: Verdict | None) -> dict[str, object]:
    """What came of it: `again` is the decision made again by the first engine, `second` the verdict of the other; None
    where no engine was asked then either (`referred_by` says why). Raises ReplayError, ErasedError."""
    first = again.decided.verdict
    # Where no engine is asked, none is made: the judge that stands here is never called.
    came_out = replay(recorded, publication, lambda _: lambda _: second or first)
    stood = full_answer(recorded)
    told: dict[str, object] = {
        "decision_id": recorded.entry.decision_id,
        "same": came_out == stood,
        "differs_at": list(differing(orjson.loads(stood), orjson.loads(came_out))),
        "referred_by": again.archive.referred_by,
    }
    if second is None:
        return told | {"agree": None, "engines": []}
    policy = again.decided.policy
    engines = [_verdict("compiled", first, policy), _verdict("rete", second, policy)]
    return told | {"agree": agree(first, second), "engines": engines}


def differing(one: object, other: object, place: str = "") -> Iterator[str]:
    """Where two JSON texts differ, as JSON pointers (RFC 6901); no value of either is told."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted(one.keys() | other.keys()):
            inside = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in one and name in other:
                yield from differing(one[name], other[name], inside)
            else:
                yield inside
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differing(left, right, f"{place}/{number}")
    elif type(one) is not type(other) or one != other:
        yield place


def _verdict(engine: str, verdict: Verdict, policy: Policy) -> dict[str, object]:
    kinds = {one.name: one.value.kind for one in policy.results}
    return {
        "engine": engine,
        "outcome": verdict.outcome.value,
        "rules": [
            {"rule": one.rule, "state": one.state.value, "outcome": None if one.outcome is None else one.outcome.value}
            for one in verdict.findings
        ],
        "items": [
            {"item": one.item, "outcome": one.outcome.value, "amount": as_json(one.amount)} for one in verdict.items
        ],
        "result": {name: as_json(value, kinds.get(name)) for name, value in verdict.result.items()},
        "notes": list(verdict.notes),
    }
