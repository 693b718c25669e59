"""`ask`: which registers a matter may ask, with which fields of the form, and the paper that may stand in."""

from collections.abc import Mapping

from decision_service.policy.entries import Entries
from decision_service.policy.shape import Ask, Field
from verifiers.registers import Register

SAME_AS: Mapping[str, str] = {"name": "applicant_name"}
"""Parameters that are filled by a form field of another name unless the matter says otherwise."""


def read_asks(entries: Entries, fields: Mapping[str, Field], registers: Mapping[str, Register]) -> dict[str, Ask]:
    """The registers under `ask`."""
    asks = {}
    for name in entries.names():
        register = registers.get(name)
        inner = entries.inner(name)
        if register is None:
            entries.wrong_word(name, sorted(registers), entries.key_span(name))
            continue
        inner.what = (f"ask 下的 `{name}` ", f"`{name}` under ask")
        asks[name] = _ask(register, inner, fields, entries)
    return asks


def _ask(register: Register, entries: Entries, fields: Mapping[str, Field], outer: Entries) -> Ask:
    given: dict[str, tuple[str, ...]] = {}
    inner = entries.inner("with")
    for parameter in inner.names():
        words = inner.words(parameter)
        for word in words:
            if word.text not in fields:
                inner.wrong_word(word.text, sorted(fields), word.span)
        given[parameter] = tuple(word.text for word in words)
    chosen_by_hand = frozenset(given)
    sets = (register.asked_with, *register.alternatives)
    chosen = next(
        (one for one in sets if given and set(one) >= set(given) - set(register.optional_parameters)), sets[0]
    )
    optional = tuple(name for name in register.optional_parameters if name in given or name in fields)
    parameters: dict[str, tuple[str, ...]] = {}
    for parameter in (*chosen, *optional):
        filled = given.pop(parameter, (SAME_AS.get(parameter, parameter),))
        parameters[parameter] = filled
        if filled and filled[0] not in fields and parameter not in chosen_by_hand:
            entries.complaints.add(
                "missing_parameter",
                f"登记库 `{register.name}` 要用 `{parameter}` 查询，表单没有这个字段",
                f"the register `{register.name}` is asked with `{parameter}`, which the form does not have",
                outer.key_span(register.name),
                (f"写 `with: {{{parameter}: 表单字段}}`", f"write `with: {{{parameter}: form_field}}`"),
            )
    for parameter in given:
        inner.wrong_word(parameter, [*register.asked_with, *register.optional_parameters], inner.key_span(parameter))
    fallback = entries.text("fallback", "") or None
    if fallback is not None and (fallback not in fields or not fields[fallback].upload):
        uploads = sorted(name for name, field in fields.items() if field.upload)
        entries.wrong_word(fallback, uploads, entries.nodes["fallback"][1].span)
    entries.done()
    return Ask(register, parameters, fallback, outer.key_span(register.name))
