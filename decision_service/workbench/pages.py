"""What a page is to the workbench: where it stands in the menu, and who may open it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.visit import Visit


@dataclass(frozen=True, slots=True)
class Page:
    """A page. Whoever may do one of `actions` may open it. `build` puts its content together (NiceGUI elements).
    `needs_service`: it shows what only a running service knows. Without an `icon` it stands in no menu."""

    path: str
    title: Bilingual
    actions: frozenset[Action]
    build: Callable[[Visit], Awaitable[None]]
    icon: str = ""
    needs_service: bool = False

    def is_open_to(self, visit: Visit) -> bool:
        """Whether who looks may open it."""
        return any(visit.may(one) for one in self.actions)
