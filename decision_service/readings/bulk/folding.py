"""Rows that are alike in all that verdicts are made of, folded into one with their number: what follows from a few
truths and states is worked out once for all who share them, whatever else differs between them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import ibis.expr.operations as ops
from ibis.expr.types import Table

from decision_service.readings.bulk.cells import Cell, static
from decision_service.readings.bulk.staging import Stages

ROWS = "rows"
"""The column that says how many rows were folded into one."""

_CHOSEN = (ops.IfElse, ops.Coalesce, ops.Cast)


class Folding:
    """What must be known of every row, so that `wanted` can be worked out after rows are folded.

    A value is one of few if it is a boolean, a column named in `few`, or comes of nothing but such; what comes of few
    is worked out after the fold, and what it comes of is what rows are alike in."""

    def __init__(self, stages: Stages, few: Collection[str]) -> None:
        self.stages, self.few = stages, few
        self._definitions = {name: cell.op() for new in stages.history for name, cell in new.items()}
        self._settled = {name for new in stages.history[: stages.settled] for name in new}
        self._few: dict[ops.Node, bool] = {}
        self._derived: dict[ops.Node, bool] = {}
        self._told: dict[ops.Node, bool] = {}
        self._placed: dict[ops.Node, ops.Node] = {}
        self._keys: dict[ops.Node, str] = {}
        self._after: set[str] = set()

    def comes_of_few(self, cell: Cell) -> bool:
        """Whether the cell can be worked out after the fold."""
        return static(cell) or self._is_few(cell.op())

    def folded(
        self, wanted: Mapping[str, Cell], whole: Mapping[str, Cell], summed: Mapping[str, Cell]
    ) -> tuple[Table, dict[str, Cell]]:
        """The folded table, with ROWS, the sums of `summed`, and the columns of `whole`, in which rows are alike too;
        and the `wanted` cells over it."""
        for cell in wanted.values():
            if not static(cell):
                self._collect(cell.op())
        rows = self._rows([*self._keys, *(cell.op() for cell in (*whole.values(), *summed.values()))])
        cells = {name: _moved(key, _over(rows)).to_expr() for key, name in self._keys.items()}
        cells |= {name: _moved(cell.op(), _over(rows)).to_expr() for name, cell in (*whole.items(), *summed.items())}
        table = rows.select(**cells)
        alike = [*self._keys.values(), *whole]
        table = table.group_by(alike).agg(**{ROWS: table.count()}, **{name: table[name].sum() for name in summed})
        for new in self.stages.history:
            after = {name: self._lifted(self._definitions[name], table) for name in new if name in self._after}
            if after:
                table = table.mutate(**after)
        return table, {name: cell if static(cell) else self._lifted(cell.op(), table) for name, cell in wanted.items()}

    def _rows(self, needed: Iterable[ops.Node]) -> Table:
        """The table of all rows, with those columns alone that something needs of every row."""
        names: set[str] = set()
        waiting = list(needed)
        while waiting:
            for name in _fields(waiting.pop()) - names:
                names.add(name)
                if name in self._definitions:
                    waiting.append(self._definitions[name])
        table = self.stages.base
        for new in self.stages.history:
            cells = {name: _moved(cell.op(), _over(table)).to_expr() for name, cell in new.items() if name in names}
            if cells:
                table = table.mutate(**cells)
        return table

    def _collect(self, node: ops.Node) -> None:
        """Finds the keys under a node, and the columns that are worked out after the fold."""
        if isinstance(node, ops.Literal):
            return
        if self._is_key(node):
            self._keys.setdefault(self._place(node), f"f{len(self._keys)}")
        elif isinstance(node, ops.Field):
            if node.name not in self._after:
                self._after.add(node.name)
                self._collect(self._definitions[node.name])
        else:
            for part in _parts(node):
                self._collect(part)

    def _lifted(self, node: ops.Node, table: Table) -> Cell:
        """The node over the folded table."""
        made: dict[ops.Node, ops.Node] = {}

        def lift(one: ops.Node) -> ops.Node:
            if one not in made:
                if isinstance(one, ops.Literal):
                    made[one] = one
                elif self._is_key(one):
                    made[one] = table[self._keys[self._place(one)]].op()
                elif isinstance(one, ops.Field):
                    made[one] = table[one.name].op()
                else:
                    made[one] = _remade(one, lift)
            return made[one]

        return lift(node).to_expr()

    def _place(self, node: ops.Node) -> ops.Node:
        """The node over the last table, wherever it stood: equal ones are one key."""
        if node not in self._placed:
            self._placed[node] = _moved(node, _over(self.stages.table))
        return self._placed[node]

    def _is_key(self, node: ops.Node) -> bool:
        if isinstance(node, ops.Field):
            return node.name in self._settled or node.name not in self._definitions or not self._is_few(node)
        if isinstance(node, ops.Not):
            return False
        if not self._all_few(node):
            return not isinstance(node, _CHOSEN) or node.dtype.is_boolean()
        return node.dtype.is_boolean() and not self._is_told(node)

    def _all_few(self, node: ops.Node) -> bool:
        return all(self._is_few(part) for part in _parts(node))

    def _is_few(self, node: ops.Node) -> bool:
        if node not in self._few:
            parts = _parts(node)
            self._few[node] = (
                node.dtype.is_boolean()
                or isinstance(node, ops.Literal)
                or (self._is_few_column(node) if isinstance(node, ops.Field) else False)
                or (bool(parts) and all(self._is_few(part) for part in parts))
            )
        return self._few[node]

    def _is_few_column(self, node: ops.Field) -> bool:
        if node.name in self._definitions:
            return self._is_few(self._definitions[node.name])
        return node.name in self.few

    def _is_derived(self, node: ops.Node) -> bool:
        """Whether it comes of columns of few values alone."""
        if node not in self._derived:
            if isinstance(node, ops.Field):
                self._derived[node] = self._is_few(node)
            else:
                self._derived[node] = isinstance(node, ops.Literal) or (
                    bool(_parts(node)) and all(self._is_derived(part) for part in _parts(node))
                )
        return self._derived[node]

    def _is_told(self, node: ops.Node) -> bool:
        """Whether a part of a condition comes of columns of few values: then the rest of it is worth keys of its own,
        else the whole of it is one."""
        if node not in self._told:
            self._told[node] = not isinstance(node, ops.Literal) and (
                self._is_derived(node) or (self._all_few(node) and any(self._is_told(part) for part in _parts(node)))
            )
        return self._told[node]


def _parts(node: ops.Node) -> tuple[Any, ...]:
    """The values that a value is made of; a column is made of none."""
    if isinstance(node, ops.Field):
        return ()
    return tuple(one for one in node.__children__ if isinstance(one, ops.Value))


def _fields(node: ops.Node) -> set[str]:
    found: set[str] = set()
    seen: set[ops.Node] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            if isinstance(one, ops.Field):
                found.add(one.name)
            waiting += _parts(one)
    return found


def _over(table: Table) -> Callable[[ops.Field], ops.Node]:
    return lambda field: table[field.name].op()


def _moved(node: ops.Node, to: Callable[[ops.Field], ops.Node]) -> Any:  # noqa: ANN401  # an operation of Ibis
    """The same over columns of another table."""
    made: dict[ops.Node, ops.Node] = {}

    def move(one: ops.Node) -> ops.Node:
        if one not in made:
            made[one] = to(one) if isinstance(one, ops.Field) else _remade(one, move)
        return made[one]

    return move(node)


def _remade(node: ops.Node, change: Callable[[Any], Any]) -> ops.Node:
    """The operation over changed parts."""
    if not _parts(node):
        return node

    def changed(part: object) -> object:
        if isinstance(part, ops.Value):
            return change(part)
        return tuple(changed(one) for one in part) if isinstance(part, tuple) else part

    return type(node)(**{name: changed(part) for name, part in zip(node.argnames, node.args, strict=True)})
