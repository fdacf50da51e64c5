"""Ids: 96 bits as 24 lower-case hex digits, `time_ms(48) · shard(16) · sequence/random(32)`.

The same 96 bits are shown as a version 8 UUID where a UUID is wanted (the billing API, `uuid` columns); the two
forms are a bijection. An id is never a secret.
"""

import os
import random
import re
import secrets
import time
import uuid
from typing import NewType

Id = NewType("Id", str)

_HEX24 = re.compile(r"[0-9a-f]{24}\Z")
_LOW = 0xFFFFFFFF


class _Sequence:
    """A counter that starts at a random place in each millisecond, so ids of one process ascend and never repeat."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.time_ms = 0
        self.low = 0

    def next(self) -> tuple[int, int]:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > self.time_ms or self.pid != os.getpid():
            self.pid, self.time_ms = os.getpid(), max(now_ms, self.time_ms)
            self.low = secrets.randbits(31)
        elif self.low < _LOW:
            self.low += 1
        else:
            self.time_ms, self.low = self.time_ms + 1, secrets.randbits(31)
        return self.time_ms, self.low


_sequence = _Sequence()


def new(shard: int = 0) -> Id:
    """Return a fresh id on `shard` (0..65535); 0 is for what belongs to no organization."""
    time_ms, low = _sequence.next()
    return Id(f"{time_ms:012x}{shard:04x}{low:08x}")


def on_shard(id: str, shard: int) -> Id:
    """Return the id that stands for `id` on another shard: always the same one."""
    return Id(f"{id[:12]}{shard:04x}{id[16:]}")


def new_shard() -> int:
    """Draw the shard of a new organization."""
    return secrets.randbelow(65535) + 1


def shard_of(id: str) -> int:
    """Return the shard an id lives on."""
    return int(id[12:16], 16)


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of an id."""
    return _HEX24.match(text) is not None


def to_bytes(id: str) -> bytes:
    """Return the 16 bytes of the id's version 8 UUID (RFC 9562, section 5.8); the digits between 8s are the id's."""
    return bytes.fromhex(to_hex(id))


def to_hex(id: str) -> str:
    """Return the 32 hex digits of the id's UUID, for a uuid inside JSON."""
    return f"{id[:12]}8{id[12:15]}8{id[15:]}000000"


def from_bytes(raw: bytes) -> Id:
    """Return the id of a version 8 UUID made by `to_bytes`."""
    digits = raw.hex()
    return Id(f"{digits[:12]}{digits[13:16]}{digits[17:26]}")


def to_uuid(id: str) -> uuid.UUID:
    """Return the id as a UUID."""
    return uuid.UUID(bytes=to_bytes(id))


def from_uuid(value: uuid.UUID) -> Id:
    """Return the id of a UUID made by `to_uuid`."""
    return from_bytes(value.bytes)


def of_uuid_text(text: str) -> Id | None:
    """Return the id that a text shows as a UUID, or None: not every UUID is one of an id."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return None
    found = from_uuid(value)
    return found if to_uuid(found) == value else None


def embedded() -> str:
    """Return a random UUID (version 4) for an object inside another (a line, a party); it is never a secret."""
    n = random.getrandbits(128)
    n = n & ~(0xF << 76) & ~(0b11 << 62) | (4 << 76) | (0b10 << 62)
    digits = f"{n:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def token(characters: int = 64) -> str:
    """Return a secret of `characters` URL-safe characters, 6 random bits each."""
    return secrets.token_urlsafe((characters * 3 + 3) // 4)[:characters]
