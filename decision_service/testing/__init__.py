"""For quality engineers: Hypothesis strategies for the applications of any matter, and a pytest plugin.

    from decision_service.testing import applications, boundaries, impossible, near_boundaries

Each is imported when it is first named: the plugin is loaded by every pytest of an environment, and must cost nothing
where there are no rule files.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decision_service.testing.boundary import Boundary
    from decision_service.testing.ground import Application, NoRulesError
    from decision_service.testing.strategies import applications, boundaries, impossible, near_boundaries

__all__ = [
    "Application",
    "Boundary",
    "NoRulesError",
    "applications",
    "boundaries",
    "impossible",
    "near_boundaries",
]

_HOMES = {"Boundary": "boundary", "Application": "ground", "NoRulesError": "ground"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'strategies')}"), name)
