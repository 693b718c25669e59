"""A rule file as an editor sees it: YAML 1.2's core schema, read by PyYAML's composer and typed here."""

import re
from functools import cache
from pathlib import Path

import jsonschema
import yaml

from decision_service.editing.schema import POLICIES, schema_of
from decision_service.policy.catalogue import Catalogue, read_catalogue
from decision_service.policy.entries import Complaints

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
SHIPPED = sorted(RULES.glob("*/2*.yaml"))


@cache
def catalogue(rules: Path = RULES) -> Catalogue:
    complaints = Complaints()
    found = read_catalogue(rules, complaints)
    assert found is not None
    assert not complaints.problems
    return found


@cache
def validator(file: str = POLICIES) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(schema_of(file, catalogue()))


def as_seen(text: str) -> object:
    """Raises yaml.YAMLError."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    return None if node is None else _value(node)


def _value(node: yaml.Node) -> object:
    match node:
        case yaml.MappingNode():
            return {str(_text(key)): _value(value) for key, value in node.value}
        case yaml.SequenceNode():
            return [_value(item) for item in node.value]
        case _:
            return _text(node) if node.style else _typed(node.value)


def _text(node: yaml.Node) -> str:
    return str(node.value)


def _typed(text: str) -> object:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


def faults(text: str, file: str = POLICIES) -> list[str]:
    """What an editor underlines."""
    return [f"{list(one.absolute_path)}: {one.message[:200]}" for one in validator(file).iter_errors(as_seen(text))]
