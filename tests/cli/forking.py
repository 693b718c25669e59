"""`python -m tests.cli.forking`: has all commands imported, and runs each that it is told of in a fork of itself.

A line of JSON on standard input says what to run: `arguments`, the folder `cwd`, the files `out` and `err`. A line on
standard output answers with the exit code, or the signal as a negative number. Half of what a short command costs is
to import it, and tests run hundreds.
"""

import gc
import json
import os
import sys
from typing import Any

from decision_service.cli.app import build, main


def become(order: dict[str, Any]) -> None:
    """The fork lets go of what it was given, and stands where a new process would."""
    for number, (name, how) in enumerate(
        [
            (os.devnull, os.O_RDONLY),
            (order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            (order["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ]
    ):
        opened = os.open(name, how, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(order["cwd"])
    sys.argv = ["miaopi", *order["arguments"]]


def serve() -> None:
    """Until standard input ends. In a fork: the command, which ends it."""
    build()
    gc.freeze()
    orders, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    for line in orders:
        child = os.fork()
        if child == 0:
            os.close(answers.fileno())
            os.close(orders.fileno())
            become(json.loads(line))
            main()
        answers.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        answers.flush()


if __name__ == "__main__":
    serve()
