"""Running again what changed: the rule files and cases of a folder, each time somebody saves one."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from decision_service.policy.catalogue import FOLDER

SETTLED_MS = 200
"""Editors write a file in several steps; this long after the last of them it is read."""

TURN_MS = 500
"""How long a turn without changes lasts."""


def changed_parts(folder: Path, changed: Iterable[Path]) -> tuple[Path, ...] | None:
    """The folders of the matters that these files belong to; None where a file belongs to all of them."""
    parts: set[Path] = set()
    for path in changed:
        inside = path.resolve().relative_to(folder.resolve())
        if inside.parts[0] == FOLDER or len(inside.parts) < 2:
            return None
        parts.add(folder.resolve() / inside.parts[0])
    return tuple(sorted(part for part in parts if part.is_dir()))


def watch(folder: Path) -> Iterator[tuple[Path, ...]]:
    """Nothing at first, once it is watched; then the rule files that changed, each time some did. KeyboardInterrupt
    comes through."""
    from watchfiles import watch as changes

    looking = False
    # The first turn says that the system's watch stands: nothing saved from then on is missed.
    for found in changes(folder, yield_on_timeout=True, rust_timeout=TURN_MS, debounce=SETTLED_MS):
        paths = tuple(sorted({Path(path) for _, path in found if path.endswith(".yaml")}))
        if paths or not looking:
            yield () if not looking else paths
        looking = True
