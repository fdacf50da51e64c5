"""Every route of the billing API."""

from typing import Final

from litestar import Router
from litestar.types import ControllerRouterHandler

from billhook.billing_api import (
    alt_currencies,
    credit_notes,
    drafts,
    invoices,
    items,
    oauth,
    openapi,
    pay,
    transactions,
)
from billhook.billing_api.admission import PURPOSE
from billhook.billing_api.envelope import HANDLERS

_HERE: Final = ("/billing", "/transactions/", "/alt_currencies")


def is_here(path: str) -> bool:
    """Tell whether a path is of this face, whatever it leads to."""
    return path.startswith(_HERE)


def routes() -> list[ControllerRouterHandler]:
    """Return the routes, who they are for, and how they refuse."""
    resources = [
        *invoices.ROUTES,
        *drafts.ROUTES,
        *items.ROUTES,
        *pay.ROUTES,
        *credit_notes.ROUTES,
        *transactions.ROUTES,
        *alt_currencies.ROUTES,
    ]
    opt = {"purpose": PURPOSE}
    here = Router("/", route_handlers=resources, opt=opt, exception_handlers=HANDLERS, include_in_schema=False)
    public = Router("/", route_handlers=oauth.ROUTES, opt={"public": True}, exception_handlers=HANDLERS)
    return [here, public, *openapi.ROUTES]
