"""Truth values that are constants as long as they can be: Python's `bool`, or a formula of Z3 where it takes one."""

from typing import TypeAlias

import z3

Formula: TypeAlias = "bool | z3.BoolRef"


def conj(*parts: Formula) -> Formula:
    """All of them; true where there is none."""
    return _joined(parts, neutral=True)


def disj(*parts: Formula) -> Formula:
    """At least one of them; false where there is none."""
    return _joined(parts, neutral=False)


def _joined(parts: tuple[Formula, ...], *, neutral: bool) -> Formula:
    kept: dict[int, z3.BoolRef] = {}
    for part in parts:
        if isinstance(part, bool):
            if part is not neutral:
                return part
        else:
            kept[part.get_id()] = part
    for part in kept.values():
        if z3.is_not(part) and part.arg(0).get_id() in kept:
            return not neutral
    if not kept:
        return neutral
    if len(kept) == 1:
        return next(iter(kept.values()))
    return z3.And(*kept.values()) if neutral else z3.Or(*kept.values())


def neg(part: Formula) -> Formula:
    """The contrary."""
    if isinstance(part, bool):
        return not part
    return part.arg(0) if z3.is_not(part) else z3.Not(part)


def choose(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    """`then` where the condition is true, else `otherwise`."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if isinstance(then, bool):
        return disj(condition, otherwise) if then else conj(neg(condition), otherwise)
    if isinstance(otherwise, bool):
        return disj(neg(condition), then) if otherwise else conj(condition, then)
    return then if then.eq(otherwise) else z3.If(condition, then, otherwise)


def iff(left: Formula, right: Formula) -> Formula:
    """Both or neither."""
    if isinstance(left, bool):
        return right if left else neg(right)
    if isinstance(right, bool):
        return left if right else neg(left)
    return True if left.eq(right) else left == right


def raw(part: Formula) -> "z3.BoolRef":
    """The formula as Z3 has it."""
    return z3.BoolVal(part) if isinstance(part, bool) else part
