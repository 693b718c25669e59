"""What is in force in this process: the published rules, swapped whole, and the matters that are suspended."""

from decision_service.publishing import Publication


class InForce:
    """The rules that decide now. A decision takes `publication` once and uses nothing newer (RQ: whole versions)."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._suspended: frozenset[str] = frozenset()

    @property
    def publication(self) -> Publication:
        """All versions that may decide."""
        return self._publication

    def swap(self, publication: Publication) -> None:
        """Put another publication in force for every application that comes in from now on."""
        self._publication = publication

    @property
    def suspended(self) -> frozenset[str]:
        """The matters that no machine decides at present."""
        return self._suspended

    def suspend(self, matter: str) -> None:
        """From now on every application of `matter` goes to an officer (R16)."""
        self._suspended |= {matter}

    def resume(self, matter: str) -> None:
        """Let machines decide `matter` again."""
        self._suspended -= {matter}
