"""The JSON Schema by which an editor checks and explains rule files (VS Code YAML and others, draft 7).

An editor reads YAML 1.2: `yes` is a text, `05` the number 5, `2026-01-01` a text. The schema judges what it sees; what
only the whole file can show (types, names, law) is for `miaopi check`.
"""

import json
from collections.abc import Mapping as Table
from typing import Any, assert_never

from decision_service.editing.factschema import changes_schema, facts_schema
from decision_service.editing.keys import (
    Anything,
    Changes,
    Condition,
    Either,
    Facts,
    Key,
    Listed,
    Mapping,
    Named,
    Several,
    Shape,
    Source,
    TableText,
    Text,
    Words,
)
from decision_service.editing.policykeys import CASE_FILE, POLICY
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.parts import Bilingual

Schema = dict[str, Any]  # plain JSON

SCALAR: Schema = {"type": ["string", "number", "boolean"]}
EXPRESSION: Schema = {
    **SCALAR,
    "pattern": r"""^([^"'，。；：？（）【】“”‘’《》＝＞＜≥≤≠%&|\\{}!=]|"[^"\n]*"|!=|=(?!=))*$""",
    "patternErrorMessage": '算式里的符号要用半角：= != < <= > >= ( ) , "文字"，连接用 and or not\n'
    'signs of an expression are half-width: = != < <= > >= ( ) , "text"; joined by and, or, not',
}
"""An expression, as far as its signs show whether it can be one."""

POLICIES, CASE_FILES = "policy.schema.json", "cases.schema.json"
FILES = {
    POLICIES: (POLICY, "秒批规则文件 · a rule file of Miaopi"),
    CASE_FILES: (CASE_FILE, "秒批案例文件 · a file of worked cases of Miaopi"),
}
"""The files of a rules folder that hold a schema: of what, and what it is called."""


def first_line(file: str) -> str:
    """What tells an editor, in the first line of a file in a matter's folder, which schema it has."""
    return f"# yaml-language-server: $schema=../{file}"


_LEADS = {"N": Outcome.NOT_ACCEPTED, "C": Outcome.CORRECTION_REQUIRED, "R": Outcome.REFERRED, "J": Outcome.REJECTED,
          "T": Outcome.ACCEPTED_TOLERANT}  # fmt: skip
"""The outcome that a reason code usually goes with, by its first letter."""


def schema_of(file: str, catalogue: Catalogue) -> Schema:
    """The schema that the file of that name holds, for files that lean on this catalogue."""
    schemas, (shape, title) = _Schemas(catalogue), FILES[file]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **schemas.of(shape),
        "definitions": schemas.definitions(),
    }


def schema_text(file: str, catalogue: Catalogue) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema_of(file, catalogue), ensure_ascii=False, indent=1) + "\n"


def explained(text: Bilingual) -> Schema:
    """A description in both languages, as editors show it."""
    return {"description": f"{text.zh}\n{text.en}"}


def chosen(words: Table[str, Bilingual]) -> Schema:
    """One of these words, each explained."""
    values: list[object] = list(words)
    told = [f"{text.zh} · {text.en}" for text in words.values()]
    for word, value in (("true", True), ("false", False)):
        if word in words:  # to an editor, `true` without quotes is no text
            values.append(value)
            told.append(f"{words[word].zh} · {words[word].en}")
    return {"enum": values, "enumDescriptions": told}


def listed(source: Source, catalogue: Catalogue) -> dict[str, Bilingual]:
    """The words of a list of the catalogue."""
    match source:
        case "registers":
            return {name: Bilingual(one.zh, one.en) for name, one in catalogue.registers.items()}
        case "information":
            return {code: text for code, text in catalogue.reasons.items() if code.startswith("I")}
        case "outcomes":
            return {outcome.value: text for outcome, text in catalogue.outcomes.items()}
        case "consequences":
            usual = {code: _LEADS[code[0]] for code in catalogue.reasons if code[0] in _LEADS}
            return {f"{outcome} {code}": catalogue.reasons[code] for code, outcome in usual.items()}
        case _:
            assert_never(source)


class _Schemas:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def definitions(self) -> Schema:
        """The lists of the catalogue, which several keys lean on."""
        outcomes = [one.value for one in Outcome if one not in APPROVALS or one is Outcome.APPROVED_ON_COMMITMENT]
        unusual = f"^ *({'|'.join(outcomes)}) +({'|'.join(self.catalogue.reasons)}) *$"
        return {
            "registers": chosen(listed("registers", self.catalogue)),
            "information": chosen(listed("information", self.catalogue)),
            "outcomes": chosen(listed("outcomes", self.catalogue)),
            "consequences": {
                "anyOf": [chosen(listed("consequences", self.catalogue)), {"type": "string", "pattern": unusual}]
            },
            "facts": {name: facts_schema(one, chosen) for name, one in self.catalogue.registers.items()},
        }

    def of(self, shape: Shape) -> Schema:
        """The schema of one shape."""
        match shape:
            case Text():
                return _text(shape.pattern)
            case Words():
                found = chosen(dict(shape.words))
                return {"anyOf": [found, SCALAR]} if shape.free else found
            case Listed():
                return {"$ref": f"#/definitions/{shape.source}"}
            case Condition():
                return EXPRESSION
            case TableText():
                return {"type": "string", "pattern": r"\|[^\n]*\n[^\n]*\|"}
            case Anything() | Facts():
                return {}
            case Changes():
                return changes_schema(self.catalogue.registers, chosen)
            case Several():
                inner = self.of(shape.of)
                several: Schema = {"type": ["array", "null"], "items": inner}
                return {"anyOf": [several, inner]} if shape.alone else several
            case Either():
                return {"anyOf": [self.of(option) for option in shape.options]}
            case Named():
                return self._named(shape)
            case Mapping():
                return self._mapping(shape)
            case _:
                assert_never(shape)

    def _named(self, shape: Named) -> Schema:
        found: Schema = {"type": ["object", "null"]}
        if shape.source is None:
            inner = self.of(shape.of)
            found["additionalProperties"] = {**inner, **({} if "description" in inner else explained(shape.name))}
        else:
            found["properties"] = {name: self._listed(name, shape, text) for name, text in self._names(shape)}
            found["additionalProperties"] = False
        if shape.needed:
            found |= {"type": "object", "required": list(shape.needed)}
        if shape.pattern:
            found["propertyNames"] = {"pattern": shape.pattern}
        if shape.also:
            found["properties"] = {key.name: self._key(key) for key in shape.also}
            found["required"] = [key.name for key in shape.also if key.needed]
        return found

    def _names(self, shape: Named) -> list[tuple[str, Bilingual]]:
        return [] if shape.source is None else list(listed(shape.source, self.catalogue).items())

    def _listed(self, name: str, shape: Named, text: Bilingual) -> Schema:
        inner: Schema = {"$ref": f"#/definitions/facts/{name}"} if isinstance(shape.of, Facts) else self.of(shape.of)
        if "with" in inner.get("properties", {}):
            register = self.catalogue.registers[name]
            sets = (register.asked_with, register.optional_parameters, *register.alternatives)
            names = list(dict.fromkeys(parameter for one in sets for parameter in one))
            inner["properties"]["with"]["propertyNames"] = {"enum": names}
        return {"allOf": [inner], **explained(text)}

    def _key(self, key: Key) -> Schema:
        return {**explained(key.label), "allOf": [self.of(key.shape)]}

    def _mapping(self, shape: Mapping) -> Schema:
        found: Schema = {
            "type": ["object", "null"] if shape.empty else "object",
            "properties": {key.name: self._key(key) for key in shape.keys},
            "additionalProperties": False,
        }
        if needed := [key.name for key in shape.keys if key.needed]:
            found["required"] = needed
        if shape.needs_one:
            found["anyOf"] = [{"required": [name]} for name in shape.needs_one]
        if terms := [term for key in shape.keys for term in _terms(key)]:
            found["allOf"] = terms
        return found


def _terms(key: Key) -> list[Schema]:
    """When a key must be there, or may not."""
    terms: list[Schema] = [{"not": {"required": [key.name, other]}} for other in key.never_with]
    only = key.only
    if only is None:
        return terms
    there: Schema = {"required": [only.key]}
    words: list[object] = [*only.words, *([True] if "true" in only.words else [])]
    if words:
        there["properties"] = {only.key: {"enum": words}}
    if only.starts:
        there["properties"] = {only.key: {"pattern": f"^ *{only.starts} "}}  # a list passes: it is judged by the reader
    terms.append({"if": {"required": [key.name]}, "then": there})
    if only.needed:
        text = {"properties": {only.key: {"type": "string"}}} if only.starts else {}
        terms.append({"if": {"allOf": [there, text]}, "then": {"required": [key.name]}})
    return terms


def _text(pattern: str) -> Schema:
    if not pattern:
        return SCALAR
    text: Schema = {"type": "string", "pattern": pattern}
    if pattern.startswith("^[0-9]") and pattern.endswith(("+$", "}$")) and "-" not in pattern[6:]:
        return {"anyOf": [{"type": "integer", "minimum": 0}, text]}  # to an editor, digits without quotes are a number
    return {"anyOf": [{"type": "number"}, text]} if pattern.startswith("^-?[0-9]") else text
