"""One application as the engines and the reference decide it: what worked cases show, and what a proof is held to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from decision_service.decision import Decided
from decision_service.facts import Fact, Unknown, Why
from decision_service.interpreter import scope_of
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.tree import Expression
from decision_service.offline import Engines, decide
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.verdict import Finding, State, Verdict


class EnginesDifferError(Exception):
    """The engines, or an engine and the reference, decide an application differently: nothing can be proved of it."""


@dataclass(frozen=True, slots=True)
class Observed:
    """An application (JSON, as a worked case has it) with its decision. `name`: the worked case that it is, if any."""

    as_of: date
    form: Mapping[str, object]
    facts: Mapping[str, object]
    decided: Decided = field(repr=False, compare=False)
    scope: Scope = field(repr=False, compare=False)
    name: str = ""

    @property
    def policy(self) -> Policy:
        """The policy by which it is decided."""
        return self.decided.policy

    @property
    def verdict(self) -> Verdict:
        """What the engines and the reference say."""
        return self.decided.verdict

    @property
    def known(self) -> bool:
        """Whether the form is in order and every register that may be asked has answered. Where the document is none
        that registers know, none is asked, and nothing is lacking."""
        unknown = [one for one in self.scope.sheet.registers.values() if isinstance(one, Unknown)]
        return self.valid and all(cause.why is Why.FORM for one in unknown for cause in one.causes)

    @property
    def valid(self) -> bool:
        """Whether the form is in order."""
        return not self.decided.form.defects

    def finding(self, rule: str) -> Finding:
        """How a rule stands."""
        return next((one for one in self.verdict.findings if one.rule == rule), Finding(rule, State.SILENT))

    def value(self, expression: Expression) -> Fact:
        """What an expression of the policy comes to."""
        return evaluate(expression, self.scope)

    def fits(self, table: str, row: int) -> bool:
        """Whether a row of a table surely fits."""
        tests = self.policy.tables[table].rows[row].tests
        return all(test is None or evaluate(test, self.scope) is True for test in tests)


def observe(
    policy: Policy,
    catalogue: Catalogue,
    engines: Engines,
    application: tuple[date, Mapping[str, object], Mapping[str, object]],
    name: str = "",
) -> Observed:
    """Decides an application (day, form, facts) by both engines and the reference. Raises EnginesDifferError."""
    as_of, form, facts = application
    decided = decide(policy, catalogue, engines, form, facts, as_of)
    reference = judge(policy, decided.sheet)
    if decided.referred_by is not None or reference != decided.verdict:
        raise EnginesDifferError(f"{policy.matter}: the engines and the reference differ on {name or 'an application'}")
    return Observed(as_of, form, facts, decided, scope_of(policy, decided.sheet), name)
