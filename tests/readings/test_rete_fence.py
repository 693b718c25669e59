"""The fence: what is too large is refused beforehand, what the engine does wrong is noticed, nobody else touches it."""

import ast
import gc
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import durable_rules_engine
import pytest

from decision_service.readings.rete import fence as fencing
from decision_service.readings.rete.engine import ReteEngine
from decision_service.readings.rete.fence import EngineFault, Fence, NetworkTooLargeError, name_hash
from decision_service.readings.rete.terms import Join, Joins, Term
from decision_service.readings.samples import sample_sheets
from tests.readings.rete_policies import POLICIES, shelf
from tests.sizes import size

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "create_ruleset",
    "delete_ruleset",
    "assert_fact",
    "start_action_for_state",
    "complete_and_start_action",
    "abandon_action",
    "delete_state",
}
JOINS = (
    Join("d0", (Term("a0", 1), Term("a1", 0))),
    Join("d1", (Term("d0", 1), Term("a2", 1))),
    Join("d1", (Term("a3", 1),)),
)
BITS = {"a0": 1, "a1": 0, "a2": 1, "a3": 1}


class Failing:
    """The engine, but one call of one function raises an error instead of being made, or answers something else."""

    def __init__(self, function: str = "", at: int = -1, answer: Callable[[object], object] | None = None) -> None:
        self.function, self.at, self.answer = function, at, answer
        self.calls: dict[str, int] = {}

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            number = self.calls[name] = self.calls.get(name, 0) + 1
            if name == self.function and number == self.at and self.answer is None:
                raise MemoryError
            real = getattr(durable_rules_engine, name)(*arguments)
            return self.answer(real) if name == self.function and number == self.at and self.answer else real

        return call


def wide(number: int, *, shared: bool = False) -> list[Join]:
    return [Join(f"d{one}", (Term("a0" if shared else f"a{one}", 1),)) for one in range(number)]


@pytest.mark.parametrize(
    ("joins", "said"),
    [
        (wide(fencing.MOST_JOINS + 1), "101 joins"),
        ([Join("d0", tuple(Term(f"a{one}", 1) for one in range(9)))], "9 terms"),
        ([Join("d0", ())], "0 terms"),
        ([Join("头", (Term("a0", 1),))], "can't be a name"),
        ([Join("d0", (Term("id", 1),))], "can't be a name"),
        ([Join("o", (Term("a0", 1),))], "can't be a name"),
        ([Join("d#", (Term("a0", 1),))], "can't be a name"),
    ],
)
def test_a_network_that_the_engine_cannot_bear_never_reaches_it(joins: list[Join], said: str) -> None:
    core = Failing()
    with pytest.raises(NetworkTooLargeError, match=said):
        Fence("large", joins, core)
    assert core.calls == {}


def test_more_terms_or_uses_of_one_than_are_sound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fencing, "MOST_JOINS", 1000)
    with pytest.raises(NetworkTooLargeError, match="201 joins of one term"):
        Fence("large", wide(201, shared=True))
    with pytest.raises(NetworkTooLargeError, match="401 terms"):
        Fence("large", wide(401))


def test_two_names_of_one_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_hash("") == 0x811C9DC5  # FNV-1a, its published offset and a published value
    assert name_hash("a") == 0xE40C292C
    monkeypatch.setattr(fencing, "name_hash", len)
    with pytest.raises(NetworkTooLargeError, match="one hash"):
        Fence("hash", JOINS)


def test_as_large_as_is_allowed_is_right() -> None:
    fence = Fence("large", wide(fencing.MOST_JOINS))
    for _ in range(20):
        told = {f"a{one}": one % 2 for one in range(fencing.MOST_JOINS)}
        assert fence.conclude(told) == {f"d{one}" for one in range(1, fencing.MOST_JOINS, 2)}
    fence.close()


def test_wide_conjunctions_are_split_and_need_every_term() -> None:
    joins = Joins()
    joins.add("d0", [Term(f"a{one}", one % 2) for one in range(40)])
    fence = Fence("wide", joins.done())
    right = {f"a{one}": one % 2 for one in range(40)}
    assert "d0" in fence.conclude(right)
    for one in range(40):
        assert "d0" not in fence.conclude({**right, f"a{one}": 1 - one % 2})
        assert "d0" not in fence.conclude({name: bit for name, bit in right.items() if name != f"a{one}"})
    fence.close()


@pytest.mark.parametrize("function", sorted(ALLOWED - {"abandon_action", "delete_ruleset", "create_ruleset"}))
@pytest.mark.parametrize("at", range(2, 9))
def test_an_error_in_any_call_decides_nothing_and_the_next_decision_is_right(function: str, at: int) -> None:
    core = Failing(function, at)
    fence = Fence("faults", JOINS, core)
    faults = 0
    for _ in range(8):
        try:
            assert fence.conclude(BITS) == {"d0", "d1"}
        except EngineFault:
            faults += 1
    assert faults == 1
    assert core.calls["create_ruleset"] == 2
    assert fence.conclude({"a3": 0}) == frozenset()
    fence.close()


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        ("assert_fact", lambda real: (2, real[1])),
        ("assert_fact", lambda _: None),
        ("start_action_for_state", lambda real: (real[0], '{"d9#1":{}}')),
        ("start_action_for_state", lambda real: (real[0], "nothing")),
        ("complete_and_start_action", lambda _: '{"zz#0":{}}'),
        ("complete_and_start_action", lambda _: 7),
    ],
)
def test_an_answer_that_cannot_be_is_a_fault(function: str, answer: Callable[[object], object]) -> None:
    fence = Fence("lies", JOINS, Failing(function, 3, answer))
    with pytest.raises(EngineFault):
        [fence.conclude(BITS) for _ in range(3)]
    assert fence.conclude(BITS) == {"d0", "d1"}
    fence.close()


def test_an_engine_that_fires_without_end_is_stopped() -> None:
    class Endless(Failing):
        def __getattr__(self, name: str) -> Callable[..., object]:
            if name == "complete_and_start_action" and self.calls.get("assert_fact", 0) > 2:
                return lambda *_: '{"d0#0":{}}'
            return super().__getattr__(name)

    fence = Fence("endless", JOINS, Endless())
    with pytest.raises(EngineFault, match="EngineFault"):
        fence.conclude(BITS)


def test_an_engine_that_does_not_take_the_rules_is_a_fault() -> None:
    with pytest.raises(EngineFault, match="did not take"):
        Fence("refused", JOINS, Failing("create_ruleset", 1))


def test_a_fault_says_nothing_of_the_case() -> None:
    fence = Fence("quiet", JOINS, Failing("assert_fact", 3))
    with pytest.raises(EngineFault) as caught:
        fence.conclude(BITS)
    assert "a0" not in str(caught.value)


def attributes_of(tree: ast.AST, name: str) -> set[str]:
    """What is used of `name`, `self.name` or an alias of it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            held = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            if held == name:
                found.add(node.attr)
    return found


def importers(module: str) -> set[str]:
    found = set()
    for path in [*ROOT.glob("decision_service/**/*.py"), *ROOT.glob("verifiers/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == module for name in names):
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_only_the_fence_touches_the_engine_and_by_seven_functions_only() -> None:
    assert importers("durable_rules_engine") == {"decision_service/readings/rete/fence.py"}
    assert importers("durable") == set()
    tree = ast.parse((ROOT / "decision_service/readings/rete/fence.py").read_text("utf-8"))
    assert attributes_of(tree, "_core") == ALLOWED
    assert attributes_of(tree, "durable_rules_engine") == set()
    assert not any(isinstance(node, ast.Name) and node.id == "getattr" for node in ast.walk(tree))
    stub = ast.parse((ROOT / "stubs/durable_rules_engine.pyi").read_text("utf-8"))
    assert {node.name for node in stub.body if isinstance(node, ast.FunctionDef)} == ALLOWED


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_stays_flat_over_many_decisions() -> None:
    engines = [ReteEngine(policy) for policy in POLICIES]
    calendar = shelf().catalogue.calendar
    work = [
        (engine, sheet)
        for engine, policy in zip(engines, POLICIES, strict=True)
        for sheet in islice(sample_sheets(policy, calendar, 2), 40)
    ]
    for engine, sheet in islice(cycle(work), 720):
        engine.judge(sheet)
    gc.collect()
    before = resident()
    for engine, sheet in islice(cycle(work), size("soak", quick=2000, full=200_000)):
        engine.judge(sheet)
    gc.collect()
    assert resident() - before < 8 * 1024 * 1024
    for engine in engines:
        engine.close()
