"""What the organization that was entered asks for on top of a payment of a document."""

from billhook import organizations
from billhook.db import Tx
from billhook.documents import Document
from billhook.processing.shares import SETTING, Surcharge, surcharge_on, surcharge_on_page


async def surcharge_of(tx: Tx, document: Document, amount: int, kind: str | None = None) -> Surcharge:
    """Return the surcharge on an amount that is paid by a kind of method; by the payer's choice where none is named."""
    rules = next((setting.value for setting in await organizations.list_settings(tx) if setting.name == SETTING), None)
    own = (await organizations.read(tx)).currency
    if kind is None:
        return surcharge_on_page(rules, amount, document, own)
    return surcharge_on(rules, kind, amount, document, own)
