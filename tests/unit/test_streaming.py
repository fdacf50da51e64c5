"""Answers that are made while they are sent: what makes them is closed, however it ends."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from billhook.api import streaming


class Line:
    """The line to a client: what it was sent, and what it does after the first piece."""

    def __init__(self, then: str) -> None:
        self.then = then
        self.sent: list[bytes] = []
        self.finished = False
        self.closed = False
        self.gone = asyncio.Event()

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            for n in range(3):
                if n == 2 and self.then == "breaks":
                    raise ConnectionError
                yield b"%d" % n
                await asyncio.sleep(0)
        finally:
            self.closed = True

    async def send(self, message: Any) -> None:
        self.sent.append(message["body"])
        self.finished = not message["more_body"]
        if self.then == "stalls":
            await asyncio.Event().wait()
        if self.then == "goes away":
            self.gone.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}


async def answered(then: str) -> Line:
    line = Line(then)
    sending = streaming._Sending(iterator=line.pieces(), media_type="text/csv", headers={})
    await sending.send_body(line.send, line.receive)
    return line


async def test_an_answer_is_sent_to_its_end() -> None:
    line = await answered("listens")
    assert (line.sent, line.finished, line.closed) == ([b"0", b"1", b"2", b""], True, True)


@pytest.mark.parametrize("then", ["stalls", "goes away"])
async def test_a_client_that_does_not_take_it_costs_nothing_that_lasts(then: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(streaming, "STALL_SECONDS", 0.01)
    line = await answered(then)
    assert (line.sent, line.finished, line.closed) == ([b"0"], False, True)


async def test_what_breaks_off_does_not_look_complete() -> None:
    line = Line("breaks")
    sending = streaming._Sending(iterator=line.pieces(), media_type="text/csv", headers={})
    with pytest.raises(ConnectionError):
        await sending.send_body(line.send, line.receive)
    assert (line.sent, line.finished, line.closed) == ([b"0", b"1"], False, True)
