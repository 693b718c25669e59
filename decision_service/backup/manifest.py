"""The manifest of a backup: of which log, how far it reaches, and what its files must be."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from decision_service.backup.copying import Copied, measured
from decision_service.backup.parts import BackupRefusedError

FORMAT: Final = "miaopi backup 1"
NAME: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder of a backup says of itself. `records` is how many the log had, `head` the last leaf and `root` that
    of the tree (hex); `checkpoint` is the newest signed one, "" where there is none."""

    made_at: str
    log: str
    records: int
    head: str
    root: str
    checkpoint: str
    files: Mapping[str, Copied]

    def to_bytes(self) -> bytes:
        """As JSON for people and programs."""
        told = {"format": FORMAT, **asdict(self)}
        return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest in `folder`. Raises BackupRefusedError."""
        try:
            told = json.loads((folder / NAME).read_bytes())
            if told.pop("format") != FORMAT:
                told = {}
            files = {name: Copied(**one) for name, one in told.pop("files").items()}
            return cls(files=files, **told)
        except OSError as error:
            raise BackupRefusedError(f"{folder}: {NAME} can't be read ({error.strerror}); is this a backup?") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupRefusedError(f"{folder / NAME}: is no manifest of this version of Miaopi") from None

    def require_whole(self, folder: Path) -> None:
        """Raises BackupRefusedError where a file is missing, one too many, or not what it was."""
        there = {path.name for path in folder.iterdir()} - {NAME}
        for name in sorted(there ^ self.files.keys()):
            raise BackupRefusedError(f"{folder / name}: is {'not in the manifest' if name in there else 'missing'}")
        for name, expected in self.files.items():
            if measured(folder / name) != expected:
                raise BackupRefusedError(f"{folder / name}: is not what it was when the backup was made")
