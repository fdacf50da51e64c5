"""A load generator: keep-alive connections that send prepared HTTP requests back to back for a number of seconds."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Result(NamedTuple):
    """What a run came to; latencies in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


class _Connection:
    """One keep-alive connection; `make` returns the next request to send, whole."""

    def __init__(self, make: Callable[[], bytes], status: bytes) -> None:
        self.make, self.expected = make, b"HTTP/1.1 " + status
        self.latencies_ns: list[int] = []
        self.failed = 0

    async def run(self, host: str, port: int, until_ns: int) -> None:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while (begin := time.perf_counter_ns()) < until_ns:
                writer.write(self.make())
                head = await reader.readuntil(b"\r\n\r\n")
                at = head.lower().index(b"content-length:") + 15
                await reader.readexactly(int(head[at : head.index(b"\r", at)]))
                self.latencies_ns.append(time.perf_counter_ns() - begin)
                self.failed += not head.startswith(self.expected)
        finally:
            writer.close()


async def run(
    host: str, port: int, makers: Sequence[Callable[[], bytes]], seconds: float, *, status: bytes = b"200"
) -> Result:
    """Send for so many seconds, one connection per maker, and return what it came to; another status has failed."""
    connections = [_Connection(make, status) for make in makers]
    begin = time.perf_counter_ns()
    until = begin + int(seconds * 1e9)
    await asyncio.gather(*(connection.run(host, port, until) for connection in connections))
    elapsed = (time.perf_counter_ns() - begin) / 1e9
    latencies = sorted(ns for connection in connections for ns in connection.latencies_ns)
    return Result(
        len(latencies) / elapsed,
        latencies[len(latencies) // 2] / 1e6,
        latencies[int(len(latencies) * 0.99)] / 1e6,
        sum(connection.failed for connection in connections),
    )


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """Return an HTTP request."""
    head = f"{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: {token}\r\n"
    if body:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body
