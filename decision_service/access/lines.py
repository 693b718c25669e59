"""The lines of the access file that list somebody with a key."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from decision_service.access.actions import Role, Scope

NAME: Final = re.compile(r"(?!(?i:miaopi)$)[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
"""How a caller or a member of staff may be called: not as the service names itself in its records."""

NAMES: Final = "1 to 64 of A-Z a-z 0-9 . _ @ - are expected, the first a letter or digit; not the service's own name"


def entry_lines(
    name: str, roles: Sequence[Role], key_id: str, digest: bytes, scopes: Sequence[Scope], expires: date
) -> str:
    """The entry of a member of staff, or of a platform where there are no roles. `digest` is of the key's secret."""
    kind = "staff" if roles else "caller"
    return "\n".join(
        [
            f"[[{kind}]]",
            f'name = "{name}"',
            *([f"roles = [{_quoted(roles)}]"] if roles else []),
            "",
            f"[[{kind}.key]]",
            f'id = "{key_id}"',
            f'sha256 = "{digest.hex()}"',
            f"scopes = [{_quoted(scopes)}]",
            f"expires = {expires}",
            "",
        ]
    )


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
