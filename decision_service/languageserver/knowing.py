"""What a word of a rule file is, what may come at a place, and where a name is defined."""

from collections.abc import Iterator, Mapping

from decision_service.editing.keys import Changes, Condition, Facts, Listed, Named, Words
from decision_service.editing.keys import Mapping as Keys
from decision_service.editing.policykeys import key_at, shapes_at
from decision_service.editing.schema import listed
from decision_service.language.functions import SIGNATURES
from decision_service.language.kinds import WORDS
from decision_service.languageserver.places import Spot
from decision_service.policy.cases import NOT_ASKED, STATES
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.nodes import MapNode, Node, TextNode
from decision_service.policy.parts import Bilingual
from decision_service.source import Span
from verifiers.kinds import Kind

DEFINING = ("let", "parameters", "tables", "form")
"""The parts of a file that give names to things."""


def told(spot: Spot, node: MapNode | None, catalogue: Catalogue) -> str:
    """What the thing at the place is, in both languages; empty where it is nothing that is known."""
    if spot.on_key:
        key = key_at(spot.path)
        if key is not None:
            return _both(key.label)
    return _word(spot.word, node, catalogue)


def _both(text: Bilingual) -> str:
    return f"{text.zh}\n\n{text.en}"


def _word(word: str, node: MapNode | None, catalogue: Catalogue) -> str:
    outcomes = {outcome.value: text for outcome, text in catalogue.outcomes.items()}
    register, _, fact = word.partition(".")
    if word in catalogue.reasons or word in outcomes:
        return _both(catalogue.reasons.get(word) or outcomes[word])
    if register in catalogue.registers:
        one = catalogue.registers[register]
        label = Bilingual(one.zh, one.en)
        kind = one.answers.get(fact)
        if kind is None:
            return _both(label)
        return _fact(label, kind)
    if word in SIGNATURES:
        signature = SIGNATURES[word]
        return f"`{word}({', '.join(signature.parameters)})`\n\n{signature.zh}\n\n{signature.en}"
    return _defined(word, node, catalogue)


def _fact(register: Bilingual, kind: Kind) -> str:
    zh, en = WORDS.get(kind.name, (kind.name, kind.name))
    null = ("，可为空", ", may be null") if kind.nullable else ("", "")
    values = f"\n\n{', '.join(kind.values)}" if kind.values else ""
    return f"{register.zh}：{zh}{null[0]}\n\n{register.en}: {en}{null[1]}{values}"


def _defined(word: str, node: MapNode | None, catalogue: Catalogue) -> str:
    for field in catalogue.fields:
        if field.name == word:
            return _both(field.label)
    for part, _, value in _names(node):
        if part[1] == word:
            if isinstance(value, TextNode):
                return f"`{value.text}`"
            inner = value.get("value") if isinstance(value, MapNode) else None
            label = Bilingual(_text(value, "zh"), _text(value, "en"))
            return _both(label) + (f"\n\n`{inner.text}`" if isinstance(inner, TextNode) else "")
    return ""


def _text(node: Node, key: str) -> str:
    found = node.get(key) if isinstance(node, MapNode) else None
    return found.text if isinstance(found, TextNode) else ""


def _names(node: MapNode | None) -> Iterator[tuple[tuple[str, str], TextNode, Node]]:
    """Each name that the file gives: its part and name, its key, and what stands under it."""
    for part in DEFINING:
        inner = None if node is None else node.get(part)
        for key, value in inner.entries if isinstance(inner, MapNode) else ():
            yield (part, key.text), key, value


def definition(word: str, node: MapNode | None) -> Span | None:
    """Where the name is given."""
    return next((key.span for (_, name), key, _ in _names(node) if name == word.partition(".")[0]), None)


def following(spot: Spot, node: MapNode | None, catalogue: Catalogue) -> dict[str, Bilingual]:
    """What may come at the place: keys, words, codes, names and facts, with what they are."""
    found: dict[str, Bilingual] = {}
    around = spot.path[:-1] if spot.on_key and key_at(spot.path) is not None else spot.path
    for shape in shapes_at(around):
        match shape:
            case Keys() if spot.on_key:
                found |= {key.name: key.label for key in shape.keys}
            case Named() if spot.on_key:
                found |= {key.name: key.label for key in shape.also}
                found |= {} if shape.source is None else listed(shape.source, catalogue)
            case Words():
                found |= dict(shape.words)
            case Listed():
                found |= listed(shape.source, catalogue)
            case Condition():
                found |= _for_expressions(node, catalogue)
            case Facts():
                found |= {
                    word: Bilingual("登记库没有答复", "the register has no answer") for word in (*STATES, NOT_ASKED)
                }
            case Changes():
                found |= _facts(node, catalogue)
            case _:
                pass
    return found


def _for_expressions(node: MapNode | None, catalogue: Catalogue) -> dict[str, Bilingual]:
    found = {name: Bilingual(one.zh, one.en) for name, one in SIGNATURES.items()}
    found |= {field.name: field.label for field in catalogue.fields}
    found |= {
        name: Bilingual(_text(value, "zh") or part, _text(value, "en") or part)
        for (part, name), _, value in _names(node)
    }
    return found | _facts(node, catalogue)


def _facts(node: MapNode | None, catalogue: Catalogue) -> dict[str, Bilingual]:
    ask = None if node is None else node.get("ask")
    asked = [key.text for key, _ in ask.entries] if isinstance(ask, MapNode) else list(catalogue.registers)
    registers: Mapping[str, Bilingual] = {name: Bilingual(one.zh, one.en) for name, one in catalogue.registers.items()}
    return {
        f"{name}.{fact}": registers[name]
        for name in asked
        if name in registers
        for fact in catalogue.registers[name].answers
    }
