"""Questions: whom one can be put to, given the form, and with what."""

from decision_service.forms import FormReading
from decision_service.policy.derived import Derived
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Ask, Policy
from decision_service.sheet import CREDIT, askable
from verifiers.verifier import Question, Shown

SEVERAL = "persons"
"""The parameter that is always a list."""

_MAX_SUBJECT = 200


def _gates(policy: Policy) -> tuple[str, ...]:
    gates = registers_read(policy, [rule.must for rule in policy.rules if rule.gate])
    return tuple(name for name in policy.asks if name in gates and name != CREDIT)


def _subjects(policy: Policy) -> dict[str, tuple[str, ...]]:
    """For each register, the fields of its question that may say whom it is about."""
    numbers = {field.name for field in policy.fields if field.type_name in ("citizen_id", "credit_code")}
    return {
        name: tuple(field for fields in ask.parameters.values() for field in fields if field in numbers)
        for name, ask in policy.asks.items()
    }


_GATES = Derived(_gates)
_SUBJECTS = Derived(_subjects)


def first_wave(policy: Policy, form: FormReading) -> tuple[str, ...]:
    """The registers of the gate rules: who the applicant is decides whether anything else may be asked."""
    return tuple(name for name in _GATES.of(policy) if can_ask(policy, name, form))


def is_allocator(policy: Policy, name: str) -> bool:
    """Whether asking takes something (a number), so that it is asked last."""
    return policy.asks[name].register.allocator


def can_ask(policy: Policy, name: str, form: FormReading) -> bool:
    """Whether the form holds what the question needs."""
    return name in policy.asks and askable(name, policy.asks[name], form) and subject_of(policy, name, form) is not None


def question(
    policy: Policy,
    name: str,
    form: FormReading,
    application_id: str,
    credential: Shown | None = None,
    caller: str = "",
) -> Question:
    """The question to a register that `can_ask` allows, with the credential that is shown for it, and for whom."""
    ask = policy.asks[name]
    return Question(
        register=ask.register,
        matter=policy.matter,
        application_id=application_id,
        purpose=f"{policy.item_code}:{policy.matter}",
        subject=subject_of(policy, name, form) or "",
        params=parameters(ask, form),
        asked_with=ask.asked_with,
        credential=credential,
        caller=caller,
    )


def parameters(ask: Ask, form: FormReading) -> dict[str, object]:
    """What is sent: each parameter from its field, several fields as a list; blank optional ones are left out."""
    found: dict[str, object] = {}
    for parameter, fields in ask.parameters.items():
        values = [form.asked[name] for name in fields if form.asked.get(name) is not None]
        if parameter == SEVERAL or len(fields) > 1:
            found[parameter] = values
        elif values:
            found[parameter] = values[0]
    return found


def subject_of(policy: Policy, name: str, form: FormReading) -> str | None:
    """Whom the question is about: the first citizen ID or credit code that it carries, else the applicant; None where
    there is none that could be said."""
    for field in _SUBJECTS.of(policy)[name]:
        if form.asked.get(field) is not None:
            return _said(form.asked[field])
    return _said(form.asked.get("id_no"))


def _said(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_SUBJECT and value.isprintable() else None
