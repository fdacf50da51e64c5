"""Passwords: argon2id in threads, as many at a time as there are processors, so that guessing cannot fill memory."""

import asyncio
import base64
import os
import secrets
import unicodedata
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import ARGON2_VERSION

_hasher: Final = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)  # KiB; OWASP Password Storage, argon2id
_slots: Final = weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]()


class Verdict(msgspec.Struct, frozen=True):
    """Whether a password was right; `renewed` is its hash by today's parameters where the stored one is dated."""

    is_right: bool
    renewed: str | None = None


@asynccontextmanager
async def slot() -> AsyncIterator[None]:
    """Hold one of the few places in which passwords are worked on."""
    loop = asyncio.get_running_loop()
    async with _slots.setdefault(loop, asyncio.Semaphore(os.cpu_count() or 1)):
        yield


async def hashed(password: str) -> str:
    """Return the hash to store; waits for a slot."""
    async with slot():
        return await asyncio.to_thread(_hasher.hash, _plain(password))


async def verify(stored: str | None, password: str) -> Verdict:
    """Say whether a password is the one that was hashed; without a stored hash it takes as long and is wrong.

    The caller holds a `slot`.
    """
    return await asyncio.to_thread(_verify, stored or decoy(), password)


def decoy() -> str:
    """Return a hash by today's parameters that no password has: what an unknown account is checked against."""
    lengths = (_hasher.salt_len, _hasher.hash_len)
    salt, key = (base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in lengths)
    costs = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${key}"


def _verify(stored: str, password: str) -> Verdict:
    try:
        _hasher.verify(stored, _plain(password))
    except VerifyMismatchError:
        return Verdict(is_right=False)
    dated = _hasher.check_needs_rehash(stored)
    return Verdict(is_right=True, renewed=_hasher.hash(_plain(password)) if dated else None)


def _plain(password: str) -> bytes:
    """One spelling for what looks alike: keyboards disagree on how an accented letter is encoded."""
    return unicodedata.normalize("NFC", password).encode()
