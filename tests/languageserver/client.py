"""An editor: the server in a process of its own, spoken to in JSON-RPC over its standard streams."""

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.running import ROOT


class Editor:
    """Opens files, asks, and keeps what it is told."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "decision_service", "lsp"]
        env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, cwd=ROOT
        )
        self.number = 0
        self.capabilities = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})[
            "capabilities"
        ]
        self.say("initialized", {})

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.process.stdin.flush()

    def _next(self) -> dict:
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server ended"
        return json.loads(self.process.stdout.read(length))

    def say(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> dict:
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        while (message := self._next()).get("id") != self.number or "method" in message:
            pass
        assert "error" not in message, message
        return message["result"]

    def open(self, path: Path, text: str) -> list[dict]:
        """The diagnostics that follow."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.say("textDocument/didOpen", {"textDocument": document})
        return self._diagnostics(path)

    def change(self, path: Path, text: str, version: int) -> list[dict]:
        document = {"uri": path.as_uri(), "version": version}
        self.say("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        return self._diagnostics(path)

    def _diagnostics(self, path: Path) -> list[dict]:
        while (message := self._next()).get("method") != "textDocument/publishDiagnostics":
            pass
        assert message["params"]["uri"] == path.as_uri()
        return message["params"]["diagnostics"]

    def at(self, what: str, path: Path, line: int, character: int) -> dict:
        where = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}
        return self.ask(f"textDocument/{what}", where)

    def close(self) -> None:
        self.ask("shutdown", None)
        self.say("exit", None)
        self.process.stdin.close()
        code = self.process.wait(30)
        assert code == 0, code
        self.process.stdout.close()
