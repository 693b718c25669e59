"""Inputs that once broke a parser, kept as files: `found/<target>/<name>`."""

from pathlib import Path

FOUND = Path(__file__).with_name("found")


def kept(name: str) -> list[bytes]:
    """Those of a target."""
    folder = FOUND / name
    return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []
