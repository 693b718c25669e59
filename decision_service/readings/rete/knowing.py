"""The versions that a child of the second engine judges, and how it comes by others while it goes on judging."""

import gc
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.readings.rete.engine import ReteEngine
from decision_service.readings.rete.frames import Word
from decision_service.source import PolicyProblems

STEP_SECONDS: Final = 0.005
"""Whoever has to be judged waits no longer for networks that are being built."""


class Knowing:
    """The versions in a rules folder, each with its networks, by digest.

    Files are read in a thread beside; networks are built where sheets are judged, as the C engine is for one thread,
    a few at a time.
    """

    def __init__(self, rules: Path) -> None:
        """Raises PolicyProblems, and what ReteEngine raises."""
        self._rules = rules
        self._shelf = read_shelf(rules)
        self._turn = 0
        self._reading: _Reading | None = None
        self._coming: dict[str, ReteEngine] = {}
        self.engines = {policy.digest: ReteEngine(policy) for policy in self._shelf.policies()}
        gc.collect()
        gc.freeze()

    def learn(self, turn: int, kept: Collection[str]) -> list[object]:
        """One step towards knowing what is in the folder now, besides those of `kept` that are known already: READING
        as long as more are needed, at the end KNOWS with all digests, or FAULT with why it goes on as before. The first
        step of another `turn` begins anew."""
        try:
            if turn != self._turn:
                self._turn = turn
                self._forget_coming()
            return self._learn(kept)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with new rules, those that decide are judged
            self._forget_coming()
            return [Word.FAULT, type(fault).__name__]

    def close(self) -> None:
        """Frees all networks."""
        for engine in (*self.engines.values(), *self._coming.values()):
            engine.close()

    def _learn(self, kept: Collection[str]) -> list[object]:
        reading = self._reading
        if reading is None:
            self._reading = _Reading(self._rules, self._shelf)
            self._reading.start()
        if reading is None or reading.is_alive():
            return [Word.READING]
        shelf, ends = reading.shelf, time.monotonic() + STEP_SECONDS
        if shelf is None:
            self._forget_coming()
            return [Word.FAULT, reading.fault]
        for policy in shelf.policies():
            if policy.digest not in self.engines and policy.digest not in self._coming:
                if time.monotonic() > ends:
                    return [Word.READING]
                self._coming[policy.digest] = ReteEngine(policy)
        self._take_over(shelf, kept)
        return [Word.KNOWS, sorted(self.engines)]

    def _take_over(self, shelf: Shelf, kept: Collection[str]) -> None:
        wanted = {policy.digest for policy in shelf.policies()} | set(kept)
        known = {**self.engines, **self._coming}
        self.engines = {digest: engine for digest, engine in known.items() if digest in wanted}
        self._shelf, self._coming, self._reading = shelf, {}, None
        for digest in known.keys() - wanted:
            known[digest].close()

    def _forget_coming(self) -> None:
        self._reading = None
        coming, self._coming = self._coming, {}
        for engine in coming.values():
            engine.close()


class _Reading(threading.Thread):
    """Reads the rules folder again. Afterwards `shelf` is there, or `fault` says why not."""

    def __init__(self, rules: Path, before: Shelf) -> None:
        super().__init__(name="rules, read again", daemon=True)
        self._rules, self._before = rules, before
        self.shelf: Shelf | None = None
        self.fault = ""

    def run(self) -> None:
        """See `Thread.run`."""
        try:
            # What was read stays. Frozen file by file, it is never looked through for garbage while sheets wait.
            self.shelf = read_shelf(self._rules, lambda _: gc.freeze(), before=self._before)
        except PolicyProblems as problems:
            self.fault = f"the rule files are wrong: {problems}"
        except Exception as fault:  # noqa: BLE001 - told to whoever wanted the rules read
            self.fault = type(fault).__name__
