"""Parts as one ZIP file whose bytes follow from the parts alone, and back again only if they do.

Stored, not compressed (what a compressor gives differs by its version), in the order of the names, all at the first
instant that ZIP knows. Reading packs what was found anew and compares: so a byte that was changed anywhere is found,
also one between the parts, where no digest of a part would see it.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_PARTS: Final = 2000

_EPOCH: Final = 1 << 5 | 1
"""1 January 1980, the first day that ZIP knows."""

_VERSION: Final = 20
_MADE_BY: Final = b"\x14\x03"
"""Version 2.0, on Unix."""

_HEAD: Final = struct.Struct("<HHHHHLLLHH")
_MODE: Final = struct.Struct("<HHHLL")
_END: Final = struct.Struct("<HHHHLLH")
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){0,7}", re.ASCII)


class PackageError(Exception):
    """A package can't be made or is not sound; the text names the part and says why, never a value."""


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The file with these parts, by name (APPNOTE 6.3: stored, no extra fields). Written here, not by `zipfile`, whose
    headers may change with its version: a package must be the same in decades."""
    files, directory = bytearray(), bytearray()
    for name in sorted(parts):
        content, raw = parts[name], name.encode("ascii")
        head = _HEAD.pack(_VERSION, 0, 0, 0, _EPOCH, zlib.crc32(content), len(content), len(content), len(raw), 0)
        directory += b"PK\x01\x02" + _MADE_BY + head + _MODE.pack(0, 0, 0, 0o644 << 16, len(files)) + raw
        files += b"PK\x03\x04" + head + raw + content
    count = len(parts)
    return bytes(files + directory) + b"PK\x05\x06" + _END.pack(0, 0, count, count, len(directory), len(files), 0)


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
