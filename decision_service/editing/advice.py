"""What `miaopi lint` says beyond what is wrong: a code, why it matters, the place, and a fix if it is mechanical."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from decision_service.editing.edits import Edit
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.nodes import MapNode, Node, TextNode
from decision_service.policy.parts import Bilingual
from decision_service.policy.shape import Policy
from decision_service.source import Source, Span


@dataclass(frozen=True, slots=True)
class Written:
    """A rule file that has been checked: its text, its nodes, its policy, and all versions of all matters around it."""

    source: Source
    node: MapNode
    policy: Policy
    catalogue: Catalogue
    others: Sequence[Policy]

    def entry(self, *path: str) -> tuple[TextNode, Node] | None:
        """The key and the value at a path of keys; None where nothing stands there."""
        node: Node = self.node
        found: tuple[TextNode, Node] | None = None
        for name in path:
            if not isinstance(node, MapNode):
                return None
            found = next(((key, value) for key, value in node.entries if key.text == name), None)
            if found is None:
                return None
            node = found[1]
        return found

    def entries(self, *path: str) -> tuple[tuple[TextNode, Node], ...]:
        """The entries of the mapping at a path; none where there is no mapping."""
        found = self.entry(*path)
        return found[1].entries if found is not None and isinstance(found[1], MapNode) else ()


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to put right: what it is here, where, what to do, and the edits that do it, if a machine can."""

    text: Bilingual
    span: Span
    hint: Bilingual
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """One kind of finding: its code, its name, why it matters (the law or requirement), and how it is found."""

    code: str
    name: Bilingual
    why: Bilingual
    find: Callable[[Written], Iterator[Found]]
    fixes: bool = False


def both(zh: str, en: str) -> Bilingual:
    """The two languages of a sentence."""
    return Bilingual(zh, en)
