"""Parts as one ZIP file whose bytes follow from the parts alone, and back again only if they do.

Stored, not compressed (what a compressor gives differs by its version), in the order of the names, all at the first
instant that ZIP knows. Reading packs what was found anew and compares: so a byte that was changed anywhere is found,
also one between the parts, where no digest of a part would see it.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_PARTS: Final = 2000

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){0,7}", re.ASCII)


class PackageError(Exception):
    """A package can't be made or is not sound; the text names the part and says why, never a value."""


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The file with these parts, by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(parts):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            file.writestr(info, parts[name])
    return out.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """The parts of a file that `zipped` made. Raises PackageError for any other."""
    if len(content) > MOST_BYTES:
        raise PackageError(f"package: larger than {MOST_BYTES} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            infos = file.infolist()
            if len(infos) > MOST_PARTS or any(
                not _NAME.fullmatch(one.filename) or one.compress_type != zipfile.ZIP_STORED for one in infos
            ):
                raise PackageError("package: too many parts, or one that no package has")
            parts = {one.filename: file.read(one) for one in infos}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise PackageError("package: no ZIP file, or a damaged one") from None
    if zipped(parts) != content:
        raise PackageError("package: changed since it was made, between its parts")
    return parts
