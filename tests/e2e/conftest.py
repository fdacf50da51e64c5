"""Fixtures of the browser tests: a Chromium, and documents in every state to look at."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, async_playwright
from tests import outfit
from tests.e2e import chromium
from tests.world import World

from billhook.db import Database
from billhook.kernel import ids
from billhook.kernel.time import MovableClock

BANK = {"IBAN": "BE68539007547034", "SWIFT": "GKCCBEBB", "bank": "Belfius", "email": "billing@space.example"}
TAX = [{"rate": 21}]
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><rect width="4" height="1" fill="#7a2e8f"/></svg>'


@pytest.fixture(scope="session")
def chromium_path() -> str:
    try:
        return chromium.find(os.environ) or chromium.install()
    except chromium.NoBrowser as missing:
        outfit.missing(str(missing))


@pytest.fixture(scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """A Chromium that knows nothing: each start has a profile of its own, which is thrown away."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=chromium.FLAGS)
        yield browser
        await browser.close()


class Gallery:
    """The pages to look at, by what they show."""

    def __init__(self, world: World, database_url: str) -> None:
        self.world = world
        self.database_url = database_url
        self.paths: dict[str, str] = {}

    async def add(self, name: str, organization: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Issue a document and share it."""
        document = await self.world.invoice(self.alice, organization, **changes)
        link = (await self.alice.post(f"/Documents/{document['id']}/share")).json()["shareableId"]
        self.paths[name] = f"/i/{link}"
        return document

    async def fill(self) -> None:
        """Make one page of each kind."""
        self.alice = await self.world.actor()
        plain = await self.world.organization(self.alice, **BANK)
        day = self.world.clock.now()
        await self.add("due", plain)
        await self.add("paid", plain, payments=[{"type": "card"}])
        await self.add("partly_paid", plain, payments=[{"type": "bank", "amount": 4000}])
        ago = {"date": (day - timedelta(60)).isoformat(), "dateDue": (day - timedelta(30)).isoformat()}
        await self.add("overdue", plain, **ago)
        await self.add("estimate", plain, type="estimate")
        canceled = await self.add("canceled", plain)
        owner = await asyncpg.connect(self.database_url)
        await owner.execute("update documents.document set canceled = true where id = $1", ids.to_uuid(canceled["id"]))
        await owner.close()
        await self._fill_hard_cases(plain)

    async def _fill_hard_cases(self, plain: dict[str, Any]) -> None:
        lines: list[dict[str, Any]] = [
            {
                "name": f"Part {n:02}",
                "description": "Steel\nM8",
                "quantity": n,
                "unit": "pcs",
                "price": n,
                "_documentItemTaxes": TAX,
            }
            for n in range(1, 41)
        ]
        lines[20:20] = [{"name": "Second delivery", "isSeparator": True}]
        await self.add("forty lines", plain, _documentItems=lines)
        huge = {
            "name": LONG_WORD,
            "quantity": 1234567.891,
            "unit": "pcs",
            "price": 9876.5432,
            "_documentItemTaxes": TAX,
        }
        client = {"name": LONG_WORD, "address": LONG_WORD, "country": "Germany", "email": "a@example.com"}
        await self.add("long words", plain, _documentClient=client, _documentItems=[huge], note=LONG_WORD)
        hebrew = {"name": 'דניאל כהן בע"מ', "city": "תל אביב", "country": "Israel"}
        await self.add(
            "right to left",
            plain,
            _documentClient=hebrew,
            _documentItems=[{"name": "שירותי ייעוץ (שלב 2)", "price": 9}],
        )
        await self.add("no tax", plain, _documentItems=[{"name": "Export", "quantity": 2, "price": 10}])
        branded = await self.world.organization(self.alice, **BANK)
        headers = {"authorization": self.alice.token, "content-type": "image/svg+xml"}
        await self.world.http.post(f"/Organizations/{branded['id']}/images?type=logo", content=LOGO, headers=headers)
        settings = (await self.alice.get(f"/Organizations/{branded['id']}/defaults")).json()
        colour = next(setting for setting in settings if setting["name"] == "color_main")
        await self.alice.patch(f"/Defaults/{colour['id']}", {"value": "ffe600"})
        await self.add("branded", branded)
        for name, country in (("yen", "Japan"), ("dinar", "Kuwait")):
            abroad = await self.world.organization(self.alice, country=country)
            await self.add(name, abroad, _documentItems=[{"name": "Design", "price": 1234567}])


@pytest.fixture(scope="session")
async def gallery(base_url: str, database: Database, clock: MovableClock, database_url: str) -> dict[str, str]:
    """The paths of pages in every state and of every shape, by name."""
    async with World(base_url, database, clock) as world:
        gallery = Gallery(world, database_url)
        await gallery.fill()
        return gallery.paths
