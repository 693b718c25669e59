"""Receivers as processes, and what they wrote down."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("receiver.py")
SECRET = base64.b64encode(b"shared for the tests only").decode()
SECONDS = 60.0


@dataclass(frozen=True)
class Delivery:
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def is_signed(self) -> bool:
        """Whether the shared secret signed it, by the standard's own words."""
        content = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        mac = hmac.new(base64.b64decode(SECRET), content, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"


@dataclass
class Receiver:
    """A receiver that can be told what to answer, stopped, killed and started again on its port."""

    file: Path
    port: int = 0
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(self.port), str(self.file)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def answer(self, told: str) -> None:
        """From now on: a status, with headers as name=value, or `crash`."""
        self.file.with_suffix(".answer").write_text(told, encoding="utf-8")

    def got(self) -> list[Delivery]:
        """Everything that came in so far, whole lines."""
        if not self.file.exists():
            return []
        lines = self.file.read_text(encoding="utf-8").split("\n")[:-1]
        return [Delivery(one["headers"], one["body"].encode()) for one in map(json.loads, lines)]

    def events(self) -> list[dict[str, Any]]:
        """The events that came in, each once, in the order in which they came first."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.got():
            found.setdefault(one.event["id"], one.event)
        return list(found.values())


@contextmanager
def receiver(folder: Path, name: str = "receiver") -> Iterator[Receiver]:
    """A receiver that runs."""
    found = Receiver(folder / f"{name}.jsonl")
    found.start()
    try:
        yield found
    finally:
        found.kill()


def subscribers(folder: Path, **classes: tuple[Receiver, str]) -> Path:
    """A file of subscribers: by name, where it is and its lines of TOML, which name its class."""
    (folder / "keys").write_text(f"whsec_{SECRET}\n", encoding="utf-8")
    (folder / "keys").chmod(0o600)
    tables = [
        f'[[subscriber]]\nname = "{name}"\nurl = "{where.url}"\nallow_private = true\nkeys_file = "keys"\n{lines}\n'
        for name, (where, lines) in classes.items()
    ]
    path = folder / "subscribers.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return path


def eventually(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Waits until it is so; fails where it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)
