"""An expression as plain Python text, for values that are all known and in order.

It may stop (an unknown register has no fields, null has no order); it then says nothing and the full form decides. What
it does say is what the full form would say: parts that the language always reads are read here too, though Python would
skip them, so that nothing unknown is overlooked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from decision_service.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Call,
    Compare,
    Contains,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    If,
    LetRef,
    Literal,
    Lookup,
    Not,
    OneOf,
    Or,
    Quantified,
    VarRef,
    Within,
    children,
)
from decision_service.policy.shape import Table
from decision_service.readings.compiled.emit_full import spine
from decision_service.readings.compiled.names import Lets, Names, walk

WRITTEN_OUT = 25
"""Lets of at most so many nodes are written out where Python may never reach them; larger ones get their own line."""

_INLINE: dict[str, str] = {
    "prefecture": "({0}[:4] + '00')",
    "province": "({0}[:2] + '0000')",
    "count": "len({0})",
}
_OPERATORS = {"=": "==", "!=": "!="}


@dataclass(slots=True)
class Fast:
    """Writes expressions in the fast form. `bound` are the lets that have a line of their own already."""

    names: Names
    lets: Lets
    tables: Callable[[str], Table]
    bound: set[str] = field(default_factory=set)

    def branch(self) -> "Fast":
        """The same within an indented block: what is bound there is not bound after it."""
        return Fast(self.names, self.lets, self.tables, set(self.bound))

    def lines(self, *nodes: Expression) -> list[str]:
        """The lines that must stand before the nodes are read: the lets that they surely read, or that are large."""
        lines: list[str] = []
        for node in nodes:
            self._prepare(node, lines, sure=True)
        return lines

    def _prepare(self, node: Expression, lines: list[str], *, sure: bool) -> None:
        match node:
            case LetRef():
                self._prepare_let(node.name, lines, sure=sure)
            case And(items=(first, *rest)) | Or(items=(first, *rest)):
                self._prepare(first, lines, sure=sure)
                for one in rest:
                    self._prepare(one, lines, sure=False)
            case If() | Quantified():
                first, *rest = children(node)
                self._prepare(first, lines, sure=sure)
                for one in rest:
                    self._prepare(one, lines, sure=False)
            case Lookup():
                for one in self.tables(node.table).inputs:
                    self._prepare(one, lines, sure=sure)
            case _:
                for one in _parts(node):
                    self._prepare(one, lines, sure=sure)

    def _prepare_let(self, name: str, lines: list[str], *, sure: bool) -> None:
        if name in self.bound:
            return
        own_line = sure or self.lets.size(name) > WRITTEN_OUT
        self._prepare(self.lets.values[name], lines, sure=own_line)
        if own_line:
            lines.append(f"{self.names.local('let', name)} = {self.text(self.lets.values[name])}")
            self.bound.add(name)

    def text(self, node: Expression) -> str:
        """Source text for the node's value."""
        match node:
            case Literal():
                return self.names.constant(node.value)
            case AsOf():
                return "as_of"
            case FormRef():
                return self.names.local("form", node.field_name)
            case LetRef():
                if node.name in self.bound:
                    return self.names.local("let", node.name)
                return self.text(self.lets.values[node.name])
            case VarRef():
                return self.names.local("var", node.name)
            case And() | Or():
                word = " and " if isinstance(node, And) else " or "
                return f"({word.join(map(self.text, node.items))})" if node.items else repr(isinstance(node, And))
            case If():
                then, otherwise = self.text(node.then), self.text(node.otherwise)
                return f"({then} if {self.text(node.condition)} else {otherwise})"
            case Quantified():
                return self._quantified(node)
            case Lookup():
                return self._lookup(node)
            case _:
                return self._strict(node)

    def _strict(self, node: FactRef | FieldOf | Compare | Within | OneOf | Contains | Not | Arithmetic | Call) -> str:
        """The operators that read all their parts."""
        match node:
            case FactRef():
                return f"{self.names.local('reg', node.register)}[{node.field_name!r}]"
            case FieldOf():
                return f"{self.text(node.record)}[{node.field_name!r}]"
            case Compare():
                return f"({self.text(node.left)} {_OPERATORS.get(node.op, node.op)} {self.text(node.right)})"
            case Within():
                return within_text(node, self.text(node.value), self.text)
            case OneOf():
                return f"({self.text(node.value)} in {self._tuple(node.options)})"
            case Contains():
                return f"({self.text(node.value)} in {self.text(node.items)})"
            case Not():
                return f"(not {self.text(node.item)})"
            case Arithmetic():
                return self._reckoned(node)
            case Call():
                return self._called(node)
            case _:
                assert_never(node)

    def _tuple(self, options: tuple[Expression, ...]) -> str:
        if options and all(isinstance(one, Literal) for one in options):
            values = tuple(one.value for one in options if isinstance(one, Literal))
            if len(values) > 4:
                return self.names.constant(frozenset(values))
        return f"({''.join(f'{self.text(one)}, ' for one in options)})"

    def _quantified(self, node: Quantified) -> str:
        """An empty list, the common case, is settled without setting a loop up."""
        items, variable = self.text(node.items), self.names.local("var", node.variable)
        function, empty = ("any", "False") if node.quantifier == "some" else ("all", "True")
        return f"({function}({self.text(node.condition)} for {variable} in {items}) if {items} else {empty})"

    def _reckoned(self, node: Arithmetic) -> str:
        first, links = spine(node)
        if links[0].left.kind.name == "date":
            steps = [(link.op == "+", self.text(link.right)) for link in links]
            if len(steps) == 1:
                return f"shift({self.text(first)}, {1 if steps[0][0] else -1}, {steps[0][1]})"
            written = [f"{'later by' if later else 'earlier by'!r}, {period}" for later, period in steps]
            return f"reckon({', '.join([self.text(first), *written])})"
        text, divided, previous = self.text(first), False, ""
        for link in links:
            if link.op == "/" and not divided:
                text, divided = f"Decimal({text})", True
            elif link.op in ("*", "/") and previous in ("+", "-"):
                text = f"({text})"
            text, previous = f"{text} {link.op} {self.text(link.right)}", link.op
        return f"({text})"

    def _called(self, node: Call) -> str:
        arguments = [self.text(one) for one in node.arguments]
        if node.function in _INLINE:
            return _INLINE[node.function].format(*arguments)
        function = self.names.local("fn", node.function)
        if node.function == "working_days_after":
            return f"sure({function}({', '.join([*arguments, 'sheet.calendar'])}))"
        return f"{function}({', '.join(arguments)})"

    def _lookup(self, node: Lookup) -> str:
        table = self.tables(node.table)
        rows = " & ".join(
            f"{self.names.local('col', f'{table.name}_{place}')}({self.text(one)})"
            for place, one in enumerate(table.inputs)
        )
        if table.hit == "unique":
            return f"{self.names.local('one', table.name)}[{rows}]"
        return f"sure(met({self.names.local('plan', table.name)}, {rows}))"


def _parts(node: Expression) -> list[Expression]:
    """The parts of a strict node, a chain of sums laid flat."""
    if isinstance(node, Arithmetic):
        first, links = spine(node)
        return [first, *(link.right for link in links)]
    return list(children(node))


def within_text(node: Within, value: str, text: Callable[[Expression], str]) -> str:
    """`low <= value < high`. Bounds that could be unknown are both read, whichever fails."""
    low = None if node.low is None else f"{text(node.low)} {'<=' if node.low_closed else '<'} {value}"
    above = "<=" if node.high_closed else "<"
    if node.high is None:
        return f"({low})" if low is not None else f"({value} != None)"
    high = f"{above} {text(node.high)}"
    if low is None:
        return f"({value} {high})"
    constant = all(isinstance(one, Literal | AsOf) for one in walk(node.high))
    return f"({low} {high})" if constant else f"(({low}) & ({value} {high}))"
