"""Messages between keeper and worker: whole, in order, however the bytes come; garbage ends the way."""

import asyncio
import socket
from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from decision_service.ledger.entry import Contents, Entry, Envelope, Recorded
from decision_service.workers.channel import LENGTH, Channel, LostError
from decision_service.workers.messages import Append, Claim, Done, Heard, Message, Release, Stands, ToKeeper, ToWorker
from verifiers.verifier import Shown

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
ENTRY = Entry("decision", "r", "d", "a", "m", "c", "k", "t", "p", b"", Contents("0" * 64, b'{"a":1}', b"\x00\xff"))
ENVELOPE = Envelope(b"1", b"2", b"3", b"4", b"5", b"6", b"7")
MESSAGES = st.one_of(
    st.builds(Heard, st.integers(0, 2**40), st.booleans()),
    st.builds(Release, st.integers(0, 2**40)),
    st.builds(
        Claim, st.integers(0, 9), TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.binary(max_size=300),
        st.dictionaries(TEXTS, st.builds(Shown, TEXTS, TEXTS, TEXTS), max_size=2),
    ),
    st.builds(Append, st.integers(0, 9), st.just(ENTRY), st.integers(0, 9), TEXTS, st.booleans()),
)  # fmt: skip


class Unplugged(asyncio.Transport):
    """A transport of which only the end is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


def wire(messages: Sequence[Message]) -> bytes:
    bodies = [msgspec.msgpack.encode(one) for one in messages]
    return b"".join(LENGTH.pack(len(one)) + one for one in bodies)


@given(st.lists(MESSAGES, max_size=8), st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_messages_come_whole_and_in_order_however_the_bytes_are_cut(sent: list[Message], cuts: list[int]) -> None:
    heard: list[Message] = []
    channel: Channel[ToKeeper] = Channel(ToKeeper, heard.append, lambda: None)
    channel.connection_made(Unplugged())
    rest, place = wire(sent), 0
    while rest:
        piece, rest = rest[: cuts[place % len(cuts)]], rest[cuts[place % len(cuts)] :]
        channel.data_received(piece)
        place += 1
    assert heard == sent


@given(st.binary(min_size=1, max_size=50))
def test_garbage_ends_the_way_and_nothing_of_it_is_heard(garbage: bytes) -> None:
    heard: list[Message] = []
    channel: Channel[ToKeeper] = Channel(ToKeeper, heard.append, lambda: None)
    transport = Unplugged()
    channel.connection_made(transport)
    body = b"\xc1" + garbage  # a byte that MessagePack never uses
    channel.data_received(LENGTH.pack(len(body)) + body + wire([Heard(1, up=True)]))
    assert transport.aborted
    assert heard == []


def test_a_record_passes_as_it_is() -> None:
    recorded = Recorded("log", 3, b"p", b"l", b"s", b"k", ENTRY, ENVELOPE)
    decoder = msgspec.msgpack.Decoder(ToWorker)
    assert decoder.decode(msgspec.msgpack.encode(Stands(7, recorded))) == Stands(7, recorded)


def test_questions_are_answered_until_the_other_end_is_gone() -> None:
    async def run() -> list[str]:
        one, other = socket.socketpair()
        told: list[str] = []
        lost = asyncio.Event()

        def answer(message: Message) -> None:
            assert isinstance(message, Claim)
            if message.key == "good":
                near.tell(Done(message.number))
            else:
                near.close()

        near: Channel[ToKeeper] = Channel(ToKeeper, answer, lambda: None)
        far: Channel[ToWorker] = Channel(ToWorker, lambda _: None, lost.set)
        await near.open(one)
        await far.open(other)
        for key in ("good", "bad", "later"):
            try:
                reply = await far.ask(lambda number: Claim(number, "c", key, "a", "m", "pc", b"{}", {}))  # noqa: B023 - asked here
                told.append(type(reply).__name__)
            except LostError:
                told.append("lost")
        await lost.wait()
        return told

    assert asyncio.run(run()) == ["Done", "lost", "lost"]
