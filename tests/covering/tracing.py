"""What the reference really comes to: its own evaluation, overheard. It knows nothing of goals, places or demands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from decision_service import decision, forms, interpreter
from decision_service.facts import Fact
from decision_service.language import meaning
from decision_service.language.meaning import Scope
from decision_service.language.tree import Expression
from decision_service.readings import reference

MODULES = (meaning, interpreter, reference, decision, forms)
"""Wherever the reference's `evaluate` is called by its name."""


@dataclass
class Overheard:
    """Every node that was evaluated, with where and to what."""

    events: list[tuple[Expression, Scope, Fact]] = field(default_factory=list)

    def nodes(self, kind: type[Expression]) -> Iterator[Expression]:
        """The evaluated nodes of a kind."""
        return (node for node, _, _ in self.events if isinstance(node, kind))


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Overhears what is evaluated in the block."""
    heard, evaluate = Overheard(), meaning.evaluate

    def overheard(node: Expression, scope: Scope) -> Fact:
        value = evaluate(node, scope)
        heard.events.append((node, scope, value))
        return value

    patches = [patch.object(module, "evaluate", overheard) for module in MODULES]
    for one in patches:
        one.start()
    try:
        yield heard
    finally:
        for one in patches:
            one.stop()
