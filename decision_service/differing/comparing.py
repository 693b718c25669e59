"""Two versions compared: every region in which the decision changes, or the proof that there is none."""

import time
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from decision_service.differing.asking import LONG, Asking
from decision_service.differing.aspects import Aspects
from decision_service.differing.cells import grids
from decision_service.differing.changes import changes_between
from decision_service.differing.describing import Describer, Seen
from decision_service.differing.enumerating import Way, ways
from decision_service.differing.examples import Deciders, EncodingFaultError
from decision_service.differing.material import material_of
from decision_service.differing.moves import moves
from decision_service.differing.pairing import RulePair, pair_rules
from decision_service.differing.progressing import Progress, Stretch
from decision_service.differing.report import Count, Kind, Region, Report, effect_of
from decision_service.differing.sides import Sides
from decision_service.differing.spelling import Numbers, Spelling
from decision_service.offline import Engines
from decision_service.outcome import Outcome
from decision_service.policy.shape import Bilingual
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.collecting import uncollected

if TYPE_CHECKING:
    import z3

    from decision_service.readings.smt.encoded import Encoded
    from decision_service.readings.smt.world import World

LOOKED_AT = Bilingual(
    "表单填写合格；该问的登记库都问了，不管答复没有",
    "forms that are filled in rightly; every register that is needed was asked, whether it answered or not",
)
"""Which applications are compared, besides what the encoding says of its bounds."""

_ORDER: Mapping[Kind, int] = {"outcome": 0, "reasons": 1, "values": 2, "advice": 3}


class NoClaimError(Exception):
    """Nothing is claimed of the two versions; says why, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


_ENCODED, _TRIED, _TOLD_APART, _FOUND = 5.0, 10.0, 20.0, 25.0
"""Of 100, how much is done once both versions are formulas; once the worked cases are decided under both; once all
ways in which decisions change are told apart; once it is known which come with every register's answer. The rest is
telling each in full."""


@uncollected()
def compare(sides: Sides, engines: tuple[Engines, Engines], progress: Progress = lambda _: None) -> Report:
    """The whole comparison; `engines` are those of the old and of the new version. Raises NoClaimError where a part of
    them cannot be encoded, where the solver gives up, or where the encoding proves wrong."""
    from decision_service.readings.smt.replaying import UnfaithfulError
    from decision_service.readings.smt.solving import UndecidedError
    from decision_service.readings.smt.telling import UnrealisableError
    from decision_service.readings.smt.values import UnencodableError

    try:
        return _compare(sides, engines, progress)
    except UnencodableError as error:
        raise NoClaimError(f"this is not encoded: {error}", f"这一部分没有编码：{error}") from None
    except UndecidedError as error:
        raise NoClaimError(
            f"the solver found no answer within the steps it may take ({error}); compare in smaller steps: a draft "
            "with one of the changes at a time",
            f"求解器没有在限定的步数内得出结果（{error}）；请把改动拆开，一次只比较一处",
        ) from None
    except UnrealisableError as error:
        raise NoClaimError(f"no application could be written down: {error}", f"写不出申请：{error}") from None
    except (UnfaithfulError, EncodingFaultError) as error:
        raise NoClaimError(f"a fault of the encoding: {error}", f"编码有误：{error}") from None


def _compare(sides: Sides, engines: tuple[Engines, Engines], progress: Progress) -> Report:
    from decision_service.readings.smt.values import UnencodableError
    from decision_service.readings.smt.world import LAST_DAY, World

    if sides.since > LAST_DAY:
        raise NoClaimError(
            f"no day of decision after {LAST_DAY} is looked at, and both versions decide from {sides.since} on",
            f"只考察到{LAST_DAY}的决定，而两个版本自{sides.since}起才都有效",
        )
    started = time.perf_counter()
    numbers: Numbers = {}
    spelled = (Spelling(sides.old, numbers), Spelling(sides.new, numbers))
    pairs = pair_rules(sides.old, sides.new, spelled)
    world = World((sides.old, sides.new), sides.catalogue)
    encoded = world.encoded()
    progress(_ENCODED)
    comparison = _Comparison(sides, spelled, pairs, world, Deciders(sides, engines, _renamed(pairs)), progress)
    left_out = [*encoded.left_out, *(name for terms in world.terms for name in terms.left_out)]
    if left_out:
        raise UnencodableError("; ".join(dict.fromkeys(left_out)))
    found = sorted(comparison.ways(), key=_place)
    telling = Stretch(progress, _FOUND, 100.0).each(found)
    regions = tuple(comparison.region(number, *one) for number, one in enumerate(telling, 1))
    changes = changes_between(sides, spelled, pairs)
    scales = tuple(comparison.describer.scales())
    bounds = (LOOKED_AT, *encoded.bounds)
    seconds = time.perf_counter() - started
    return Report(sides, regions, changes, grids(sides, spelled), scales, _counts(encoded), bounds, seconds)


def _renamed(pairs: tuple[RulePair, ...]) -> dict[str, str]:
    return {pair.old.id: pair.new.id for pair in pairs if pair.old is not None and pair.new is not None}


def _place(found: tuple[Way, bool]) -> tuple[bool, int, int, str]:
    """What every register's answer leads to comes first; then approvals that are lost, gained, other outcomes."""
    way, complete = found
    effect = "stays" if way.outcomes is None else effect_of(*way.outcomes)
    pair = "" if way.outcomes is None else " ".join(way.outcomes)
    return (not complete, _ORDER[way.kind], ("loses", "gains", "moves", "stays").index(effect), pair)


def _counts(encoded: "Encoded") -> tuple[Count, ...]:
    parts = {
        "规则 rules": encoded.rules, "表 tables": encoded.tables, "表行 table rows": encoded.rows,
        "结果 results": encoded.results,
    }  # fmt: skip
    return tuple(Count(what, *count) for what, count in parts.items())


class _Comparison:
    def __init__(
        self,
        sides: Sides,
        spelled: tuple[Spelling, Spelling],
        pairs: tuple[RulePair, ...],
        world: "World",
        deciders: Deciders,
        progress: Progress,
    ) -> None:
        import z3

        self.sides, self.spelled, self.world, self.deciders = sides, spelled, world, deciders
        self.progress = progress
        self.aspects = Aspects(sides, spelled, pairs, world)
        self.describer = Describer(self.aspects, material_of(self.aspects, tuple(sides.catalogue.prefectures)), world)
        self.scope = (world.valid, *self._asked())
        self.asking = Asking(*(z3.And(rule, True) for rule in world.rules()), *self.scope)
        cases = [Applicant.of_case(case) for case in sides.new.cases or sides.old.cases]
        trying = Stretch(progress, _ENCODED, _TRIED).each(cases)
        self.tried = [(case, deciders.outcomes(case)) for case in trying]

    def _asked(self) -> "Iterator[z3.BoolRef]":
        """Every register that either version needs is asked."""
        import z3

        for name in {**self.sides.old.asks, **self.sides.new.asks}:
            yield z3.Not(self.world.inquiry(name).unasked)

    def ways(self) -> list[tuple[Way, bool]]:
        """Every way in which applications of readable forms change, and whether that takes no unreached register."""
        found = list(ways(self.asking, self.aspects, Stretch(self.progress, _TRIED, _TOLD_APART)))
        looking = Stretch(self.progress, _TOLD_APART, _FOUND).each(found)
        return [(way, self._occurs(way.formula, [way.model], self.world.known)) for way in looking]

    def region(self, number: int, way: Way, complete: bool) -> Region:
        """The region told in full. Its example is one with every register's answer, where there is any."""
        from decision_service.readings.smt.solving import SECOND

        asking = self.asking
        inside = way.formula
        seen = [way.model]
        clauses, exact = self.describer.describe(asking, inside, seen)
        outcomes = (way.outcomes,) if way.outcomes is not None else tuple(self._outcomes(inside, seen))
        known = [self.world.known] if complete else []
        found = self.world.find(*self.scope, *known, inside, near=self._near(outcomes), steps=LONG * SECOND)
        if found is None:
            raise EncodingFaultError("a region has no applicant though the solver found it")
        name = f"差异{number} difference {number}"
        example = self.deciders.example(name, found)
        came = tuple(Outcome(str(side.answer["outcome"])) for side in (example.old, example.new))
        if (came[0], came[1]) not in outcomes:
            raise EncodingFaultError(f"an example was decided {came} where the solver said {outcomes}")
        with asking.within(inside):
            moved, amounts = moves(self.aspects, asking, self.sides.catalogue, way)
        return Region(number, way.kind, outcomes, clauses, exact, complete, moved, amounts, example)

    def _outcomes(self, inside: "z3.BoolRef", seen: Seen) -> Iterator[tuple[Outcome, Outcome]]:
        """The outcomes that stay what they are in the region."""
        import z3

        for outcome, both in self.aspects.outcomes.items():
            if self._occurs(inside, seen, z3.And(*both)):
                yield outcome, outcome

    def _occurs(self, inside: "z3.BoolRef", seen: Seen, condition: "z3.BoolRef") -> bool:
        """Whether it is true of some application of the region; `seen` are some of them."""
        known = any(self.asking.holds(model, condition) for model in seen)
        return known or not self.asking.never(inside, condition)

    def _near(self, outcomes: Collection[tuple[Outcome, Outcome]]) -> tuple[Applicant, ...]:
        """The first worked case that is decided like the region, or at least on one side."""
        best = max(
            self.tried,
            key=lambda one: sum(any(one[1][side] is pair[side] for pair in outcomes) for side in (0, 1)),
            default=None,
        )
        return () if best is None else (best[0],)
