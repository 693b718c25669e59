"""What is in force in this process: the published rules, swapped whole, and the matters that are suspended."""

from collections.abc import Callable
from typing import Final

from decision_service.publishing import Publication

EVERYTHING: Final = "*"
"""Stands for every matter, those that are published later included."""


class InForce:
    """The rules that decide now. A decision takes `publication` once and uses nothing newer (RQ: whole versions)."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._suspended: frozenset[str] = frozenset()
        self._listening: list[Callable[[], None]] = []

    def listen(self, told: Callable[[], None]) -> None:
        """Have `told` called right after each change, before anything is decided by it."""
        self._listening.append(told)

    @property
    def suspended(self) -> frozenset[str]:
        """The matters that no machine decides at present, EVERYTHING among them where that is."""
        return self._suspended

    @property
    def publication(self) -> Publication:
        """All versions that may decide."""
        return self._publication

    def swap(self, publication: Publication) -> None:
        """Put another publication in force for every application that comes in from now on."""
        self._publication = publication
        self._changed()

    def is_suspended(self, matter: str) -> bool:
        """Whether no machine decides `matter` at present."""
        return matter in self._suspended or EVERYTHING in self._suspended

    def suspend(self, matter: str) -> None:
        """From now on every application of `matter`, or of EVERYTHING, goes to an officer (R16)."""
        self._suspended |= {matter}
        self._changed()

    def resume(self, matter: str) -> None:
        """Let machines decide what `suspend` stopped under the same name."""
        self._suspended -= {matter}
        self._changed()

    def _changed(self) -> None:
        for told in self._listening:
            told()
