"""Platforms and merchants: what is set up, read and switched."""

from typing import Any

from billhook.db import Tx
from billhook.gateways import sandbox
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotFound
from billhook.processing import store
from billhook.processing.model import Desk, Merchant, NotEnabled, Platform, is_web_address

POLICIES = ("keep", "pro_rata", "full")


async def platform(tx: Tx, owner: Id) -> Platform:
    """Return an account's payment processing. Raises NotFound."""
    found = await store.select_platform(tx, owner, sandbox.NAME)
    if found is None:
        raise NotFound(what="payment processing: set it up first,")
    return found


async def change(tx: Tx, owner: Id, said: dict[str, Any]) -> None:
    """Change what is said of an account's payment processing. Raises Invalid, NotFound."""
    check(said)
    changed = await store.change_platform(
        tx,
        owner=owner,
        gateway=sandbox.NAME,
        application_fee=said.get("application_fee"),
        refund_fee=said.get("refund_fee"),
        says_return_url="return_url" in said,
        return_url=said.get("return_url") or None,
        active=said.get("active"),
        custom=said.get("custom"),
    )
    if not changed:
        raise NotFound(what="payment processing: set it up first,")


def check(said: dict[str, Any]) -> None:
    """Refuse what cannot be. Raises Invalid, all faults at once."""
    faults = []
    fee = said.get("application_fee")
    if fee is not None and not (0 <= fee <= 99 and fee == round(fee, 4)):
        faults.append(Fault("applicationFee", "numericality", "must be a percentage from 0 to 99, to 4 decimals"))
    if said.get("return_url") and not is_web_address(said["return_url"]):
        message = "must be a web address such as https://example.com/thanks"
        faults.append(Fault("paymentCompleteReturnURL", "format", message))
    if said.get("environment") not in (None, "sandbox"):
        faults.append(Fault("environment", "inclusion", "must be sandbox: no gateway for real money is set up here"))
    if said.get("refund_fee") not in (None, *POLICIES):
        faults.append(Fault("refundFeePolicy", "inclusion", f"must be one of {', '.join(POLICIES)}"))
    if faults:
        raise Invalid("PaymentProcessing", faults)


async def merchant(tx: Tx) -> Merchant:
    """Return the merchant of the organization that was entered. Raises NotFound."""
    found = await store.merchant_of_organization(tx, sandbox.NAME)
    if found is None:
        raise NotFound(what="merchant: start its onboarding first,")
    return found


async def switch(tx: Tx, active: bool) -> None:
    """Let the organization take payments online, or no longer. Raises NotFound."""
    if not await store.switch_merchant(tx, sandbox.NAME, active):
        raise NotFound(what="merchant: start its onboarding first,")


async def platform_of(tx: Tx) -> Id:
    """Return the payment processing that the organization's payments go through. Raises NotEnabled."""
    found = await store.platform_of_organization(tx, sandbox.NAME)
    if found is None:
        raise NotEnabled
    return found


async def desk_of(tx: Tx, merchant_id: Id | None = None) -> Desk:
    """Return what it takes to collect for the organization, through a merchant if one is named. Raises NotEnabled."""
    found = await store.desk(tx, merchant_id)
    if found is None:
        raise NotEnabled
    return found
