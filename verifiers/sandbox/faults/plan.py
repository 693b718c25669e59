"""Which registers are faulty now, in which calls: repeatable by seed, changed while the sandbox runs."""

import hashlib
import math
import re
import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from verifiers.sandbox.faults.table import BY_NAME, FAULTS, Fault, Layer, Variant

_MOST_SWITCHES = 100_000
_MAX_APPLICATION = 200
_WRITTEN = re.compile(r"(?P<register>[^=]+)=(?P<fault>[^:@]+)(:(?P<variant>[^@]+))?(@(?P<share>.+))?")


class SwitchError(ValueError):
    """A switch that can't be set. `code` is one of syntax, register, fault, variant, share, application_id, proxy and
    full; the text says what to do and holds none of what was given."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.code = code
        self.en = en
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Switch:
    """One register made faulty: in a share of its calls (0 to 1), of one application or of all. Without a variant, each
    call draws one."""

    register: str
    fault: str
    variant: str | None = None
    share: float = 1.0
    application_id: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The fault that one call is to meet."""

    fault: Fault
    variant: Variant


@dataclass(slots=True)
class _Set:
    """A switch that is on, and the calls it has looked at."""

    switch: Switch
    fault: Fault
    calls: int = 0


@dataclass(slots=True)
class _Board:
    general: dict[str, list[_Set]] = field(default_factory=dict)
    applications: dict[tuple[str, str], list[_Set]] = field(default_factory=dict)


class FaultPlan:
    """The switches of one sandbox. Shared by the sandbox and the proxy before it, which run in threads of their own.

    The n-th call that a switch looks at, counted from when it was set, meets the same fault for the same seed whatever
    else is asked. A switch of one application goes before those of all.
    """

    def __init__(self, registers: Collection[str], seed: int = 0, *, proxied: bool = False) -> None:
        """`proxied`: a fault proxy stands before the sandbox, so that faults below the answer can be played."""
        self._registers = frozenset(registers)
        self._seed = seed
        self._proxied = proxied
        self._board = _Board()
        self._lock = threading.Lock()

    def put(self, switch: Switch) -> None:
        """Set a switch; one of the same register, application, fault and variant is replaced. Raises SwitchError."""
        fault = self._checked(switch)
        with self._lock:
            if sum(len(one) for one in self._every()) >= _MOST_SWITCHES:
                raise SwitchError("full", "too many faults are switched on; take some out with DELETE", "故障开启过多")
            sets = self._sets(switch.register, switch.application_id)
            same = (switch.fault, switch.variant)
            sets[:] = [one for one in sets if (one.switch.fault, one.switch.variant) != same]
            sets.append(_Set(switch, fault))

    def drop(self, register: str | None = None, application_id: str | None = None) -> bool:
        """Take out the switches of a register (of one application, or those of all), or every switch when neither is
        named; says whether there was one."""
        with self._lock:
            if register is None:
                found = any(self._every())
                self._board = _Board()
                return found
            if application_id is None:
                return bool(self._board.general.pop(register, None))
            return bool(self._board.applications.pop((register, application_id), None))

    def switches(self, application_id: str | None = None) -> list[Switch]:
        """What is switched on: all of it, or for one application alone."""
        with self._lock:
            found = [one.switch for sets in self._every() for one in sets]
        return [one for one in found if application_id is None or one.application_id == application_id]

    def draw(self, layers: Collection[Layer], register: str, application_id: str | None) -> Drawn | None:
        """What the call at hand meets in one of `layers`; counts the call."""
        board = self._board
        if not board.general and not board.applications:
            return None
        with self._lock:
            own = self._board.applications.get((register, application_id or ""), [])
            for one in (*own, *self._board.general.get(register, ())):
                if one.fault.layer in layers:
                    drawn = self._draw(one)
                    if drawn is not None:
                        return drawn
        return None

    def _draw(self, one: _Set) -> Drawn | None:
        at = f"{self._seed}/{one.switch.register}/{one.switch.fault}:{one.switch.variant or ''}/{one.calls}"
        one.calls += 1
        if _dice(at) >= one.switch.share:
            return None
        variants = one.fault.variants
        named = one.fault.variant(one.switch.variant or "")
        return Drawn(one.fault, named or variants[int(_dice(f"{at}/variant") * len(variants))])

    def _sets(self, register: str, application_id: str | None) -> list[_Set]:
        if application_id is None:
            return self._board.general.setdefault(register, [])
        return self._board.applications.setdefault((register, application_id), [])

    def _every(self) -> list[list[_Set]]:
        return [*self._board.general.values(), *self._board.applications.values()]

    def _checked(self, switch: Switch) -> Fault:
        if switch.register not in self._registers:
            raise SwitchError("register", "no such register; the catalogue names those there are", "没有这个数据源")
        fault = BY_NAME.get(switch.fault)
        if fault is None:
            names = ", ".join(one.name for one in FAULTS)
            raise SwitchError("fault", f"no such fault; these are: {names}", f"没有这种故障，可用的有：{names}")
        if switch.variant is not None and fault.variant(switch.variant) is None:
            names = ", ".join(one.name for one in fault.variants)
            raise SwitchError(
                "variant", f"no such variant of {fault.name}; these are: {names}", f"没有这种变体，可用的有：{names}"
            )
        if not (math.isfinite(switch.share) and 0 <= switch.share <= 1):
            raise SwitchError("share", "the share must be a number from 0 to 1", "比例应为0到1之间的数")
        if switch.application_id is not None and not 0 < len(switch.application_id) <= _MAX_APPLICATION:
            raise SwitchError(
                "application_id", "a number of 1 to 200 characters is expected", "申请编号应为1至200个字符"
            )
        if fault.layer == "connection" and switch.application_id is not None:
            raise SwitchError(
                "application_id",
                f"{fault.name} comes before anything is asked, so it can't be of one application",
                "该故障发生在提问之前，不能只对一件申请开启",
            )
        if fault.layer != "answer" and not self._proxied:
            raise SwitchError(
                "proxy",
                f"{fault.name} is played below HTTP: start the sandbox with --fault or --fault-seed",
                "该故障在 HTTP 之下，须以 --fault 或者 --fault-seed 启动模拟数据源",
            )
        return fault


def read_switch(text: str) -> Switch:
    """`REGISTER=FAULT[:VARIANT][@SHARE]`, as the command line has it. Raises SwitchError."""
    found = _WRITTEN.fullmatch(text.strip())
    try:
        share = float(found["share"]) if found is not None and found["share"] is not None else 1.0
    except ValueError:
        found = None
    if found is None:
        raise SwitchError(
            "syntax",
            "a fault is written REGISTER=FAULT[:VARIANT][@SHARE], such as deaths=stale:data@0.1",
            "故障写作 数据源=故障[:变体][@比例]，例如 deaths=stale:data@0.1",
        )
    return Switch(found["register"], found["fault"], found["variant"], share)


def _dice(text: str) -> float:
    """A number from 0 up to 1 that follows from `text` alone."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) / 2**64
