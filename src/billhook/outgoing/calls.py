"""Making the calls: a name is looked up once and pinned, size and time have limits, redirects are not followed."""

import asyncio
import functools
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpx
import msgspec

from billhook.outgoing.model import AddressRefused, CallFailed, is_public, parts_of

_LOOK_UPS: Final = ThreadPoolExecutor(256, thread_name_prefix="look-up")
_MOST_ADDRESSES: Final = 4
"""A host with more of them is tried at so many."""


class Answer(msgspec.Struct, frozen=True):
    """What was answered, whatever the status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def call(
    method: str,
    url: str,
    *,
    seconds: int,
    most_bytes: int,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    allow_private: bool = False,
    cut: bool = False,
) -> Answer:
    """Call a URL and return the answer; all of it has to come within `seconds` and to fit into `most_bytes`.

    With `cut` no more than that is read of it, and the rest does not matter.

    The host's name is looked up once, and what is called is the address that was found and checked, so no second
    look-up can lead elsewhere. Proxies of the environment are not used. Raises AddressRefused, CallFailed.
    """
    parts, host, port = parts_of(url)
    try:
        async with asyncio.timeout(seconds):
            addresses = await _addresses(url, host, port, allow_private=allow_private)
            async with httpx.AsyncClient(
                timeout=seconds,
                trust_env=False,
                verify=_tls() if parts.scheme == "https" else False,
                follow_redirects=False,
            ) as http:
                for last, address in ((address is addresses[-1], address) for address in addresses):
                    try:
                        return await _ask(http, method, url, address, host, headers or {}, body, most_bytes, cut=cut)
                    except httpx.ConnectError:
                        if last:
                            raise
    except TimeoutError:
        raise CallFailed(url=url, why=f"it took longer than {seconds} seconds") from None
    except httpx.TimeoutException:
        raise CallFailed(url=url, why=f"it took longer than {seconds} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CallFailed(url=url, why=str(error) or type(error).__name__) from None
    raise CallFailed(url=url, why="it has no address")


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return how servers are trusted; made once, as that takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)


async def _addresses(url: str, host: str, port: int, *, allow_private: bool) -> list[str]:
    """Look a host up, once. Raises AddressRefused when it leads to where we do not call, CallFailed when nowhere."""
    try:
        found = await _look_up(host, port)
    except (OSError, UnicodeError) as error:
        raise CallFailed(url=url, why=f"its host is not found: {error}") from None
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if not allow_private and not all(map(is_public, addresses)):
        raise AddressRefused(url=url, why=f"{host} is not in the public internet")
    return addresses[:_MOST_ADDRESSES]


async def _look_up(host: str, port: int) -> list[Any]:
    """Ask for the addresses of a host, in a thread of its own: a name server that is silent holds up no other."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        look_up = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        return await asyncio.get_running_loop().run_in_executor(_LOOK_UPS, look_up)


async def _ask(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    address: str,
    host: str,
    headers: Mapping[str, str],
    body: bytes,
    most_bytes: int,
    *,
    cut: bool,
) -> Answer:
    """Make the call to one address, under the host's own name for TLS and for the server."""
    named = httpx.URL(url)
    sent = {"accept-encoding": "identity", **headers, "host": named.netloc.decode("ascii")}
    request = http.build_request(
        method, named.copy_with(host=address), headers=sent, content=body or None, extensions={"sni_hostname": host}
    )
    answer = await http.send(request, stream=True)
    try:
        parts = bytearray()
        async for part in answer.aiter_raw():
            parts += part
            if len(parts) > most_bytes and cut:
                break
            if len(parts) > most_bytes:
                raise CallFailed(url=url, why=f"the answer is larger than {most_bytes} bytes")
    finally:
        await answer.aclose()
    return Answer(
        answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, bytes(parts[:most_bytes])
    )
