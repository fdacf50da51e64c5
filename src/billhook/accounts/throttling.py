"""How often one may guess: failures are counted per e-mail address and per client address within a window."""

import asyncio
import hashlib
import ipaddress
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from billhook.accounts import passwords
from billhook.settings import Settings

ADDRESS_FACTOR: Final = 10
"""Many people share one client address, so it may fail this many times as often as one e-mail address."""

MAILS_AN_HOUR: Final = 3
"""How many confirmation mails one account may ask for, and one address may get, within an hour."""

INVITATIONS_AN_HOUR: Final = 200
"""How many invitations all accounts of one tree may have mailed within an hour; one address gets fewer by far."""

VISITS_A_MINUTE: Final = 60
"""How often a public link that makes work may be asked for within a minute."""

_turns: Final = weakref.WeakValueDictionary[bytes, asyncio.Lock]()


class Counters(msgspec.Struct, frozen=True):
    """The counters of one deed: the e-mail address's first, then the client's; hashed, they name nobody."""

    keys: list[bytes]
    allowed: list[int]
    window_seconds: int


def counters(deed: str, email: str, client: str, settings: Settings) -> Counters:
    """Return the counters of a deed (`login`, `reset`); `client` is the address a request came from."""
    names = (f"{deed} email {email}", f"{deed} client {_network(client)}")
    return Counters(
        keys=[hashlib.sha256(name.encode()).digest() for name in names],
        allowed=[settings.login_attempts, settings.login_attempts * ADDRESS_FACTOR],
        window_seconds=settings.login_window_seconds,
    )


def confirmations(account_id: str, email: str) -> Counters:
    """Return the counters of confirmation mails: the account's and the address's, so that changing one resets none."""
    names = (f"confirm account {account_id}", f"confirm email {email}")
    return Counters(
        keys=[hashlib.sha256(name.encode()).digest() for name in names],
        allowed=[MAILS_AN_HOUR, MAILS_AN_HOUR],
        window_seconds=3600,
    )


def invitations(root_id: str, email: str) -> Counters:
    """Return the counters of invitations that are mailed: the address's and the tree's."""
    names = (f"invite email {email}", f"invite root {root_id}")
    return Counters(
        keys=[hashlib.sha256(name.encode()).digest() for name in names],
        allowed=[MAILS_AN_HOUR, INVITATIONS_AN_HOUR],
        window_seconds=3600,
    )


def visits(link: str, client: str) -> Counters:
    """Return the counters of public links that make work: the link's, and that of the address a request came from."""
    names = (f"visit link {link}", f"visit client {_network(client)}")
    return Counters(
        keys=[hashlib.sha256(name.encode()).digest() for name in names],
        allowed=[VISITS_A_MINUTE, VISITS_A_MINUTE * ADDRESS_FACTOR],
        window_seconds=60,
    )


@asynccontextmanager
async def turn(key: bytes) -> AsyncIterator[None]:
    """Let one guess at a time through for one key, and few in all: parallel guesses count like guesses in a row.

    Another process may be guessing too, so the limit can be passed by as many guesses as there are more processes.
    """
    async with _turns.setdefault(key, asyncio.Lock()), passwords.slot():
        yield


def _network(client: str) -> str:
    """Return the address, of IPv6 the /64: everybody has a whole network of those."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client  # a unix socket has none
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return client
