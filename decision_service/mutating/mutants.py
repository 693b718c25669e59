"""All mutants of a version: every small slip in what is written in its file."""

from collections.abc import Iterator
from dataclasses import replace

from decision_service.covering.places import own, places
from decision_service.language.tree import And, Expression, Literal, children
from decision_service.mutating.conditions import slips
from decision_service.mutating.consequences import consequence_slips
from decision_service.mutating.mutant import Edit, Mutant, Slip, Telling, edited, one_line, plainly
from decision_service.mutating.rows import cell_edit, row_slips, whole_line
from decision_service.mutating.substituting import exchanged, substituted
from decision_service.mutating.writing import said, shifted
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.checks import check_policy
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.policy.reader import read_policy
from decision_service.policy.shape import Policy
from decision_service.source import Source, Span


def mutants(policy: Policy, catalogue: Catalogue) -> tuple[Mutant, ...]:
    """Every mutant that `miaopi check` lets pass, in the order of the file."""
    found = [*_of_expressions(policy), *_of_cells(policy), *_of_tables(policy)]
    found += [*_of_rules(policy, catalogue), *_of_parameters(policy, catalogue)]
    return tuple(sorted((one for one in found if accepted(one, catalogue)), key=lambda one: one.span.start))


def accepted(mutant: Mutant, catalogue: Catalogue) -> bool:
    """Whether `miaopi check` would let the change pass; one that it refuses needs no case to be noticed."""
    complaints = Complaints()
    check_policy(mutant.policy, catalogue, complaints, {})
    if complaints.problems:
        return False
    # Whether null is ruled out is known only while expressions are read.
    nulls = any("null" in one.span.text for one in mutant.edits)
    return not nulls or reread(mutant.policy, catalogue, mutant.edits) is not None


def _of_expressions(policy: Policy) -> Iterator[Mutant]:
    seen: set[int] = set()
    for place, expression in places(policy):
        tests = _tests(policy) if place.kind == "table" else frozenset()
        if not own(expression.span, policy) or id(expression) in tests | seen:
            continue
        seen.add(id(expression))
        for slip, node, other in slips(expression):
            if own(node.span, policy) and node.span is not None:
                edits = (Edit(node.span, _text(node, other)),)
                yield Mutant(slip, substituted(policy, {id(node): other}), edits, _telling(slip, node, other))


def _tests(policy: Policy) -> frozenset[int]:
    tests = (test for table in policy.tables.values() for row in table.rows for test in row.tests)
    return frozenset(id(test) for test in tests)


def _text(node: Expression, other: Expression) -> str:
    """What stands instead; in brackets where what stood there was, or may have to be, one thing."""
    text = said(other)
    return text if " " not in text or (node.span is not None and _bracketed(node.span)) else f"({text})"


def _telling(slip: Slip, node: Expression, other: Expression) -> Telling:
    """A change of an expression, told by no more of it than it needs."""
    span = node.span
    if slip is Slip.DROPPED:
        left = {id(other), *(id(part) for part in children(other))}
        dropped = next((part for part in children(node) if id(part) not in left), node)
        return Telling(dropped.span or _placed(node), said(dropped), "")
    if slip is Slip.JOIN:
        old, new = ("and", "or") if isinstance(node, And) else ("or", "and")
        return Telling(_placed(node), old, new)
    return Telling(span or _placed(node), said(node), said(other))


def _placed(node: Expression) -> Span:
    if node.span is None:
        raise TypeError("only what is written in a file is changed")
    return node.span


def _bracketed(span: Span) -> bool:
    whole = span.source.text
    return whole[span.start - 1 : span.start] == "(" and whole[span.end : span.end + 1] == ")"


def _of_cells(policy: Policy) -> Iterator[Mutant]:
    for table in policy.tables.values():
        tests = {id(test): test for row in table.rows for test in row.tests if test is not None}
        for test in tests.values():
            for slip, node, other in slips(test, cell=True):
                changed = exchanged(test, {id(node): other})
                edit = cell_edit(test, _unspanned(changed))
                if edit is not None:
                    yield Mutant(slip, substituted(policy, {id(test): changed}), (edit,), plainly(edit))


def _unspanned(test: Expression) -> Expression:
    return replace(test, span=None)


def _of_tables(policy: Policy) -> Iterator[Mutant]:
    for name, table in policy.tables.items():
        for slip, changed, edits in row_slips(table):
            yield Mutant(slip, replace(policy, tables={**policy.tables, name: changed}), edits, _row(edits))


def _row(edits: tuple[Edit, ...]) -> Telling:
    """A change in a table, told by the line that it is on."""
    if len(edits) == 1 and "\n" not in edits[0].span.text:
        return plainly(edits[0])
    line = whole_line(edits[0].span)
    here = tuple(one for one in edits if line.start <= one.span.start and one.span.end <= line.end)
    moved = tuple(Edit(Span(line.source, one.span.start, one.span.end), one.text) for one in here)
    end = len(line.source.text) - line.end
    text = edited(line.source.text, moved)
    return Telling(_trimmed(line), one_line(line.text), one_line(text[line.start : len(text) - end]))


def _trimmed(line: Span) -> Span:
    """A line without the blanks at either end."""
    text = line.text
    return Span(line.source, line.start + len(text) - len(text.lstrip()), line.start + len(text.rstrip()))


def _of_rules(policy: Policy, catalogue: Catalogue) -> Iterator[Mutant]:
    for rule in policy.rules:
        if rule.standing:
            continue
        for slip, changed, edits in consequence_slips(rule, policy, catalogue):
            rules = tuple(changed if one is rule else one for one in policy.rules)
            yield Mutant(slip, replace(policy, rules=rules), edits, plainly(edits[0]))


def _of_parameters(policy: Policy, catalogue: Catalogue) -> Iterator[Mutant]:
    """Parameters stand in many places, sentences among them, so that the changed file is read anew."""
    for parameter in policy.parameters:
        value = parameter.value
        if not isinstance(value, Literal) or value.span is None:
            continue
        for steps in (-1, 1):
            moved = shifted(value, steps)
            if moved is None:
                continue
            edit = Edit(value.span, said(moved))
            changed = reread(policy, catalogue, (edit,))
            if changed is not None:
                yield Mutant(Slip.PARAMETER, changed, (edit,), plainly(edit))


def reread(policy: Policy, catalogue: Catalogue, edits: tuple[Edit, ...]) -> Policy | None:
    """The policy that its file says with these edits, at least one; None where it says none."""
    complaints = Complaints()
    node, problems = read_nodes(Source(policy.source, edited(edits[0].span.source.text, edits)))
    if problems or not isinstance(node, MapNode):
        return None
    return read_policy(node, catalogue, complaints, policy.source)
