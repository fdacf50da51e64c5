"""Short commands: what is done once and is over."""

import asyncio

import msgspec

from billhook import accounts
from billhook.api.openapi import describe
from billhook.app import Application
from billhook.cli.database import opened, prepare
from billhook.cli.keeper import Keeper
from billhook.db import Database
from billhook.documents import Press
from billhook.settings import Settings


class Opened(msgspec.Struct, frozen=True):
    """A fresh account."""

    id: str
    email: str
    access_token: str

    def as_json(self) -> str:
        """Return it as one line of JSON."""
        return msgspec.json.encode(self).decode()


def migrate(settings: Settings) -> list[str]:
    """Bring the database up to date; return what was applied. Raises DatabaseUnreachable, MigrationRefused."""
    with Keeper(settings) as keeper:
        return asyncio.run(prepare(keeper.url))


def create_account(settings: Settings, email: str, password: str) -> Opened:
    """Open a root account and a token, also where sign-up is closed to everybody else. Raises Invalid."""
    with Keeper(settings) as keeper:
        return asyncio.run(_create(msgspec.structs.replace(settings, signup="open"), keeper.url, email, password))


async def _create(settings: Settings, url: str, email: str, password: str) -> Opened:
    await prepare(url)
    async with opened(url, 2) as database:
        made = await accounts.sign_up(database, settings, email, password, accounts.Changes(), None)
        granted, account = await accounts.log_in(database, settings, email, password, "", None)
    return Opened(made.id, account.email, granted.token)


def openapi(settings: Settings) -> str:
    """Return the description of the API as JSON."""
    application = Application(settings, Database(""), Press(), public_url=settings.public_url())
    return describe(application.litestar, settings.public_url()).content.decode()
