"""Secrets in files that the operator hands over: nobody else on the machine may read them, or write them."""

import stat
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH | stat.S_IWGRP
"""Its group may read it: so do service managers and container hosts hand secrets over."""

ADVICE: Final = "others on this machine may read or write it; make a new secret, and chmod 600 its file"
ADVICE_ZH: Final = "本机其他用户可读写该文件；请更换密钥，并执行 chmod 600"


def is_open_to_others(path: Path) -> bool:
    """Whether what lies at `path` is no secret. Raises OSError."""
    return bool(path.stat().st_mode & _OTHERS)
