"""What passes between the keeper and a worker, over a socket that nobody else has: typed MessagePack."""

from typing import Literal

import msgspec

from decision_service.access.limits import What
from decision_service.bundles import Bundle
from decision_service.ledger.entry import Entry, Envelope, Recorded
from verifiers.verifier import Shown


class Message(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """One message."""


class Asked(Message, frozen=True):
    """A message that is answered; the answer has its number."""

    number: int


class Reply(Message, frozen=True):
    """The answer to the message of that number."""

    number: int


class Begin(Message, frozen=True):
    """The first word of the keeper. `settings` are JSON, this worker's share of what bounds the service; `rules` is the
    folder in force, `digests` its versions that decide; `key` that of the marks by which limits know persons."""

    settings: bytes
    rules: str
    digests: list[str]
    bundles: dict[str, Bundle]
    key: bytes


class Standing(Message, frozen=True):
    """How things stand, at each tick and whenever something changes. `ahead`: by how many seconds the service's clock
    is ahead of the monotonic one, which all processes of a machine share."""

    tick: int
    ahead: float
    trusted: bool
    room: bool
    suspended: list[str]
    lacking: list[str]
    stuck: list[str]


class Heard(Message, frozen=True):
    """The worker's event loop turns: it has heard of that tick. It serves once it is `up`."""

    tick: int
    up: bool


class Claim(Asked, frozen=True):
    """An application is to be decided. `content` is JSON of its form and agent: with the rest, all that it takes to
    refer it, should the worker be lost."""

    caller: str
    key: str
    application_id: str
    matter: str
    channel: str
    content: bytes
    credentials: dict[str, Shown]


class Release(Message, frozen=True):
    """The claim of that number is over, and nothing was recorded on it."""

    claim: int


class Append(Asked, frozen=True):
    """An entry for the record: the end of a `claim`, or (0) of something that is no decision. A decision rests on the
    version of the day `as_of` (2026-03-16, or "": on that of an earlier decision) and, unless it is `referred`, on
    nothing having been stopped."""

    entry: Entry
    claim: int = 0
    as_of: str = ""
    referred: bool = False


class Checkpoint(Asked, frozen=True):
    """A checkpoint of the record as it stands is wanted."""


class Figures(Asked, frozen=True):
    """The figures of the whole service are wanted."""


class Prepare(Asked, frozen=True):
    """The rules folder holds others now, whose versions of these digests are to be loaded and not used yet."""

    digests: list[str]


class Count(Asked, frozen=True):
    """The figures are about to be read: what is not counted yet is to be."""


class Switch(Message, frozen=True):
    """What was prepared decides from now on."""


class Abandon(Message, frozen=True):
    """What was prepared comes to nothing."""


class Forget(Message, frozen=True):
    """Kept answers of registers about this ID number are to be let go of."""

    subject: str


class Taken(msgspec.Struct, frozen=True, array_like=True):
    """So much was taken out of a bucket of the limits."""

    what: What
    mark: bytes
    per_second: float
    at_once: int
    count: int


class Took(Message, frozen=True):
    """What a worker has taken; the keeper tells the others."""

    taken: list[Taken]


class Stop(Message, frozen=True):
    """Take no more, finish what is in work, end."""


class Done(Reply, frozen=True):
    """So it is: the claim stands, the checkpoint is made, the rules are loaded."""


class FiguresAre(Reply, frozen=True):
    """The figures, as Prometheus reads them."""

    text: bytes


class Appended(Reply, frozen=True):
    """The entry is on record, here: with the entry, which the worker has, the whole record."""

    log: str
    index: int
    previous: bytes
    leaf: bytes
    signature: bytes
    public_key: bytes
    envelope: Envelope


class Stands(Reply, frozen=True):
    """Another record stands under the key of the entry, of the same request."""

    recorded: Recorded


Why = Literal["in_work", "stopped", "superseded", "key_conflict", "record_taken", "busy", "fault"]


class Refused(Reply, frozen=True):
    """No; `text` names no value of an application."""

    why: Why
    text: str


ToWorker = (
    Begin
    | Standing
    | Prepare
    | Count
    | Switch
    | Abandon
    | Forget
    | Took
    | Stop
    | Done
    | FiguresAre
    | Appended
    | Stands
    | Refused
)
ToKeeper = Heard | Claim | Release | Append | Checkpoint | Figures | Took | Done | Refused
