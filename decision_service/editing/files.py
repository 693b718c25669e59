"""The rule files that a command is about: a rules folder, a matter's folder, or files by name."""

from collections.abc import Iterable
from pathlib import Path

from decision_service.policy.catalogue import FOLDER


def layable_files(paths: Iterable[Path]) -> list[Path]:
    """Every rule file and file of cases at or under `paths`, each once. Raises FileNotFoundError."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_file():
            found[path] = None
        elif path.is_dir():
            inside = sorted(path.glob("*.yaml")) or sorted(path.glob("*/*.yaml"))
            found |= dict.fromkeys(one for one in inside if one.parent.name != FOLDER)
        else:
            raise FileNotFoundError(path)
    return list(found)
