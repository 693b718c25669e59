"""The registers of benchmarks/asking.py, a process of its own: `python registers.py SECRET`; prints its address.

Six registers of the catalogue, each of which takes LATENCY_MS before it answers; TAIL takes SLOW_SECONDS more for one
question in a hundred that names a slow purpose, so that the other measurements are left alone.
"""

import asyncio
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from decision_service.policy.shelf import read_shelf
from verifiers.registers import Register
from verifiers.sandbox.config import Asked, SandboxConfig, Seal, Send
from verifiers.sandbox.running import run
from verifiers.signing import SigningKey

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("deaths", "low_income", "benefits", "photo", "marriage", "social_insurance")
TAIL = "deaths"
LATENCY_MS = 20
SLOW_SECONDS = 0.7
SLOW_PURPOSE = "tail:"


def registers() -> dict[str, Register]:
    """The six, with a limit that a slow answer keeps on a busy machine too."""
    found = read_shelf(ROOT / "rules").catalogue.registers
    return {name: replace(found[name], latency_ms=(LATENCY_MS, LATENCY_MS), timeout_ms=3000) for name in NAMES}


@dataclass(slots=True)
class OneInAHundred:
    """Holds every hundredth answer of TAIL back."""

    count: int = field(default=0)

    async def play(self, asked: Asked, answer: dict[str, object], seal: Seal, send: Send) -> bool:  # noqa: ARG002 - the protocol's
        """Sends nothing itself."""
        if asked.register == TAIL and asked.purpose.startswith(SLOW_PURPOSE):
            self.count += 1
            if self.count % 100 == 0:
                await asyncio.sleep(SLOW_SECONDS)
        return False


def main() -> None:
    """Serves until it is ended."""
    key = SigningKey("miaopi", sys.argv[1].encode())
    config = SandboxConfig(registers(), {"miaopi": key}, latency_scale=1.0, faults=OneInAHundred())
    run(config, lambda url: print(url, flush=True))


if __name__ == "__main__":
    main()
