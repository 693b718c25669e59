"""The breaker against a model that keeps the whole history and looks at it anew each time."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.sizes import size
from verifiers.guard.breaker import Breaker, BreakerRules, Permit

RULES = BreakerRules(
    window_calls=8,
    window_seconds=10.0,
    least_failures=3,
    failure_share=0.5,
    least_slow=5,
    slow_share=0.75,
    open_seconds=2.0,
    open_seconds_most=12.0,
    probes=2,
    good_probes=3,
)


class BreakerMachine(RuleBasedStateMachine):
    """Calls come, end and are lost in any order; the clock moves in quarters of a second."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.dice = 100.0, 0.0
        self.heard: list[str] = []
        self.breaker = Breaker(RULES, lambda: self.now, lambda: self.dice, self.heard.append)
        self.out: list[tuple[Permit, int, bool]] = []
        # The model: which spell it is, since when and how long shut, what ended in it, and how often it shut in a row.
        self.spell, self.kind, self.reopens = 0, "closed", 0.0
        self.ended: list[tuple[float, str]] = []
        self.row, self.last_closed = 0, -1000.0

    def turn(self, kind: str) -> None:
        self.spell, self.kind, self.ended = self.spell + 1, kind, []

    def shut(self, row: int) -> None:
        self.row = row
        rest = [2.0, 4.0, 8.0, 12.0][min(row, 4) - 1]
        self.reopens = self.now + rest * (1 - self.dice / 4)
        self.turn("open")

    def look(self) -> None:
        if self.kind == "open" and self.now >= self.reopens:
            self.turn("half_open")

    def probes_out(self) -> int:
        return sum(probe for _, _, probe in self.out)

    @rule(dice=st.sampled_from([0.0, 0.5, 1.0]))
    def throw(self, dice: float) -> None:
        self.dice = dice

    @rule(quarters=st.integers(1, 60))
    def wait(self, quarters: int) -> None:
        self.now += quarters / 4

    @rule(times=st.integers(1, 4))
    def call(self, times: int) -> None:
        for _ in range(times):
            self.look()
            allowed = self.kind == "closed" or (self.kind == "half_open" and self.probes_out() < RULES.probes)
            assert self.breaker.lets_through == allowed
            permit = self.breaker.admit()
            assert (permit is not None) == allowed
            if permit is not None:
                self.out.append((permit, self.spell, self.kind == "half_open"))
                assert self.probes_out() <= RULES.probes

    @rule(
        place=st.integers(0, 9), result=st.sampled_from(["good", "slow", "bad", "bad", "unknown"]), twice=st.booleans()
    )
    def end(self, place: int, result: str, twice: bool) -> None:
        if not self.out:
            return
        self.look()
        assert self.breaker.state == self.kind
        permit, spell, _ = self.out.pop(place % len(self.out))
        for _ in range(1 + twice):  # a second time it counts for nothing
            self.breaker.settle(permit, result)
        if spell == self.spell and result != "unknown":
            self.ended.append((self.now, result))
            self.judge(result)

    @rule(result=st.sampled_from(["bad", "slow", "good"]))
    def several(self, result: str) -> None:
        for _ in range(5):
            self.call(1)
            self.end(9, result, False)

    def judge(self, result: str) -> None:
        if self.kind == "closed":
            window = [how for when, how in self.ended[-8:] if when > self.now - 10]
            bad, poor = window.count("bad"), len(window) - window.count("good")
            opens = (bad >= 3 and bad * 2 >= len(window)) or (poor >= 5 and poor * 4 >= 3 * len(window))
            if opens and result != "good":
                self.shut(self.row + 1 if self.now - self.last_closed < 10 else 1)
        elif result == "bad" or [how for _, how in self.ended] == ["slow"] * 3:
            self.shut(self.row + 1)
        elif len(self.ended) == 3:
            self.last_closed = self.now
            self.turn("closed")

    @invariant()
    def agrees(self) -> None:
        self.look()
        assert self.breaker.state == self.kind
        assert len(self.heard) == self.spell
        assert not self.heard or self.heard[-1] == self.kind


TestBreaker = BreakerMachine.TestCase
TestBreaker.settings = settings(
    max_examples=size("breaker", quick=150, full=20_000), stateful_step_count=40, deadline=None
)


def tripped(rules: BreakerRules, now: list[float]) -> Breaker:
    breaker = Breaker(rules, lambda: now[0], lambda: 0.0)
    while (permit := breaker.admit()) is not None:
        breaker.settle(permit, "bad")
    return breaker


def test_five_failures_in_ten_seconds_open_it_and_a_few_among_many_do_not() -> None:
    now = [0.0]
    breaker = Breaker(BreakerRules(), lambda: now[0], lambda: 0.0)
    for number in range(400):
        now[0] += 0.01
        permit = breaker.admit()
        assert permit is not None
        breaker.settle(permit, "bad" if number % 10 == 0 else "good")
    assert breaker.state == "closed"
    fresh = Breaker(BreakerRules(), lambda: now[0], lambda: 0.0)
    for _ in range(5):
        assert fresh.state == "closed"
        permit = fresh.admit()
        assert permit is not None
        now[0] += 1.9
        fresh.settle(permit, "bad")
    assert fresh.state == "open"


def test_in_an_outage_of_years_it_rests_no_longer_than_its_bound() -> None:
    now, rules = [0.0], BreakerRules()
    breaker = tripped(rules, now)
    for _ in range(5000):
        now[0] += rules.open_seconds_most
        permit = breaker.admit()
        assert permit is not None
        breaker.settle(permit, "bad")
        assert breaker.admit() is None
