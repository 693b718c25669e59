"""What a verdict comes to, packed into a few whole numbers, so that rows that are decided alike fall into one group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from decision_service.facts import PAPER_CODE, REFERRALS, Why
from decision_service.outcome import PRECEDENCE, Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import BIT, Cell, either, static, when
from decision_service.readings.bulk.findings import FAILS, UNKNOWN
from decision_service.readings.bulk.forms import CHECK, MISSING, WRONG, FormColumns
from decision_service.readings.bulk.verdicts import NOT_CHOSEN, VerdictColumns

MOST = 2**62
CAUSES = 1 << len(BIT)
_FORM_CODES = {MISSING: "C01_FIELD_MISSING", WRONG: "C02_FIELD_FORMAT", CHECK: "C03_ID_CHECKSUM"}


@dataclass(frozen=True, slots=True)
class Digit:
    """One part of a profile: its name, how many values it has, and its column, 0 up to that many."""

    name: tuple[str, str]
    base: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Told:
    """A profile unpacked: the outcome, the reason codes that decide, and each item's outcome."""

    outcome: Outcome
    reasons: frozenset[str]
    items: Mapping[str, Outcome]


class Profile:
    """The profile of one version's verdicts: the columns that it is packed into, and how they are read back."""

    def __init__(self, policy: Policy, verdict: VerdictColumns, form: FormColumns) -> None:
        self.policy = policy
        self.words: list[list[Digit]] = [[]]
        size = 1
        for digit in _digits(policy, verdict, form):
            if static(digit.cell) and digit.cell == 0:
                continue
            if size * digit.base > MOST:
                self.words.append([])
                size = 1
            self.words[-1].append(digit)
            size *= digit.base
        self._read: dict[tuple[int, ...], Told] = {}

    def columns(self) -> list[Cell]:
        """The packed columns."""
        packed = []
        for word in self.words:
            cell: Cell = 0
            for digit in word:
                part = digit.cell if static(digit.cell) else digit.cell.cast("int64")
                cell = cell * digit.base + part
            packed.append(cell)
        return packed

    def told(self, key: Sequence[int]) -> Told:
        """What the packed columns say."""
        known = tuple(key)
        if known not in self._read:
            found: dict[tuple[str, str], int] = {}
            for value, word in zip(known, self.words, strict=True):
                rest = value
                for digit in reversed(word):
                    rest, found[digit.name] = divmod(rest, digit.base)
            self._read[known] = self._told(found)
        return self._read[known]

    def _told(self, found: Mapping[tuple[str, str], int]) -> Told:
        outcome = PRECEDENCE[found.get(("outcome", ""), 0)]
        items = {
            item.name: PRECEDENCE[place - 1]
            for item in self.policy.items
            if (place := found.get(("item", item.name), 0)) > 0
        }
        return Told(outcome, frozenset(self._reasons(found, outcome, items)), items)

    def _reasons(
        self, found: Mapping[tuple[str, str], int], outcome: Outcome, items: Mapping[str, Outcome]
    ) -> Iterator[str]:
        gated = any(rule.gate and found.get(("rule", rule.id), 0) == FAILS for rule in self.policy.rules)
        if outcome is Outcome.CORRECTION_REQUIRED and not gated:
            for place, code in enumerate(_FORM_CODES.values()):
                if found.get(("form", ""), 0) & 1 << place:
                    yield code
        for rule in self.policy.rules:
            state = found.get(("rule", rule.id), 0)
            partly = outcome is Outcome.PARTIALLY_APPROVED and rule.item is not None
            wanted = items.get(rule.item or "") if partly else outcome
            last = FAILS + len(rule.alternatives)
            if FAILS <= state < last:
                one = rule.alternatives[state - FAILS]
                if one.outcome is wanted and not one.code.startswith("I"):
                    yield one.code
            elif state >= last:
                yield from _of_causes(state - last, wanted)
        if found.get(("lacking", ""), 0):
            yield from _of_causes(found["lacking", ""], outcome)


def _of_causes(mask: int, wanted: Outcome | None) -> Iterator[str]:
    """The codes with which an unknown is told, where what it comes to is `wanted`."""
    correcting = mask == BIT[Why.PAPER_OFFERED]
    if wanted is not (Outcome.CORRECTION_REQUIRED if correcting else Outcome.REFERRED):
        return
    if correcting:
        yield PAPER_CODE
        return
    yield from sorted({REFERRALS[why] for why, bit in BIT.items() if mask & bit and why in REFERRALS})


def _digits(policy: Policy, verdict: VerdictColumns, form: FormColumns) -> Iterator[Digit]:
    yield Digit(("outcome", ""), len(PRECEDENCE), verdict.outcome)
    for rule in policy.rules:
        state, causes = verdict.states[rule.id], verdict.causes[rule.id]
        last = FAILS + len(rule.alternatives)
        if static(causes) and causes == 0:
            yield Digit(("rule", rule.id), last, state)
        else:
            yield Digit(("rule", rule.id), last + CAUSES, when(state == UNKNOWN, causes + last, state))
    yield Digit(("lacking", ""), CAUSES, verdict.lacking)
    for item, cell in verdict.items.items():
        yield Digit(("item", item), len(PRECEDENCE) + 1, cell - NOT_CHOSEN)
    defects: Cell = 0
    for place, number in enumerate(_FORM_CODES):
        seen = either(*(one == number for one in form.defects.values()))
        defects = defects + when(seen, 1 << place, 0)
    yield Digit(("form", ""), 8, defects)
