"""A policy as a picture: what is known, what is worked out from it, the rules, and what they lead to."""

from decision_service.graphing.drawing import drawn
from decision_service.graphing.model import graph_of
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy

__all__ = ["graph_of", "graph_svg"]


def graph_svg(policy: Policy, catalogue: Catalogue) -> str:
    """The graph of a policy as a standalone SVG document: the same text for the same policy, no script, light and dark.
    Hovering tells the whole of a condition, its law, and what hangs together."""
    return drawn(policy, graph_of(policy, catalogue))
