"""The receiver of events of benchmarks/endpoint.py: takes whatever comes, and prints its port when it listens."""

import asyncio


async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: each request answered with 204 once it is whole."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    except asyncio.IncompleteReadError:
        writer.close()


async def main() -> None:
    """Receives until it is ended."""
    server = await asyncio.start_server(taken, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
