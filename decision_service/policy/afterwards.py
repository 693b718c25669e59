"""What is asked again after a grant, and how often: `catalogue/afterwards.yaml`. It decides nothing."""

from dataclasses import dataclass

from decision_service.policy.entries import Entries


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Checks after a grant. `registers` hold what may change; a grant whose result states one of `running` is checked
    every so many months for as long as it runs, any other once, after so many months."""

    registers: tuple[str, ...] = ()
    running: frozenset[str] = frozenset()
    every_months: int = 1
    once_after_months: int = 1


def read_afterwards(entries: Entries, registers: tuple[str, ...]) -> Afterwards:
    """The file; complains of registers that the catalogue lacks, and of ones that must not be asked twice."""
    entries.yes("illustrative", default=False)
    names = entries.words("registers")
    for word in names:
        if word.text not in registers:
            entries.wrong_word(word.text, registers, word.span)
    running, once = entries.inner("running", needed=True), entries.inner("once", needed=True)
    found = Afterwards(
        registers=tuple(word.text for word in names),
        running=frozenset(word.text for word in running.words("results")),
        every_months=max(1, running.whole("every", unit=" month")),
        once_after_months=max(1, once.whole("after", unit=" month")),
    )
    for part in (running, once, entries):
        part.done()
    return found
