"""Connected accounts and the webhook endpoints of a platform: what is asked of Stripe, and how."""

from typing import Any, Final

from billhook.gateways.protocol import Refused, Seller
from billhook.gateways.stripe.client import API_VERSION, Found, call, options
from billhook.gateways.stripe.keys import Keys

PAYMENT_EVENTS: Final = (
    *(f"payment_intent.{end}" for end in "succeeded processing requires_action payment_failed canceled".split()),
    *(f"checkout.session.{end}" for end in "completed async_payment_succeeded async_payment_failed expired".split()),
    "charge.refunded",
    *(f"refund.{end}" for end in "created updated failed".split()),
    *(f"charge.dispute.{end}" for end in "created updated closed funds_withdrawn funds_reinstated".split()),
)
ACCOUNT_EVENTS: Final = ("account.updated", "account.application.deauthorized")


async def create(client: Any, keys: Keys, api: str, seller: Seller, key: str) -> str:
    """Make a connected account by one of Stripe's account APIs, and return its id. Raises Refused."""
    if not seller.country:
        raise Refused(why="Stripe has to know the country of the organization; set it first")
    if api == "v2":
        made = await call(client.v2.core.accounts.create_async, _v2(keys, seller), options(key=key))
    else:
        made = await call(client.v1.accounts.create_async, _v1(keys, seller), options(key=key))
    return str(made["id"])


def _v2(keys: Keys, seller: Seller) -> dict[str, Any]:
    """Return an account as the newer API wants it.

    With charges of its own, the seller has Stripe's whole dashboard, and pays and owes Stripe; with the platform's, the
    platform does. Being the merchant of record takes the merchant configuration in both cases.
    """
    requested, who = {"requested": True}, "stripe" if keys.direct else "application"
    configuration: dict[str, Any] = {"merchant": {"capabilities": {"card_payments": requested}}}
    if not keys.direct:
        configuration["recipient"] = {"capabilities": {"stripe_balance": {"stripe_transfers": requested}}}
    return _said(
        contact_email=seller.email,
        display_name=seller.name,
        dashboard="full" if keys.direct else "express",
        identity={"country": seller.country.lower()},
        configuration=configuration,
        defaults={"responsibilities": {"fees_collector": who, "losses_collector": who}},
        metadata={"reference": seller.reference},
    )


def _v1(keys: Keys, seller: Seller) -> dict[str, Any]:
    """Return an account as the older API wants it."""
    requested, direct = {"requested": True}, keys.direct
    return _said(
        email=seller.email,
        country=seller.country.upper(),
        business_profile={"name": seller.name},
        controller={
            "fees": {"payer": "account" if direct else "application"},
            "losses": {"payments": "stripe" if direct else "application"},
            "stripe_dashboard": {"type": "full" if direct else "express"},
            "requirement_collection": "stripe",
        },
        capabilities={"card_payments": requested, "transfers": requested},
        metadata={"reference": seller.reference},
    )


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


async def link(client: Any, api: str, account: str, *, return_url: str, refresh_url: str) -> str:
    """Return the address of Stripe's onboarding form: for one visit within minutes."""
    urls = {"return_url": return_url, "refresh_url": refresh_url}
    if api == "v2":
        use_case = {"type": "account_onboarding", "account_onboarding": urls}
        asked: dict[str, Any] = {"account": account, "use_case": use_case}
        return str((await call(client.v2.core.account_links.create_async, asked))["url"])
    asked = {"account": account, "type": "account_onboarding", **urls}
    return str((await call(client.v1.account_links.create_async, asked))["url"])


async def register(client: Any, notice_url: str, key: str) -> dict[str, str]:
    """Have notices sent to us, of the platform itself and of its connected accounts; return what signs them.

    Nothing where Stripe will not (it has to reach our address): then what was paid is found by asking.
    """
    found: dict[str, str] = {}
    for name, connect in (("webhook_secret", False), ("connect_webhook_secret", True)):
        asked: Found = {
            "url": f"{notice_url}?connect=true" if connect else notice_url,
            "enabled_events": [*PAYMENT_EVENTS, *(ACCOUNT_EVENTS if connect else ())],
            "api_version": API_VERSION,
            "connect": connect,
        }
        try:
            made = await call(client.v1.webhook_endpoints.create_async, asked, options(key=f"{key}:{name}"))
        except Refused:
            return {}
        found[name] = made["secret"]
    return found
