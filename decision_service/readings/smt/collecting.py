"""Python's collector, which must not run while formulas are made or asked."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No collector meanwhile, in any thread. It runs in whichever thread makes the next object, a progress bar's for
    one, and would let go of formulas there while this thread is within the solver, which ends the process. What is no
    part of a cycle goes as ever, and what is goes at the end, in this thread: none is left for another."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.collect(0)
            gc.enable()
