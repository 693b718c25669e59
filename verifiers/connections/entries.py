"""One table of the operator's connection file: keys read by kind, everything wrong collected with place and remedy."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.x509 import load_pem_x509_certificates

from verifiers.secretfile import ADVICE, ADVICE_ZH, is_open_to_others
from verifiers.transport import trusting

_MOST_BYTES: Final = 1024 * 1024
"""Of a file that a table names: the bundle of a whole trust store has a quarter of that."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a connection file: its key, and in Chinese and English what and what to do. No values."""

    key: str
    zh: str
    en: str


class ConnectionsRefusedError(Exception):
    """A connection file can't be used. The text names the file and every problem in it; it never holds a value."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{file}: {one.key}: {one.en} {one.zh}" for one in problems))
        self.file = file
        self.problems = problems


class TableRefusedError(Exception):
    """One table can't be used; why is among the problems already, and reading goes on with the next."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a table is read in: the folder that its paths are relative to, the environment, the problems so far."""

    folder: Path
    environment: Mapping[str, str]
    problems: list[Problem]


class Entries:
    """A table under `key`. Each reader gives a usable value even after a complaint; `done` then ends the reading."""

    def __init__(self, table: Mapping[str, object], key: str, around: Surroundings) -> None:
        self._table = table
        self._key = key
        self._around = around
        self._known: set[str] = set()
        self._sound = True

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty; needed unless there is a default."""
        value = self._take(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.complain(name, "应为不空的文字", 'is needed: a text, such as "…"')
            return default or ""
        return value

    def choice(self, name: str, options: tuple[str, ...], default: str | None = None) -> str:
        """One of `options`."""
        value = self.text(name, default)
        if value and value not in options:
            self.complain(name, f"应为其中之一：{'、'.join(options)}", f"must be one of {', '.join(options)}")
        return value

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.complain(name, f"应为{least}至{most}的整数", f"must be a whole number from {least} to {most}")
            return default
        return value

    def yes(self, name: str) -> bool:
        """True where it is written; false where nothing is."""
        value = self._take(name)
        if value is not None and not isinstance(value, bool):
            self.complain(name, "应为 true 或 false", "must be true or false")
        return value is True

    def texts(self, name: str) -> dict[str, str]:
        """A table of texts, empty where there is none."""
        value = self._take(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(one, str) and one for one in value.values()):
            self.complain(name, "应为“名称=文字”的表", 'must be a table of texts, such as {id_no = "ID_CARD"}')
            return {}
        return dict(value)

    def table(self, name: str) -> Mapping[str, object]:
        """A table of anything, empty where there is none."""
        value = self._take(name)
        if value is not None and not isinstance(value, dict):
            self.complain(name, f"应为表：[{name}]", f"must be a table: [{name}]")
        return value if isinstance(value, dict) else {}

    def path(self, name: str, *, needed: bool = False) -> Path | None:
        """A file that is there; relative to the folder of the connection file."""
        value = self._take(name)
        if value is None and not needed:
            return None
        found = self._around.folder / value if isinstance(value, str) and value else None
        if found is None or not _is_file(found):
            self.complain(name, "找不到这个文件", "names no file; write a path relative to this file's folder")
            return None
        return found

    def has(self, name: str) -> bool:
        """Whether anything is said of the secret `name`."""
        return any(key in self._table for key in (name, f"{name}_file", f"{name}_env"))

    def secret(self, name: str) -> bytes:
        """The secret that `<name>_file` or `<name>_env` leads to, without blanks around it."""
        if name in self._table:  # looked at only then: it is none of the keys there are
            self._known.add(name)
            self.complain(
                name,
                f"密钥不写在这里；请用 {name}_file 或 {name}_env",
                f"never stands here; name a file with `{name}_file` or a variable with `{name}_env`",
            )
        path, variable = self.path(f"{name}_file"), self._take(f"{name}_env")
        if variable is not None and f"{name}_file" in self._table:
            self.complain(f"{name}_env", f"不能与 {name}_file 同时使用", f"can't stand beside `{name}_file`; keep one")
        if path is not None:
            secret = self._content(f"{name}_file", path).strip()
            if secret and is_open_to_others(path):
                self.complain(f"{name}_file", ADVICE_ZH, ADVICE)
        else:
            secret = self._around.environment.get(variable, "").encode() if isinstance(variable, str) else b""
        if not secret and f"{name}_file" not in self._table:
            self.complain(
                f"{name}_env",
                f"没有密钥：写 {name}_file，或让所写的环境变量不空",
                f"leads to no secret; write `{name}_file`, or name a variable that is set and not empty",
            )
        elif not secret and path is not None:
            self.complain(f"{name}_file", "这个文件是空的", "is an empty file; put the agreed secret into it")
        return secret

    def certificates(self) -> bytes | None:
        """`trusted_certificates`: a PEM file of further roots for TLS."""
        path = self.path("trusted_certificates")
        if path is None:
            return None
        content = self._content("trusted_certificates", path)
        try:
            load_pem_x509_certificates(content)
            trusting(content)  # who is to trust them must be able to read them
        except (ValueError, ssl.SSLError):
            self.complain("trusted_certificates", "不是 PEM 证书", "holds no certificate in PEM; export it as PEM")
        return content

    def complain(self, name: str, zh: str, en: str) -> None:
        """Something is wrong with `name` of this table."""
        self._sound = False
        self._around.problems.append(Problem(f"{self._key}.{name}" if self._key else name, zh, en))

    def done(self) -> None:
        """Every key was asked for. Raises TableRefusedError where something is wrong, keys nobody knows among it."""
        for name in sorted(self._table.keys() - self._known):
            known = ", ".join(sorted(self._known))
            self.complain(name, f"没有这个键；可用：{known}", f"is no key here; these are: {known}")
        if not self._sound:
            raise TableRefusedError

    def _take(self, name: str) -> object:
        self._known.add(name)
        return self._table.get(name)

    def _content(self, name: str, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except OSError as error:
            why = error.strerror or "unreadable"
            self.complain(name, "读不了这个文件", f"can't be read ({why}); let the service's account read it")
            return b""
        if len(content) > _MOST_BYTES:
            self.complain(name, "这个文件过大", f"is larger than {_MOST_BYTES} bytes; is this the right file?")
        return content


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be entered, a name too long
        return False
