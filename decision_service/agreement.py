"""Whether both engines say the same, and in time: without that no machine approves or refuses."""

from dataclasses import dataclass
from typing import Protocol

from decision_service.facts import FactSheet
from decision_service.policy.shape import Policy
from decision_service.twin import agree, supported
from decision_service.verdict import Verdict


class SecondJudge(Protocol):
    """The second engine, wherever it runs."""

    async def judge(self, digest: str, sheet: FactSheet, timeout: float) -> Verdict:  # noqa: ASYNC109 - the wait is its own to bound: it may have to replace a process that hangs
        """Its verdict within `timeout` seconds, which nobody else bounds. Whatever it raises means that there is
        none."""
        ...

    @property
    def ready(self) -> bool:
        """Whether it would answer now."""
        ...


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a verdict may not stand: in a word, and the parts by rule ids and states. No value of an application."""

    why: str
    parts: tuple[str, ...]


async def doubts(second: SecondJudge, policy: Policy, first: Verdict, sheet: FactSheet, seconds: float) -> Doubt | None:
    """What speaks against `first`; None where the second engine says exactly the same within `seconds` and nothing
    favourable stands on the unknown."""
    try:
        other = await second.judge(policy.digest, sheet, seconds)
    except Exception as error:  # noqa: BLE001 - an engine without an answer is an engine that did not agree
        return Doubt("unavailable", (type(error).__name__,))
    if not agree(first, other):
        return Doubt("different", differing(first, other))
    if not supported(first, sheet):
        return Doubt("unsupported", (first.outcome.value,))
    return None


def differing(first: Verdict, second: Verdict) -> tuple[str, ...]:
    """Which parts of two verdicts differ, by rule ids and states; no value of an application."""
    parts = [] if first.outcome is second.outcome else [f"outcome {first.outcome.value}/{second.outcome.value}"]
    others = {finding.rule: finding for finding in second.findings}
    for one in first.findings:
        other = others.get(one.rule)
        if one != other:
            parts.append(f"{one.rule} {one.state.value}/{other.state.value if other is not None else 'none'}")
    parts += [name for name in ("items", "result", "notes") if getattr(first, name) != getattr(second, name)]
    return tuple(parts)
