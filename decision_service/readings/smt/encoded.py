"""What a world holds of its policies, counted, and how far its unknowns reach: said before anything is claimed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from decision_service.policy.shape import Bilingual
from decision_service.readings.smt.shapes import FIRST_YEAR, LAST_YEAR
from decision_service.readings.smt.symbols import MOST_DECIMAL, MOST_MONEY
from decision_service.readings.smt.terms import Terms
from decision_service.readings.smt.witnesses import Lengths


@dataclass(frozen=True, slots=True)
class Encoded:
    """How many parts of the policies are in the formulas, of how many: (encoded, there are).

    `left_out` names what is not; as long as it names anything, no claim about the policies may be made. `bounds` says
    what of all applications is looked at, in Chinese and English.
    """

    rules: tuple[int, int]
    rows: tuple[int, int]
    tables: tuple[int, int]
    results: tuple[int, int]
    claims: tuple[int, int]
    left_out: tuple[str, ...]
    bounds: tuple[Bilingual, ...]


def encoded(several: Sequence[Terms], bounds: tuple[Bilingual, ...]) -> Encoded:
    """Makes every part that is not made yet, and counts."""
    counts = {"rule": (0, 0), "row": (0, 0), "table": (0, 0), "result": (0, 0), "claim": (0, 0)}

    def counted(what: str, there: int, lost: int) -> None:
        done, total = counts[what]
        counts[what] = (done + there - lost, total + there)

    left_out: list[str] = []
    for terms in several:
        policy = terms.policy
        terms.complete()
        lost = terms.left_out
        left_out += [f"{policy.matter}/{policy.effective_from} {name}: {why}" for name, why in lost.items()]
        for what, names in (
            ("rule", [rule.id for rule in policy.rules]),
            ("table", list(policy.tables)),
            ("result", [result.name for result in policy.results]),
            ("claim", [str(place) for place in range(len(policy.claims))]),
        ):
            counted(
                what,
                len(names),
                sum(any(key in lost for key in (f"{what} {name}", f"{what} {name} when")) for name in names),
            )
        for name, table in policy.tables.items():
            counted("row", len(table.rows), len(table.rows) if f"table {name}" in lost else 0)
    return Encoded(
        counts["rule"],
        counts["row"],
        counts["table"],
        counts["result"],
        counts["claim"],
        tuple(left_out),
        bounds,
    )


def bounds_of(first: date, last: date, lengths: Lengths) -> tuple[Bilingual, ...]:
    """How far the unknowns reach: days of decision from `first` to `last`, and how long lists are."""
    found = [
        Bilingual(f"办理日从{first}到{last}", f"days of decision from {first} to {last}"),
        Bilingual(f"其余日期从{FIRST_YEAR}年到{LAST_YEAR}年", f"all other days from {FIRST_YEAR} to {LAST_YEAR}"),
        Bilingual(
            f"金额不超过{MOST_MONEY}，小数不超过{MOST_DECIMAL}",
            f"amounts up to {MOST_MONEY}, decimals up to {MOST_DECIMAL}",
        ),
        Bilingual("除不尽的商按精确值计算", "quotients that do not end are exact, not rounded to 28 digits"),
    ]
    lists = [f"{name} {most}" for name, most in sorted(lengths.most.items()) if name not in lengths.cut]
    if lists:
        shown = ", ".join(lists)
        found.append(
            Bilingual(
                f"列表最多的条数（足以显出规则区分的每种情形）：{shown}",
                f"entries in a list, at most (enough for every case that the rules tell apart): {shown}",
            )
        )
    if lengths.cut:
        shown = ", ".join(f"{name} {lengths.most[name]}" for name in lengths.cut)
        found.append(
            Bilingual(
                f"这些列表只看到这么多条，更长的没有看：{shown}",
                f"of these lists no more entries are looked at, longer ones are not: {shown}",
            )
        )
    return tuple(found)
