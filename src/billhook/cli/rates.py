"""`billhook rates import`: euro reference rates from a file or from where they are published."""

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from billhook import exchange, outgoing
from billhook.cli.database import opened, prepare
from billhook.cli.keeper import Keeper
from billhook.cli.problems import RatesNotRead
from billhook.exchange.ecb import MOST_BYTES, SOURCE
from billhook.settings import Settings

SECONDS: Final = 60


class Imported(msgspec.Struct, frozen=True):
    """What an import has brought: how many rates were read, how many were new or other ones, and the newest day."""

    read: int
    changed: int
    day: str


def import_rates(settings: Settings, place: str) -> Imported:
    """Keep the rates of a file or a URL. Raises RatesNotRead, RatesUnreadable, AddressRefused, CallFailed."""
    content = asyncio.run(_fetched(settings, place)) if "://" in place else _read(Path(place))
    rates = exchange.read(content)
    with Keeper(settings, makes=False) as keeper:
        changed = asyncio.run(_keep(keeper.url, rates))
    return Imported(len(rates), changed, max(rate.day for rate in rates).isoformat())


async def _fetched(settings: Settings, url: str) -> bytes:
    answer = await outgoing.call(
        "GET", url, seconds=SECONDS, most_bytes=MOST_BYTES, allow_private=settings.allow_private_addresses
    )
    if answer.status != 200:
        where = f"; it is at {answer.headers['location']} now" if "location" in answer.headers else ""
        raise RatesNotRead(place=url, why=f"it answers {answer.status}{where}")
    return answer.body


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RatesNotRead(place=path, why=error.strerror) from None


async def _keep(url: str, rates: list[exchange.Rate]) -> int:
    await prepare(url)
    async with opened(url, 1) as database, database.open() as tx:
        return await exchange.keep(tx, SOURCE, rates)
