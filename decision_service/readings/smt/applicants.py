"""One concrete application, in the shape of a worked case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from decision_service.policy.shape import Policy, WorkedCase


@dataclass(frozen=True, slots=True)
class Applicant:
    """An application: the day, the form as JSON, and what each register answers as a case file writes it.

    `facts`: register -> {"status": "ok", its fields, "data_as_of": …} or {"status": "timeout"} or
    {"status": "no_record"}; a register left out was not asked.
    """

    as_of: date
    form: Mapping[str, object]
    facts: Mapping[str, object]

    @staticmethod
    def of_case(case: WorkedCase) -> "Applicant":
        """A worked case of a rule file."""
        return Applicant(case.as_of, case.form, case.facts)

    def under(self, policy: Policy) -> "Applicant":
        """What of it the form and the registers of this policy take: with two versions, a field may be in one only."""
        fields = {field.name for field in policy.fields}
        form = {name: value for name, value in self.form.items() if name in fields}
        return Applicant(self.as_of, form, {name: one for name, one in self.facts.items() if name in policy.asks})
