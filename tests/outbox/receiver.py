"""A receiver of webhooks as a process: writes down what comes, synced, before it answers as it was told to.

`python receiver.py PORT FILE [STATUS]`: each line of FILE is one delivery (headers and body). A file named FILE.answer,
where there is one, holds the status to answer with; `crash` ends the process after the line was written, unanswered.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT, FILE = int(sys.argv[1]), Path(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    """Takes one event."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        line = {"headers": {name.lower(): value for name, value in self.headers.items()}, "body": body.decode()}
        with FILE.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        told = FILE.with_suffix(".answer")
        answer = told.read_text(encoding="utf-8").split() if told.exists() else ["204"]
        if answer[0] == "crash":
            os._exit(9)
        self.send_response(int(answer[0]))
        for header in answer[1:]:
            self.send_header(*header.split("=", 1))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
sys.stdout.write(f"{server.server_port}\n")
sys.stdout.flush()
server.serve_forever()
