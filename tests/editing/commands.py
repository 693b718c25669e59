"""The command line in this process: what a command says and how it ends, without starting Python for each."""

import os
from contextlib import chdir
from unittest.mock import patch

from typer.testing import CliRunner

from decision_service.cli.app import build
from tests.cli.running import ROOT, Done


def miaopi(*arguments: object) -> Done:
    """Runs `miaopi` with these arguments, from the root of the project."""
    with chdir(ROOT), patch.dict(os.environ, {"COLUMNS": "200"}):
        done = CliRunner().invoke(build(), [str(one) for one in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout_bytes, done.stderr)
