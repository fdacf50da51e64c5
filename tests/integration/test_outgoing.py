"""Calls to addresses that others name, on real sockets: pinned, bounded, never on into where a redirect leads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from billhook.outgoing import AddressRefused, Answer, CallFailed, call


@asynccontextmanager
async def server(answer: bytes | None, heard: list[bytes] | None = None) -> AsyncIterator[str]:
    """Lend the URL of a server that answers every request so; None keeps it waiting."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if heard is not None:
            heard.append(head)
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        yield f"http://localhost:{running.sockets[0].getsockname()[1]}/rates?a=1"


async def ask(url: str, **options: int | bool) -> Answer:
    return await call("GET", url, **{"seconds": 10, "most_bytes": 1_000, "allow_private": True} | options)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\nConnection: close\r\n\r\nhello"


async def test_an_answer_comes_whole_and_the_host_is_named() -> None:
    heard: list[bytes] = []
    async with server(OK, heard) as url:
        answer = await ask(url)
    assert (answer.status, answer.body, answer.headers["x-a"]) == (200, b"hello", "b")
    assert heard[0].startswith(b"GET /rates?a=1 HTTP/1.1\r\n")
    assert f"host: {url.split('/')[2]}\r\n".encode() in heard[0].lower()


async def test_nothing_private_is_called_unless_it_is_allowed() -> None:
    heard: list[bytes] = []
    async with server(OK, heard) as url:
        port = url.split(":")[2].partition("/")[0]
        for host in ("localhost", "127.0.0.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"):
            with pytest.raises(AddressRefused):
                await ask(f"http://{host}:{port}/", allow_private=False)
    assert heard == []


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    heard: list[bytes] = []
    async with server(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", heard
    ) as url:
        answer = await ask(url)
    assert (answer.status, answer.headers["location"], len(heard)) == (302, "http://127.0.0.1:1/", 1)


async def test_an_answer_may_be_cut_where_its_end_does_not_matter() -> None:
    async with server(OK) as url:
        assert (await ask(url, most_bytes=3, cut=True)).body == b"hel"
        with pytest.raises(CallFailed, match="larger than 3 bytes"):
            await ask(url, most_bytes=3)


async def test_what_is_too_large_or_too_slow_or_no_answer_fails() -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"3e8\r\n" + b"x" * 1_000 + b"\r\n1\r\nx\r\n"
    for answer, why in (
        (endless, "larger than 1000 bytes"),
        (None, "longer than 1 seconds"),
        (b"?\r\n\r\n", "could not"),
        (b"", "could not"),
    ):
        async with server(answer) as url:
            with pytest.raises(CallFailed, match=why):
                await ask(url, seconds=1)
    with pytest.raises(CallFailed):
        await ask(url)  # nobody listens any more
    with pytest.raises(CallFailed):
        await ask("http://nobody.invalid/")
