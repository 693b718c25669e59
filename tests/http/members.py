"""Callers and staff of tests: an access file with a key for each, and requests that show it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from decision_service.access.keys import new_key
from tests.http.staging import Got, Stage, staged

STAFF_SCOPES = ("read", "rules", "switch", "cases", "audit", "erase")
PLENTY = "per_second = 1000\nat_once = 1000\nper_person_a_day = 1000"
CALLER_SCOPES = ("read", "decide", "review", "rate")


@dataclass(slots=True)
class Members:
    """Who is listed, the key of each by name, and the lines of the file."""

    keys: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def caller(self, name: str, scopes: Iterable[str] = CALLER_SCOPES, more: str = "") -> "Members":
        """Lists a platform."""
        self.lines.append(f'[[caller]]\nname = "{name}"\n{PLENTY if "per_" not in more else ""}\n{more}')
        return self.key("caller", name, name, scopes)

    def staff(self, name: str, *roles: str, scopes: Iterable[str] = STAFF_SCOPES, more: str = "") -> "Members":
        """Lists a person."""
        self.lines.append(f'[[staff]]\nname = "{name}"\nroles = [{", ".join(f"{one!r}" for one in roles)}]\n{more}')
        return self.key("staff", name, name, scopes)

    def key(self, kind: str, known_as: str, name: str, scopes: Iterable[str], expires: str = "2099-01-01") -> "Members":
        """One more key for whoever was listed last; `known_as` is how the test calls it."""
        key, key_id, digest = new_key()
        self.keys[known_as] = key
        self.lines.append(
            f'[[{kind}.key]] # of {name}\nid = "{key_id}"\nsha256 = "{digest.hex()}"\n'
            f"scopes = [{', '.join(f'{one!r}' for one in scopes)}]\nexpires = {expires}"
        )
        return self

    def write(self, path: Path) -> Path:
        """Writes the access file."""
        path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        return path

    def shows(self, name: str | None) -> dict[str, str]:
        """The header by which `name` is known; nobody shows nothing."""
        return {} if name is None else {"Authorization": f"Bearer {self.keys[name]}"}


@dataclass(slots=True)
class Guarded:
    """A service that knows its callers and staff."""

    stage: Stage
    members: Members

    def send(
        self, who: str | None, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Got:
        """One request by `who`, to the listener that serves the path."""
        url = self.stage.control if path.startswith(("/control/", "/staff/")) else self.stage.url
        return self.stage.send(method, path, body, {**self.members.shows(who), **(headers or {})}, url)

    def decide(self, who: str | None, application: Mapping[str, object], key: str) -> Got:
        """Submits an application as `who`."""
        return self.send(who, "POST", "/v1/decisions", application, {"Idempotency-Key": key})


def usual_members() -> Members:
    """Two platforms, and one person of each role."""
    members = Members().caller("platform-a").caller("platform-b")
    for role in ("analyst", "approver", "auditor", "operator", "officer"):
        members.staff(role, role)
    return members


@contextmanager
def guarded(folder: Path, registers: str, members: Members, **more: object) -> Iterator[Guarded]:
    """A service with an access file of those members."""
    path = members.write(folder / "access.toml")
    with staged(folder, registers, access=path, **more) as stage:  # type: ignore[arg-type]  # settings, by their names
        yield Guarded(stage, members)
