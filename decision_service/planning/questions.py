"""Questions: whom one can be put to, given the form, and with what."""

from dataclasses import dataclass

from decision_service.forms import FormReading
from decision_service.policy.derived import Derived
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Policy
from decision_service.sheet import CREDIT, askable
from verifiers.verifier import Question, Shown

SEVERAL = "persons"
"""The parameter that is always a list."""

_MAX_SUBJECT = 200


def _gates(policy: Policy) -> tuple[str, ...]:
    gates = registers_read(policy, [rule.must for rule in policy.rules if rule.gate])
    return tuple(name for name in policy.asks if name in gates and name != CREDIT)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What every question of a policy to one register has. `subjects` are the fields that may say whom it is about,
    `parameters` each parameter with its fields and whether it is always a list."""

    purpose: str
    asked_with: tuple[str, ...]
    subjects: tuple[str, ...]
    parameters: tuple[tuple[str, tuple[str, ...], bool], ...]


def _askings(policy: Policy) -> dict[str, _Asking]:
    numbers = {field.name for field in policy.fields if field.type_name in ("citizen_id", "credit_code")}
    found = {}
    for name, ask in policy.asks.items():
        asked = ask.parameters.items()
        found[name] = _Asking(
            purpose=f"{policy.item_code}:{policy.matter}",
            asked_with=ask.asked_with,
            subjects=tuple(field for _, fields in asked for field in fields if field in numbers),
            parameters=tuple((one, fields, one == SEVERAL or len(fields) > 1) for one, fields in asked),
        )
    return found


_GATES = Derived(_gates)
_ASKINGS = Derived(_askings)


def gates_of(policy: Policy) -> tuple[str, ...]:
    """The registers of the gate rules, in the order of the policy; credit, which is asked beside all else, left out."""
    return _GATES.of(policy)


def first_wave(policy: Policy, form: FormReading) -> tuple[str, ...]:
    """The registers of the gate rules: who the applicant is decides whether anything else may be asked."""
    return tuple(name for name in _GATES.of(policy) if can_ask(policy, name, form))


def is_allocator(policy: Policy, name: str) -> bool:
    """Whether asking takes something (a number), so that it is asked last."""
    return policy.asks[name].register.allocator


def can_ask(policy: Policy, name: str, form: FormReading) -> bool:
    """Whether the form holds what the question needs."""
    ask = policy.asks.get(name)
    return ask is not None and askable(name, ask, form) and _subject(_ASKINGS.of(policy)[name], form) is not None


def question(
    policy: Policy,
    name: str,
    form: FormReading,
    application_id: str,
    credential: Shown | None = None,
    caller: str = "",
) -> Question:
    """The question to a register that `can_ask` allows, with the credential that is shown for it, and for whom. Raises
    ValueError for another."""
    found = posed(policy, name, form, application_id, credential, caller)
    if found is None:
        raise ValueError(f"the form does not hold what {name} is asked with")
    return found


def posed(
    policy: Policy,
    name: str,
    form: FormReading,
    application_id: str,
    credential: Shown | None = None,
    caller: str = "",
) -> Question | None:
    """The same, None where `can_ask` does not allow it."""
    ask = policy.asks.get(name)
    if ask is None or not askable(name, ask, form):
        return None
    asking = _ASKINGS.of(policy)[name]
    subject = _subject(asking, form)
    if subject is None:
        return None
    said = (ask.register, policy.matter, application_id, asking.purpose, subject)
    return Question(*said, _parameters(asking, form), asking.asked_with, credential, caller)


def _parameters(asking: _Asking, form: FormReading) -> dict[str, object]:
    """What is sent: each parameter from its field, several fields as a list; blank optional ones are left out."""
    found: dict[str, object] = {}
    asked = form.asked
    for parameter, fields, several in asking.parameters:
        if several:
            found[parameter] = [asked[name] for name in fields if asked.get(name) is not None]
        else:
            value = asked.get(fields[0]) if fields else None
            if value is not None:
                found[parameter] = value
    return found


def _subject(asking: _Asking, form: FormReading) -> str | None:
    """Whom the question is about: the first citizen ID or credit code that it carries, else the applicant; None where
    there is none that could be said."""
    for field in asking.subjects:
        value = form.asked.get(field)
        if value is not None:
            return _said(value)
    return _said(form.asked.get("id_no"))


def _said(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_SUBJECT and value.isprintable() else None
