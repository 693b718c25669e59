"""Which folder of rule files the strategies and the fixture read where a test names none."""

from pathlib import Path

_chosen: list[Path] = []


def use(folder: Path | None) -> None:
    """From now on this folder is read; None: `rules` in the working folder again."""
    _chosen[:] = [] if folder is None else [folder]


def folder() -> Path:
    """The folder that the pytest option `--miaopi-rules` or the setting `miaopi_rules` names, else `rules`."""
    return _chosen[0] if _chosen else Path("rules")
