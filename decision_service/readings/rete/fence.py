"""The fence around the Rete engine of durable-rules: the only module that touches it, by seven functions.

What is known to be sound of version 2.0.28 is used and nothing else: facts are maps of bits, rules are conjunctions of
at most eight of them, one session at a time under one fixed name, each bit told once, every fact under its own id, all
drained, and the session deleted at the end. Outside of that the engine crashes, hangs or errs without an error, so
every limit is checked before anything is handed over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Protocol

import durable_rules_engine

from decision_service.readings.rete.terms import WIDEST, Join, Term

MOST_JOINS = 100
"""The engine corrupted its heap from about 120 rules in one ruleset."""

MOST_TERMS = 400
"""About 500 different conditions at one level make it search for ever."""

MOST_JOINS_OF_A_TERM = 200
"""256 rules on one condition write past the end of a buffer."""

MOST_BITS = 48
"""Facts with more than 64 conditions met at once are refused."""

_SESSION = "s0"
_OPEN = "o"
_OPEN_BIT = "_o"
_RESERVED = ("id", "sid", "$s", _OPEN_BIT)
_OBSERVED = 2


class EngineFault(Exception):  # noqa: N818 - it is a fault, as in a fault tree, and is alarmed as one
    """The engine did what it must not do. Nothing was decided; the ruleset has been built anew."""


class NetworkTooLargeError(ValueError):
    """A network that the engine can't be trusted with."""


class Core(Protocol):
    """The seven functions of the engine that are used."""

    def create_ruleset(self, name: str, rules: str, /) -> int:
        """A handle for rules given as JSON."""

    def delete_ruleset(self, ruleset: int, /) -> None:
        """Frees a ruleset."""

    def assert_fact(self, ruleset: int, fact: str, /) -> tuple[int, int]:
        """Tells a fact: 0 taken, 1 of no use, 2 seen already; and where its session is."""

    def start_action_for_state(self, ruleset: int, state: int, /) -> tuple[str, str] | None:
        """The session's state and the first rule that fired, or None."""

    def complete_and_start_action(self, ruleset: int, state: int, /) -> str | None:
        """The next rule that fired, or None."""

    def abandon_action(self, ruleset: int, state: int, /) -> None:
        """Gives back an action that was started and not completed."""

    def delete_state(self, ruleset: int, session: str, /) -> None:
        """Frees a session."""


class Fence:
    """One ruleset with one session slot. Not for several threads at once."""

    def __init__(self, name: str, joins: Sequence[Join], core: Core = durable_rules_engine) -> None:
        """Raises NetworkTooLargeError before the engine sees anything, EngineFault where it can't take the rules."""
        check_limits(joins)
        self.name = name
        self._core = core
        self._rules = _rules_text(joins)
        self._heads = frozenset(join.head for join in joins)
        self._used = frozenset(term.name for join in joins for term in join.body)
        self._most_firings = len(joins) + 1
        self._state: int | None = None
        self._ruleset: int | None = None
        self._build()

    def conclude(self, bits: Mapping[str, int]) -> frozenset[str]:
        """All heads that follow from `bits`. Raises EngineFault; the next call finds a new ruleset."""
        if self._ruleset is None:
            self._build()
        try:
            return self._session(bits)
        except Exception as error:
            self._discard()
            raise EngineFault(f"the network {self.name} failed ({type(error).__name__}); it decides nothing") from error

    def close(self) -> None:
        """Gives the ruleset back."""
        ruleset, self._ruleset = self._ruleset, None
        if ruleset is not None:
            self._core.delete_ruleset(ruleset)

    def _build(self) -> None:
        """A new ruleset, its only slot opened once: a slot that never fired an action is not initialised."""
        try:
            self._ruleset = self._core.create_ruleset(self.name, self._rules)
            self._session({})
        except Exception as error:
            self._discard()
            raise EngineFault(f"the engine did not take the network {self.name}") from error

    def _discard(self) -> None:
        ruleset, self._ruleset = self._ruleset, None
        if ruleset is not None:
            with suppress(Exception):
                self._core.delete_ruleset(ruleset)

    def _session(self, bits: Mapping[str, int]) -> frozenset[str]:
        ruleset, opened = self._ruleset, False
        if ruleset is None:
            raise EngineFault(f"the network {self.name} is closed")
        try:
            opened = self._put(ruleset, "z", ((_OPEN_BIT, 1),)) == [_OPEN]
            return self._chain(ruleset, bits, opened=opened)
        except Exception:
            self._abandon(ruleset)
            raise
        finally:
            self._state = None
            if opened:
                self._core.delete_state(ruleset, _SESSION)

    def _abandon(self, ruleset: int) -> None:
        """An action left open would lock the session."""
        if self._state is not None:
            with suppress(Exception):
                self._core.abandon_action(ruleset, self._state)

    def _chain(self, ruleset: int, bits: Mapping[str, int], *, opened: bool) -> frozenset[str]:
        """Tells the bits, then everything that was derived and is used again, until nothing new follows."""
        if not opened:
            raise EngineFault(f"the session of {self.name} did not open")
        drawn: set[str] = set()
        waiting = list(_chunks((name, bit) for name, bit in bits.items() if name in self._used))
        number = 0
        while waiting:
            fired = self._put(ruleset, f"f{number}", waiting.pop())
            number += 1
            new = dict.fromkeys(head for head in fired if head not in drawn)
            if not self._heads.issuperset(new):
                raise EngineFault(f"the network {self.name} drew a conclusion that it does not have")
            drawn.update(new)
            waiting += _chunks((head, 1) for head in new if head in self._used)
        return frozenset(drawn)

    def _put(self, ruleset: int, number: str, bits: Iterable[tuple[str, int]]) -> list[str]:
        """One fact, drained: the heads of the rules that it fired."""
        told = "".join(f',"{name}":{bit:d}' for name, bit in bits)
        code, state = self._core.assert_fact(ruleset, f'{{"sid":"{_SESSION}","id":"{number}"{told}}}')
        if code == _OBSERVED:
            raise EngineFault(f"the network {self.name} took a new fact for an old one")
        if code != 0:
            return []  # no rule uses it
        self._state = state
        fired: list[str] = []
        started = self._core.start_action_for_state(ruleset, state)
        message = None if started is None else started[1]
        while message is not None:
            fired.append(message[2 : message.index("#", 2)])
            if len(fired) > self._most_firings:
                raise EngineFault(f"the network {self.name} fires without end")
            message = self._core.complete_and_start_action(ruleset, state)
        return fired


def _chunks(bits: Iterable[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    rest = iter(bits)
    while part := list(islice(rest, MOST_BITS)):
        yield part


def _rules_text(joins: Sequence[Join]) -> str:
    """The rules as the engine reads them; a rule's name is its head and a number."""
    rules: dict[str, object] = {f"{_OPEN}#": {"all": [{"m": {_OPEN_BIT: 1}}], "dist": 0}}
    for number, join in enumerate(joins):
        body = [{f"m{place}": {term.name: term.bit}} for place, term in enumerate(join.body)]
        rules[f"{join.head}#{number}"] = {"all": body, "dist": 0}
    return json.dumps(rules)


def check_limits(joins: Sequence[Join]) -> None:
    """Raises NetworkTooLargeError with the limit that is passed and what to do about it."""
    uses: dict[Term, int] = {}
    for join in joins:
        if not 1 <= len(join.body) <= WIDEST:
            raise NetworkTooLargeError(f"a join for {join.head} has {len(join.body)} terms; 1 to {WIDEST} are sound")
        for term in join.body:
            uses[term] = uses.get(term, 0) + 1
    _check_most("joins", len(joins), MOST_JOINS)
    _check_most("terms", len(uses), MOST_TERMS)
    _check_most("joins of one term", max(uses.values(), default=0), MOST_JOINS_OF_A_TERM)
    names = {join.head for join in joins} | {term.name for term in uses}
    for name in names:
        if not (name.isascii() and name.isidentifier() and name != _OPEN and name not in _RESERVED):
            raise NetworkTooLargeError(
                f"{name!r} can't be a name in a network: ASCII letters, digits, _; none reserved"
            )
    if len({name_hash(name) for name in (*names, *_RESERVED)}) < len(names) + len(_RESERVED):
        raise NetworkTooLargeError("two names have one hash, by which alone the engine tells names apart: rename one")


def _check_most(what: str, number: int, most: int) -> None:
    if number > most:
        raise NetworkTooLargeError(
            f"the rules make a network of {number} {what}; at most {most} are sound. "
            "Write the conditions of the matter more simply, or divide it into two matters"
        )


def name_hash(name: str) -> int:
    """The engine's hash of an ASCII name (32-bit FNV-1a)."""
    value = 0x811C9DC5
    for byte in name.encode("ascii"):
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value
