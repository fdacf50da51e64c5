"""Every route of the invoicing API, resource by resource."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from billhook.api import (
    access,
    accounts,
    api_clients,
    attachments,
    calculation,
    categories,
    clients,
    comments,
    document_life,
    documents,
    emails,
    fee_statements,
    feed,
    health,
    imports,
    items,
    journal,
    openapi,
    organizations,
    payment_intents,
    payment_methods,
    payment_processing,
    payments,
    recurrences,
    reference,
    reference_page,
    reminders,
    settings,
    statistics,
    stripe_connect,
    tax_clauses,
    taxes,
    transfer,
    units,
    usage,
    webhooks,
)


def routes() -> list[ControllerRouterHandler]:
    """Return the routes: health and the API's description at the root, the resources under `/v1`."""
    resources = [
        *accounts.ROUTES,
        *api_clients.ROUTES,
        *organizations.ROUTES,
        *access.ROUTES,
        *settings.ROUTES,
        *units.ROUTES,
        *usage.ROUTES,
        *documents.ROUTES,
        *attachments.ROUTES,
        *comments.ROUTES,
        *categories.ROUTES,
        *document_life.ROUTES,
        *calculation.ROUTES,
        *payments.ROUTES,
        *clients.ROUTES,
        *payment_methods.ROUTES,
        *items.ROUTES,
        *taxes.ROUTES,
        *tax_clauses.ROUTES,
        *journal.ROUTES,
        *recurrences.ROUTES,
        *reminders.ROUTES,
        *emails.ROUTES,
        *feed.ROUTES,
        *webhooks.ROUTES,
        *statistics.ROUTES,
        *fee_statements.ROUTES,
        *transfer.ROUTES,
        *reference.ROUTES,
    ]
    # No transaction is open while a gateway is asked, or for as long as a file takes, with an Idempotency-Key either.
    apart = [*payment_processing.ROUTES, *payment_intents.ROUTES, *stripe_connect.ROUTES, *imports.ROUTES]
    outside = Router("/", route_handlers=apart, opt={"outside": True})
    described = [*health.ROUTES, *openapi.ROUTES, *reference_page.ROUTES]
    return [*described, Router("/v1", route_handlers=[*resources, outside])]
