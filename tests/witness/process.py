"""`miaopi ledger witness` as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from decision_service.proof.note import VerifierKey
from decision_service.proof.submission import Submission
from tests.http.process import environment
from tests.http.staging import ROOT


@dataclass
class Running:
    """A witness that listens."""

    url: str
    key: VerifierKey
    process: "subprocess.Popen[str]"

    def add(self, submission: Submission | bytes) -> tuple[int, str, str]:
        """Status, media type and body of the answer."""
        address = urlsplit(self.url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            body = submission if isinstance(submission, bytes) else submission.to_bytes()
            connection.request("POST", "/add-checkpoint", body)
            reply = connection.getresponse()
            return reply.status, reply.getheader("Content-Type") or "", reply.read().decode()
        finally:
            connection.close()


@contextmanager
def witnessing(folder: Path, *logs: VerifierKey, port: int = 0) -> Iterator[Running]:
    """A witness of `logs` whose files lie in `folder`; killed at the end if it still runs."""
    folder.mkdir(exist_ok=True)
    options = ["--listen", f"127.0.0.1:{port}", "--state", folder / "state.sqlite3", "--key", folder / "key.pem"]
    known = [part for log in logs for part in ("--log", log)]
    child = subprocess.Popen(
        [sys.executable, "-m", "decision_service", "ledger", "witness", *map(str, [*options, *known])],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        words = child.stdout.readline().split()
        assert words[2:4] == ["listening", "on"], words
        yield Running(words[4], VerifierKey.parse(words[1]), child)
    finally:
        child.kill()
        child.wait(30)
        child.stdout.close()
