"""Looking at a grant again: what its registers say now, laid over what they said then, by the rules that granted it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from decision_service.afterwards.grants import still_open, turned, watched, watching
from decision_service.agreement import SecondJudge, doubts
from decision_service.archive import evidence_of, read_archive
from decision_service.facts import FactSheet
from decision_service.forms import FormReading, read_form
from decision_service.inquiry import Answered
from decision_service.ledger.entry import Recorded
from decision_service.planning import can_ask, question
from decision_service.publishing import Publication, Published
from decision_service.redecision import CAME, USABLE
from decision_service.sheet import fact_sheet
from decision_service.telemetry import Telemetry
from decision_service.verdict import Verdict
from verifiers.deadline import Clock, Deadline
from verifiers.evidence import Evidence
from verifiers.panel import ask_together
from verifiers.verifier import Verifier

POST_CHECK: Final = ":post_check"
"""Stands behind the purpose of a question that is put after a grant."""

ENGINE_SECONDS: Final = 1.0
GRACE_SECONDS: Final = 0.1
"""A question's deadline beyond the register's own limit, so that the register is to blame and not the deadline."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen. `silent`: a register said nothing, and what others said turns no rule, so that nothing follows.
    `unasked`: there was nothing to ask. `came`: of each register that was asked, whether an answer came."""

    word: Literal["seen", "silent", "engines", "unasked"]
    answers: Mapping[str, Answered] = field(default_factory=dict, repr=False)
    turned: tuple[str, ...] = ()
    came: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked with."""

    verifier: Verifier
    second: SecondJudge
    publication: Callable[[], Publication]
    now: Callable[[], datetime]
    monotonic: Clock
    telemetry: Telemetry

    async def look(self, decision: Recorded, published: Published, *, by_officer: bool) -> Seen:
        """Ask and judge, on the day of the decision: what has turned is then the registers' doing alone, and not that
        of the time gone by. Raises ArchiveError, ErasedError."""
        grant = _grant(decision, published, self.publication(), by_officer=by_officer)
        registers = watched(published.policy, self.publication().catalogue.afterwards)
        rules = watching(published.policy, registers)
        answers: dict[str, Answered] = {}
        wanted = (frozenset(registers) & grant.evidence.keys()) | still_open(grant.judged({}), rules, registers)
        while names := [name for name in sorted(wanted) if can_ask(published.policy, name, grant.form)]:
            answers |= await self._ask(grant, names)
            # What was not needed then may be needed now, to know whether a rule still holds.
            wanted = still_open(grant.judged(_usable(answers)), rules, registers) - answers.keys()
        came = {name: one.evidence.status in CAME for name, one in answers.items()}
        if not answers:
            return Seen("unasked")
        return await self._seen(grant, answers, rules, came)

    async def _seen(
        self, grant: "_Grant", answers: Mapping[str, Answered], rules: frozenset[str], came: Mapping[str, bool]
    ) -> Seen:
        usable = _usable(answers)
        after, policy = grant.judged(usable), grant.published.policy
        found = turned(grant.judged({}), after, rules, by_officer=grant.by_officer)
        if len(usable) < len(answers) and not found:
            return Seen("silent", came=came)
        doubt = await doubts(self.second, policy, after, grant.sheet(usable), ENGINE_SECONDS)
        if doubt is not None and doubt.why != "unsupported":
            self.telemetry.engines_differ(policy.matter, policy.digest, doubt.why, doubt.parts)
            return Seen("engines", came=came)
        return Seen("seen", usable, found, came)

    async def _ask(self, grant: "_Grant", names: list[str]) -> dict[str, Answered]:
        policy = grant.published.policy
        plain = [question(policy, name, grant.form, grant.application_id, caller=grant.caller) for name in names]
        asked = [replace(one, purpose=one.purpose + POST_CHECK) for one in plain]
        limit = max(one.register.timeout_ms for one in asked) / 1000 + GRACE_SECONDS
        found = await ask_together(self.verifier, asked, Deadline.after(limit, self.monotonic))
        at = self.now().isoformat(timespec="milliseconds")
        return {
            one.register.name: Answered(evidence, one.params, at) for one, evidence in zip(asked, found, strict=True)
        }


@dataclass(frozen=True, slots=True)
class _Grant:
    """What was granted: the rules, the form and the answers of then."""

    published: Published
    caller: str
    application_id: str
    form: FormReading
    evidence: Mapping[str, Evidence]
    by_officer: bool
    bare: Callable[[Mapping[str, Evidence]], FactSheet]

    def sheet(self, answers: Mapping[str, Answered]) -> FactSheet:
        """The facts, those of `answers` laid over those of then."""
        return self.bare({**self.evidence, **{name: one.evidence for name, one in answers.items()}})

    def judged(self, answers: Mapping[str, Answered]) -> Verdict:
        """What they come to."""
        return self.published.judge(self.sheet(answers))


def _usable(answers: Mapping[str, Answered]) -> dict[str, Answered]:
    return {name: one for name, one in answers.items() if one.evidence.status in USABLE}


def _grant(decision: Recorded, published: Published, publication: Publication, *, by_officer: bool) -> _Grant:
    entry, policy, catalogue = decision.entry, published.policy, publication.catalogue
    archive = read_archive(entry.archive)
    form = read_form(policy, archive.form, archive.as_of, catalogue.prefectures)

    def sheet(evidence: Mapping[str, Evidence]) -> FactSheet:
        return fact_sheet(policy, form, evidence, archive.as_of, catalogue.calendar)

    evidence = evidence_of(archive, policy)
    return _Grant(published, entry.caller, entry.application_id, form, evidence, by_officer, sheet)
