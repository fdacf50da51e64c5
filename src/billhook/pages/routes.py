"""Every route of the hosted pages."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from billhook.pages import (
    account,
    assets,
    consent,
    dashboard,
    dashboard_merchant,
    dashboard_processing,
    dashboard_programs,
    dashboard_webhooks,
    dev_mail,
    invitation,
    invoice,
    payment,
    sandbox,
    sign_in,
    theme,
)
from billhook.pages.refusals import HANDLERS


def routes() -> list[ControllerRouterHandler]:
    """Return the routes; a link is all the right they ask for, and they refuse in HTML."""
    handlers = [
        *assets.ROUTES,
        *theme.ROUTES,
        *invoice.ROUTES,
        *account.ROUTES,
        *invitation.ROUTES,
        *consent.ROUTES,
        *dev_mail.ROUTES,
        *payment.ROUTES,
        *sandbox.ROUTES,
        *sign_in.ROUTES,
    ]
    signed = [
        *dashboard.ROUTES,
        *dashboard_processing.ROUTES,
        *dashboard_merchant.ROUTES,
        *dashboard_webhooks.ROUTES,
        *dashboard_programs.ROUTES,
    ]
    return [
        Router(
            "/",
            route_handlers=[*handlers, Router("/", route_handlers=signed, before_request=dashboard.let_in)],
            opt={"public": True},
            exception_handlers=HANDLERS,
            include_in_schema=False,
        )
    ]
