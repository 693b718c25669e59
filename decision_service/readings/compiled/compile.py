"""A policy to one Python function from a sheet of facts to a verdict."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from types import CodeType, MappingProxyType
from typing import cast

from decision_service.facts import FactSheet, Unknown
from decision_service.language.tree import Expression, FactRef, FormRef, Lookup
from decision_service.outcome import APPROVALS, Outcome, settle
from decision_service.policy.shape import Policy
from decision_service.readings.compiled import logic
from decision_service.readings.compiled.conclude import Follows, Grant, RulePlan, conclude, draft, gated
from decision_service.readings.compiled.emit_fast import Fast
from decision_service.readings.compiled.emit_table import table_lines, table_plan
from decision_service.readings.compiled.functions import FUNCTIONS, shift
from decision_service.readings.compiled.lookup import look_up, met
from decision_service.readings.compiled.making import NO_ITEMS, barred, failing, telling, verdict
from decision_service.readings.compiled.names import CannotCompileError, Lets, Names, walk
from decision_service.readings.compiled.write_fast import FastWriter
from decision_service.readings.compiled.write_full import FullWriter, deciding
from decision_service.verdict import Verdict

Judge = Callable[[FactSheet], Verdict]


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A policy as a function. `judge` gives the verdict for any sheet of the policy's fields and registers; `full` the
    same without the short way; `source` is the generated text."""

    matter: str
    digest: str
    judge: Judge = field(repr=False)
    full: Judge = field(repr=False)
    source: str = field(repr=False)


class _NotSureError(Exception):
    """The fast form met something unknown; the full form decides."""


def sure(value: object) -> object:
    """The value, if it is known."""
    if value.__class__ is Unknown:
        raise _NotSureError
    return value


_RUNTIME: MappingProxyType[str, object] = MappingProxyType(
    {
        **{name: getattr(logic, name) for name in (
            "conj", "disj", "some", "every", "negate", "choose", "equal", "unequal", "less", "at_most", "within",
            "one_of", "contains", "part", "apply", "reckon",
        )},
        "look_up": look_up, "met": met, "shift": shift, "sure": sure, "Decimal": Decimal, "Unknown": Unknown,
        "conclude": conclude, "draft": draft, "gated": gated, "Grant": Grant, "verdict": verdict,
        "NO_ITEMS": NO_ITEMS, "barred": barred, "telling": telling, "failing": failing, "settle": settle,
        "APPROVALS": APPROVALS, "APPROVED": Outcome.APPROVED,
        "__builtins__": {"any": any, "all": all, "len": len, "Exception": Exception},
    }
)  # fmt: skip
"""All that generated code can reach besides its own constants."""


def compile_policy(policy: Policy) -> CompiledPolicy:
    """The policy as a function. Raises CannotCompileError, naming the part, where it holds what this reading lacks."""
    names, lets = Names(), Lets({let.name: let.value for let in policy.lets})
    used = lets.reached([*deciding(policy), *(one for table in policy.tables.values() for one in table.inputs)])
    fields, facts = _facts(policy, [*deciding(policy), *(lets.values[name] for name in used)], names)
    columns = [line for table in policy.tables.values() for line in table_lines(table, names)]
    full = FullWriter(policy, names, lets).lines(facts, used)
    fast = Fast(names, lets, policy.tables.__getitem__)
    quick = [] if policy.items else FastWriter(policy, names, fast).lines(facts, fields)
    title = f"# {ascii(policy.matter)[1:-1]} {policy.effective_from}, generated from its rules; for reading only"
    source = "\n".join([title, *names.header(), "", *columns, "", *full, "", "", *quick, ""])
    namespace: dict[str, object] = {**_RUNTIME, **names.constants, **_plans(policy)}
    for name, function in FUNCTIONS.items():
        namespace[names.local("fn", name)] = function
    exec(_code(policy, source), namespace)  # noqa: S102 - the text is our own; of the rule file it holds quoted constants only
    for table in policy.tables.values():
        plan = table_plan(table, names, namespace)
        namespace[names.local("plan", table.name)] = plan
        namespace[names.local("one", table.name)] = plan.single()
    whole = cast("Judge", namespace["full"])
    return CompiledPolicy(policy.matter, policy.digest, cast("Judge", namespace.get("fast", whole)), whole, source)


def _code(policy: Policy, source: str) -> CodeType:
    try:
        return compile(source, f"<{policy.matter} {policy.effective_from}>", "exec")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise CannotCompileError(
            f"{policy.matter} {policy.effective_from}: an expression is too large for one function; "
            "split it into named parts under `let`"
        ) from error


def _facts(policy: Policy, nodes: Iterable[Expression], names: Names) -> tuple[list[str], list[str]]:
    """The names of the form's values that are read, and the lines that fetch them, the registers and the day."""
    form: dict[str, str] = {}
    registers: dict[str, str] = {}
    waiting = list(nodes)
    tables: set[str] = set()
    while waiting:
        for node in walk(waiting.pop(0)):
            if isinstance(node, FormRef):
                form[node.field_name] = names.local("form", node.field_name)
            elif isinstance(node, FactRef):
                registers[node.register] = names.local("reg", node.register)
            elif isinstance(node, Lookup) and node.table not in tables:
                tables.add(node.table)
                waiting += policy.tables[node.table].inputs
    lines = ["as_of = sheet.as_of", "form = sheet.form", "registers = sheet.registers"]
    lines += [f"{local} = form[{name!r}]" for name, local in form.items()]
    lines += [f"{local} = registers[{name!r}]" for name, local in registers.items()]
    return list(form.values()), lines


def _plans(policy: Policy) -> dict[str, object]:
    rules = tuple(
        RulePlan.of(
            rule.id,
            rule.item,
            tuple(Follows(one.outcome, tuple(name for name, _ in one.told)) for one in rule.alternatives),
            conditional=any(one.when is not None for one in rule.alternatives),
        )
        for rule in policy.rules
    )
    return {
        "RULES": rules,
        "HELD": tuple(rule.holds for rule in rules),
        "HOLD": tuple(rule.held for rule in rules),
        "SILENT": tuple(rule.hushed for rule in rules),
        "FAIL": tuple(tuple(one.finding for one in rule.failed) for rule in rules),
        "QUIET": tuple(rule.silent for rule in rules),
        "MET": {},
    }
