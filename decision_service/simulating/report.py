"""What came of a population: counts and shares, who flips and why, and the money that it moves. Plain data."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from decision_service.outcome import PRECEDENCE, Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy
from decision_service.simulating.query import BAND
from decision_service.simulating.recorded import FromLedger
from decision_service.simulating.running import Answer

AWARDS = "awards"
"""The label under which the amounts of items are listed."""

_MONTHLY = re.compile(r"\b(monthly|a month)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """One version over the population: how many by outcome and by reason (a decision may have several reasons)."""

    version: str
    digest: str
    outcomes: Mapping[Outcome, int]
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Grouping:
    """How many by outcome, for each value of a name, one mapping for each version; and the amounts that they get, by
    their names."""

    name: str
    values: Mapping[str, tuple[Mapping[Outcome, int], ...]]
    money: Mapping[str, tuple["Money", ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount over the whole population, in its own unit: how many get it and how much, before and after.
    `monthly`: the label (results.yaml) that says that it is yuan a month; None: it is none, or nothing says so."""

    name: str
    people: tuple[int, ...]
    total: tuple[Decimal, ...]
    monthly: Bilingual | None = None

    @property
    def yearly(self) -> tuple[Decimal, ...]:
        """What it comes to if it is paid for twelve months; empty where it is not monthly."""
        return () if self.monthly is None else tuple(12 * one for one in self.total)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told of one version or two over a population.

    `flips` counts by old and new outcome; `lost` and `gained` count the reasons that flipped rows had before and have
    after; `changed` are all rows to which something else is granted. `left_out`: rows that are not judged in bulk.
    `ledger`: where the rows are decisions on record."""

    matter: str
    name: tuple[str, str]
    rows: int
    left_out: int
    sides: tuple[Side, ...]
    groupings: tuple[Grouping, ...]
    money: tuple[Money, ...]
    flips: Mapping[tuple[Outcome, Outcome], int]
    lost: Mapping[str, int]
    gained: Mapping[str, int]
    changed: int
    assumed: tuple[str, ...]
    not_asked: tuple[str, ...]
    seconds: float
    illustrative: bool
    ledger: FromLedger | None = None

    @property
    def flipped(self) -> int:
        """How many rows come to another outcome."""
        return sum(count for (old, new), count in self.flips.items() if old is not new)


def report_of(answer: Answer, policies: tuple[Policy, ...], catalogue: Catalogue) -> Report:
    """The report of an answer."""
    return _Counting(answer, policies, catalogue).report()


class _Counting:
    def __init__(self, answer: Answer, policies: tuple[Policy, ...], catalogue: Catalogue) -> None:
        self.answer, self.policies, self.catalogue = answer, policies, catalogue
        self.profiles = answer.question.profiles
        sides = range(len(policies))
        self.outcomes: list[Counter[Outcome]] = [Counter() for _ in sides]
        self.reasons: list[Counter[str]] = [Counter() for _ in sides]
        self.flips: Counter[tuple[Outcome, Outcome]] = Counter()
        self.lost: Counter[str] = Counter()
        self.gained: Counter[str] = Counter()
        self.values: list[dict[str, list[Counter[Outcome]]]] = [
            defaultdict(lambda: [Counter() for _ in sides]) for _ in answer.question.dimensions
        ]
        self.paid: list[dict[str, list[Mapping[str, Any]]]] = [defaultdict(list) for _ in answer.question.dimensions]
        self.left_out = 0

    def report(self) -> Report:
        for group in self.answer.groups:
            if group["out"]:
                self.left_out += int(group["n"])
            else:
                self._count(group)
        first, population = self.policies[0], self.answer.population
        return Report(
            matter=first.matter,
            name=(first.name.zh, first.name.en),
            rows=population.rows,
            left_out=self.left_out,
            sides=tuple(
                Side(
                    str(policy.effective_from), policy.digest, _ordered(self.outcomes[at]), _commonest(self.reasons[at])
                )
                for at, policy in enumerate(self.policies)
            ),
            groupings=tuple(self._groupings()),
            money=tuple(self._money([group for group in self.answer.groups if not group["out"]])),
            flips=dict(self.flips),
            lost=_commonest(self.lost),
            gained=_commonest(self.gained),
            changed=sum(int(group["changed"]) for group in self.answer.groups if not group["out"]),
            assumed=population.assumed,
            not_asked=population.not_asked,
            seconds=self.answer.seconds,
            illustrative=any(policy.illustrative for policy in self.policies),
        )

    def _count(self, group: Mapping[str, Any]) -> None:
        told = [
            profile.told([group[f"k{at}_{place}"] for place in range(len(profile.words))])
            for at, profile in enumerate(self.profiles)
        ]
        for at, one in enumerate(told):
            self.outcomes[at][one.outcome] += int(group["n"])
            for code in one.reasons:
                self.reasons[at][code] += int(group["n"])
            for place, values in enumerate(self.values):
                values[group[f"d{place}"]][at][one.outcome] += int(group["n"])
        for place, paid in enumerate(self.paid):
            paid[group[f"d{place}"]].append(group)
        if len(told) == 2:
            old, new = told
            self.flips[old.outcome, new.outcome] += int(group["n"])
            if old.outcome is not new.outcome:
                self.lost.update(dict.fromkeys(old.reasons, int(group["n"])))
                self.gained.update(dict.fromkeys(new.reasons, int(group["n"])))

    def _groupings(self) -> Iterable[Grouping]:
        for one, values, paid in zip(self.answer.question.dimensions, self.values, self.paid, strict=True):
            named = {text: self._label(one.kind.name, text) for text, _ in sorted(values.items(), key=_place)}
            counts = {label: tuple(_ordered(count) for count in values[text]) for text, label in named.items()}
            money = {label: tuple(self._money(paid[text])) for text, label in named.items()}
            yield Grouping(one.name, counts, money)

    def _label(self, kind: str, text: str) -> str:
        if kind == "region" and text in self.catalogue.prefectures:
            name = self.catalogue.prefectures[text]
            return f"{text} {name.zh} {name.en}"
        if kind in ("whole", "money", "decimal") and text.lstrip("-").isdigit():
            return f"{text}–{int(text) + BAND - 1}"
        return text

    def _money(self, counted: Sequence[Mapping[str, Any]]) -> Iterable[Money]:
        names = dict.fromkeys(one.name for one in self.answer.question.sums)
        for name in names:
            people, total = [0] * len(self.policies), [Decimal(0)] * len(self.policies)
            for at, one in enumerate(self.answer.question.sums):
                if one.name == name:
                    people[one.version] = sum(int(group[f"c{at}"]) for group in counted)
                    total[one.version] = one.value(sum(int(group[f"s{at}"] or 0) for group in counted))
            yield Money(name, tuple(people), tuple(total), self._monthly(name))

    def _monthly(self, name: str) -> Bilingual | None:
        """The label that says that an amount is monthly: its own, of items that of the list of them (`awards`). None
        where a version grants it once: what is granted goes on being paid where the policy states a result that the
        catalogue names as such (`running` in afterwards.yaml). A limit a month is no payment."""
        granting = [one for one in self.policies if name in _granted(one)]
        running = self.catalogue.afterwards.running
        if not all(running.intersection(part.name for part in one.results) for one in granting):
            return None
        kinds = [one.value.kind for policy in self.policies for one in policy.results if one.name == name]
        items = [one.amount.kind for policy in self.policies for one in policy.items if one.name == name]
        label = self.catalogue.results.get(AWARDS if items else name)
        said = label is not None and _MONTHLY.search(label.en) is not None
        return label if said and any(kind.name == "money" for kind in kinds + items) else None


def _granted(policy: Policy) -> set[str]:
    return {one.name for one in policy.results} | {one.name for one in policy.items}


def exactly(amount: Decimal, *, signed: bool = False) -> str:
    """An amount with all its places, two at least, and marks between thousands."""
    places = ".2" if amount == round(amount, 2) else ""
    return f"{amount:{'+' if signed else ''},{places}f}"


def _place(item: tuple[str, object]) -> tuple[int, float, str]:
    text = item[0]
    return (0, float(text), "") if text.lstrip("-").isdigit() else (1, 0.0, text)


def _ordered(counts: Counter[Outcome]) -> dict[Outcome, int]:
    return {one: counts[one] for one in PRECEDENCE if counts[one]}


def _commonest(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def as_json(report: Report) -> dict[str, object]:
    """The report as JSON; amounts are texts."""
    return {
        "matter": report.matter,
        "rows": report.rows,
        "left_out": report.left_out,
        "seconds": round(report.seconds, 3),
        "assumed": list(report.assumed),
        "not_asked": list(report.not_asked),
        "versions": [
            {
                "version": one.version,
                "digest": one.digest,
                "outcomes": _named(one.outcomes),
                "reasons": dict(one.reasons),
            }
            for one in report.sides
        ],
        "by": {
            one.name: {text: [_named(count) for count in counts] for text, counts in one.values.items()}
            for one in report.groupings
        },
        "money": {one.name: _paid(one) for one in report.money},
        "money_by": {
            grouping.name: {text: {one.name: _paid(one) for one in found} for text, found in grouping.money.items()}
            for grouping in report.groupings
        },
        "flips": [
            {"old": old.value, "new": new.value, "count": count}
            for (old, new), count in sorted(report.flips.items(), key=lambda one: (one[0][0].value, one[0][1].value))
            if old is not new
        ],
        "flipped": report.flipped,
        "changed": report.changed,
        "flipped_reasons": {"old": dict(report.lost), "new": dict(report.gained)},
    } | ({} if report.ledger is None else {"ledger": report.ledger.as_json()})


def _paid(money: Money) -> dict[str, object]:
    return {
        "people": list(money.people),
        "total": [format(total, "f") for total in money.total],
        "monthly_by_label": None if money.monthly is None else {"zh": money.monthly.zh, "en": money.monthly.en},
        "yearly": [format(total, "f") for total in money.yearly],
    }


def _named(counts: Mapping[Outcome, int]) -> dict[str, int]:
    return {one.value: count for one, count in counts.items()}
