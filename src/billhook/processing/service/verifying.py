"""Verification of an account, and what organizations are offered because of it."""

from collections.abc import Mapping
from typing import Final

from billhook.db import Tx
from billhook.gateways import sandbox
from billhook.kernel import countries
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotFound
from billhook.processing import store
from billhook.processing.model import Face, is_web_address

ASKED: Final = ("business", "website", "country", "person")
MOST_CHARACTERS: Final = 200


async def verify(tx: Tx, owner: Id, said: Mapping[str, str], *, refused: bool) -> None:
    """Take the form in which an account says who it is: approved in the sandbox, unless it is to be refused.

    Raises Invalid, all faults at once; NotFound.
    """
    form = {name: said.get(name, "").strip() for name in ASKED}
    faults = [Fault(name, "presence", "must be said") for name, text in form.items() if not text]
    faults += [Fault(name, "length", "is too long") for name, text in form.items() if len(text) > MOST_CHARACTERS]
    if form["website"] and not is_web_address(form["website"]):
        faults.append(Fault("website", "format", "must be a web address such as https://example.com"))
    if form["country"] and countries.match(form["country"]) is None:
        faults.append(Fault("country", "inclusion", "must be the name of a country"))
    if said.get("agree") != "yes":
        faults.append(Fault("agree", "presence", "must be agreed to"))
    if faults:
        raise Invalid("Verification", faults)
    if not await store.verify(tx, owner, Face.PROCESSING, sandbox.NAME, form, not refused):
        raise NotFound(what="payment processing: set it up first,")


async def is_offered(tx: Tx) -> bool:
    """Tell whether the account of the organization that was entered has set up payment processing."""
    return await store.is_offered(tx, Face.PROCESSING)


async def obstacle(tx: Tx) -> str:
    """Return why the organization that was entered cannot charge; empty when it can, or was never onboarded."""
    desk = await store.desk(tx, None, Face.PROCESSING)
    return desk.obstacle if desk else ""
