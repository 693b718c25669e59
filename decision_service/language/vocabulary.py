"""The names that an expression may use, and how a wrong one is reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from decision_service.language.functions import SIGNATURES
from decision_service.language.tree import Literal
from decision_service.source import Problem, Span, nearest
from verifiers.kinds import Kind


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is in scope: form fields, fields of the registers that may be asked, lets, parameters, tables.

    `registers` maps a register to the kinds of its answer; `known_registers` are all of the catalogue, so that one
    that is not asked gets a better message than an unknown word. `broken` are names whose own definition is wrong and
    told: what uses them is no further problem (FOLLOWS).
    """

    form: Mapping[str, Kind]
    registers: Mapping[str, Mapping[str, Kind]]
    lets: Mapping[str, Kind] = field(default_factory=dict)
    parameters: Mapping[str, Literal] = field(default_factory=dict)
    tables: Mapping[str, Kind] = field(default_factory=dict)
    variables: Mapping[str, Kind] = field(default_factory=dict)
    known_registers: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()

    def words(self) -> set[str]:
        """Everything that could have been meant."""
        facts = {f"{name}.{part}" for name, parts in self.registers.items() for part in parts}
        names = {*self.form, *self.lets, *self.parameters, *self.tables, *self.variables, "as_of"}
        return facts | names

    def taken(self, name: str) -> bool:
        """Whether a name already means something."""
        own = (self.form, self.lets, self.parameters, self.tables, self.variables)
        return name == "as_of" or name in self.known_registers or any(name in names for names in own)

    def with_variable(self, name: str, kind: Kind) -> "Vocabulary":
        """The same names and one bound variable."""
        return replace(self, variables={**self.variables, name: kind})

    def unknown_name(self, name: str, span: Span) -> Problem:
        """The problem that `name` is not in the vocabulary, with the nearest known one."""
        if name in self.broken:
            return Problem(FOLLOWS, "", "", span)
        if name in _OTHERWISE:
            right = _OTHERWISE[name]
            return Problem(
                "unknown_name",
                f"这里不写 `{name}`",
                f"`{name}` is not a word of this language",
                span,
                f"写作 {right}",
                f"write `{right}`",
            )
        if name in SIGNATURES:
            return Problem(
                "unknown_name",
                f"`{name}` 是函数，后面要写括号",
                f"`{name}` is a function and needs brackets",
                span,
                f"写作 {name}(…)",
                f"write {name}(…)",
            )
        meant = nearest(name, self.words())
        hint = (f"是否想写 `{meant}`？", f"did you mean `{meant}`?") if meant else _LIST_NAMES
        return Problem("unknown_name", f"没有名为 `{name}` 的字段或名称", f"`{name}` is not a known name", span, *hint)

    def unknown_register(self, register: str, span: Span) -> Problem:
        """The problem that a fact of `register` is used though it may not be asked."""
        if register in self.broken:
            return Problem(FOLLOWS, "", "", span)
        if register in self.known_registers:
            return Problem(
                "register_not_asked",
                f"本事项的 ask 没有列出登记库 `{register}`",
                f"the register `{register}` is not listed under `ask`",
                span,
                f"在 ask 下加一行 `{register}:`，或不用它的事实",
                f"add a line `{register}:` under `ask`, or do without its facts",
            )
        meant = nearest(register, [*self.registers, *self.variables, *self.tables])
        hint = (f"是否想写 `{meant}`？", f"did you mean `{meant}`?") if meant else _LIST_NAMES
        return Problem(
            "unknown_name", f"没有名为 `{register}` 的登记库", f"`{register}` is not a known register", span, *hint
        )

    def unknown_part(self, whole: str, part: str, parts: list[str], span: Span) -> Problem:
        """The problem that a register's answer or a record has no such field."""
        meant = nearest(part, parts)
        listed = "、".join(parts), ", ".join(parts)
        hint = (
            (f"是否想写 `{meant}`？", f"did you mean `{meant}`?")
            if meant
            else (f"有：{listed[0]}", f"it has {listed[1]}")
        )
        return Problem("unknown_fact", f"`{whole}` 没有字段 `{part}`", f"`{whole}` has no field `{part}`", span, *hint)

    def unknown_function(self, name: str, span: Span) -> Problem:
        """The problem that there is no such function."""
        meant = nearest(name, SIGNATURES)
        known = ", ".join(sorted(SIGNATURES))
        hint = (
            (f"是否想写 `{meant}`？", f"did you mean `{meant}`?") if meant else (f"有：{known}", f"there are {known}")
        )
        return Problem("unknown_function", f"没有函数 `{name}`", f"there is no function `{name}`", span, *hint)


FOLLOWS = "follows"
"""The code of a problem that only follows from another, which has been told: not to be shown."""

_OTHERWISE = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "NULL": "null",
              "today": "as_of", "now": "as_of", "nil": "null"}  # fmt: skip

_LIST_NAMES = (
    "可用：表单字段、登记库.字段、let 中的名称、参数、as_of",
    "known are: form fields, register.field, names under `let`, parameters, as_of",
)
