"""Checkpoints go to witnesses, and their cosignatures come to stand with the checkpoint. No decision waits for it.

Each witness has a thread of its own that gives it the newest checkpoint (c2sp.org/tlog-witness). A witness that is down
is told of and tried again. One that refuses is an alarm: it has seen another history of this log than the store holds.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from pyreqwest.client import SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.store import StoredCheckpoint, TreeStore
from decision_service.ledger.witnesses import WitnessAddress
from decision_service.proof.note import NoteError, open_note
from decision_service.proof.submission import Submission

DEADLINE_SECONDS: Final = 5.0
"""For one submission, from connecting to the last byte of the answer."""

MAX_ANSWER_BYTES: Final = 16 * 1024
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
"""Between two tries with a witness that has not cosigned; it doubles from the first to the longest."""

_TRIES: Final = 3
"""Submissions of one round: a guess at what the witness saw last, what it says, and one more."""

Result = Literal["cosigned", "missing", "refused"]


@dataclass(frozen=True, slots=True)
class Round:
    """What came of giving a checkpoint of `size` to a witness; `why` is a word, empty where it cosigned."""

    witness: str
    result: Result
    size: int
    why: str = ""


Tell = Callable[[Round], None]


class Witnesses:
    """The witnesses of the log whose checkpoints are in `store`. Ends with `close`."""

    def __init__(
        self, addresses: Sequence[WitnessAddress], checkpoints: Checkpoints, store: TreeStore, tell: Tell
    ) -> None:
        """`tell` is called on threads of this object, after each round."""
        self._couriers = [_Courier(one, checkpoints, store, tell) for one in addresses]

    def published(self, _: StoredCheckpoint) -> None:
        """There is a new checkpoint. Returns at once."""
        for courier in self._couriers:
            courier.wake()

    def close(self) -> None:
        """Give the last checkpoint once more to who lacks it, then end."""
        for courier in self._couriers:
            courier.stop()
        for courier in self._couriers:
            courier.join()


class _RefusedError(Exception):
    """The witness answered, and not with a cosignature; the text is a word."""


class _MissingError(Exception):
    """The witness can't answer now; the text is a word."""


class _Courier:
    """Brings the newest checkpoint to one witness."""

    def __init__(self, address: WitnessAddress, checkpoints: Checkpoints, store: TreeStore, tell: Tell) -> None:
        self._address = address
        self._checkpoints = checkpoints
        self._store = store
        self._tell = tell
        self._client = _client()
        self._seen = 0
        self._changed = threading.Condition()
        self._waiting = True  # a checkpoint from before the start may lack this witness
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="ledger-witness", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to bring."""
        with self._changed:
            self._waiting = True
            self._changed.notify()

    def stop(self) -> None:
        """End after one last round."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join(2 * DEADLINE_SECONDS + 1)

    def _run(self) -> None:
        pause, stopping = 0.0, False
        while not stopping:
            with self._changed:
                # Not at once with each new checkpoint: a witness that is down would be asked every second.
                self._changed.wait_for(lambda: self._stopping, pause)
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                stopping, self._waiting = self._stopping, False
            done = self._round()
            if done is None or done.result == "cosigned":
                pause = 0.0
            else:
                pause = min(LONGEST_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, 2 * pause))
                self.wake()
            if done is not None:
                self._tell(done)
        self._client.close()

    def _round(self) -> Round | None:
        """One try with the newest checkpoint; None if there is none that lacks this witness."""
        size = 0
        try:
            checkpoint = self._checkpoints.newest()
            if checkpoint is None or self._has_signed(checkpoint):
                return None
            size = checkpoint.size
            self._bring(checkpoint)
        except _RefusedError as error:
            return Round(self._address.key.name, "refused", size, str(error))
        except _MissingError as error:
            return Round(self._address.key.name, "missing", size, str(error))
        except PyreqwestError:
            return Round(self._address.key.name, "missing", size, "no_answer")
        except LedgerError:
            return Round(self._address.key.name, "missing", size, "ledger")
        except Exception:  # noqa: BLE001 - whatever it is, the thread must be there for the next checkpoint
            return Round(self._address.key.name, "missing", size, "fault")
        return Round(self._address.key.name, "cosigned", size)

    def _has_signed(self, checkpoint: StoredCheckpoint) -> bool:
        try:
            return bool(open_note(checkpoint.text, [self._address.key]).signatures)
        except NoteError:
            return False

    def _bring(self, checkpoint: StoredCheckpoint) -> None:
        for _ in range(_TRIES):
            old = min(self._seen, checkpoint.size)
            proof = self._checkpoints.consistency(old, checkpoint.size)
            status, text = self._post(Submission(old, tuple(proof), checkpoint.note))
            if status == 200:
                self._keep(checkpoint, text)
                self._seen = checkpoint.size
                return
            if status != 409:
                raise _MissingError("in_trouble") if status >= 500 else _RefusedError(_WORDS.get(status, _OTHER))
            self._seen = _size(text)
            if self._seen > checkpoint.size:
                raise _RefusedError("log_went_back")
            if self._seen == old:
                raise _RefusedError("other_history")
        raise _MissingError("in_trouble")

    def _keep(self, checkpoint: StoredCheckpoint, text: str) -> None:
        try:
            opened = open_note(checkpoint.note + text, [self._address.key])
        except NoteError as error:
            raise _RefusedError("bad_cosignature") from error
        self._store.keep_checkpoint(replace(checkpoint, cosignatures=opened.signatures[-1].line))

    def _post(self, submission: Submission) -> tuple[int, str]:
        request = (
            self._client.post(f"{self._address.url}/add-checkpoint")
            .header("Accept-Encoding", "identity")
            .header("Content-Type", "text/plain; charset=utf-8")
            .body_bytes(submission.to_bytes())
            .timeout(timedelta(seconds=DEADLINE_SECONDS))
            .build_streamed()
        )
        with request as response:
            body = bytearray()
            while (chunk := response.body_reader.read_chunk()) is not None:
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise _RefusedError(_OTHER)
        return response.status, body.decode("utf-8", "replace")


_OTHER: Final = "no_cosignature"
_WORDS: Final = {403: "key_not_known", 404: "log_not_known", 422: "other_history"}


def _size(text: str) -> int:
    digits = text.removesuffix("\n")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 19:
        raise _RefusedError(_OTHER)
    return int(digits)


def _client() -> SyncClient:
    return (
        SyncClientBuilder()
        .connect_timeout(timedelta(seconds=2))
        .follow_redirects(False)
        .referer(False)
        .no_proxy()
        .default_cookie_store(False)
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .user_agent("miaopi")
        .build()
    )
