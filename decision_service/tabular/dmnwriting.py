"""A decision table as DMN 1.3: one decision, its cells S-FEEL, texts for people as labels."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent, register_namespace

from decision_service.language.tree import Expression, Literal
from decision_service.policy.parts import Bilingual, Table
from decision_service.policy.shape import Policy
from decision_service.tabular.entry import TableEntry
from decision_service.tabular.feel import HITS, NAMESPACE, TYPES, Refused, test_text, value_text
from decision_service.tabular.trouble import Trouble, TroubleError
from verifiers.kinds import Kind

_LABEL = re.compile(r"\s+([^\x00-\x7f].*)$")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_EXACT = frozenset({"boolean", "decimal", "date", "text"})
"""Kinds that come back from DMN's types as they were."""


def write_model(path: Path, entry: TableEntry, table: Table, policy: Policy) -> None:
    """Writes the table to a file. OSError where that can't be done, TroubleError where DMN can't say it."""
    register_namespace("", NAMESPACE)
    root = Element(_named("definitions"))
    root.attrib |= {"id": f"{policy.matter}_{entry.name}", "name": policy.name.zh}
    root.attrib |= {"namespace": f"urn:miaopi:{policy.matter}:{policy.effective_from}"}
    decision = SubElement(root, _named("decision"), {"id": entry.name, "name": entry.label.zh or entry.name})
    if entry.label.en:
        SubElement(decision, _named("description")).text = entry.label.en
    SubElement(decision, _named("variable"), {"id": f"{entry.name}_value", "name": entry.name})
    _table(SubElement(decision, _named("decisionTable")), entry, table)
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def unsaid(entry: TableEntry, table: Table) -> Iterator[Bilingual]:
    """What the model can't carry of a table. A rule file that the model comes back to has it still."""
    if table.basis:
        yield Bilingual("法律依据", "the legal basis")
    kinds = [*(one.kind for one in table.inputs), *(kind for _, kind in table.outputs)]
    coarse = ", ".join(dict.fromkeys(f"{one.name} → {_type(one)}" for one in kinds if one.name not in _EXACT))
    if coarse:
        yield Bilingual(f"更细的类型（{coarse}）", f"the closer kinds ({coarse})")
    formulas = ", ".join(head for head in entry.cells[0][: entry.split] if not _PLAIN.fullmatch(head))
    if formulas:
        yield Bilingual(f"输入怎么算（{formulas}）", f"how inputs are worked out ({formulas})")


def _named(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _type(kind: Kind) -> str:
    return TYPES.get(kind.name, "string")


def _table(node: Element, entry: TableEntry, table: Table) -> None:
    policy, aggregation = HITS[entry.hit]
    node.attrib |= {"id": f"{entry.name}_table", "hitPolicy": policy}
    node.attrib |= {"aggregation": aggregation} if aggregation else {}
    node.attrib |= {"preferredOrientation": "CrossTable" if entry.cross else "Rule-as-Row"}
    for number, (head, value) in enumerate(zip(entry.cells[0], table.inputs, strict=False), 1):
        one = SubElement(node, _named("input"), {"id": f"{entry.name}_in{number}", "label": head})
        attributes = {"id": f"{entry.name}_in{number}_value", "typeRef": _type(value.kind)}
        SubElement(SubElement(one, _named("inputExpression"), attributes), _named("text")).text = head
    for number, (name, kind) in enumerate(table.outputs, 1):
        attributes = {"id": f"{entry.name}_out{number}", "name": name, "typeRef": _type(kind)}
        one = SubElement(node, _named("output"), attributes)
        if table.priority and number == 1:
            values = SubElement(one, _named("outputValues"), {"id": f"{entry.name}_out{number}_values"})
            listed = ", ".join(value_text(value) for value in table.priority if isinstance(value, Literal))
            SubElement(values, _named("text")).text = listed
    _rules(node, entry, table)


def _rules(node: Element, entry: TableEntry, table: Table) -> None:
    labels = list(_labels(entry))
    for number, row in enumerate(table.rows, 1):
        rule = SubElement(node, _named("rule"), {"id": f"{entry.name}_rule{number}"})
        for place, test in enumerate(row.tests, 1):
            attributes = {"id": f"{entry.name}_rule{number}_in{place}"}
            if label := labels[number - 1][place - 1]:
                attributes["label"] = label
            _text(rule, "inputEntry", attributes, test)
        for place, output in enumerate(row.outputs, 1):
            _text(rule, "outputEntry", {"id": f"{entry.name}_rule{number}_out{place}"}, output)


def _text(rule: Element, tag: str, attributes: dict[str, str], value: Expression | None) -> None:
    try:
        text = value_text(value) if tag == "outputEntry" and isinstance(value, Literal) else test_text(value)
    except Refused as error:
        raise TroubleError([Trouble("wrong_table", error.zh, error.en, attributes["id"])]) from None
    SubElement(SubElement(rule, _named(tag), attributes), _named("text")).text = text


def _labels(entry: TableEntry) -> list[list[str]]:
    """What stands behind the tests for people, by row and input; a cross table's columns by their heads."""
    rows = [[_label(cell) for cell in row] for row in entry.cells]
    if not entry.cross:
        return [row[: entry.split] for row in rows[1:]]
    return [[row[0], rows[0][place]] for row in rows[1:] for place in range(2, len(rows[0]))]


def _label(cell: str) -> str:
    found = None if cell.startswith('"') else _LABEL.search(cell)
    return found[1] if found else ""
