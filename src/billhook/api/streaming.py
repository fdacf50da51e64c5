"""Answers that are made while they are sent; whatever becomes of the client, what makes them is ended."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any, Final, cast

from litestar import Request
from litestar.response import Stream
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Send

log = logging.getLogger("billhook.api")

STALL_SECONDS: Final = 60
"""How long a client may take no more of what it asked for, before it is left alone."""


class Piecewise(Stream):
    """A response made of pieces by an asynchronous generator, which is closed at the end, whichever that is.

    The framework's own leaves a generator to the collector when a client goes away or stalls; ours hold a database
    connection. A client that is cut off sees an answer without its last chunk.
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None], *, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self.pieces = pieces

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **said: Any) -> ASGIResponse:
        """Return what sends it."""
        del app, request
        return _Sending(
            iterator=self.pieces,
            headers={**(said.get("headers") or {}), **self.headers},
            encoded_headers=said.get("encoded_headers"),
            cookies=said.get("cookies"),
            background=said.get("background"),
            is_head_response=said.get("is_head_response", False),
            media_type=str(self.media_type),
            status_code=self.status_code or said.get("status_code"),
        )


class _Sending(ASGIStreamingResponse):
    async def send_body(self, send: Send, receive: Receive) -> None:
        """Send the pieces, until they or the client have come to an end."""
        pieces = cast("AsyncGenerator[bytes, None]", self.iterator)
        gone = asyncio.create_task(_disconnected(receive))
        try:
            async for piece in pieces:
                if gone.done() or not await _taken(send, piece):
                    return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            await pieces.aclose()


async def _taken(send: Send, piece: bytes) -> bool:
    """Send a piece; return whether the client takes what it is sent."""
    try:
        async with asyncio.timeout(STALL_SECONDS):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except TimeoutError:
        log.warning("a client took nothing of its answer for %s seconds and is left alone", STALL_SECONDS)
        return False
    return True


async def _disconnected(receive: Receive) -> None:
    """Return when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
