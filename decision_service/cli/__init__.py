"""The command line: `miaopi …`. Exit 0 good, 1 findings, 2 misuse."""

from decision_service.cli.app import main

__all__ = ["main"]
