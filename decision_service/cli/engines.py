"""Both engines in this process, for commands that decide without a server."""

from collections.abc import Iterator
from contextlib import contextmanager

from decision_service.offline import Engines
from decision_service.policy.shape import Policy


@contextmanager
def engines_of(policy: Policy) -> Iterator[Engines]:
    """The generated function and the Rete network of one policy."""
    from decision_service.readings.compiled.compile import compile_policy
    from decision_service.readings.rete.engine import ReteEngine

    second = ReteEngine(policy)
    try:
        yield Engines(compile_policy(policy).judge, second.judge)
    finally:
        second.close()
