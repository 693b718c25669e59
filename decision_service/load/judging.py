"""What each request came to, held against the truth: right, late, wrong, turned away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from decision_service.load.broken import BROKEN
from decision_service.load.plan import Plan
from decision_service.load.samples import UNHEARD, Sample, Told
from decision_service.load.stages import Stage
from decision_service.load.truth import NOT_ASKED, Expected, Unheard, handed_out
from decision_service.outcome import Outcome

Verdict = Literal["right", "late", "doubted", "refused", "again", "shed", "wrong", "failed"]
"""right: what the reference says on the registers' facts, without those of the register that fails in this stage, where
that one was not heard. late: the same, without a register that does not fail here but did not answer in time. doubted:
an officer decides, since the two engines were not heard to agree. refused: a broken request, or a key used again, met
the problem that it must. again: another request with its key is being decided. shed: turned away as too much, and told
when to try again. wrong: anything else that was said. failed: no answer, or none that can be used."""

DOUBTED = ("R15_ENGINES_DIFFER", "R16_SUSPENDED")
KEY_REUSED, IN_WORK = "key_reused", "in_work"


@dataclass(frozen=True, slots=True)
class Judged:
    """A request with its verdict. `instant`: decided without an officer; `due_instant`: it should have been, also
    without the register that fails in its stage."""

    sample: Sample
    verdict: Verdict
    instant: bool = False
    due_instant: bool = False

    @property
    def is_timed(self) -> bool:
        """Whether the matter's budget is about it: an application that was not turned away."""
        return not self.sample.broken and self.sample.part in ("once", "copy") and self.verdict not in ("shed", "again")


class Bench:
    """Judges the requests of a run."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._left_out = {matter: handed_out(policy) for matter, policy in plan.pool.policies.items()}
        self._expected: dict[tuple[int, Unheard], Expected] = {}

    def judge(self, sample: Sample) -> Judged:
        """The verdict on one request by itself."""
        if sample.status == 0 or (sample.status >= 500 and not sample.retry):
            return self._judged(sample, "failed")
        if sample.status in (429, 503) and sample.retry:
            return self._judged(sample, "shed")
        if sample.broken:
            wanted = BROKEN[sample.broken][1]
            return Judged(sample, "refused" if sample.status == wanted and sample.problem else "wrong")
        if sample.part == "other" and sample.problem == KEY_REUSED:
            return Judged(sample, "refused" if sample.status == 422 else "wrong")
        if sample.part in ("copy", "later") and (sample.status, sample.problem) == (409, IN_WORK) and sample.retry:
            return Judged(sample, "again")
        if sample.told is None:
            return self._judged(sample, "wrong" if sample.status < 400 else "failed")
        return self._decided(sample, sample.told)

    def expected(self, application: int, unheard: Unheard) -> Expected:
        """What must come of an application where those registers gave no answer."""
        known = self._plan.pool.applications[application]
        at = (known.template, unheard)
        if at not in self._expected:
            self._expected[at] = self._plan.pool.truth.expected(known.one, known.facts, unheard)
        return self._expected[at]

    def _decided(self, sample: Sample, told: Told) -> Judged:
        if len(told.reasons) == 1 and told.reasons[0] in DOUBTED:
            return self._judged(sample, "doubted")
        unheard = unheard_of(told)
        came = Expected(
            told.outcome,
            tuple(told.reasons),
            tuple((item, outcome) for item, outcome in told.items),
            {name: value for name, value in told.result.items() if name not in self._left_out[sample.matter]},
        )
        if came != self.expected(sample.application, unheard):
            return self._judged(sample, "wrong")
        failing = self._plan.stages[sample.stage].register
        return self._judged(sample, "late" if {name for name, _ in unheard} - {failing} else "right")

    def _judged(self, sample: Sample, verdict: Verdict) -> Judged:
        instant = sample.told is not None and sample.told.outcome != Outcome.REFERRED
        return Judged(sample, verdict, instant, self._due_instant(sample))

    def _due_instant(self, sample: Sample) -> bool:
        if sample.broken or sample.part not in ("once", "copy"):
            return False
        stage, known = self._plan.stages[sample.stage], self._plan.pool.applications[sample.application]
        without: Unheard = ((stage.register, "error"),) if stage.register in known.facts else ()
        ways = (self.expected(sample.application, ()), self.expected(sample.application, without))
        return all(one.outcome != Outcome.REFERRED for one in ways)


def unheard_of(told: Told) -> Unheard:
    """The registers that the answer itself says it lacks, and how."""
    silent = {name: status for name, status in told.heard.items() if status in UNHEARD}
    missed = {name: NOT_ASKED for name in told.missed if name not in told.heard}
    return tuple(sorted({**missed, **silent}.items()))


def storms(judged: Iterable[Judged]) -> list[Sequence[Judged]]:
    """The duplicates that were not treated as one application: two answers whose bytes differ, no answer to the request
    that came later, or their key with another body decided although they were."""
    found: dict[tuple[int, str, int], list[Judged]] = {}
    for one in judged:
        if one.sample.part != "once":
            found.setdefault((one.sample.stage, one.sample.matter, one.sample.number), []).append(one)
    return [group for group in found.values() if _is_torn(group)]


def _is_torn(group: Sequence[Judged]) -> bool:
    same = [one.sample for one in group if one.sample.part in ("copy", "later") and one.sample.told is not None]
    answers = {one.told.digest for one in same if one.told is not None}
    other = [one for one in group if one.sample.part == "other" and one.sample.told is not None]
    return len(answers) > 1 or bool(answers and other)


def fails(stage: Stage, matter: str, plan: Plan) -> bool:
    """Whether the register that fails in a stage is one that the matter may ask."""
    return bool(stage.fault) and stage.register in plan.pool.policies[matter].asks
