"""What a boundary of a policy is."""

from dataclasses import dataclass

from decision_service.testing.ground import Application


@dataclass(frozen=True, slots=True)
class Boundary:
    """One condition of a policy and an application on either side of it. `outside` does not meet it, `inside` does;
    they differ at `place` by the least step that there is, and in what the form demands because of that. `reads` are
    the values that it turns on, of a register's answer or of the form. Its text is `zh` and `en`."""

    where: str
    zh: str
    en: str
    place: str
    outside: Application
    inside: Application
    reads: frozenset[str]

    def __str__(self) -> str:
        return f"{self.where} {self.place}: {self.en}"
