"""The rules of reconciliation against a model of the service that writes clean days, and clean days with one fault."""

from dataclasses import dataclass, field, replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from decision_service.reconciling.findings import DIFFERENCES, EXPLAINED, Tally
from decision_service.reconciling.matching import DAY_MS, match
from decision_service.reconciling.material import Look, Made, Used
from tests.sizes import size
from verifiers.journal.records import CallRecord, Ended, Sent

START = 1_000 * DAY_MS
REGISTERS = ("population", "deaths", "benefits")
GAPS = st.sampled_from([1, 900, 4_000, 20_000, 3_600_000])
"""Between what ended and what comes next, in ms."""

WAYS = st.sampled_from(["asked", "hedged", "late", "cut", "shared", "cached", "credential", "breaker_open"])


@dataclass
class Life:
    """One application as the service would leave it: decisions in the ledger, calls in the journal."""

    made: list[Made] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    elsewhere: dict[tuple[str, str], list[str | None]] = field(default_factory=dict)
    at: int = START + 3_600_000
    number: int = 0

    def call(self, register: str, status: str | None = "ok", purpose: str = "item:matter") -> CallRecord:
        self.number += 1
        self.at += 3
        number, request = f"call {self.number:04d}", f"{register} {self.number}" if status == "ok" else None
        sent = Sent(
            number, register, "matter", "A1", purpose, ("id_no",), "mark", "exchange", "platform", "hall:1", self.at
        )
        self.at += 20
        ended = None if status is None else Ended(number, self.at, status, None, request, None, request and "digest")
        self.calls.append(CallRecord(sent, ended))
        return self.calls[-1]

    def used(self, register: str, call: CallRecord | None, **other: object) -> Used:
        ended = call.ended if call is not None and call.status == "ok" else None
        fields = {
            "register": register,
            "status": "ok" if ended else "timeout",
            "origin": "asked",
            "fault": None,
            "request_id": ended and ended.request_id,
            "digest": ended and ended.digest,
            "params": ("id_no",),
            "asked_at": self.at,
        }
        return Used(**(fields | other))

    def answer(self, register: str, way: str) -> Used:
        """One answer, with the calls that it takes."""
        match way:
            case "asked":
                return self.used(register, self.call(register))
            case "hedged":
                self.call(register, "cancelled")
                return self.used(register, self.call(register))
            case "late":
                return self.used(register, self.call(register, "timeout"))
            case "cut":
                return self.used(register, self.call(register, "cancelled"))
            case "shared" | "cached":
                self.number += 1
                self.elsewhere[register, f"other {self.number}"] = ["digest"]
                number = f"other {self.number}"
                return self.used(register, None, status="ok", origin=way, request_id=number, digest="digest")
            case "credential":
                return self.used(register, None, status="ok", origin="credential")
            case fault:
                return self.used(register, None, status="error", fault=fault)

    def decide(self, ways: dict[str, str], kept: tuple[Used, ...], outcome: str, credit: str) -> Made:
        decided_at = self.at = self.at + 1
        answers = [*kept, *(self.answer(register, way) for register, way in ways.items())]
        if not any(one.register == "credit" for one in kept):
            answers.append(self.answer("credit", credit))
        self.at += 5
        number = f"D{len(self.made)}"
        self.made.append(Made(number, "A1", "matter", decided_at, self.at, outcome, False, tuple(answers)))
        return self.made[-1]


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """An application with attempts that broke off, corrections, and a credit check that may be made later."""
    life = Life()
    kept: tuple[Used, ...] = ()
    for _ in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):  # an attempt that ended in a crash or a 503
            for register in draw(st.sets(st.sampled_from([*REGISTERS, "credit"]), min_size=1)):
                life.call(register, draw(st.sampled_from(["ok", "timeout", "cancelled", None])))
            life.at += draw(GAPS)
        ways = draw(st.dictionaries(st.sampled_from(REGISTERS), WAYS, max_size=2))
        ways = {name: way for name, way in ways.items() if name not in {one.register for one in kept}}
        made = life.decide(ways, kept, "CORRECTION_REQUIRED", "asked")
        kept = tuple(one for one in made.answers if one.request_id is not None and draw(st.booleans()))
        life.at += draw(GAPS)
    ways = draw(st.dictionaries(st.sampled_from(REGISTERS), WAYS, max_size=3))
    ways = {name: way for name, way in ways.items() if name not in {one.register for one in kept}}
    credit = draw(st.sampled_from(["asked", "late", "breaker_open"]))
    made = life.decide(ways, kept, "APPROVED", credit)
    if next(one for one in made.answers if one.register == "credit").request_id is None:
        life.at += draw(st.integers(1, DAY_MS - 1_000))
        life.call("credit", "timeout", "item:matter:deferred")
        life.call("credit", "ok", "item:matter:deferred")
    return life


def looked_at(life: Life, made: list[Made] | None = None, calls: list[CallRecord] | None = None) -> Tally:
    look = Look(
        START,
        START + 3 * DAY_MS,
        life.at + 2 * DAY_MS,
        frozenset({"credit"}),
        lambda _: frozenset({*REGISTERS, "credit"}),
        lambda register, number: life.elsewhere.get((register, number), []),
        lambda _: True,
    )
    tally = Tally()
    match(life.made if made is None else made, life.calls if calls is None else calls, look, tally)
    return tally


@settings(max_examples=size("matching", quick=300, full=20_000), deadline=None)
@given(lives())
def test_whatever_the_service_does_is_explained(life: Life) -> None:
    tally = looked_at(life)
    assert not tally.counts, tally.differences
    assert tally.calls == len(life.calls)
    assert tally.answers == sum(len(made.answers) for made in life.made)
    assert tally.explained.keys() <= EXPLAINED.keys()


FAULTS = ("lost", "digest", "status", "params", "later", "doubled", "again", "purpose", "register", "after", "reused")


@settings(max_examples=size("matching_faults", quick=500, full=20_000), deadline=None)
@given(lives(), st.sampled_from(FAULTS), st.randoms(use_true_random=False))
def test_one_fault_is_found_wherever_it_is(life: Life, fault: str, dice: object) -> None:
    """Take a clean life and spoil one call or decision: it is found, as what it is."""
    numbers = {one.request_id for made in life.made for one in made.answers if one.origin == "asked"}
    used = [one for one in life.calls if one.ended and one.ended.request_id in numbers and one.ended.request_id]
    assume(used)
    call = dice.choice(used)
    changed, expected = spoilt(life, fault, call)
    tally = looked_at(life, *changed)
    assert expected in tally.counts, (fault, tally.counts)
    assert set(tally.counts) <= set(DIFFERENCES)


def spoilt(life: Life, fault: str, call: CallRecord) -> tuple[tuple[list[Made], list[CallRecord]], str]:
    """The decisions and calls with that fault, and what it must be called."""

    def instead(*others: CallRecord) -> tuple[list[Made], list[CallRecord]]:
        place = life.calls.index(call)
        return life.made, [*life.calls[:place], *others, *life.calls[place + 1 :]]

    sent, ended = call.sent, call.ended
    assert ended is not None
    match fault:
        case "lost":
            return instead(), "lost_call"
        case "reused":
            life.elsewhere[sent.register, ended.request_id] = ["digest"]
            return instead(), "anothers_answer"
        case "digest":
            return instead(replace(call, ended=replace(ended, digest="other"))), "digest_differs"
        case "status":
            return instead(replace(call, ended=replace(ended, status="no_record"))), "status_differs"
        case "params":
            return instead(replace(call, sent=replace(sent, params=("id_no", "name")))), "params_differ"
        case "later":
            return instead(replace(call, ended=replace(ended, ended_at=life.at + DAY_MS))), "time_differs"
        case "purpose":
            return instead(replace(call, sent=replace(sent, purpose=""))), "no_purpose"
        case "register":
            other = replace(sent, call_id="zz", register="vehicles")
            return instead(call, CallRecord(other, replace(ended, request_id="zz"))), "not_listed"
        case "after":
            other = replace(sent, call_id="zz", asked_at=life.made[-1].recorded_at + 600_000)
            return instead(call, CallRecord(other, replace(ended, request_id="zz"))), "call_after_decision"
        case "again":
            credit = {one.request_id for made in life.made for one in made.answers if one.register == "credit"}
            own = next((one for one in life.calls if one.ended and one.ended.request_id in credit), None)
            assume(own is not None and own.ended.request_id and own.sent.purpose == "item:matter")
            number = replace(own.sent, call_id=f"{own.sent.call_id}z", asked_at=own.sent.asked_at + 1)
            other = CallRecord(number, own.ended)
            return (life.made, [*life.calls, other]), "asked_again"
        case _:
            return ([*life.made, replace(life.made[-1], decision_id="another")], life.calls), "doubled_decision"
