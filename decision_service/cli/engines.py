"""Both engines in this process, for commands that decide without a server."""

from decision_service.offline import engines_of

__all__ = ["engines_of"]
