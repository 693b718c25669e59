"""One rule file open on one page: its text as it is now, and as it was saved."""

import asyncio
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from decision_service.access.actions import Action
from decision_service.policy.catalogue import FOLDER
from decision_service.workbench.drafts import Save, checked, files_of
from decision_service.workbench.editor.kept import Kept
from decision_service.workbench.visit import Visit

State: TypeAlias = Literal["in_force", "draft", "unsaved"]

_ENDS = re.compile("\r\n?")


@dataclass(slots=True)
class Sheet:
    """The file. `after` is the number of the save that the text builds on, `saved` the text of that save, `on_disk`
    that of the rules folder ("" where it has none), which `is_legible` unless it is no UTF-8. `kept_at`: when the text
    was kept that is shown though it was never saved, "" where it was; `meanwhile`: what somebody saved since then."""

    visit: Visit
    name: str
    text: str
    saved: str
    on_disk: str
    after: int
    kept_at: str = ""
    meanwhile: Save | None = None
    is_legible: bool = True
    revision: int = 0
    kept_text: str | None = None
    """What this page has put away of it last, None where nothing."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Whose turn it is to put text away or to drop it."""

    @property
    def matter(self) -> str:
        """The folder of the file."""
        return self.name.partition("/")[0]

    @property
    def kept(self) -> Kept:
        """Where unsaved text is kept."""
        return Kept(self.visit.bench.store, self.visit.bench.now)

    @property
    def is_readonly(self) -> bool:
        """Whether who looks may only look."""
        return not self.visit.may(Action.PROPOSE_RELEASE)

    @property
    def state(self) -> State:
        """How the text stands to what others see."""
        if self.text != self.saved:
            return "unsaved"
        return "in_force" if self.text == self.on_disk else "draft"

    def keep(self) -> None:
        """Keeps the text as it is now for whoever types it, should the page be left."""
        with self.turn:
            text = self.text
            if text == self.saved:
                self._drop()
            else:
                self.kept.keep(self.name, self.visit.person.name, text, self.after)
                self.kept_text = text

    def drop_kept(self) -> None:
        """What was kept is saved, or nobody wants it any more."""
        with self.turn:
            self._drop()

    def give_up(self, text: str, after: int) -> None:
        """What is written here goes: the text is that of a save. The browser will hear of it, and who leaves before it
        has does not find again what he gave up."""
        self.text, self.saved, self.after = text, text, after
        self.drop_kept()

    def _drop(self) -> None:
        if self.kept_text is not None:
            self.kept.drop(self.name, self.visit.person.name, self.kept_text)
            self.kept_text = None

    def look_at_folder(self) -> None:
        """The rules folder may hold another text by now: a release has put it there."""
        self.on_disk = _held(self.visit.bench.rules / self.name)

    def take(self, text: str, revision: int) -> None:
        """The text was typed so."""
        self.text, self.revision = mended(text), revision
        self.changed.set()


def mended(text: str) -> str:
    """The text without halves of characters, which no file can hold, and with line feeds at the ends of its lines."""
    return _ENDS.sub("\n", text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _held(path: Path) -> str:
    return mended(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else ""


def _is_legible(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        return isinstance(error, FileNotFoundError)
    return True


def opened(visit: Visit, name: str) -> Sheet | None:
    """The file as who looks left it; None where there is no such file. Raises NoSuchNameError."""
    bench = visit.bench
    path = bench.rules / checked(name)
    text, after = bench.drafts.read(name)
    on_disk, text = _held(path), mended(text)
    sheet = Sheet(visit, name, text, text, on_disk, after, is_legible=_is_legible(path))
    left = None if sheet.is_readonly else sheet.kept.of(name, visit.person.name)
    sheet.kept_text = None if left is None else left.text
    if left is not None and left.text != text:
        sheet.text, sheet.after, sheet.kept_at = left.text, left.after, left.at
        sheet.meanwhile = bench.drafts.history(name)[0] if left.after != after else None
    return None if not sheet.text and not path.is_file() and name not in bench.drafts.standing() else sheet


def names_of(visit: Visit, matter: str) -> list[str]:
    """The files of a matter, or those that matters share (`catalogue`), drafts among them."""
    names = {*files_of(visit.bench.rules), *visit.bench.drafts.standing()}
    return sorted(name for name in names if name.startswith(f"{matter}/"))


def matters_of(visit: Visit) -> list[str]:
    """The matters of the rules folder, drafts among them."""
    names = (*files_of(visit.bench.rules), *visit.bench.drafts.standing())
    return sorted({name.partition("/")[0] for name in names} - {FOLDER})
