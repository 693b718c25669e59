"""Files of populations as DuckDB reads them, and why it could not."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from duckdb import Error as DuckError

LONGEST = 1_000_000
"""Bytes of a heading."""


class PopulationError(Exception):
    """A population that can't be used: what is wrong with which column and row, and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write a file that is there whole at the end, or as it was. Raises OSError."""
    draft = path.with_name(f".{path.name}.writing")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def undone(error: DuckError, path: Path | str) -> PopulationError:
    """Why DuckDB could not do it, without values of the file: they may be a person's."""
    if line := re.search(r"CSV Error on Line: (\d+)", str(error)):
        return wrong_line(path, int(line[1]))
    if isinstance(error, duckdb.OutOfMemoryException):
        return PopulationError(
            "内存或临时空间不够；请少用 --by，或分成几个文件",
            "memory or the space for temporary files ran out; use fewer --by, or several smaller files",
        )
    if isinstance(error, duckdb.DataError):
        kind = type(error).__name__
        return PopulationError(
            f"{path} 中有的值不是其列的类型（{kind}）", f"{path}: a value is not of its column's type ({kind})"
        )
    first = str(error).splitlines()[0]
    return PopulationError(f"{path} 读不出：{first}", f"{path} cannot be read: {first}")


def wrong_line(path: Path | str, line: int) -> PopulationError:
    """A line of a CSV file that is none."""
    return PopulationError(
        f"{path} 第{line}行读不出：列数与标题行不同、引号没有成对，或不是 UTF-8（Excel 请另存为“CSV UTF-8”）",
        f"{path}, line {line} cannot be read: it has more or fewer columns than the heading, a quote that is not"
        " closed, or text that is not UTF-8 (in Excel save as “CSV UTF-8”)",
    )


def source_of(path: Path) -> str:
    """The file as a table of DuckDB. Raises PopulationError, OSError, UnicodeDecodeError."""
    quoted = _literal(re.sub(r"([*?\[])", r"[\1]", str(path)))  # a name is no pattern of names
    match path.suffix.lower():
        case ".parquet":
            return f"read_parquet({quoted}, file_row_number=true)"
        case ".csv":
            columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in _heading(path))
            return (
                f"read_csv({quoted}, header=true, auto_detect=false, columns={{{columns}}}, "
                "delim=',', quote='\"', escape='\"')"
            )
        case _:
            raise PopulationError(f"{path} 应是 .csv 或 .parquet 文件", f"{path} must be a .csv or .parquet file")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _heading(path: Path) -> list[str]:
    """The columns that a CSV file names. Nothing else of its form is guessed: a guess may skip rows."""
    with path.open("rb") as file:
        line = file.readline(LONGEST)
    names = next(csv.reader([line.decode("utf-8-sig")]), [])
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise PopulationError(f"列 `{twice}` 有两个", f"the column `{twice}` stands there twice")
    if not names:
        raise PopulationError(f"{path} 是空的", f"{path} is empty")
    return names
