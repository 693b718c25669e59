"""Whether the disk has room for more records. The last of it is kept: what is under way must end, and a full disk fails
in the middle of things."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHARE: Final = 0.05
"""Of the disk, what is not used up."""

MOST_BYTES: Final = 2 * 1024**3
"""That much is enough on any disk: a twentieth of a large one would only be wasted."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is free on a disk, and what is kept of it, in bytes."""

    free: int
    kept: int

    @property
    def is_enough(self) -> bool:
        """Whether more may be written."""
        return self.free >= self.kept


def room_at(folder: Path) -> Room:
    """The room on the disk of `folder`. Raises OSError."""
    usage = shutil.disk_usage(folder)
    return Room(usage.free, min(round(usage.total * SHARE), MOST_BYTES))
