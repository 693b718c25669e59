"""The pool of connections: what is kept, what is let go, and that nobody gets another one's answer."""

import asyncio

import pytest

from tests.verifiers.crooked_register import Asked, crooked_register, http
from verifiers import transport as module
from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Delivery, Failed, Late
from verifiers.transport import Transport

SECONDS = 20.0


def body_of(delivery: Delivery) -> bytes:
    assert isinstance(delivery, Answered)
    return delivery.body


async def echo(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(http(asked.body))


def test_calls_in_flight_are_bounded_and_connections_used_again() -> None:
    at_once = most = 0

    async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        await echo(asked, writer)

    async def story() -> None:
        transport = Transport(max_connections=3)
        async with crooked_register(slowly) as register:
            url = register.url + "/v1/x?a=b%20c"
            calls = [transport.post(url, {}, b"%d" % number, Deadline.after(SECONDS)) for number in range(20)]
            assert [body_of(one) for one in await asyncio.gather(*calls)] == [b"%d" % number for number in range(20)]
            assert most == register.connections == 3
            assert {one.path for one in register.asked} == {"/v1/x?a=b%20c"}
            assert {one.headers["host"] for one in register.asked} == {register.url.removeprefix("http://")}
        await transport.close()

    asyncio.run(story())


@pytest.mark.parametrize("how", ["cancelled", "late"])
def test_the_answer_to_a_call_given_up_is_never_the_next_ones(how: str) -> None:
    """A connection on which an answer is still to come is not asked again."""
    came, may_answer = asyncio.Event(), asyncio.Event()

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        came.set()
        if asked.body == b"first":
            await may_answer.wait()
        await echo(asked, writer)

    async def story() -> None:
        transport = Transport(max_connections=1)
        async with crooked_register(behave) as register:
            seconds = 0.2 if how == "late" else SECONDS
            first = asyncio.ensure_future(transport.post(register.url, {}, b"first", Deadline.after(seconds)))
            if how == "cancelled":
                await came.wait()
                first.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await first
            else:
                assert await first == Late()
            may_answer.set()
            assert body_of(await transport.post(register.url, {}, b"second", Deadline.after(SECONDS))) == b"second"
        await transport.close()

    asyncio.run(story())


def test_a_connection_that_stood_idle_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        transport = Transport()
        async with crooked_register(echo) as register:

            async def ask(body: bytes) -> bytes:
                return body_of(await transport.post(register.url, {}, body, Deadline.after(SECONDS)))

            monkeypatch.setattr(module, "IDLE_SECONDS", SECONDS)
            assert (await ask(b"a"), await ask(b"b"), register.connections) == (b"a", b"b", 1)
            monkeypatch.setattr(module, "IDLE_SECONDS", 0.0)
            assert (await ask(b"c"), register.connections) == (b"c", 2)
        await transport.close()

    asyncio.run(story())


def test_what_stands_idle_is_let_go_without_any_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.02)
    ended = asyncio.Event()

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await echo(asked, writer)
        asyncio.get_running_loop().call_soon(asyncio.ensure_future, closing(writer))

    async def closing(writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()
        ended.set()

    async def story() -> None:
        transport = Transport()
        async with crooked_register(behave) as register:
            await transport.post(register.url, {}, b"x", Deadline.after(SECONDS))
            await asyncio.wait_for(ended.wait(), SECONDS)
        await transport.close()

    asyncio.run(story())


@pytest.mark.parametrize("value", ["a\r\nMiaopi-App: other", "a\nb", "a\rb", "汉"])
def test_a_header_that_would_be_two_is_not_sent(value: str) -> None:
    async def story() -> None:
        transport = Transport()
        async with crooked_register(echo) as register:
            found = await transport.post(register.url, {"X-A": value}, b"", Deadline.after(SECONDS))
            assert found == Failed("network")
            assert not register.asked
        await transport.close()

    asyncio.run(story())


def test_closing_fails_what_is_under_way() -> None:
    came = asyncio.Event()

    async def silent(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
        came.set()
        await asyncio.sleep(3600)

    async def story() -> None:
        transport = Transport()
        async with crooked_register(silent) as register:
            call = asyncio.ensure_future(transport.post(register.url, {}, b"", Deadline.after(SECONDS)))
            await came.wait()
            await transport.close()
            assert await call == Failed("network")
            assert await transport.post(register.url, {}, b"", Deadline.after(SECONDS)) == Failed("network")

    asyncio.run(story())
