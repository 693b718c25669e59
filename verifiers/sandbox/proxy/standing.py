"""A sandbox with the fault proxy in front of it, until stopped: what `miaopi sandbox --fault …` runs."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from verifiers.sandbox.config import SandboxConfig
from verifiers.sandbox.faults.plan import FaultPlan
from verifiers.sandbox.proxy.running import Front, fronted
from verifiers.sandbox.proxy.wirelog import InFront, WireLog
from verifiers.sandbox.running import run


def run_fronted(config: SandboxConfig, plan: FaultPlan, listening: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. The proxy has the address of `config`, the sandbox a port of its own on loopback;
    `listening` gets the proxy's base address once questions are taken. Raises as `run` does."""
    in_front = InFront(WireLog())
    behind = replace(config, host="127.0.0.1", port=0, plan=plan, front=in_front)
    with ExitStack() as stack:

        def up(url: str) -> None:
            registers = tuple(config.registers)
            front = Front(url, plan, in_front.log, config.host, config.port, registers)
            proxy = stack.enter_context(fronted(front))
            in_front.doors |= {name: door.url for name, door in proxy.registers.items()}
            in_front.root = proxy.root.decode()
            listening(proxy.door.url)

        run(behind, up)
